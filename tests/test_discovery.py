"""What machines find: the catalogue conforms to DCAT-AP, VoID counts truly, and files are as said."""

from __future__ import annotations

import gzip
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pyshacl
import pytest
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef

from tests.browser.shipped import DAY, Held, application, snapshot
from tests.pages import assert_headers
from tests.test_downloads import tree
from vires.config import Settings
from vires.exchange.catalogue import CURRENT, DATASET, service
from vires.web import create_app

SHAPES = Path(__file__).parent / "vendored" / "dcat-ap-3.0.1"
VOCAB = Path(os.environ["VIRES_SHARED"]) / "vocab"
VOID = Namespace("http://rdfs.org/ns/void#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
HOME = "https://vires.example.org/"
FORMS = ("ttl", "jsonld", "rdf", "nt")
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    settings = Settings(home=HOME, publisher="A council", contact="record@example.org")
    return create_app(settings, Held(), today=lambda: DAY).test_client()


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> Graph:
    return Graph().parse(data=client.get("/dataset.ttl").data, format="turtle")


def validate(graph: Graph, name: str) -> tuple[bool, str]:
    """Whether a graph conforms to the shapes of DCAT-AP; DCAT says that a series is a dataset."""
    dcat = Graph().parse(VOCAB / "dcat3.ttl")
    found = pyshacl.validate(graph, shacl_graph=Graph().parse(SHAPES / name), ont_graph=dcat)
    return bool(found[0]), str(found[2])


@pytest.mark.parametrize("name", ["shapes.ttl", "range.ttl"])
def test_the_catalogue_conforms_to_dcat_ap(described: Graph, name: str) -> None:
    conforms, report = validate(described, name)
    assert conforms, report


@pytest.mark.parametrize(
    ("name", "prop", "value"),
    [
        ("shapes.ttl", DCTERMS.title, None),
        ("shapes.ttl", DCTERMS.publisher, None),
        ("range.ttl", DCTERMS.license, URIRef("https://example.org/no-licence")),
    ],
)
def test_the_shapes_find_what_is_wrong(
    described: Graph, name: str, prop: URIRef, value: URIRef | None
) -> None:
    broken = Graph() + described
    catalogue = URIRef(DATASET + "#catalogue")
    broken.remove((catalogue, prop, None))
    if value:
        broken.add((catalogue, prop, value))
    assert not validate(broken, name)[0]


def test_every_term_of_dcat_is_of_dcat(described: Graph) -> None:
    dcat = Graph().parse(VOCAB / "dcat3.ttl")
    used = {term for triple in described for term in triple[1:] if str(term).startswith(str(DCAT))}
    assert len(used) > 15
    assert used <= set(dcat.subjects())


def test_who_publishes_and_how_to_reach_them(described: Graph) -> None:
    publisher = described.value(URIRef(DATASET + "#catalogue"), DCTERMS.publisher)
    assert described.value(publisher, FOAF.name) == Literal("A council", lang="en")
    assert (None, None, URIRef("mailto:record@example.org")) in described
    plain = application().test_client().get("/dataset.nt").text
    assert "mailto:" not in plain


def test_every_file_is_as_the_catalogue_says(client: FlaskClient, described: Graph) -> None:
    import hashlib

    files = list(described.subjects(DCAT.downloadURL, None))
    assert len(files) == 8  # of the newest release, by its own name and as the current one
    for file in files:
        address = str(described.value(file, DCAT.downloadURL))
        assert address.startswith(HOME)
        reply = client.get(urlsplit(address).path, buffered=True)
        assert described.value(file, DCAT.byteSize) == Literal(
            str(len(reply.data)), datatype=XSD.nonNegativeInteger
        )
        checksum = described.value(file, SPDX.checksum)
        stated = str(described.value(checksum, SPDX.checksumValue).toPython().hex())  # type: ignore[union-attr]
        assert hashlib.sha256(reply.data).hexdigest() == stated
        assert gzip.decompress(reply.data)


def test_every_address_of_the_site_answers(client: FlaskClient, described: Graph) -> None:
    found = {str(term) for triple in described for term in triple if str(term).startswith(HOME)}
    assert len(found) > 8
    for address in sorted(found):
        assert client.get(urlsplit(address).path, buffered=True).status_code in (200, 303), address


def test_void_counts_what_the_record_holds(described: Graph) -> None:
    current = URIRef(CURRENT)
    quads = list(snapshot().quads())
    triples = {quad.triple for quad in quads}

    def said(node: object, prop: URIRef) -> int:
        return int(str(described.value(node, prop)))  # type: ignore[arg-type]

    assert said(current, VOID.triples) == len(triples)
    assert said(current, VOID.properties) == len({q.predicate for q in quads})
    assert said(current, VOID.distinctSubjects) == len({q.subject for q in quads})
    classes = {
        str(described.value(p, VOID["class"])): p
        for p in described.objects(current, VOID.classPartition)
    }
    typed = [t for t in triples if t.predicate.value == str(RDF.type)]
    assert set(classes) == {t.object.value for t in typed}
    for iri, part in classes.items():
        assert said(part, VOID.entities) == len({t.subject for t in typed if t.object.value == iri})
    uses = {
        str(described.value(p, VOID.property)): p
        for p in described.objects(current, VOID.propertyPartition)
    }
    assert set(uses) == {t.predicate.value for t in triples}
    for iri, part in uses.items():
        assert said(part, VOID.triples) == sum(t.predicate.value == iri for t in triples)
    assert (current, VOID.sparqlEndpoint, URIRef(HOME + "sparql")) in described
    examples = list(described.objects(current, VOID.exampleResource))
    assert len(examples) == 6
    assert {str(e) for e in examples} <= {q.subject.value for q in quads}
    assert (current, VOID.vocabulary, URIRef("https://w3id.org/vires/ns#")) in described
    areas = list(described.objects(current, VOID.subset))
    assert len(areas) == 2


def test_the_service_description_says_what_the_record_is_made_of() -> None:
    graph = Graph().parse(data=service(snapshot(), "http://h/sparql", "nt"), format="nt")
    default = URIRef("http://h/sparql#default-graph")
    assert len(list(graph.objects(default, VOID.classPartition))) > 50
    assert len(list(graph.objects(default, VOID.propertyPartition))) > 100
    assert CURRENT not in {str(term) for triple in graph for term in triple}
    reply = application().test_client().get("/sparql", headers={"Accept": "text/turtle"})
    assert "void:propertyPartition" in reply.text


# Where it is found


def test_void_is_where_machines_look(client: FlaskClient) -> None:
    sent = client.get("/.well-known/void")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/dataset")
    assert_headers(sent)


@pytest.mark.parametrize("short", FORMS)
def test_every_form_is_the_same_and_is_found_in_each_way(client: FlaskClient, short: str) -> None:
    plain = client.get(f"/dataset.{short}")
    media = plain.mimetype
    for again in (
        client.get(f"/dataset?_mediatype={short}"),
        client.get("/dataset", headers={"Accept": media}),
    ):
        assert again.data == plain.data
        assert again.headers["Content-Location"] == f"/dataset.{short}"
        assert again.headers["Vary"] == "Accept"
        assert again.headers["Access-Control-Allow-Origin"] == "*"
    unchanged = client.get(f"/dataset.{short}", headers={"If-None-Match": plain.headers["ETag"]})
    assert unchanged.status_code == 304
    turtle = set(ox.parse(client.get("/dataset.ttl").data, format=ox.RdfFormat.TURTLE))
    form = ox.RdfFormat.from_media_type(media)
    assert set(ox.parse(plain.data, format=form)) == turtle


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("", None, 200),
        ("", "*/*", 200),
        ("", "text/html,*/*;q=0.8", 303),
        ("", "application/pdf", 406),
        ("?_mediatype=docx", None, 400),
    ],
)
def test_what_is_asked_for_is_given(
    client: FlaskClient, query: str, accept: str | None, status: int
) -> None:
    headers = {"Accept": accept} if accept else {}
    assert client.get(f"/dataset{query}", headers=headers).status_code == status


