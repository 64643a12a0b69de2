"""The W3C suites of the SPARQL 1.1 Protocol and of service descriptions, against a live server."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.collection import Collection

from tests.serving import Server, serving
from vires.store import commit
from vires.store.snapshot import graph_hash
from vires.store.sources import Graph

SUITES = Path(os.environ["VIRES_SHARED"]) / "suites" / "sparql11"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"

NO_UPDATE = "the record is read at /sparql, never written: an update is refused by design"
EXPECTED_FAILURES = {
    "update_dataset_default_graph": NO_UPDATE,
    "update_dataset_default_graphs": NO_UPDATE,
    "update_dataset_named_graphs": NO_UPDATE,
    "update_dataset_full": NO_UPDATE,
    "update_post_form": NO_UPDATE,
    "update_post_direct": NO_UPDATE,
    "update_base_uri": NO_UPDATE,
}
MEDIA = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/rdf+xml", "application/n-triples"},
}


def manifest(suite: str) -> tuple[rdflib.Graph, list[str]]:
    path = SUITES / suite / "manifest.ttl"
    graph = rdflib.Graph().parse(path, publicID=f"http://suite.example/{suite}")
    (entries,) = graph.objects(None, MF.entries)
    return graph, [str(test).rsplit("#", 1)[1] for test in Collection(graph, entries)]


PROTOCOL, PROTOCOL_TESTS = manifest("protocol")
_, DESCRIPTION_TESTS = manifest("service-description")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose record is the suite's graphs; `data0`, which it does not ship, is empty."""
    graphs = []
    for number in range(4):
        name = ox.NamedNode(DATA.format(number))
        path = SUITES / "protocol" / f"data{number}.nt"
        triples = list(ox.parse(path=path)) if number else []
        quads = tuple(ox.Quad(q.subject, q.predicate, q.object, name) for q in triples)
        graphs.append(Graph(name.value, quads, graph_hash(quads), "public"))
    state = tmp_path_factory.mktemp("suite") / "state"
    commit(state, graphs)
    with serving(state, query_at_once="8") as found:
        yield found


class Reply:
    """What a server answered."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.media = response.headers.get_content_type()
        self.body = response.read()


def send(server: Server, request: rdflib.term.Node) -> Reply:
    """Send a request as the manifest describes it."""
    graph = PROTOCOL
    path = str(graph.value(request, HT.absolutePath)).replace("/sparql/", "/sparql", 1)
    headers: dict[str, str] = {}
    if listed := graph.value(request, HT.headers):
        for header in Collection(graph, listed):
            name = str(graph.value(header, HT.fieldName))
            headers[name] = str(graph.value(header, HT.fieldValue))
    body = None
    if content := graph.value(request, HT.body):
        charset = str(graph.value(content, CNT.characterEncoding))
        body = str(graph.value(content, CNT.chars)).encode(charset)
    link = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=20)
    try:
        link.putrequest(str(graph.value(request, HT.methodName)), path)
        for name, value in headers.items():
            link.putheader(name, value)
        if body is not None:
            link.putheader("Content-Length", str(len(body)))
        link.endheaders(body)
        return Reply(link.getresponse())
    finally:
        link.close()


def requests(name: str) -> Iterator[tuple[rdflib.term.Node, rdflib.term.Node]]:
    """The requests of a test, each with what the response must be."""
    test = next(s for s in PROTOCOL.subjects(MF.name) if str(s).endswith(f"#{name}"))
    action = PROTOCOL.value(test, MF.action)
    for request in Collection(PROTOCOL, PROTOCOL.value(action, HT.requests)):
        yield request, PROTOCOL.value(request, HT.resp)


def faults(server: Server, name: str) -> list[str]:
    """What the responses to a test's requests have other than the manifest says."""
    found = []
    for request, wanted in requests(name):
        reply = send(server, request)
        classes = {
            str(s).rsplit("StatusCode", 1)[1][0]
            for s in PROTOCOL.objects(wanted, MF.expectedStatus)
        }
        if str(reply.status)[0] not in classes:
            found.append(f"status {reply.status}")
            continue
        form = PROTOCOL.value(wanted, MF.expectedFormat)
        if form is not None and reply.media not in MEDIA[str(form)]:
            found.append(f"media type {reply.media}")
        boolean = PROTOCOL.value(wanted, MF.expectedBoolean)
        if boolean is not None and json.loads(reply.body)["boolean"] != boolean.toPython():
            found.append("the other truth value")
    return found


def test_every_test_of_the_suite_is_run() -> None:
    assert len(PROTOCOL_TESTS) == 34
    assert len(DESCRIPTION_TESTS) == 3
    assert set(EXPECTED_FAILURES) <= set(PROTOCOL_TESTS)


@pytest.mark.parametrize("name", PROTOCOL_TESTS)
def test_protocol(server: Server, name: str) -> None:
    found = faults(server, name)
    if name in EXPECTED_FAILURES:
        assert found, "it passes: take it off the list"
    else:
        assert found == []


@pytest.mark.parametrize("name", [n for n in PROTOCOL_TESTS if "update" in n])
def test_an_update_is_a_bad_request_and_changes_nothing(server: Server, name: str) -> None:
    before = described(server)
    first = next(request for request, _ in requests(name))
    reply = send(server, first)
    unreadable = "media_type" in name or "missing" in name or "non_utf8" in name
    assert reply.status == (415 if unreadable else 400)
    assert b"999" in reply.body
    assert described(server) == before


def described(server: Server, accept: str = "text/turtle") -> bytes:
    """The service description in a format."""
    link = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=20)
    link.request("GET", "/sparql", headers={"Accept": accept})
    reply = Reply(link.getresponse())
    link.close()
    assert reply.status == 200
    assert reply.media == accept
    return reply.body


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"]
)
def test_returns_rdf(server: Server, accept: str) -> None:
    form = ox.RdfFormat.from_media_type(accept)
    assert len(list(ox.parse(described(server, accept), format=form))) > 20


def test_has_endpoint_triple(server: Server) -> None:
    graph = rdflib.Graph().parse(data=described(server), format="turtle")
    assert list(graph.objects(None, SD.endpoint)) == [rdflib.URIRef(server.sparql)]


def test_conforms_to_schema(server: Server) -> None:
    """Every term is one of the vocabulary, used within its domain and range."""
    schema = rdflib.Graph().parse(
        Path(os.environ["VIRES_SHARED"]) / "vocab" / "sparql-service-description.ttl"
    )
    graph = rdflib.Graph().parse(data=described(server), format="turtle")
    closure = schema.transitive_objects
    for subject, prop, value in graph:
        if prop == rdflib.RDF.type or not str(prop).startswith(str(SD)):
            continue
        assert (prop, None, None) in schema, prop
        for node, role in ((subject, rdflib.RDFS.domain), (value, rdflib.RDFS.range)):
            wanted = schema.value(prop, role)
            if wanted is None or not str(wanted).startswith(str(SD)):
                continue
            kinds = {
                above
                for kind in (
                    *graph.objects(node, rdflib.RDF.type),
                    *schema.objects(node, rdflib.RDF.type),
                )
                for above in closure(kind, rdflib.RDFS.subClassOf)
            }
            assert wanted in kinds, (prop, node)
    assert graph.value(None, rdflib.RDF.type, SD.Service) == rdflib.URIRef(server.sparql)
    assert {str(n) for n in graph.objects(None, SD.name)} == {DATA.format(n) for n in (1, 2, 3)}
