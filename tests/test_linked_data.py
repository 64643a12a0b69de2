"""Linked data: every thing has a page and an IRI that leads to it, in every form, as agreed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic
from werkzeug.test import TestResponse

from tests.browser.shipped import DAY, Held, application, snapshot
from tests.pages import Page, assert_headers, assert_page
from vires import library, terms
from vires.addresses import path_of
from vires.config import Settings
from vires.decide import URGENT, names
from vires.exchange import FORMATS, context, context_iri, describe
from vires.store import from_quads
from vires.web import create_app
from vires.web.negotiation import FORMS, best, named, split

ROOT = Path(__file__).parent.parent
AREA = "https://wolverhampton.vires.example/"
MASH = "/doc/agreement/mash"
READING = "/doc/reading/cda1998-s115"


@cache
def things() -> tuple[str, ...]:
    """Every subject of the record that is ours to show."""
    found = {quad.subject.value for quad in snapshot().quads()}
    return tuple(sorted(iri for iri in found if path_of(iri)))


@cache
def pages() -> dict[str, TestResponse]:
    """The page of every thing, asked for once."""
    client = application().test_client()
    return {iri: client.get(path_of(iri), buffered=True) for iri in things()}


def identifier(iri: str) -> str:
    """The path at which a server answers for an IRI."""
    if iri.startswith(terms.BASE) and not iri.startswith(terms.VIRES.rstrip("#")):
        return "/" + iri.removeprefix(terms.BASE)
    return "/id/" + path_of(iri).removeprefix("/doc/")  # type: ignore[union-attr]


# Every thing


def test_every_thing_has_a_page_and_an_identifier_that_leads_to_it(client: FlaskClient) -> None:
    assert len(things()) > 2000
    for iri in things():
        response = pages()[iri]
        assert response.status_code == 200, iri
        assert len(response.data) < 100_000, iri
        assert iri.partition("#constraint")[0] in response.text
        sent = client.get(identifier(iri))
        document = path_of(iri).partition("#")[0]  # a fragment never reaches a server
        assert (sent.status_code, sent.headers["Location"]) == (303, document), iri
        assert sent.headers["Vary"] == "Accept"


def test_no_address_is_shown_where_a_name_is_known() -> None:
    known = names(snapshot())
    cited = re.compile(r'<(p|span) class="[^"]*vires-iri">[^<]*</\1>')
    for iri in things():
        page = Page(cited.sub("", pages()[iri].text))
        for shown in re.findall(r"https?://[^\s;,)]+", page.text):
            assert shown.rstrip(".") not in known, (iri, shown)


def test_every_page_of_a_thing_is_a_page_in_our_words() -> None:
    for iri in things()[::25]:
        page = assert_page(pages()[iri])
        assert page.first_in_header == URGENT


def test_a_page_links_only_to_what_is_there(client: FlaskClient) -> None:
    seen: set[str] = set()
    for iri in things()[::10]:
        page = Page(pages()[iri].text)
        links = {a["href"] for tag, a in page.tags if tag == "a"}
        seen |= {link for link in links if link.startswith("/")}
    assert len(seen) > 300
    for link in sorted(seen):
        assert client.get(link, buffered=True).status_code in (200, 303), link


def test_silence_is_said(client: FlaskClient) -> None:
    page = Page(client.get("/doc/event/bcpft-to-bchft").text)
    assert "not stated in the source" in page.words


def test_example_data_is_headed_so(client: FlaskClient) -> None:
    page = assert_page(client.get(MASH))
    assert "Example data" in page.words
    assert "Illustrative: written to show how Vires works" in page.text
    assert "Example data" not in assert_page(client.get("/doc/nation/england")).words


# Statuses


@pytest.mark.parametrize(
    "path",
    [
        "/doc/agreement/none",
        "/doc/agreement/mash/v/99",
        "/id/agreement/none",
        "/reading/none",
        "/doc/none.ttl",
        "/doc/ns/NoSuchTerm",
        "/doc/legislation/ukpga/1900/1",
        "/doc/query/page/none",
        "/query/page/none",
    ],
)
def test_what_is_unknown_is_404(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    if path.endswith(".ttl"):  # who asks for data gets a problem
        assert response.mimetype == "application/problem+json"
        assert response.json["urgent"]["statement"] == URGENT
    else:
        assert_page(response)


@pytest.mark.parametrize(
    "key",
    [
        "agreement/mash//v",
        "agreement/ma sh",
        "agreement/%3Cscript%3E",
        "agreement/%22",
        "agreement/a%5Cb",
        "agreement/%00",
        "agreement/a%09b",
        "agreement/%7Bx%7D",
        "agreement/%5E",
        "agreement/%60",
        "agreement/%3F",
        "agreement/%23",
        "agreement/%FF",
        "agreement/..%2f..%2fx",
        "agreement/" + "a" * 500,
    ],
)
def test_what_is_malformed_is_400(client: FlaskClient, key: str) -> None:
    for place in ("/doc/", "/id/", "/"):
        if place == "/" and "//" in key:
            continue  # the router knows no such path: 404
        response = client.get(place + key)
        assert response.status_code == 400, place
        assert_page(response)


def test_a_removed_thing_is_410_with_what_replaced_it() -> None:
    stone = f"<{AREA}id/agreement/old> <http://purl.org/dc/terms/isReplacedBy> <{AREA}id/agreement/mash> ."
    import pyoxigraph as ox

    class Kept(Held):
        def current(self):  # type: ignore[no-untyped-def]
            old = ox.parse(stone, format=ox.RdfFormat.N_TRIPLES)
            graph = ox.NamedNode(AREA + "graph/removed")
            more = [ox.Quad(q.subject, q.predicate, q.object, graph) for q in old]
            return from_quads([*snapshot().quads(), *more])

    client = create_app(Settings(), Kept(), today=lambda: DAY).test_client()
    for path in ("/doc/agreement/old", "/id/agreement/old", "/doc/agreement/old.ttl"):
        response = client.get(path)
        assert response.status_code == 410
        page = assert_page(response)
        assert MASH in [a["href"] for tag, a in page.tags if tag == "a"]
        assert "Example multi-agency safeguarding hub agreement" in page.text


def test_a_body_that_was_replaced_keeps_its_page(client: FlaskClient) -> None:
    page = assert_page(client.get("/doc/org/phe"))
    assert "Replaced by" in page.text
    assert "UK Health Security Agency" in page.text


# Negotiation (site.md 2.1 and 2.2)

ACCEPT = {
    None: "html",
    "*/*": "html",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8": "html",
    "text/turtle": "ttl",
    "application/x-turtle": "ttl",
    "text/turtle;charset=utf-8": "ttl",
    'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"': "jsonld",
    "application/json": "jsonld",
    "application/rdf+xml": "rdf",
    "application/n-triples": "nt",
    "text/*": "html",
    "application/*": "jsonld",
    "text/html;q=0.2, text/turtle;q=0.9": "ttl",
    "text/html;q=0.2, */*;q=0.1": "html",
    "text/html;q=0, */*": "ttl",
    "TEXT/TURTLE": "ttl",
    "application/pdf, application/n-triples;q=0.1": "nt",
    "text/turtle;q=0": None,
    "application/pdf": None,
    "text/html;q=0": None,
    "image/*": None,
}


@pytest.mark.parametrize(("accept", "short"), ACCEPT.items(), ids=str)
def test_accept(client: FlaskClient, accept: str | None, short: str | None) -> None:
    response = client.get(READING, headers={"Accept": accept} if accept else {})
    assert response.headers["Vary"] == "Accept"
    assert_headers(response)
    if short is None:
        assert response.status_code == 406
        page = assert_page(response)
        links = [a["href"] for tag, a in page.tags if tag == "a"]
        for form in FORMS:
            assert f"{READING}.{form.short}" in links
            assert form.media in page.text
            assert f"<{READING}.{form.short}>" in response.headers["Link"]
    else:
        assert response.status_code == 200
        assert response.headers["Content-Location"] == f"{READING}.{short}"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.short)
def test_a_form_is_had_by_extension_by_short_and_by_long_name(
    client: FlaskClient, form: object
) -> None:
    other = {"Accept": "application/pdf"}
    ways = (
        f"{READING}.{form.short}",
        f"{READING}?_mediatype={form.short}",
        f"{READING}?_mediatype={form.media.replace('+', '%2B')}",
        f"{READING}.{form.short}?_mediatype=nonsense",
    )
    found = {client.get(way, headers=other).data for way in ways}
    assert len(found) == 1
    response = client.get(ways[0])
    assert response.mimetype == form.media
    data = form.short != "html"
    assert (response.headers.get("Access-Control-Allow-Origin") == "*") == data
    if data:
        exposed = response.headers["Access-Control-Expose-Headers"]
        assert exposed == "Link, ETag, Content-Location"
    link = response.headers["Link"]
    assert '<https://w3id.org/vires/reading/cda1998-s115>; rel="describes"' in link
    assert f'<{READING}>; rel="canonical"' in link
    assert '<https://creativecommons.org/licenses/by/4.0/>; rel="license"' in link
    for one in FORMS:
        here = f'<{READING}.{one.short}>; rel="alternate"; type="{one.media}"' in link
        assert here == (one is not form)


def test_an_unknown_form_is_400_and_says_which_there_are(client: FlaskClient) -> None:
    response = client.get(READING + "?_mediatype=docx")
    assert response.status_code == 400
    page = assert_page(response)
    assert "There is no form 'docx' here." in page.text
    assert "text/turtle" in page.text


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.short)
def test_a_form_has_a_strong_tag_of_its_own(client: FlaskClient, form: object) -> None:
    path = f"{MASH}.{form.short}"
    first = client.get(path)
    tag = first.headers["ETag"]
    assert not tag.startswith("W/")
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Vary"] == "Accept"
    head = client.head(path)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", tag)
    assert head.headers["Link"] == first.headers["Link"]
    tags = {client.get(f"{MASH}.{f.short}").headers["ETag"] for f in FORMS}
    assert len(tags) == len(FORMS)


def test_the_wish_goes_along(client: FlaskClient) -> None:
    assert client.get("/id/agreement/mash.ttl").headers["Location"] == MASH + ".ttl"
    sent = client.get("/reading/cda1998-s115?_mediatype=nt")
    assert sent.headers["Location"] == READING + "?_mediatype=nt"
    assert client.head("/id/agreement/mash").status_code == 303


def test_any_host_gives_the_same_data(client: FlaskClient) -> None:
    plain = client.get(MASH + ".ttl")
    other = client.get(MASH + ".ttl", headers={"Host": "evil.example"})
    assert other.data == plain.data
    assert other.headers["Link"] == plain.headers["Link"]


def test_negotiation_by_itself() -> None:
    assert best(None, FORMS) is FORMS[0]
    assert best("text/plain", FORMS) is named("nt")
    assert split("a/b.ttl") == ("a/b", named("ttl"))
    assert split("a/b.docx") == ("a/b.docx", None)
    assert named("Text/Turtle; charset=utf-8") is named("ttl")
    assert named("docx") is None


# The statements


def parsed(text: bytes, short: str) -> Graph:
    data = text.decode()
    if short == "jsonld":
        body = json.loads(data)
        assert body["@context"] == context_iri()
        body["@context"] = json.loads(context())["@context"]
        data = json.dumps(body)
    return Graph().parse(data=data, format=FORMATS[short])


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # by its own JSON-LD parser
@pytest.mark.parametrize(
    "iri",
    [
        AREA + "id/agreement/mash",
        AREA + "id/agreement/mash/v/1/flow/1",
        terms.BASE + "reading/cda1998-s115",
        terms.BASE + "org/gss-E08000031",
        terms.BASE + "condition/sch1-18",
        terms.VIRES + "LegalPower",
        terms.VIRES.rstrip("#"),
        "http://www.legislation.gov.uk/id/ukpga/1998/37",
    ],
)
def test_every_form_says_the_same(iri: str) -> None:
    graphs = {short: parsed(describe(snapshot(), iri, short), short) for short in FORMATS}
    first = graphs["nt"]
    assert len(first) > 3
    for short, graph in graphs.items():
        assert isomorphic(first, graph), short


def test_a_description_is_bounded() -> None:
    """The thing's own statements, and of others no more than what they are called."""
    iri = AREA + "id/agreement/mash/v/1"
    graph = parsed(describe(snapshot(), iri, "ttl"), "ttl")
    called = {terms.PREF_LABEL, "http://purl.org/dc/terms/title", "http://www.w3.org/2000/01/rdf-schema#label"}  # fmt: skip
    own = {
        (q.predicate.value, q.object.value) for q in snapshot().quads() if q.subject.value == iri
    }
    assert {(str(p), str(o)) for s, p, o in graph if str(s) == iri} == own
    assert {str(p) for s, p, _ in graph if str(s) != iri} <= called
    targets = {value for _, value in own}
    assert {str(s) for s, _, _ in graph if str(s) != iri} <= targets


