"""`vires query`: files, views and texts, here and elsewhere, with parameters as terms."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.browser.shipped import snapshot
from tests.serving import COMMAND, Server, serving
from vires import query
from vires.config import Settings
from vires.errors import (
    QueryRefusedError,
    QueryStoppedError,
    QuerySyntaxError,
    RemoteError,
    ServiceRefusedError,
    UsageError,
)
from vires.sandbox.formats import GRAPH, JSON, ROWS, TRUTH
from vires.sandbox.guard import with_values
from vires.store.remote import Remote

CWC = "https://w3id.org/vires/org/gss-E08000031"
NATION = "https://w3id.org/vires/ns#inNation"
SELECT = f"SELECT ?s ?n {{ ?s <{NATION}> ?n }} ORDER BY ?s ?n LIMIT 3"
HOSTILE = [
    '" } #',
    "a\nb",
    "\\",
    '"@en',
    "> { SERVICE <http://x/> {} }",
    "{",
    "'''",
    "\u0000",
    "é😀",
]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("query") / "state"


@pytest.fixture(scope="module")
def server(state: Path) -> Iterator[Server]:
    with serving(state, query_budget="600", query_seconds="5") as found:
        yield found


def here(text: str, form=JSON, *parameters: str, timeout: float = 30) -> bytes:  # type: ignore[no-untyped-def]
    asked = query.read(text, parameters)
    return query.here(snapshot(), asked, form, Settings(), timeout)


# What is asked


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<http://a.example/>", ox.NamedNode("http://a.example/")),
        ("http://a.example/", ox.NamedNode("http://a.example/")),
        ("urn:x:y", ox.NamedNode("urn:x:y")),
        ("2026-01-01", ox.Literal("2026-01-01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#date"))),
        ("12", ox.Literal(12)),
        ("true", ox.Literal(True)),
        ('"12"', ox.Literal("12")),
        ('"a\\"b\\nc"', ox.Literal('a"b\nc')),
        ('"Cymraeg"@cy', ox.Literal("Cymraeg", language="cy")),
        ('"1"^^xsd:integer', ox.Literal(1)),
        ('"1"^^<urn:d>', ox.Literal("1", datatype=ox.NamedNode("urn:d"))),
        ("plain words", ox.Literal("plain words")),
        ("", ox.Literal("")),
    ],
)  # fmt: skip
def test_a_value_is_a_term(text: str, value: object) -> None:
    assert query.term(text) == value


@pytest.mark.parametrize("text", ["<not an iri>", "http://a b/", '"x"@not_a_tag!'])
def test_what_is_no_term(text: str) -> None:
    if text.startswith('"'):
        assert query.term(text) == ox.Literal(text)
    else:
        with pytest.raises(UsageError):
            query.term(text)


def test_a_query_comes_from_a_file_a_view_or_the_text(tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    file.write_text(SELECT, encoding="utf-8")
    assert query.read(str(file), ()).text == query.read(SELECT, ()).text == SELECT
    view = query.read("analyst/signed-by-an-organisation", [f"organisation={CWC}"])
    assert view.bound == (("organisation", ox.NamedNode(CWC)),)
    assert query.read("DESCRIBE <urn:a>", ()).text == "DESCRIBE <urn:a>"
    for given, parameters in (
        ("no-such-file.rq", ()),
        ("ASK {}", ["novalue"]),
        ("ASK {}", ["bad name=1"]),
        ("analyst/signed-by-an-organisation", ()),
        ("analyst/signed-by-an-organisation", [f"organisation={CWC}", "x=1"]),
        ("analyst/agreements-due-for-review", ["before=yesterday"]),
    ):
        with pytest.raises(UsageError):
            query.read(given, parameters)


def test_the_format_follows_from_the_query() -> None:
    assert query.chosen("ASK {}", "") is TRUTH[0]
    assert query.chosen(SELECT, "csv") is ROWS[2]
    assert query.chosen("DESCRIBE <urn:a>", "") is GRAPH[0]
    assert query.chosen("# SELECT\nCONSTRUCT WHERE { ?s ?p 'ASK' }", "nt") is GRAPH[1]
    for text, wanted in (
        ("ASK {}", "csv"),
        (SELECT, "turtle"),
        ("DESCRIBE <a>", "table"),
        (SELECT, "odt"),
    ):
        with pytest.raises(UsageError):
            query.chosen(text, wanted)
    with pytest.raises(QueryRefusedError):
        query.chosen("{}", "")


# Here


def test_an_answer_here_is_whole() -> None:
    body = here("SELECT ?s ?p ?o { ?s ?p ?o }")
    assert len(json.loads(body)["results"]["bindings"]) > 10_000
    assert here("ASK { ?s ?p ?o }").startswith(b'{"head"')
    assert query.table(here("ASK {}")) == "true"
    lines = query.table(here(SELECT)).splitlines()
    assert len(lines) == 4
    assert lines[0].split() == ["s", "n"]
    assert query.table(here("SELECT ('a\\u0080\\u009b31m' AS ?x) {}")).splitlines()[1] == "a  31m"


def test_a_parameter_is_bound_as_a_term() -> None:
    found = here(f"SELECT ?s ?n {{ ?s <{NATION}> ?n }}", JSON, f"s={CWC}")
    assert {r["s"]["value"] for r in json.loads(found)["results"]["bindings"]} == {CWC}
    for value in HOSTILE:
        found = here("SELECT ?x (STR(?x) AS ?y) {}", JSON, f"x={value}")
        assert json.loads(found)["results"]["bindings"][0]["y"]["value"] == value


def test_what_goes_wrong_here_is_said() -> None:
    with pytest.raises(QuerySyntaxError, match="line 1, column 6"):
        here("ASK {")
    with pytest.raises(ServiceRefusedError):
        here("ASK { SERVICE <http://x/> {} }")
    began = time.monotonic()
    with pytest.raises(QueryStoppedError, match="longer"):
        here("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", timeout=1)
    assert time.monotonic() - began < 3


# Elsewhere


@pytest.mark.parametrize(
    ("text", "form"),
    [(SELECT, f) for f in ROWS] + [("ASK { ?s ?p ?o }", f) for f in TRUTH] + [(f"DESCRIBE <{CWC}>", f) for f in GRAPH],
)  # fmt: skip
def test_elsewhere_answers_as_here(server: Server, text: str, form) -> None:  # type: ignore[no-untyped-def]
    found = query.elsewhere(server.sparql, query.read(text, ()), form, 20)
    mine = here(text, form)
    assert sorted(found.splitlines()) == sorted(mine.splitlines())


# No service takes a null character in a query.
@pytest.mark.parametrize("value", [value for value in HOSTILE if value != "\u0000"])
def test_a_parameter_elsewhere_is_the_same_term(server: Server, value: str) -> None:
    asked = query.read("SELECT ?x (STR(?x) AS ?y) { FILTER(BOUND(?x)) }", [f"x={value}"])
    found = json.loads(query.elsewhere(server.sparql, asked, JSON, 20))
    assert [r["y"]["value"] for r in found["results"]["bindings"]] == [value]


def test_a_view_elsewhere_gives_what_it_gives_here(server: Server) -> None:
    asked = query.read("analyst/agreements-due-for-review", ["before=2027-12-31"])
    found = json.loads(query.elsewhere(server.sparql, asked, JSON, 20))["results"]["bindings"]
    mine = json.loads(query.here(snapshot(), asked, JSON, Settings(), 30))["results"]["bindings"]
    assert len(found) == len(mine) > 0
    assert [r["version"] for r in found] == [r["version"] for r in mine]


def test_values_stand_at_the_start_of_the_pattern() -> None:
    given = {"x": '"1"'}
    assert with_values("ASK { ?x ?y ?z }", given) == 'ASK { VALUES ?x { "1" } ?x ?y ?z }'
    made = with_values("CONSTRUCT { ?x ?y ?z } WHERE { ?x ?y ?z { } }", given)
    assert made == 'CONSTRUCT { ?x ?y ?z } WHERE { VALUES ?x { "1" } ?x ?y ?z { } }'
    assert with_values("SELECT (EXISTS { ?a ?b ?c } AS ?x) {}", given).endswith(
        'AS ?x) { VALUES ?x { "1" }}'
    )
    with pytest.raises(QueryRefusedError):
        with_values("DESCRIBE <urn:a>", given)


class Bad(http.server.BaseHTTPRequestHandler):
    """A service that misbehaves in the way that its path names."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/slow":
            time.sleep(3)
            return
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "file:///etc/passwd")
        else:
            self.send_response({"/bad": 400, "/broken": 500, "/gone": 404}.get(self.path, 418))
        self.end_headers()
        self.wfile.write(b"said why")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def bad() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bad)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "says"),
    [("/bad", "said why"), ("/broken", "said why|500"), ("/gone", "said why|404"), ("/teapot", "said why"), ("/slow", "within 1 seconds"), ("/away", "redirect|302|url")],
)  # fmt: skip
def test_what_goes_wrong_elsewhere_is_one_line(bad: str, path: str, says: str) -> None:
    began = time.monotonic()
    with pytest.raises(RemoteError, match=says) as refused:
        Remote(bad + path, 1).query("ASK {}", JSON.media)
    assert str(refused.value).startswith(bad + path)
    assert "\n" not in str(refused.value)
    assert "root:" not in str(refused.value)
    assert time.monotonic() - began < 2.5


