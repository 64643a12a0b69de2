"""Each rule's examples behave under the reference validator: pass, fail with its results, unknown.

A pass fires nothing of the whole catalogue, a fail exactly what it carries, an unknown nothing;
`cannotTellWhen` returns a node of each unknown, and `appliesWhen` every node that fires or is
unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDFS, SH, SKOS
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node

from vires import content

V = Namespace("https://w3id.org/vires/ns#")
SHAPES = content.content_root() / "shapes"
RULES = sorted(SHAPES.glob("*/*/rule.ttl"))
EXAMPLES = sorted(p for p in SHAPES.glob("*/*/*.ttl") if p.name != "rule.ttl")
REPORTED = (
    SH.focusNode,
    SH.resultPath,
    SH.value,
    SH.sourceShape,
    SH.resultSeverity,
    SH.sourceConstraintComponent,
)


@pytest.fixture(autouse=True)
def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyshacl parses each query anew for each node: nine tenths of its time."""
    run = SPARQLProcessor.query

    def query(self, text, bindings=None, ns=None, base=None, debug=False):  # type: ignore[no-untyped-def]
        parsed = prepared(text, base, tuple(sorted((ns or {}).items())))
        return run(self, parsed, bindings, ns, base, debug)

    monkeypatch.setattr(SPARQLProcessor, "query", query)


@cache
def prepared(text: str, base: str | None, ns: tuple[tuple[str, str], ...]) -> Query:
    return translateQuery(parseQuery(text), base, dict(ns))


@cache
def shapes() -> Graph:
    graph = Graph()
    for path in (SHAPES / "prefixes.ttl", *RULES):
        graph.parse(path)
    return graph


def rule_of(path: Path) -> URIRef:
    return URIRef(f"https://w3id.org/vires/rule/{path.parent.name}")


def results(graph: Graph) -> Counter[tuple[Node | None, ...]]:
    return Counter(
        tuple(graph.value(node, part) for part in REPORTED)
        for node in graph.subjects(RDF.type, SH.ValidationResult)
    )


def fired(data: Graph) -> Counter[tuple[Node | None, ...]]:
    _, report, _ = pyshacl.validate(
        data, shacl_graph=shapes(), advanced=False, inference="none", inplace=True
    )
    assert isinstance(report, Graph), report
    return results(report)


def nodes(data: Graph, rule: URIRef, part: URIRef) -> set[Node] | None:
    query = shapes().value(rule, part)
    if query is None:
        return None
    return {row[0] for row in data.query(str(query))}  # type: ignore[index]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: str(p.relative_to(SHAPES)))
def test_an_example_gives_what_it_says(path: Path) -> None:
    data = Graph().parse(path)
    expected = results(data)
    found = fired(Graph().parse(path))
    assert found == expected
    assert bool(expected) == path.name.startswith("fail-")
    rule = rule_of(path)
    assert {result[3] for result in expected} <= {rule}
    silent = nodes(data, rule, V.cannotTellWhen) or set()
    assert bool(silent) == path.name.startswith("unknown-") or path.name.startswith("fail-")
    applies = nodes(data, rule, V.appliesWhen)
    if applies is not None:
        assert {result[0] for result in expected} | silent <= applies


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.parent.name)
def test_a_rule_is_complete(path: Path) -> None:
    graph = Graph().parse(path)
    rule = rule_of(path)
    assert set(graph.subjects(RDF.type, V.ConsistencyRule)) == {rule}
    for part in (
        RDFS.label, SKOS.definition, V.why, V.fix, V.ruleLimits, V.ruleId, SH.severity,
    ):  # fmt: skip
        assert len(list(graph.objects(rule, part))) == 1, part
    assert list(graph.objects(rule, DCTERMS.source))
    assert list(graph.objects(rule, SH.targetClass))
    assert not list(graph.objects(None, SH.property))
    names = {example.name.split("-")[0] for example in path.parent.glob("*-*.ttl")}
    assert {"pass", "fail"} <= names
    assert ("unknown" in names) == (graph.value(rule, V.cannotTellWhen) is not None)


@pytest.mark.parametrize("path", [*RULES, *EXAMPLES], ids=lambda p: str(p.relative_to(SHAPES)))
def test_a_file_re_serialises_byte_for_byte(path: Path) -> None:
    assert Graph().parse(path).serialize(format="longturtle") == path.read_text()


def test_every_term_of_a_rule_is_declared() -> None:
    declared = Graph()
    root = content.content_root()
    for path in (*(root / "ontology").glob("*.ttl"), *(root / "data" / "reference").glob("*.ttl")):
        declared.parse(path)
    known = {str(term) for term in declared.subjects(RDF.type, None)}
    texts = [str(term) for triple in shapes() for term in triple]
    short = {f"{V}{name}" for text in texts for name in re.findall(r"\bvires:(\w+)", text)}
    full = {text for text in texts if text.startswith(str(V))}
    assert not sorted((short | full) - known - {str(V)})
    codes = {
        code
        for text in texts
        for code in re.findall(r"<(https://w3id\.org/vires/[a-z-]+/[a-z-]+)>", text)
    }
    assert not sorted(codes - known)


def test_every_candidate_of_this_half_is_accounted_for() -> None:
    left_out = Graph().parse(SHAPES / "left-out.ttl")
    numbers = {str(number) for number in shapes().objects(None, V.ruleId)}
    numbers |= {
        str(left_out.value(rule, SKOS.notation))
        for rule in left_out.subjects(RDF.type, V.LeftOutRule)
        if left_out.value(rule, SKOS.note)
    }
    assert {f"R{n:02}" for n in (*range(1, 24), *range(49, 63))} <= numbers