def test_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib; from tests.browser.shipped import snapshot;"
        "from vires.exchange import FORMATS, describe;"
        f"print([hashlib.sha256(describe(snapshot(), '{AREA}id/agreement/mash/v/1', f)).hexdigest()"
        " for f in FORMATS])"
    )
    import os

    path = os.pathsep.join((str(ROOT), str(ROOT / "app")))
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True, capture_output=True, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(found) == 1


def test_the_context_is_served_as_it_is(client: FlaskClient) -> None:
    response = client.get("/context.jsonld")
    assert response.mimetype == "application/ld+json"
    assert response.data == (ROOT / "ontology" / "context.jsonld").read_bytes()
    assert response.headers["Access-Control-Allow-Origin"] == "*"


# Queries


@pytest.mark.parametrize("view", library.views(), ids=lambda view: view.key)
def test_every_query_has_a_page_and_its_text(client: FlaskClient, view: library.View) -> None:
    sent = client.get(f"/query/{view.key}")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/doc/query/{view.key}")
    page = assert_page(client.get(f"/doc/query/{view.key}"))
    assert view.question in page.text
    text = client.get(f"/doc/query/{view.key}", headers={"Accept": "application/sparql-query"})
    assert text.mimetype == "application/sparql-query"
    assert text.text == view.text == client.get(f"/doc/query/{view.key}.rq").text
    wrong = client.get(f"/doc/query/{view.key}", headers={"Accept": "text/turtle"})
    assert wrong.status_code == 406