def test_the_same_under_any_host(client: FlaskClient) -> None:
    one = client.get("/dataset.nt", headers={"Host": "evil.example"}).data
    assert one == client.get("/dataset.nt").data
    assert b"evil" not in one
    bare = application().test_client()
    assert (
        b"http://other.example/sparql"
        in bare.get("/dataset.nt", base_url="http://other.example").data
    )


@pytest.mark.parametrize("host", ['a"b', "a<b>", "a b", "a\\b"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    reply = application().test_client().get("/dataset.ttl", headers={"Host": host})
    assert reply.status_code == 400


# robots.txt, the sitemap, security.txt


def test_robots_leave_questions_alone(client: FlaskClient) -> None:
    reply = client.get("/robots.txt")
    assert reply.mimetype == "text/plain"
    lines = reply.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == f"Sitemap: {HOME}sitemap.xml"
    left = [line.removeprefix("Disallow: ") for line in lines[1:-1]]

    def followed(path: str) -> bool:  # RFC 9309, section 2.2.2: a rule is a beginning of a path
        return not any(path.startswith(rule) for rule in left)

    for path in ("/sparql?query=x", "/sparql", "/answer?from=x", "/api/ask?a=b", "/query?query=x"):
        assert not followed(path), path
    for path in ("/", "/agreements", "/doc/agreement/mash", "/query", "/api", "/downloads"):
        assert followed(path), path


def test_the_sitemap_lists_every_page_and_each_answers(client: FlaskClient) -> None:
    index = tree(client.get("/sitemap.xml").data)
    parts = [loc.text for loc in index.iter(MAP + "loc")]
    assert parts == [HOME + "sitemap-1.xml"]
    urls = [loc.text for loc in tree(client.get("/sitemap-1.xml").data).iter(MAP + "loc")]
    assert len(urls) == len(set(urls)) > 1500
    assert HOME + "doc/agreement/mash" in urls
    for address in urls[:60] + urls[60::40]:
        assert client.get(urlsplit(address).path, buffered=True).status_code == 200, address
    assert client.get("/sitemap-2.xml").status_code == 404
    assert client.get("/sitemap-0.xml").status_code == 404


def test_security_txt_is_what_rfc_9116_says(client: FlaskClient) -> None:
    reply = client.get("/.well-known/security.txt")
    assert (reply.status_code, reply.mimetype) == (200, "text/plain")
    fields = dict(line.split(": ", 1) for line in reply.text.splitlines())
    assert fields["Contact"] == "mailto:record@example.org"
    assert fields["Canonical"] == HOME + ".well-known/security.txt"
    expires = datetime.fromisoformat(fields["Expires"])
    today = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    assert 0 < (expires - today).days < 365
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fields["Expires"])
    assert application().test_client().get("/.well-known/security.txt").status_code == 404


def test_the_day_of_a_release_is_its_own() -> None:
    from vires.exchange.catalogue import catalogue
    from vires.store import Snapshot

    made = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    store = ox.Store()
    dated = Snapshot(store, {}, "staff", None, made)
    graph = Graph().parse(data=catalogue((dated,), "nt", home=HOME, publisher="X"), format="nt")
    release = next(graph.subjects(URIRef(str(DCAT) + "inSeries")))
    assert graph.value(release, DCTERMS.issued) == Literal(
        "2026-03-04T05:06:07Z", datatype=XSD.dateTime
    )
    rights = graph.value(URIRef(CURRENT), DCTERMS.accessRights)
    assert str(rights).endswith("/NON_PUBLIC")
    assert validate(graph, "shapes.ttl")[0]
