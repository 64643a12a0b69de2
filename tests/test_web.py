"""The site: every page and error, its headers, its words, and what hostile parameters do."""

from __future__ import annotations

import ast
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.browser.payloads import PAYLOADS
from tests.browser.shipped import (
    DAY,
    VERDICTS,
    Held,
    application,
    query,
    questions,
    snapshot,
)
from vires import terms
from vires.addresses import path_of as path_of_thing
from vires.config import Settings
from vires.decide import HEADINGS, URGENT, ask, choices, to_json
from vires.errors import StoreMissingError
from vires.explain import CONDITION_TITLES, explain, uk_date
from vires.library import views
from vires.registers import registers
from vires.web import application as ready_application
from vires.web import create_app
from vires.web import errors as web_errors
from vires.web.pages import LISTED

WEB = Path(web_errors.__file__).parent
GOOD = "from=cwc&to=wmp&purpose=crime-prevention&category=name&on=2026-11-22"

STEPS = ("from", "to", "purpose", "information", "about", "date")

# Every route, and what each method answers. A method that is not stated answers 405.
ROUTES = {
    "/": {"GET": 200, "HEAD": 200},
    "/ask": {"GET": 200, "HEAD": 200},
    "/ask/all": {"GET": 200, "HEAD": 200},
    "/ask/<any(from, to, purpose, information, about, date):path>": {"GET": 200, "HEAD": 200},
    "/tiers": {"GET": 200, "HEAD": 200},
    "/tiers/<key>": {"GET": 200, "HEAD": 200},
    "/tiers/map": {"GET": 200, "HEAD": 200},
    "/tiers/matrix": {"GET": 200, "HEAD": 200},
    "/tiers/matrix/<key>": {"GET": 200, "HEAD": 200},
    "/tiers/matrix/<key>/flows": {"GET": 404, "HEAD": 404},
    "/check": {"GET": 400, "HEAD": 400},
    "/answer": {"GET": 400, "HEAD": 400},
    "/api/ask": {"GET": 400, "HEAD": 400},
    "/search": {"GET": 200, "HEAD": 200},
    "/api/search": {"GET": 400, "HEAD": 400},
    "/about": {"GET": 200, "HEAD": 200},
    "/accessibility": {"GET": 200, "HEAD": 200},
    "/privacy": {"GET": 200, "HEAD": 200},
    "/cookies": {"GET": 200, "HEAD": 200},
    "/licence": {"GET": 200, "HEAD": 200},
    "/guidance": {"GET": 200, "HEAD": 200},
    "/guidance/<key>": {"GET": 200, "HEAD": 200},
    "/.well-known/security.txt": {"GET": 404, "HEAD": 404},
    "/.well-known/void": {"GET": 303, "HEAD": 303},
    "/dataset": {"GET": 200, "HEAD": 200},
    "/dataset.<any(ttl, jsonld, rdf, nt):short>": {"GET": 200, "HEAD": 200},
    "/robots.txt": {"GET": 200, "HEAD": 200},
    "/sitemap.xml": {"GET": 200, "HEAD": 200},
    "/sitemap-<int:number>.xml": {"GET": 200, "HEAD": 200},
    "/downloads": {"GET": 200, "HEAD": 200},
    "/downloads/<name>": {"GET": 404, "HEAD": 404},
    "/downloads/latest.<any(ttl, trig, nq, jsonld):short>.gz": {"GET": 302, "HEAD": 302},
    "/downloads/tables.json": {"GET": 200, "HEAD": 200},
    "/downloads/tables/<key>.csv": {"GET": 404, "HEAD": 404},
    "/downloads/tables/<key>.csv-metadata.json": {"GET": 404, "HEAD": 404},
    "/export/<any(dpv, odrl):key>/<path:path>": {"GET": 200, "HEAD": 200},
    "/article-30/<path:path>": {"GET": 200, "HEAD": 200},
    "/changes": {"GET": 200, "HEAD": 200},
    "/changes.<any(ttl, jsonld, rdf, nt):short>": {"GET": 200, "HEAD": 200},
    "/changes.atom": {"GET": 200, "HEAD": 200},
    "/changes/<key>": {"GET": 404, "HEAD": 404},
    "/changes/<key>.<any(ttl, jsonld, rdf, nt):short>": {"GET": 404, "HEAD": 404},
    "/health-check": {"GET": 200, "HEAD": 200},
    "/health-check.<any(csv, xlsx):form>": {"GET": 200, "HEAD": 200},
    "/health-check.<any(atom, ics):form>": {"GET": 200, "HEAD": 200},
    "/rules": {"GET": 200, "HEAD": 200},
    "/rules/<key>/<name>": {"GET": 200, "HEAD": 200},
    "/healthz": {"GET": 200, "HEAD": 200},
    "/api": {"GET": 200, "HEAD": 200},
    "/query": {"GET": 200, "HEAD": 200},
    "/fair-use": {"GET": 200, "HEAD": 200},
    "/query.xlsx": {"GET": 400, "HEAD": 400},
    "/api/openapi.json": {"GET": 200, "HEAD": 200},
    "/api/<family>/<name>": {"GET": 200, "HEAD": 200},
    **{f"/{name}": {"GET": 200, "HEAD": 200} for name in registers()},
    **{f"/{name}.<any(csv, xlsx):form>": {"GET": 200, "HEAD": 200} for name in registers()},
    "/sparql": {"GET": 200, "HEAD": 200, "OPTIONS": 204, "POST": 415},
    "/static/<path:filename>": {"GET": 200, "HEAD": 200},
    "/context.jsonld": {"GET": 200, "HEAD": 200},
    "/context/<version>.jsonld": {"GET": 404, "HEAD": 404},
    "/model": {"GET": 200, "HEAD": 200},
    "/ns": {"GET": 200, "HEAD": 200},
    "/ns.<short>": {"GET": 200, "HEAD": 200},
    "/ns/<version>": {"GET": 200, "HEAD": 200},
    "/doc/<path:path>": {"GET": 200, "HEAD": 200},
    "/doc/query/<path:key>": {"GET": 200, "HEAD": 200},
    "/id/<path:path>": {"GET": 303, "HEAD": 303},
    "/<kind>/<path:key>": {"GET": 303, "HEAD": 303},
}
FILLED = {
    "/article-30/<path:path>": "/article-30/org/gss-E08000031",
    "/<path:path>": "/agreement/mash",
    "<int:number>": "1",
    "<path:filename>": "vires.css",
    "/doc/<path:path>": "/doc/agreement/mash",
    "/doc/query/<path:key>": "/doc/query/answer/law",
    "/id/<path:path>": "/id/agreement/mash",
    "<kind>/<path:key>": "reading/cda1998-s115",
    "<family>/<name>": "analyst/powers-by-agreement",
    "<any(csv, xlsx):form>": "xlsx",
    "<any(atom, ics):form>": "atom",
    "/rules/<key>/<name>": "/rules/side-has-one-role/pass-processor",
    "/guidance/<key>": "/guidance/emergency",
    "/tiers/matrix/<key>": "/tiers/matrix/children",
    "/tiers/<key>": "/tiers/mash",
    "<short>": "ttl",
    "<version>": "0.1.0",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

PAGES = {
    "/": 200,
    "/ask": 200,
    f"/ask?{GOOD}": 303,
    "/ask?from=cwc": 200,
    "/ask?from=": 400,
    "/ask?from=cwc&to=nobody": 400,
    f"/ask/all?{GOOD}": 200,
    **{f"/ask/{step}?{GOOD}": 200 for step in STEPS},
    "/ask/to?from=cwc&find=police": 200,
    "/ask/information?find=zzzz": 200,
    "/ask/date?on-day=31&on-month=2&on-year=2026": 400,
    "/ask/nothing": 404,
    "/tiers": 200,
    "/tiers/map": 200,
    "/tiers/mash": 200,
    "/tiers/adults-ica": 200,
    "/tiers/council-tax-debt-mou": 200,
    "/tiers/nothing": 404,
    "/tiers/matrix": 200,
    "/tiers/matrix/children": 200,
    "/tiers/matrix/nothing": 404,
    "/tiers/matrix/children/flows?from=cwc&to=wmp": 200,
    "/tiers/matrix/children/flows?from=cwc&to=cwc": 200,
    "/tiers/matrix/children/flows?from=cwc&to=nobody": 404,
    "/check": 400,
    f"/check?{GOOD}": 200,
    "/check?from=cwc&to=nobody&on=2026-02-30": 400,
    f"/answer?{GOOD}": 200,
    f"/answer?{GOOD}&category=health": 200,
    "/answer?from=cwc&to=cwc&purpose=crime-prevention&category=name": 200,
    "/answer": 400,
    **{f"/{name}": 200 for name in registers()},
    "/agreements?status=in-force&sort=-due&page=1": 200,
    "/agreements?status=ended&review=later": 200,
    "/agreements?status=nonsense": 400,
    "/agreements.pdf": 404,
    "/about": 200,
    "/accessibility": 200,
    "/privacy": 200,
    "/cookies": 200,
    "/licence": 200,
    "/fair-use": 200,
    "/guidance": 200,
    "/guidance/emergency": 200,
    "/guidance/nothing": 404,
    "/downloads": 200,
    "/changes": 200,
    "/search": 200,
    "/search?q=s.47": 200,
    "/search?q=wolverhampton&kind=organisation": 200,
    "/search?q=xylophone": 200,
    "/search?q=police&kind=nothing": 400,
    "/no-such-page": 404,
    "/static/no-such-file": 404,
    "/static/../app.py": 404,
}

FORBIDDEN = re.compile(
    r"\b(yes|allowed|permitted|denied|unlawful|lawful|refused|forbidden|consent needed"
    r"|you do not need consent|not permitted)\b|[\u2717\u2718\u274c]",
    re.IGNORECASE,
)


# What a list quotes from the record: names of things, and what a duty turns on.
QUOTED = frozenset({terms.PREF_LABEL, terms.TRIGGER_TEXT})


class Page(HTMLParser):
    """What a page holds: its text, the first text of its header, its elements and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.first_in_header = ""  # the text from the header's start to the end of its first bold
        self.in_header = False
        self.first_ended = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.in_header = self.in_header or tag == "header"

    def handle_endtag(self, tag: str) -> None:
        self.in_header = self.in_header and tag != "header"
        self.first_ended = self.first_ended or (tag == "strong" and bool(self.first_in_header))

    def handle_data(self, data: str) -> None:
        if text := " ".join(data.split()):
            self.words.append(text)
        if self.in_header and not self.first_ended:
            self.first_in_header = (self.first_in_header + data).lstrip()

    @property
    def text(self) -> str:
        return " ".join(self.words)


class Gone:
    """A reader whose store is gone; its message holds what no page may show."""

    def current(self) -> None:
        raise RuntimeError("/secret/place marker-9f3")


class Empty:
    """A reader of a state folder into which nothing was loaded."""

    def current(self) -> None:
        raise StoreMissingError("/secret/place marker-9f3: nothing is loaded")


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return application().test_client()


@pytest.fixture(params=[Gone, Empty])
def broken(request: pytest.FixtureRequest) -> FlaskClient:
    return create_app(Settings(), request.param(), today=lambda: DAY).test_client()


def untagged(response: TestResponse) -> str:
    """The text of a response without its tags: the telephone number in the statement is a link."""
    return re.sub(r"<[^>]*>", "", response.text)


def path_of(rule: str) -> str:
    for part, filled in FILLED.items():
        rule = rule.replace(part, filled)
    return re.sub(r"<any\((\w+).*?>", r"\1", rule)


def scripts_of(path: str) -> str:
    """What the policy of a page adds for its scripts: of the query page, and of the question."""
    if path == "/query":
        return "; script-src 'self'"
    asks = path in {"/ask", "/check", "/answer"} or re.match("/ask/(?!nothing)", path)
    return "; script-src 'self'; connect-src 'self'" if asks else ""


def assert_headers(response: TestResponse) -> None:
    for name, value in HEADERS.items():
        if name == "Content-Security-Policy" and response.status_code != 405:
            value += scripts_of(response.request.path)
        assert response.headers.getlist(name) == [value], name
    assert "Set-Cookie" not in response.headers
    assert "X-Powered-By" not in response.headers


def assert_page(response: TestResponse) -> Page:
    """What every page is, errors included: complete, short, urgent first, nothing active."""
    assert_headers(response)
    assert response.mimetype == "text/html"
    assert len(response.data) < 100_000
    page = Page(response.text)
    assert page.first_in_header == URGENT
    names = [tag for tag, _ in page.tags]
    for tag, attributes in page.tags:
        if tag == "script":
            assert scripts_of(response.request.path)
            assert (attributes["src"] or "").startswith("/static/")
            assert "defer" in attributes
    assert not {"iframe", "object", "embed", "base", "style", "img"} & set(names)
    assert names.count("h1") == 1
    assert dict(page.tags[0][1])["lang"] == "en"
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert attributes.get("rel") != "stylesheet" or attributes["href"].startswith("/static/")
        for name in ("href", "src", "action", "formaction"):
            address = attributes.get(name) or "/"
            assert re.match(r"(https?://|/(?!/)|#|tel:999$)", address), (tag, name, address)
    return page


# Routes


def test_every_route_is_stated() -> None:
    assert {rule.rule for rule in application().url_map.iter_rules()} == set(ROUTES)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", ROUTES)
def test_every_method_of_every_route(client: FlaskClient, rule: str, method: str) -> None:
    response = client.open(path_of(rule), method=method, buffered=True)
    assert response.status_code == ROUTES[rule].get(method, 405)
    assert_headers(response)
    if method not in ROUTES[rule]:
        assert set(response.headers["Allow"].split(", ")) == set(ROUTES[rule])
        assert method == "HEAD" or URGENT in untagged(response)
    if method == "HEAD":
        assert not response.data


# Pages


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_page(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    if status == 303:
        assert_headers(response)
        return
    page = assert_page(response)
    titles = [
        tag for tag, a in page.tags if tag == "title" and "id" not in a
    ]  # a picture's has one
    assert len(titles) == 1
    assert response.headers["Cache-Control"] == ("no-cache" if status < 400 else "no-store")


def test_a_page_that_did_not_change_is_not_sent_twice(client: FlaskClient) -> None:
    first = client.get(f"/answer?{GOOD}")
    again = client.get(f"/answer?{GOOD}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data
    assert_headers(again)


def test_files_are_kept_under_an_address_that_names_their_content(client: FlaskClient) -> None:
    page = Page(client.get("/").text)
    files = [a["href"] for tag, a in page.tags if tag == "link"]
    assert len(files) == 3
    for file in files:
        response = client.get(file, buffered=True)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert_headers(response)
    plain = client.get("/static/vires.css", buffered=True)
    assert plain.headers["Cache-Control"] == "no-cache"


def test_styles_call_for_nothing_from_outside() -> None:
    for file in (WEB / "static").glob("*.css"):
        text = file.read_text(encoding="utf-8")
        assert "url(" not in text
        assert "@import" not in text
        assert "GDS Transport" not in text
    assert "MIT License" in (WEB / "static/govuk-frontend-LICENSE.txt").read_text("utf-8")


def test_home_counts_what_the_record_holds(client: FlaskClient) -> None:
    page = assert_page(client.get("/"))
    assert uk_date(DAY) in page.text
    assert snapshot().data_version in page.text
    assert ("a", "/ask") in {(tag, a.get("href")) for tag, a in page.tags}
    assert not re.search(r"(?<![\d,])0 (organisations|sharing agreements)", page.text)


def test_health_says_which_record_is_read(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok", "data_version": snapshot().data_version}


# The question


def test_answers_given_are_kept_and_every_problem_is_named(client: FlaskClient) -> None:
    response = client.get("/check?from=cwc&to=west+midlands+polise&on-day=30&on-month=2&on-year=x")
    page = assert_page(response)
    assert response.status_code == 400
    chosen = [a["value"] for tag, a in page.tags if tag == "option" and "selected" in a]
    assert "cwc" in chosen
    for text in (
        "The record has no organisation called 'west midlands polise'",
        "Select why the information would be shared",
        "Select what kind of information it is",
        "Enter a real date, such as 27 3 2026",
    ):
        assert page.text.count(text) == 2, text
    assert "Error: " in page.text
    ids = {a.get("id") for _, a in page.tags}
    summary = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("#")]
    assert {href[1:] for href in summary} <= ids
    links = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/ask/all?")]
    near = [dict(parse_qsl(link.partition("?")[2])) for link in links]
    assert {"https://w3id.org/vires/org/gss-E23000014"} <= {given.get("to") for given in near}
    assert all(given["from"] == "cwc" for given in near)


def _form(page: Page) -> tuple[str, list[tuple[str, str]]]:
    """Where the last form of a page goes, and its fields as a browser sends them, none chosen."""
    last = max(place for place, (tag, _) in enumerate(page.tags) if tag == "form")
    action, fields = page.tags[last][1]["action"], page.tags[last:]
    named = [a for tag, a in fields if tag in ("input", "select") and a.get("name")]
    sent = [a for a in named if a.get("type") not in ("radio", "checkbox")]
    return action, [(a["name"], a.get("value") or "") for a in sent]


def test_one_question_a_page_leads_to_the_check(client: FlaskClient) -> None:
    path, answers = "/ask", {"from": "cwc", "to": "wmp", "purpose": "prevent", "category": "name"}
    for number, (field, answer) in enumerate(answers.items(), 1):
        page = assert_page(client.get(path))
        assert f"Question {number} of 4" in page.text
        action, sent = _form(page)
        refused = client.get(f"{action}?{urlencode(sent)}")
        assert refused.status_code == 400
        assert assert_page(refused).text.startswith("Error: ")
        assert f"Question {number} of 4" in refused.text
        path = f"{action}?{urlencode([*sent, (field, answer)])}"
    response = client.get(path)
    assert response.status_code == 303
    where, _, query_ = response.headers["Location"].partition("?")
    assert where == "/check"
    assert dict(parse_qsl(query_)) == answers


def test_back_leads_to_the_question_before_and_keeps_the_answers(client: FlaskClient) -> None:
    page = assert_page(client.get("/ask?from=cwc&to=wmp"))
    backs = [a["href"] for _, a in page.tags if a.get("class") == "govuk-back-link"]
    assert backs == ["/ask/to?from=cwc&to=wmp"]
    before = assert_page(client.get(backs[0]))
    assert "wmp" in [a["value"] for tag, a in before.tags if tag == "option" and "selected" in a]
    first = assert_page(client.get("/ask"))
    assert [a["href"] for _, a in first.tags if a.get("class") == "govuk-back-link"] == ["/"]


def test_a_changed_answer_leads_back_to_the_check(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/check?{GOOD}&category=health&subjects=child"))
    links = [a for tag, a in page.tags if tag == "a" and a.get("class") != "govuk-back-link"]
    changes = [a["href"] for a in links if "/ask/" in a["href"]]
    assert [href.split("?")[0] for href in changes] == [f"/ask/{step}" for step in STEPS]
    for href in changes:
        step = assert_page(client.get(href))
        backs = [a["href"] for _, a in step.tags if a.get("class") == "govuk-back-link"]
        assert backs[0].startswith("/check?")
        action, sent = _form(step)
        chosen = [(a["name"], a["value"]) for tag, a in step.tags if "checked" in a]
        own = {"from": "hmrc", "to": "hmrc", "purpose": "prevent", "subjects": "adult"}
        name = next((name for name, value in sent if not value and name != "find"), "")
        given = [p for p in sent if p[0] != name]
        new = [(name, own[name])] if name in own else []
        response = client.get(f"{action}?{urlencode([*given, *chosen, *new])}")
        assert response.status_code == 303, href
        assert response.headers["Location"].startswith("/check?")
        kept = parse_qsl(response.headers["Location"].partition("?")[2])
        assert {v for k, v in kept if k == "category"} == {"name", "health"}
        assert ("on-year", "2026") in kept


def test_a_long_list_is_grouped_and_narrowed_to_what_is_near(client: FlaskClient) -> None:
    page = assert_page(client.get("/ask"))
    named = [a["label"] for tag, a in page.tags if tag == "optgroup"]
    assert {"NHS body", "Local authority", "Government department"} <= set(named)
    offered = [a["value"] for tag, a in page.tags if tag == "option" and a["value"]]
    assert len(offered) == len(set(offered)) == len(choices(snapshot())["organisation"])
    for text in ("police", "polise", "POLICE  west"):
        page = assert_page(client.get("/ask/from?" + urlencode({"find": text})))
        near = [a["value"] for tag, a in page.tags if a.get("type") == "radio"]
        assert "wmp" in near
        assert len(near) <= 12
        assert "cwc" not in near
    page = assert_page(client.get("/ask/from?find=zzzz"))
    assert "Nothing is near 'zzzz'" in page.text
    assert "optgroup" in [tag for tag, _ in page.tags]


def test_narrowing_keeps_what_is_chosen(client: FlaskClient) -> None:
    asked = "from=cwc&to=wmp&purpose=prevent&category=name&category=address&find=helth"
    page = assert_page(client.get(f"/ask/information?{asked}"))
    ticked = [a["value"] for _, a in page.tags if a.get("type") == "checkbox" and "checked" in a]
    assert sorted(ticked) == ["address", "name"]
    hidden = [a["name"] for _, a in page.tags if a.get("type") == "hidden" and a["value"]]
    assert hidden == ["from", "to", "purpose"]
    assert "health" in [a["value"] for _, a in page.tags if a.get("type") == "checkbox"]


def test_what_narrowed_one_list_does_not_narrow_the_next(client: FlaskClient) -> None:
    page = assert_page(client.get("/ask?from=cwc&find=wolverhampton"))
    assert "wmp" in [a.get("value") for tag, a in page.tags if tag == "option"]


def test_a_value_may_be_a_key_a_label_or_an_iri(client: FlaskClient) -> None:
    for body in (
        "cwc",
        "city of wolverhampton council",
        "https://w3id.org/vires/org/gss-E08000031",
    ):
        page = Page(client.get("/ask/from?" + urlencode({"from": body})).text)
        assert "cwc" in [a["value"] for tag, a in page.tags if tag == "option" and "selected" in a]
        wanted = GOOD.replace("from=cwc", urlencode({"from": body}))
        assert client.get(f"/api/ask?{wanted}").data == client.get(f"/api/ask?{GOOD}").data


@pytest.mark.parametrize("extra", ["from=wmp", "purpose=prevent", "subjects=a&subjects=b"])
def test_one_value_a_field_but_for_information(client: FlaskClient, extra: str) -> None:
    response = client.get(f"/answer?{GOOD}&{extra}")
    assert response.status_code == 400
    assert "not several" in assert_page(response).text


def test_check_shows_the_question_with_ways_to_change_it(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/check?{GOOD}"))
    for text in ("City of Wolverhampton Council", "West Midlands Police", "22 November 2026"):
        assert text in page.text
    assert page.text.count("Change ") == 6
    hidden = {a["name"]: a["value"] for tag, a in page.tags if tag == "input"}
    assert hidden["from"] == "https://w3id.org/vires/org/gss-E08000031"
    assert hidden["on"] == "2026-11-22"


WRONG_DATES = [
    "2026-02-30",
    "2026-13-01",
    "2026-1-2",
    "26-01-01",
    "20260101",
    "2026-W01-1",
    "2026-01-01T00:00",
    "today",
    "2026/01/01",
    "01-01-2026",
    "0000-01-01",
    "+2026-01-01",
    "2026-01-01Z",
    "٢٠٢٦-01-01",
]


@pytest.mark.parametrize("on", WRONG_DATES)
def test_a_wrong_date_is_said_to_be_one(client: FlaskClient, on: str) -> None:
    asked = GOOD.replace("on=2026-11-22", "on=" + quote(on))
    for path in ("/answer", "/check"):
        response = client.get(f"{path}?{asked}")
        assert response.status_code == 400
        assert "Enter a real date" in assert_page(response).text
    problem = client.get(f"/api/ask?{asked}")
    assert problem.status_code == 400
    assert [e["field"] for e in problem.json["errors"]] == ["on"]


@pytest.mark.parametrize(
    ("parts", "shown"),
    [(("5", "4", "2025"), "5 April 2025"), (("29", "02", "2028"), "29 February 2028")],
)
def test_a_date_in_three_parts(
    client: FlaskClient, parts: tuple[str, str, str], shown: str
) -> None:
    asked = GOOD.replace("&on=2026-11-22", "")
    given = urlencode(dict(zip(("on-day", "on-month", "on-year"), parts, strict=True)))
    assert shown in assert_page(client.get(f"/check?{asked}&{given}")).text
    assert client.get(f"/check?{asked}&{given}&on=2026-11-22").status_code == 400


def test_no_date_is_today(client: FlaskClient) -> None:
    asked = GOOD.replace("&on=2026-11-22", "")
    assert "22 November 2026 (today)" in Page(client.get(f"/check?{asked}").text).text
    assert client.get(f"/api/ask?{asked}").json["as_at"] == "2026-11-22"


def test_several_kinds_of_information_are_asked_one_by_one(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/answer?{GOOD}&category=physical-health"))
    links = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/answer?")]
    assert len(links) == 2
    for link in links:
        alone = client.get(link)
        assert alone.status_code == 200
        heading = client.get(link.replace("/answer", "/api/ask")).json["verdict"]
        assert HEADINGS[heading] in page.text
        assert HEADINGS[heading] in Page(alone.text).text
    many = "&".join(f"category=k{n}" for n in range(11))
    assert "at most 10" in client.get(f"/answer?{GOOD}&{many}").text


def test_a_wrong_kind_among_several_is_mended_alone(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/answer?{GOOD}&category=helth"))
    links = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/ask/all?")]
    kinds = [[v for k, v in parse_qsl(link.partition("?")[2]) if k == "category"] for link in links]
    assert ["name", "https://w3id.org/vires/category/health"] in kinds


def test_two_names_of_one_kind_are_one_question(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/answer?{GOOD}&category=https://w3id.org/vires/category/name"))
    assert "Record this" in page.text


def test_an_endless_address_is_not_read(client: FlaskClient) -> None:
    for path in ("/ask", "/api/ask"):
        response = client.get(f"{path}?from={'A' * 20_000}")
        assert response.status_code == 414
        assert URGENT in untagged(response)
        assert_headers(response)


# The answer


@pytest.mark.parametrize("verdict", VERDICTS)
def test_each_verdict_is_reached_and_shown(client: FlaskClient, verdict: str) -> None:
    question = questions()[verdict]
    found = ask(snapshot(), question)
    page = assert_page(client.get("/answer?" + query(question)))
    heading = page.text.index(HEADINGS[verdict], page.text.index("Reports what is documented"))
    order = ["What is not tested", "Who to ask", "Record this", "How this was worked out"]
    places = [heading, *(page.text.rindex(words) for words in order)]
    assert places == sorted(places)
    banner = "routes listed below are illustrative" in page.text
    assert (banner or "This answer rests on illustrative" in page.text) == found.illustrative
    uncovered = verdict in ("power-only", "not-found")
    assert banner == (uncovered and any(route.illustrative for route in found.routes))
    folded = {a.get("id") for tag, a in page.tags if tag == "details"}
    if verdict in ("gap", "cannot-tell"):
        assert not folded & {"other-routes", "changes"}
    else:
        ids = {a.get("id") for _, a in page.tags}
        assert {"other-routes", "changes"} & ids <= folded
    assert found.data_version in page.text
    for words in found.not_tested:
        assert words in page.text
    for contact in found.urgent.contacts:
        assert contact.role in page.text
    hrefs = [a["href"] for tag, a in page.tags if tag == "a"]
    assert client.get(next(h for h in hrefs if h.startswith("/api/ask?"))).data == to_json(found)
    assert client.get(next(h for h in hrefs if h.startswith("/answer?"))).status_code == 200
    if found.duties:
        assert page.text.count("must share if") >= len(found.duties)
    for iri in found.query:
        assert iri in page.text


def test_a_covered_answer_shows_its_route(client: FlaskClient) -> None:
    page = assert_page(client.get("/answer?" + query(questions()["covered"])))
    for title in CONDITION_TITLES.values():
        assert title in page.text
    jumps = [a["href"][1:] for tag, a in page.tags if tag == "a" and a["href"].startswith("#")]
    assert {"route", "not-tested", "who-to-ask", "record-this", "worked-out"} <= set(jumps)
    assert set(jumps) <= {a.get("id") for _, a in page.tags}
    assert ("/ask", "true") in {(a.get("href"), a.get("aria-current")) for _, a in page.tags}
    hrefs = {a["href"] for tag, a in page.tags if tag == "a"}
    found = ask(snapshot(), questions()["covered"]).routes[0]
    assert {path_of_thing(found.version), path_of_thing(found.agreement)} <= hrefs
    for key in ("Agreement", "Stands on", "Signed", "Power or duty", "Cautions"):
        assert key in page.words
    assert re.search(r": \d{1,2} [A-Z][a-z]+ \d{4}", page.text)
    assert "may share" in page.text or "must share if" in page.text
    assert {"In force", "Under review"} & set(page.words)


def test_a_route_about_something_else_says_how_it_differs(client: FlaskClient) -> None:
    told = set()
    for question in questions().values():
        found = ask(snapshot(), question)
        page = assert_page(client.get("/answer?" + query(question)))
        assert "is about something else" not in page.text
        for route in explain(snapshot(), found).routes[1:LISTED]:
            if route.outcome == "not-covered" and not route.describes:
                assert "; ".join(route.differs) in page.text
                outcomes = {c.name: c.outcome for c in route.conditions}
                same = "same purpose" in route.differs
                assert same == (outcomes["purpose"] == "met")
                late = "not in force on this date" in route.differs
                assert late == (outcomes["version-in-force"] == "not met")
                told.update(route.differs)
    assert {"same purpose", "for another purpose", "does not list this information"} & told


def test_a_caution_from_the_law_names_the_law(client: FlaskClient) -> None:
    page = client.get("/answer?" + query(questions()["covered"])).text
    assert "Localism Act 2011 s.2: A limit in the law cuts the power down" in page
    named = set()
    for question in questions().values():
        found = ask(snapshot(), question)
        for route, shown in zip(found.routes, explain(snapshot(), found).routes, strict=True):
            assert len(shown.cautions) == len({c.text for c in route.cautions})
            for caution, text in zip(route.cautions, shown.cautions, strict=True):
                assert text.endswith(caution.text)
                if text != caution.text:
                    named.add(caution.code)
    assert named == {"power-limited", "reading-unchecked", "trigger"}


def test_the_emergency_is_one_step_from_every_page(client: FlaskClient) -> None:
    for path in ("/", "/no-such-page", f"/answer?{GOOD}"):
        page = assert_page(client.get(path))
        hrefs = [a.get("href") for tag, a in page.tags if tag == "a"]
        assert hrefs[1:3] == ["tel:999", "/guidance/emergency"]
    assert client.get("/guidance/emergency").status_code == 200
    nothing = assert_page(client.get("/search?q=zzzzqqq"))
    assert "How to search" in nothing.words
    assert "sharing in an emergency" in nothing.words


def test_the_questions_say_what_was_answered_and_lead_back(client: FlaskClient) -> None:
    step = assert_page(client.get("/ask/information?from=cwc&to=wmp&purpose=prevent&category=name"))
    so_far = "So far: from City of Wolverhampton Council ; to West Midlands Police ; purpose"
    assert so_far in step.text
    assert "So far" not in assert_page(client.get("/ask?from=")).text
    check = assert_page(client.get(f"/check?{GOOD}"))
    back = next(a["href"] for t, a in check.tags if a.get("class") == "govuk-back-link")
    assert back.startswith("/ask/information?from=cwc&to=wmp&")
    assert client.get(back).status_code == 200


def test_a_gap_shows_the_smallest_change(client: FlaskClient) -> None:
    question = questions()["gap"]
    page = assert_page(client.get("/answer?" + query(question)))
    assert "What would have to change" in page.text
    assert "no reason to withhold in an emergency" in page.text
    misses = ask(snapshot(), question).near_misses
    assert CONDITION_TITLES[misses[0].fails[0]] in page.text


def test_inside_one_organisation_no_route_is_looked_for(client: FlaskClient) -> None:
    page = assert_page(client.get("/answer?from=cwc&to=cwc&purpose=prevent&category=name"))
    assert "Inside one organisation, purpose and need to know decide." in page.text


def _own_words(client: FlaskClient, path: str) -> str:
    """The words of a page without the texts of the law, which are quoted as they are."""
    text = Page(client.get(path).text).text
    if path.startswith("/answer?"):
        said = client.get(path.replace("/answer", "/api/ask", 1)).json or {}
        laws = [
            x["text"] for key in ("powers", "duties", "restrictions") for x in said.get(key, ())
        ]
        for quoted in [*laws, *said.get("not_tested", ())]:
            text = text.replace(" ".join(quoted.split()), "")
    if path.partition("?")[0][1:] in registers():
        stated = {q.object.value for q in snapshot().quads() if q.predicate.value in QUOTED}
        for quoted in sorted(stated, key=len, reverse=True):
            text = text.replace(" ".join(quoted.split()), "")
    return text


def test_words_never_used(client: FlaskClient) -> None:
    paths = [*PAGES, *("/answer?" + query(q) for q in questions().values())]
    for path in paths:
        if PAGES.get(path) == 303:
            continue
        assert not FORBIDDEN.findall(_own_words(client, path)), path
    for words in web_errors.WORDS.values():
        assert not FORBIDDEN.findall(" ".join(words))


# The operation


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_operation_gives_the_bytes_of_the_answer(client: FlaskClient, verdict: str) -> None:
    question = questions()[verdict]
    response = client.get("/api/ask?" + query(question))
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.data == to_json(ask(snapshot(), question))
    assert_headers(response)
    bare = client.get("/api/ask?near_misses=false&" + query(question))
    assert bare.data == to_json(ask(snapshot(), question, near_misses=False))


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ("", ["from", "to", "purpose", "category"]),
        ("from=nobody&to=wmp&purpose=nonsense&category=name", ["from", "purpose"]),
        (f"{GOOD}&category=health", ["category"]),
        (f"{GOOD}&purpos=prevent", ["purpos"]),
        (f"{GOOD}&near_misses=maybe", ["near_misses"]),
        (f"{GOOD}&near_misses=true&near_misses=false", ["near_misses"]),
        (f"{GOOD}&subjects=martians", ["subjects"]),
    ],
)
def test_a_wrong_question_lists_every_problem(
    client: FlaskClient, asked: str, fields: list[str]
) -> None:
    response = client.get(f"/api/ask?{asked}")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert_headers(response)
    body = response.json
    assert [error["field"] for error in body["errors"]] == fields
    assert body["urgent"]["statement"] == URGENT
    assert body["status"] == 400
    assert body["type"] == "https://w3id.org/vires/problem/wrong-question"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", body["instance"])


def test_near_matches_are_listed_not_guessed(client: FlaskClient) -> None:
    asked = GOOD.replace("to=wmp", "to=west+midlands+polise")
    (error,) = client.get(f"/api/ask?{asked}").json["errors"]
    assert "wmp" in [near["key"] for near in error["near"]]
    assert set(error["near"][0]) == {"iri", "key", "label"}


def _vires(state: Path, *arguments: str) -> bytes:
    """What the command prints, on a state folder of its own."""
    run = [sys.executable, "-c", "from vires.cli import main; main()", *arguments]
    environment = {**os.environ, "VIRES_STATE": str(state)}
    done = subprocess.run(run, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_the_command_and_the_operation_give_the_same_bytes(tmp_path: Path) -> None:
    _vires(tmp_path, "load")
    served = create_app(Settings(state=tmp_path)).test_client()
    for question in questions().values():
        given = dict(parse_qsl(query(question)))
        options = [part for name, value in given.items() for part in (f"--{name}", value)]
        printed = _vires(tmp_path, "ask", "--json", *options)
        assert printed == served.get("/api/ask?" + query(question)).data


def test_a_server_process_starts_warm_or_says_that_nothing_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRES_STATE", str(tmp_path))
    assert ready_application().test_client().get("/").status_code == 503
    _vires(tmp_path, "load")
    assert ready_application().test_client().get("/").status_code == 200


# Errors


def test_the_urgent_statement_stands_with_the_store_gone(broken: FlaskClient) -> None:
    for path in (
        "/",
        "/ask",
        "/ask/to",
        "/tiers",
        "/tiers/mash",
        "/check",
        f"/check?{GOOD}",
        f"/answer?{GOOD}",
    ):
        response = broken.get(path)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        page = assert_page(response)
        assert re.search(r"id [0-9a-f-]{36}", page.text)
        assert "marker" not in response.text
        assert "Traceback" not in response.text
    for path in (f"/api/ask?{GOOD}", "/healthz"):
        response = broken.get(path)
        assert response.status_code == 503
        assert response.mimetype == "application/problem+json"
        assert response.json["urgent"]["statement"] == URGENT
        assert "marker" not in response.text


@pytest.mark.parametrize("status", web_errors.WORDS)
def test_every_error_page(status: int) -> None:
    app = application()
    with app.test_request_context("/"):
        response = web_errors._answer(status, web_errors.uuid.uuid4())
    assert response.status_code == status
    page = Page(response.get_data(as_text=True))
    assert page.first_in_header == URGENT
    assert web_errors.WORDS[status].heading in page.text


def test_a_fault_shows_no_stack_and_logs_no_words_of_the_asker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("mark" + "er-9f3")

    monkeypatch.setattr("vires.web.pages.ask", fail)
    with caplog.at_level(logging.ERROR):
        response = application().test_client().get(f"/answer?{GOOD}&note=marker-9f3")
    assert response.status_code == 500
    page = assert_page(response)
    assert "Traceback" not in response.text
    assert "marker" not in response.text
    identifier = re.search(r"id ([0-9a-f-]{36})", page.text)
    assert identifier is not None
    assert identifier[1] in caplog.text
    assert "ValueError" in caplog.text
    assert "marker" not in caplog.text


def test_the_urgent_statement_stands_with_the_templates_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("vires.web.errors.render_template", fail)
    response = application().test_client().get("/no-such-page")
    assert response.status_code == 404
    assert Page(response.text).first_in_header == URGENT
    assert_headers(response)


# Hostile parameters


@pytest.fixture(scope="module")
def fields() -> Iterator[tuple[str, ...]]:
    yield ("from", "to", "purpose", "category", "subjects", "on", "on-day", "on-year", "other")


def test_hostile_parameters_stay_text(client: FlaskClient, fields: tuple[str, ...]) -> None:
    assert len(PAYLOADS) == 40
    good = dict(parse_qsl(GOOD))
    for payload in PAYLOADS:
        assert_page(client.get("/ask/all?" + urlencode(dict.fromkeys(fields, payload))))
        for field in fields:
            asked = urlencode({**good, field: payload})
            for path in ("/check", "/ask", f"/ask/{STEPS[fields.index(field) % len(STEPS)]}"):
                response = client.get(f"{path}?{asked}")
                if (path, field) == ("/ask", "other"):
                    assert response.headers["Location"].startswith("/check?from=cwc&to=wmp&")
                    continue
                assert response.status_code in (200, 400)
                assert_page(response)
            answer = client.get(f"/api/ask?{asked}")
            assert answer.status_code == 400
            assert json.loads(answer.data)["urgent"]["statement"] == URGENT
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_hostile_paths_stay_text(client: FlaskClient) -> None:
    for payload in PAYLOADS:
        response = client.get("/" + quote(payload, safe=""))
        assert response.status_code in (400, 404, 308)
        assert_page(response)
        for path in ("/tiers", "/tiers/matrix"):
            response = client.get(f"{path}/{quote(payload, safe='')}")
            assert response.status_code in (400, 404, 308)
            assert_page(response)
        asked = urlencode({"from": payload, "to": "cwc"})
        assert client.get(f"/tiers/matrix/children/flows?{asked}").status_code == 404


# The source


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_pages_hold_no_store_and_no_query() -> None:
    explain = WEB.parent / "explain"
    for path in [*WEB.rglob("*.py"), *explain.rglob("*.py")]:
        assert not _imports(path) & {"rdflib", "pyoxigraph", "pyshacl", "sqlite3"}, path
        assert "SELECT" not in path.read_text(encoding="utf-8")


def test_answer_views_give_what_their_headers_say() -> None:
    found = [view for view in views() if view.key.startswith("answer/")]
    assert len(found) == 8
    for view in found:
        selected = re.search(r"^SELECT (?:DISTINCT )?(.*)$", view.text, re.MULTILINE)
        assert selected is not None
        names = re.findall(r"\?(\w+)(?=\)|\s|$)", re.sub(r"\(COUNT.*? AS", "", selected[1]))
        stated = [p.name for p in view.parameters] + [c.name for c in view.columns]
        assert names == stated, view.key


def test_templates_hold_nothing_unescaped_or_inline() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\|\s*safe|autoescape|<script(?! src=\"\{\{ asset\('[\w.-]+'\) \}\}\" defer></script>)|<style|style=|\son\w+=",
            text,
        ), path
    for path in WEB.glob("*.py"):
        assert "Markup" not in path.read_text(encoding="utf-8")


def test_a_restricted_record_is_kept_by_no_cache_and_read_by_no_other_site() -> None:
    client = create_app(Settings(access="staff"), Held(), today=lambda: DAY).test_client()
    for path in ("/", "/api/search?q=police", "/doc/agreement/mash.ttl", "/health-check.atom"):
        response = client.get(path)
        assert response.status_code == 200, path
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert "Access-Control-Allow-Origin" not in response.headers
