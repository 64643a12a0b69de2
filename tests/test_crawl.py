"""From the front page every internal link leads somewhere, and what is shown is named.

Lists are followed page by page; of the endless combinations of filters, order and questions, each
shape of address is followed a few times. So are the forms of data of each kind of thing, unless
`VIRES_CRAWL=all`, by hand.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import application, snapshot
from vires.decide import names

PER_SHAPE = 12
"""How many addresses of one path and one set of parameters are followed."""

ALL = os.environ.get("VIRES_CRAWL") == "all"

MAX_BYTES = 100_000


class Links(HTMLParser):
    """The links of a page, the ids in it, and the words shown outside `vires-iri` and code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.words: list[str] = []
        self._exact: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("a", "link") and given.get("href"):
            self.links.append(given["href"] or "")
        if given.get("id"):
            self.ids.add(given["id"] or "")
        exact = tag in ("pre", "code", "textarea", "option", "script") or "vires-iri" in (
            given.get("class") or ""
        )
        if exact or (self._exact and tag == self._exact[-1]):
            self._exact.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._exact and tag == self._exact[-1]:
            self._exact.pop()

    def handle_data(self, data: str) -> None:
        if not self._exact:
            self.words.append(data)


def _shape(address: str) -> tuple[str, ...]:
    parts = urlsplit(address)
    if not ALL and (form := re.search(r"^(/[^/]+/[^/]+/).*\.(ttl|jsonld|rdf|nt)$", parts.path)):
        return form.groups()
    if not parts.query:
        return (address,)  # each page without parameters is followed
    return (parts.path, *sorted({name for name, _ in parse_qsl(parts.query)}))


@pytest.fixture(scope="module")
def crawled() -> dict[str, tuple[int, str, bytes]]:
    """Every address reached: status, media type and body of a page."""
    client: FlaskClient = application().test_client()
    found: dict[str, tuple[int, str, bytes]] = {}
    shapes: Counter[tuple[str, ...]] = Counter()
    edge = ["/"]
    while edge:
        address = edge.pop()
        if address in found:
            continue
        response = client.get(address)
        page = response.mimetype == "text/html"
        found[address] = (response.status_code, response.mimetype, response.data if page else b"")
        response.close()
        onward = Links(response.text).links if page and response.status_code == 200 else []
        if response.status_code in (302, 303):
            onward = [response.headers["Location"]]
        for link in onward:
            target = urlsplit(urljoin(f"http://here{address}", link))
            if target.scheme != "http" or target.netloc != "here":
                continue
            plain = target._replace(scheme="", netloc="", fragment="").geturl()
            if plain not in found and shapes[_shape(plain)] < PER_SHAPE:
                shapes[_shape(plain)] += 1
                edge.append(plain)
    return found


def test_every_internal_link_leads_somewhere(crawled: dict[str, tuple[int, str, bytes]]) -> None:
    wrong = {a: status for a, (status, _, _) in crawled.items() if status not in (200, 302, 303)}
    assert not wrong
    assert len(crawled) > 2000


def test_every_fragment_is_on_its_page(crawled: dict[str, tuple[int, str, bytes]]) -> None:
    for address, (status, media, body) in crawled.items():
        if status != 200 or media != "text/html":
            continue
        page = Links(body.decode())
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.ids, f"{address}: {link}"


def test_no_page_is_over_100_kilobytes(crawled: dict[str, tuple[int, str, bytes]]) -> None:
    assert not {a: len(body) for a, (_, _, body) in crawled.items() if len(body) > MAX_BYTES}


def test_no_raw_iri_is_shown_where_there_is_a_label(
    crawled: dict[str, tuple[int, str, bytes]],
) -> None:
    known = names(snapshot())
    raw = re.compile(r"https?://[^\s<>\"')\],;]+")
    wrong = {}
    for address, (status, media, body) in crawled.items():
        if status == 200 and media == "text/html":
            shown = raw.findall(" ".join(Links(body.decode()).words))
            if named := [iri for iri in shown if iri.rstrip(".") in known]:
                wrong[address] = named[:3]
    assert not wrong
