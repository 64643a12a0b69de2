"""Outside data is bounded; what is hostile is refused, with file and line, and nothing is kept."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from vires import ingest
from vires.errors import IngestError

GOOD = "<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n"

# A name, what ends the file's name, its text, and what the error must say.
HOSTILE = [
    (
        "unfinished statement",
        ".ttl",
        GOOD + "<http://example.org/s> <http://example.org/p>",
        "line 2",
    ),
    ("unknown prefix", ".ttl", GOOD + "\nex:a ex:b ex:c .", "line 3"),
    ("broken quad", ".nq", GOOD + "<http://example.org/s> nonsense .", "line 2"),
    ("broken graph", ".trig", "<http://example.org/g> { <http://example.org/s> ", "line"),
    ("broken JSON", ".jsonld", '{\n "@id": "http://example.org/s",\n', "line 3"),
    ("broken XML", ".rdf", "<rdf:RDF>\n<a></b>", "line"),
    (
        "entity bomb",
        ".rdf",
        '<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<r>&b;</r>',
        "line 2: a DOCTYPE",
    ),
    (
        "external entity",
        ".rdf",
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        "a DOCTYPE or ENTITY is refused",
    ),
    (
        "remote context",
        ".jsonld",
        '{"@context": "http://127.0.0.1:1/c", "@id": "urn:a"}',
        "@context",
    ),
    (
        "remote context in a list",
        ".jsonld",
        '{"@context": [{"a": "urn:a"}, "http://127.0.0.1:1/c"], "@id": "urn:a"}',
        "never fetched",
    ),
    (
        "imported context",
        ".jsonld",
        '{"@context": {"@import": "http://127.0.0.1:1/c"}, "@id": "urn:a"}',
        "never fetched",
    ),
    ("deep lists", ".ttl", "<urn:a> <urn:b> " + "(" * 70 + ")" * 70 + " .", "nested over 64"),
    ("very deep lists", ".ttl", "<urn:a> <urn:b> " + "(" * 100_000 + " .", "nested over 64"),
    (
        "deep blank nodes",
        ".trig",
        "<urn:a> <urn:b> " + "[<urn:p> " * 70 + "]" * 70 + " .",
        "nested",
    ),
    ("deep JSON", ".jsonld", '{"@graph":' * 100_000 + "1" + "}" * 100_000, "nested over 64"),
    ("deep XML", ".rdf", "<r>" + "<a>" * 70 + "</a>" * 70 + "</r>", "nested over 64"),
    (
        "long IRI",
        ".ttl",
        GOOD + f"<http://example.org/{'a' * 3000}> <urn:p> <urn:o> .",
        "line 2: an IRI",
    ),
    ("long literal", ".ttl", GOOD + f'<urn:s> <urn:p> "{"a" * 70_000}" .', "line 2: a literal"),
    (
        "script IRI",
        ".ttl",
        GOOD + "<urn:s> <urn:p> <javascript:alert(1)> .",
        "line 2: the IRI `javascript",
    ),
    ("data IRI", ".nt", "<urn:s> <urn:p> <data:text/html,x> .", "not http, https or urn"),
    ("file IRI", ".ttl", "<urn:s> <urn:p> <file:///etc/passwd> .", "not http, https or urn"),
    ("relative IRI", ".nt", "<urn:s> <urn:p> <nowhere> .", "line 1"),
    ("unknown format", ".docx", GOOD, "no known format"),
]


@pytest.mark.parametrize(("name", "suffix", "text", "says"), HOSTILE, ids=[h[0] for h in HOSTILE])
def test_hostile_data_is_refused(
    name: str, suffix: str, text: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / f"upload{suffix}"
    path.write_text(text)
    start = time.monotonic()
    with pytest.raises(IngestError) as caught:
        ingest.file_quads(path)
    message = str(caught.value)
    assert says in message
    assert str(path) in message
    assert "\n" not in message
    assert time.monotonic() - start < 5


def test_text_that_is_not_utf_8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.ttl"
    path.write_bytes(GOOD.encode() + b'<urn:s> <urn:p> "caf\xe9" .')
    with pytest.raises(IngestError, match="line 2: not UTF-8"):
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
