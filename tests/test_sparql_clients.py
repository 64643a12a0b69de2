"""Clients that strangers use, against a live server: SPARQLWrapper, rdflib, pandas, curl."""

from __future__ import annotations

import io
import subprocess
import urllib.request
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlencode

import pandas
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    JSON,
    JSONLD,
    N3,
    POST,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLExceptions,
    SPARQLWrapper,
)

from tests.serving import Server, serving
from vires.decide import URGENT

NATION = "https://w3id.org/vires/ns#inNation"
SELECT = f"SELECT ?body ?nation {{ ?body <{NATION}> ?nation }} ORDER BY ?body ?nation LIMIT 5"
CONSTRUCT = f"CONSTRUCT {{ ?body <{NATION}> ?nation }} WHERE {{ {SELECT} }}"

# SPARQLWrapper keeps its connections for the collector, and rdflib's store warns of its own future.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("clients") / "state", query_budget="600") as found:
        yield found


def wrapper(server: Server, query: str, form: str) -> SPARQLWrapper:
    found = SPARQLWrapper(server.sparql)
    found.setTimeout(20)
    found.setQuery(query)
    found.setReturnFormat(form)
    return found


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_reads_rows_in_every_format(server: Server, method: str) -> None:
    found = {}
    for form in (JSON, XML, CSV, TSV):
        client = wrapper(server, SELECT, form)
        client.setMethod(method)
        found[form] = client.queryAndConvert()
    rows = found[JSON]["results"]["bindings"]
    assert len(rows) == 5
    assert rows[0]["body"]["value"].startswith("https://w3id.org/vires/org/")
    assert found[XML].documentElement.getElementsByTagName("result").length == 5
    assert found[CSV].decode().splitlines()[1] == ",".join(
        rows[0][n]["value"] for n in ("body", "nation")
    )
    assert found[TSV].decode().splitlines()[0] == "?body\t?nation"


def test_sparqlwrapper_reads_statements_in_every_format(server: Server) -> None:
    graphs = [wrapper(server, CONSTRUCT, form).queryAndConvert() for form in (RDFXML, XML, JSONLD)]
    for form in (TURTLE, N3):
        graphs.append(
            rdflib.Graph().parse(
                wrapper(server, CONSTRUCT, form).queryAndConvert(), format="turtle"
            )
        )
    assert [len(set(graph)) for graph in graphs] == [5] * 5
    assert all(set(graph) == set(graphs[0]) for graph in graphs)


def test_sparqlwrapper_asks_and_shows_errors(server: Server) -> None:
    assert wrapper(server, "ASK { ?s ?p ?o }", JSON).queryAndConvert()["boolean"] is True
    with pytest.raises(SPARQLExceptions.QueryBadFormed, match="line 1, column 6"):
        wrapper(server, "ASK {", JSON).query()
    with pytest.raises(HTTPError) as refused:
        wrapper(server, "ASK { SERVICE <http://x/> {} }", JSON).query()
    assert refused.value.status == 403
    assert b"SERVICE would make" in refused.value.read()


def test_rdflibs_store_reads_the_endpoint_as_a_graph(server: Server) -> None:
    graph = rdflib.Graph(store=SPARQLStore(server.sparql, returnFormat="json"))
    rows = list(graph.query(SELECT))
    assert len(rows) == 5
    body = rows[0].body
    assert (body, rdflib.URIRef(NATION), None) in graph
    assert rows[0].nation in set(graph.objects(body, rdflib.URIRef(NATION)))
    assert bool(graph.query("ASK { ?s ?p ?o }"))
    for form in ("xml", "csv"):
        store = SPARQLStore(server.sparql, returnFormat=form)
        assert len(list(rdflib.Graph(store=store).query(SELECT))) == 5


def test_pandas_reads_the_csv(server: Server) -> None:
    with urllib.request.urlopen(  # noqa: S310
        f"{server.sparql}?{urlencode({'query': SELECT, 'format': 'csv'})}", timeout=20
    ) as reply:
        frame = pandas.read_csv(io.BytesIO(reply.read()))
    assert list(frame.columns) == ["body", "nation"]
    assert len(frame) == 5
    address = f"{server.sparql}?{urlencode({'query': SELECT, 'format': 'tsv'})}"
    assert pandas.read_csv(address, sep="\t").shape == (5, 2)


def curl(*arguments: str) -> str:
    done = subprocess.run(
        ["curl", "-sS", "-i", "--max-time", "20", *arguments], capture_output=True, check=True
    )
    return done.stdout.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        ([], 200, "content-type: text/turtle"),
        (["-H", "Accept: application/ld+json"], 200, "content-type: application/ld+json"),
        (["-H", "Accept: text/html"], 303, "location: /query"),
        (["-G", "--data-urlencode", f"query={SELECT}"], 200, "content-type: application/sparql-results+json"),
        (["--data-urlencode", f"query={SELECT}", "-H", "Accept: text/csv"], 200, "body,nation"),
        (["-H", "Content-Type: application/sparql-query", "--data-binary", SELECT], 200, '"bindings"'),
        (["-G", "--data-urlencode", f"query={CONSTRUCT}", "-H", "Accept: application/n-triples"], 200, NATION),
        (["-G", "--data-urlencode", "query=ASK{}", "-H", "Accept: text/csv"], 406, URGENT),
        (["-G", "--data-urlencode", "query=ASK{", "-H", "Accept: text/plain"], 406, URGENT),
        (["-G", "--data-urlencode", "query=ASK{", "-H", "Accept: */*"], 400, URGENT),
        (["-X", "PUT"], 405, URGENT),
        (["-X", "OPTIONS"], 204, "access-control-allow-methods"),
        (["-I", "-G", "--data-urlencode", "query=ASK{}"], 200, "etag"),
        (["--compressed", "-G", "--data-urlencode", f"query={SELECT.replace('LIMIT 5', '')}"], 200, "content-encoding: gzip"),
        (["-H", "Content-Type: text/plain", "--data-binary", "ASK{}"], 415, URGENT),
        (["--data-urlencode", "query=" + "#" * 70_000], 413, URGENT),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_curl(server: Server, arguments: list[str], status: int, says: str) -> None:
    said = curl(*arguments, server.sparql)
    assert said.startswith(f"HTTP/1.1 {status} ")
    assert says in said


def test_an_answer_under_any_host_is_the_same(server: Server) -> None:
    query = ["-G", "--data-urlencode", "query=CONSTRUCT { <s> <p> <o> } {}", server.sparql]
    bodies = {
        curl("-H", f"Host: {host}", *query).split("\n\n", 1)[1]
        for host in ("a.example", "b.example")
    }
    assert len(bodies) == 1
