"""Outside data is bounded; what is hostile is refused, with file and line, and nothing is kept."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from vires import ingest
from vires.errors import IngestError

GOOD = "<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n"

FILES = Path(__file__).parent / "hostile"
STORIES = tomllib.loads((FILES / "stories.toml").read_text(encoding="utf-8"))

# What is too large to keep as a file; some once hung or ended the process that read them.
MANY = 100_000
TERMS = "<urn:s> <urn:p> " + "<<( <urn:s> <urn:p> " * MANY + "<urn:o> " + ")>> " * MANY + " ."
LARGE = {
    "lists.ttl": "<urn:a> <urn:b> " + "(" * MANY + " .",
    "objects.jsonld": '{"@graph":' * MANY + "1" + "}" * MANY,
    "triples.nt": TERMS,
    "triples.nq": TERMS,
    "quoted.ttl": "<< <urn:s> <urn:p> " * MANY + "<urn:o> " + ">> " * MANY,
    "escaped.ttl": "PREFIX e: <urn:e:>\ne:a e:b\\# " + "(" * MANY + ")" * MANY + " .",
    "comments.rdf": "<r>" + "<!--" * MANY,
    "sections.rdf": "<r>" + "<![CDATA[" * MANY,
    "tags.rdf": "<a '\"" * MANY,
    "strings.ttl": "'''\\\"\"\"\\" * MANY,
    "ring.nt": "".join(f"_:b{i} <urn:p> _:b{(i + 1) % 2000} .\n" for i in range(2000)),
    "equal-numbers.ttl": "<urn:s> <urn:p> (" + " 1" * 20_000 + ") .",
}

CHILD = """
import sys
from pathlib import Path
from vires.errors import IngestError
from vires.ingest import file_quads
try:
    file_quads(Path(sys.argv[1]))
except IngestError as error:
    print(error)
"""


def test_each_hostile_file_has_its_story() -> None:
    assert {path.name for path in FILES.iterdir()} - {
        "stories.toml",
        "queries.toml",
        "bodies.toml",
    } == set(STORIES)


@pytest.mark.parametrize("name", STORIES)
def test_a_hostile_file_is_refused(name: str) -> None:
    start = time.monotonic()
    with pytest.raises(IngestError) as caught:
        ingest.file_quads(FILES / name)
    message = str(caught.value)
    assert STORIES[name]["says"] in message
    assert str(FILES / name) in message
    assert "\n" not in message
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("name", LARGE)
def test_a_large_hostile_file_neither_hangs_nor_ends_the_process(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(LARGE[name])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, timeout=10
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(path))
    assert len(done.stdout.splitlines()) == 1


def test_a_device_without_an_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "zero.ttl"
    path.symlink_to("/dev/zero")
    with pytest.raises(IngestError, match="split the file"):
        ingest.file_quads(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.nt"
    with path.open("wb") as handle:
        handle.truncate(ingest.MAX_BYTES + 1)
    with pytest.raises(IngestError, match="split the file"):
        ingest.file_quads(path)


def test_too_many_statements_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "MAX_STATEMENTS", 2)
    path = tmp_path / "many.nt"
    path.write_text("".join(f"<urn:s> <urn:p> <urn:o{i}> .\n" for i in range(3)))
    with pytest.raises(IngestError, match="over 2 statements"):
        ingest.file_quads(path)


def test_a_file_that_is_missing_says_so(tmp_path: Path) -> None:
    with pytest.raises(IngestError, match="check the name"):
        ingest.file_quads(tmp_path / "none.ttl")


def test_limits_are_inclusive(tmp_path: Path) -> None:
    path = tmp_path / "edge.ttl"
    iri = "http://example.org/" + "a" * (ingest.MAX_IRI_BYTES - len("http://example.org/"))
    nested = "(" * ingest.MAX_DEPTH + ")" * ingest.MAX_DEPTH
    path.write_text(
        f'<{iri}> <urn:p> "{"a" * ingest.MAX_LITERAL_BYTES}" .\n<urn:s> <urn:p> {nested} .'
    )
    assert ingest.file_quads(path)


def test_brackets_in_strings_comments_and_iris_are_not_nesting(tmp_path: Path) -> None:
    path = tmp_path / "strings.ttl"
    many = "(" * 100
    path.write_text(
        f'# {many}\n<urn:s> <urn:p> "{many}", """{many}\n"{many}""", \'{many}\' , <urn:{many}> .'
    )
    assert len(ingest.file_quads(path)) == 4


def test_statements_without_a_graph_go_to_the_one_named(tmp_path: Path) -> None:
    path = tmp_path / "good.nq"
    path.write_text(GOOD + GOOD.replace(" .", " <urn:other> ."))
    graphs = {quad.graph_name.value for quad in ingest.file_quads(path, graph="urn:mine")}
    assert graphs == {"urn:mine", "urn:other"}


def test_blank_nodes_are_labelled_by_what_is_said_of_them(tmp_path: Path) -> None:
    text = '<urn:s> <urn:p> [ <urn:q> "1" ], [ <urn:q> "2" ] .'
    one, two = tmp_path / "one.ttl", tmp_path / "two.ttl"
    one.write_text(text)
    two.write_text('<urn:s> <urn:p> [ <urn:q> "2" ], [ <urn:q> "1" ] .')
    first = {str(quad) for quad in ingest.file_quads(one, graph="urn:g")}
    assert {str(quad) for quad in ingest.file_quads(two, graph="urn:g")} == first
    other = {str(quad) for quad in ingest.file_quads(one, graph="urn:h")}
    labels = [
        {word for line in lines for word in line.split() if word.startswith("_:")}
        for lines in (first, other)
    ]
    assert not labels[0] & labels[1]


@pytest.mark.parametrize(
    "text",
    [
        "<urn:s> <urn:p> " + ", ".join(["[ <urn:q> [ <urn:z> 1 ] ]"] * 2000) + " .",
        "<urn:s> <urn:p> " + ", ".join(["( <urn:a> <urn:b> <urn:c> <urn:d> )"] * 500) + " .",
        "<urn:s> <urn:p> (" + " 1" * 150 + ") .",
        "_:x <urn:q> 1 ; <urn:p> " + ", ".join(["[ <urn:z> 1 ]"] * 500) + " .",
    ],
    ids=["twins", "equal lists", "equal numbers", "star"],
)
def test_blank_nodes_that_honest_data_holds_are_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "honest.ttl"
    path.write_text(text)
    first = {str(quad) for quad in ingest.file_quads(path, graph="urn:g")}
    assert {str(quad) for quad in ingest.file_quads(path, graph="urn:g")} == first


def test_a_blank_graph_is_labelled_like_any_blank_node(tmp_path: Path) -> None:
    one, two = tmp_path / "one.trig", tmp_path / "two.trig"
    one.write_text("_:a { <urn:s> <urn:p> _:b . _:b <urn:q> 1 . }")
    two.write_text("_:x { _:y <urn:q> 1 . <urn:s> <urn:p> _:y . }")
    first, second = ({str(q) for q in ingest.file_quads(p, graph="urn:g")} for p in (one, two))
    assert first == second
    other = {q.graph_name for q in ingest.file_quads(two, graph="urn:h")}
    assert other.isdisjoint({q.graph_name for q in ingest.file_quads(one, graph="urn:g")})
