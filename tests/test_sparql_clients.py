"""Clients that strangers use, against a live server: SPARQLWrapper, rdflib, pandas, npm, curl."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
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

CLIENTS = Path(__file__).parent / "clients"
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


@pytest.fixture(scope="module")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm client in a folder of its own, as its lock pins it; no script of a package is run."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing and os.environ.get("VIRES_REQUIRE_ALL") != "1":
        pytest.skip(f"no {missing[0]}; set VIRES_REQUIRE_ALL=1 to make this a failure")
    assert not missing, f"no {missing[0]}: install nodejs and npm"
    folder = tmp_path_factory.mktemp("javascript")
    for path in CLIENTS.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_package_of_the_npm_client_is_pinned_by_its_content() -> None:
    lock = json.loads((CLIENTS / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert len(packages) > 10
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())


def test_an_npm_client_reads_the_endpoint(server: Server, javascript: Path) -> None:
    done = subprocess.run(
        ["node", "query.mjs", server.sparql, SELECT, CONSTRUCT],
        cwd=javascript, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    expected = wrapper(server, SELECT, JSON).queryAndConvert()["results"]["bindings"]
    rows = [[row["body"]["value"], row["nation"]["value"]] for row in expected]
    for told in json.loads(done.stdout).values():
        assert told["rows"] == rows
        assert sorted(told["triples"]) == sorted([body, NATION, nation] for body, nation in rows)
        assert told["ask"] is True
        assert "400" in told["wrong"]
        assert "line 1, column 12" in told["wrong"]
        assert "400" in told["update"]


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


MASH = "/doc/agreement/mash"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LD = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"'


@pytest.mark.parametrize(
    ("path", "accept", "status", "says"),
    [
        # site.md 2.1, row by row
        ("/id/agreement/mash", "", 303, "location: /doc/agreement/mash"),
        ("/id/agreement/mash", "text/turtle", 303, "vary: Accept"),
        ("/id/agreement/mash.ttl", "", 303, "location: /doc/agreement/mash.ttl"),
        ("/id/agreement/none", "", 404, "no-store"),
        ("/id/agreement/%3Cx%3E", "", 400, "no-store"),
        ("/reading/cda1998-s115", "", 303, "location: /doc/reading/cda1998-s115"),
        ("/ns", "text/turtle", 200, "content-location: /doc/ns.ttl"),
        ("/ns/0.1.0", "text/turtle", 200, "content-type: text/turtle"),
        ("/ns/9.9.9", "text/turtle", 404, "application/problem+json"),
        (MASH, "text/turtle", 200, f"content-location: {MASH}.ttl"),
        (MASH, "text/turtle", 200, 'rel="describes"'),
        (MASH, "text/turtle", 200, 'rel="canonical"'),
        (MASH, "text/turtle", 200, 'rel="license"'),
        (MASH, "text/turtle", 200, 'rel="alternate"; type="application/ld+json"'),
        (MASH, "text/turtle", 200, "last-modified: "),
        (MASH, "text/turtle", 200, "access-control-allow-origin: *"),
        (MASH, "text/turtle", 200, "access-control-expose-headers: Link, ETag, Content-Location"),
        (MASH, "text/turtle", 200, "cache-control: no-cache"),
        (f"{MASH}.nt", "text/turtle", 200, "content-type: application/n-triples"),
        (f"{MASH}.nt?_mediatype=ttl", "", 200, "content-type: application/n-triples"),
        (f"{MASH}?_mediatype=ttl", "text/html", 200, "content-type: text/turtle"),
        (f"{MASH}?_mediatype=application/ld%2Bjson", "", 200, "content-type: application/ld+json"),
        (f"{MASH}?_mediatype=docx", "", 400, "There is no form"),
        (f"{MASH}?_profile=alt", "text/turtle", 200, "http://www.w3.org/ns/dx/connegp/altr"),
        (f"{MASH}?_profile=dcat", "text/turtle", 200, "dcat:Distribution"),
        (f"{MASH}?_profile=none", "", 400, "There is no profile"),
        ("/agreements.csv", "", 200, "content-type: text/csv"),
        (f"{MASH}/v/1", "text/turtle", 200, f"content-location: {MASH}/v/1.ttl"),
        (f"{MASH}/2026-11-22", "", 303, f"location: {MASH}/v/1"),
        ("/context.jsonld", "", 200, "content-type: application/ld+json"),
        # site.md 2.2, row by row
        (MASH, "", 200, "content-type: text/html"),
        (MASH, BROWSER, 200, "content-type: text/html"),
        (MASH, LD, 200, "content-type: application/ld+json"),
        (MASH, "text/turtle;q=0", 406, "vary: Accept"),
        (MASH, "application/pdf", 406, f"<{MASH}.ttl>"),
        (MASH, "application/x-turtle", 200, "content-type: text/turtle"),
        (MASH, "application/json", 200, "content-type: application/ld+json"),
        (MASH, "text/*", 200, "content-type: text/html"),
        (MASH, "text/html;q=0.1, application/rdf+xml", 200, "content-type: application/rdf+xml"),
    ],
)
def test_curl_on_linked_data(
    server: Server, path: str, accept: str, status: int, says: str
) -> None:
    said = curl("-H", f"Accept:{' ' + accept if accept else ''}", server.base + path)
    assert said.startswith(f"HTTP/1.1 {status} ")
    assert says.lower() in said.lower()
    head = curl("-I", "-H", f"Accept:{' ' + accept if accept else ''}", server.base + path)
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert head.partition("\n\n")[2] == ""


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/ld+json"])
def test_curl_asks_again_and_is_told_that_nothing_changed(server: Server, accept: str) -> None:
    first = curl("-H", f"Accept: {accept}", server.base + MASH)
    tag = next(line for line in first.splitlines() if line.startswith("etag: "))
    again = curl(
        "-H", f"Accept: {accept}", "-H", tag.replace("etag", "If-None-Match"), server.base + MASH
    )
    assert again.startswith("HTTP/1.1 304 ")
    assert "vary: Accept" in again
    assert again.partition("\n\n")[2] == ""