def test_an_endpoint_is_an_http_address() -> None:
    for endpoint in ("file:///etc/passwd", "ftp://x/", "x", ""):
        with pytest.raises(RemoteError):
            Remote(endpoint, 1)
    with pytest.raises(RemoteError, match="refused"):
        Remote("http://127.0.0.1:1/", 1).query("ASK {}", JSON.media)


# The command


def run(state: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "query", *arguments], env={**os.environ, "VIRES_STATE": str(state)},
        input=stdin, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_command(server: Server, state: Path, tmp_path: Path) -> None:
    assert run(state, "ASK { ?s ?p ?o }").stdout == "true\n"
    assert run(state, "-", "--format", "csv", stdin=SELECT).stdout.startswith("s,n\n")
    away = run(state, SELECT, "--format", "tsv", "--endpoint", server.sparql)
    assert away.stdout == run(state, SELECT, "--format", "tsv").stdout
    out = tmp_path / "x.ttl"
    assert run(state, f"DESCRIBE <{CWC}>", "--out", str(out)).returncode == 0
    assert b"@prefix" in out.read_bytes()
    for arguments in (
        ["ASK {"],
        ["nothing"],
        ["ASK {}", "--format", "odt"],
        ["ASK {}", "--out", str(tmp_path)],
    ):
        done = run(state, *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("vires: ")
        assert done.stderr.count("\n") == 1
        assert not done.stdout
