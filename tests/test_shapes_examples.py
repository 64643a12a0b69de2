"""Each rule's examples behave under the reference validator: pass, fail with its results, unknown.

A pass fires nothing of the whole catalogue, a fail exactly what it carries, an unknown nothing;
`cannotTellWhen` returns a node of each unknown, and `appliesWhen` every node that fires or is
unknown.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDFS, SH, SKOS
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
