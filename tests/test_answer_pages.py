"""The answer: each verdict as a page and as an operation, in the words that may be used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import (
    VERDICTS,
    query,
    questions,
    snapshot,
)
from tests.pages import (
    GOOD,
    PAGES,
    Page,
    assert_headers,
    assert_page,
)
from vires import terms
from vires.addresses import path_of as path_of_thing
from vires.config import Settings
from vires.decide import HEADINGS, URGENT, ask, to_json
from vires.explain import CONDITION_TITLES, explain
from vires.registers import registers
from vires.web import application as ready_application
from vires.web import create_app
from vires.web import errors as web_errors
from vires.web.pages import LISTED

WEB = Path(web_errors.__file__).parent

FORBIDDEN = re.compile(
    r"\b(yes|allowed|permitted|denied|unlawful|lawful|refused|forbidden|consent needed"
    r"|you do not need consent|not permitted)\b|[\u2717\u2718\u274c]",
    re.IGNORECASE,
)

# What a list quotes from the record: names of things, and what a duty turns on.
QUOTED = frozenset({terms.PREF_LABEL, terms.TRIGGER_TEXT})


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


def test_a_post_to_ask_is_marked_where_it_is_an_example(client: FlaskClient) -> None:
    marked = (
        "City of Wolverhampton Council Role: Caldicott Guardian How: not recorded (example data)"
    )
    for to in ("wmp", "nhs-england", "cwc"):
        asked = f"from=cwc&to={to}&purpose=fraud&category=name&on=2026-11-22"
        page = assert_page(client.get(f"/answer?{asked}"))
        assert marked in page.text
    posts = {
        row[0].value: row[1]
        for row in snapshot().rows(
            "page/organisation-contacts", organisation=terms.BASE + "org/gss-E08000031"
        )
    }
    assert set(posts) <= {row[0].value for row in snapshot().rows("answer/illustrative")}


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
