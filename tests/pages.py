"""What a page of the site holds, and what every page is; for the tests of pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vires.decide import URGENT
from vires.registers import registers

GOOD = "from=cwc&to=wmp&purpose=crime-prevention&category=name&on=2026-11-22"
STEPS = ("from", "to", "purpose", "information", "about", "date")

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
"""Every kind of page and error, and its status."""


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


def untagged(response: TestResponse) -> str:
    """The text of a response without its tags: the telephone number in the statement is a link."""
    return re.sub(r"<[^>]*>", "", response.text)


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


def links(html: str) -> set[str]:
    """Every address that a page leads to."""
    return {unescape(found) for found in re.findall(r'href="([^"]*)"', html)}


def with_lists(client: FlaskClient, path: str) -> Iterator[TestResponse]:
    """The page of a thing, and each page of each list that it leads to."""
    left, seen = {path}, set[str]()
    while left:
        seen.add(address := left.pop())
        page = client.get(address)
        assert page.status_code == 200, address
        yield page
        left |= {link for link in links(page.text) if link.startswith(path + "?list=")} - seen
