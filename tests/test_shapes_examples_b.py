"""Each rule's own shape behaves on its own examples, and its three outcomes never overlap.

The shape runs under pyshacl, `appliesWhen` and `cannotTellWhen` under pyoxigraph.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.term import Node

from vires import content

SH = Namespace("http://www.w3.org/ns/shacl#")
VIRES = Namespace("https://w3id.org/vires/ns#")
SHAPES = content.content_root() / "shapes"
RULES = sorted(SHAPES.glob("*/*/rule.ttl"))
EXAMPLES = sorted(
    path for rule in RULES for path in rule.parent.glob("*.ttl") if path.name != "rule.ttl"
)
Result = tuple[Node | None, ...]
KEYS = (
    SH.focusNode, SH.value, SH.resultPath, SH.sourceShape, SH.resultSeverity,
    SH.sourceConstraintComponent,
)  # fmt: skip


def name(path: Path) -> str:
    return "/".join(path.parts[-2:]).removesuffix(".ttl")


@cache
def prefixes() -> Graph:
    return Graph().parse(SHAPES / "prefixes.ttl")


def results(graph: Graph) -> set[Result]:
    return {
        tuple(graph.value(node, key) for key in KEYS)
        for node in graph.subjects(RDF.type, SH.ValidationResult)
    }


def rows(graph: Graph, query: Node | None) -> set[str]:
    store = ox.Store()
    store.load(graph.serialize(format="nt").encode(), format=ox.RdfFormat.N_TRIPLES)
    found = store.query(str(query))
    assert isinstance(found, ox.QuerySolutions)
    return {getattr(row["this"], "value", "") for row in found}


def rule_of(path: Path) -> tuple[Graph, URIRef]:
    graph = Graph().parse(path.parent / "rule.ttl")
    return graph, next(s for s in graph.subjects(RDF.type, VIRES.ConsistencyRule))


@pytest.mark.parametrize("path", RULES, ids=name)
def test_a_rule_says_what_it_is_and_has_its_examples(path: Path) -> None:
    graph, rule = rule_of(path)
    assert rule == URIRef(f"https://w3id.org/vires/rule/{path.parent.name}")
    for word in ("why", "fix", "ruleLimits", "ruleId"):
        assert graph.value(rule, VIRES[word]), word
    examples = {example.name.split("-")[0] for example in path.parent.glob("*.ttl")}
    assert {"pass", "fail"} <= examples
    assert ("unknown" in examples) is ((rule, VIRES.cannotTellWhen, None) in graph)
    assert Graph().parse(path).serialize(format="longturtle") == path.read_text()


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_an_example_behaves(path: Path) -> None:
    graph, rule = rule_of(path)
    example = Graph().parse(path)
    expected = results(example)
    for node in list(example.subjects(RDF.type, SH.ValidationResult)):
        example.remove((node, None, None))
    _, report, _ = pyshacl.validate(
        example, shacl_graph=graph + prefixes(), inference="none", advanced=False, meta_shacl=False
    )
    assert isinstance(report, Graph)
    assert results(report) == expected
    assert bool(expected) is path.name.startswith("fail-")
    broken = {str(result[0]) for result in expected}
    applies, unknown = graph.value(rule, VIRES.appliesWhen), graph.value(rule, VIRES.cannotTellWhen)
    about = rows(example, applies) if applies else None
    silent = rows(example, unknown) if unknown else set()
    assert about is None or broken | silent <= about
    assert not broken & silent
    assert bool(silent) is path.name.startswith("unknown-")
