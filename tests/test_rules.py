"""The catalogue of rules: each behaves as its examples say, under both engines, and is well made."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, Graph, URIRef

from tests import examples
from vires import content, ingest, terms
from vires.validate import catalogue, live, reference
from vires.validate.compile import compiled
from vires.validate.evidence import Evidence, Outcome
from vires.validate.graph import ShapeGraph

RULES = catalogue.rules()
EXAMPLES = [(rule, path) for rule in RULES for path in rule.examples()]
OWL_KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")
"""What OWL itself declares; rules about the ontology are about these."""
NAMES = [f"{rule.key}/{path.stem}" for rule, path in EXAMPLES]


@pytest.fixture(scope="module")
def vocabularies() -> Path:
    shared = os.environ.get("VIRES_SHARED")
    assert shared, "VIRES_SHARED is not set: name the folder that holds `vocab/`"
    return Path(shared) / "vocab"


@cache
def declared() -> frozenset[str]:
    """Every class and property that the ontology or an aligned vocabulary it names declares."""
    graph = Graph()
    for path in (content.content_root() / "ontology").glob("*.ttl"):
        graph.parse(path)
    named = {str(s) for s in graph.subjects() if isinstance(s, URIRef)}
    return frozenset(named | {str(OWL[n]) for n in OWL_KINDS})


def results(rule: catalogue.Rule, found: Evidence) -> set[examples.Result]:
    return {
        (rule.iri, str(hit.focus), hit.path or "", str(hit.value or ""), rule.severity)
        for hit in found.hits
    }


@pytest.mark.parametrize(("rule", "path"), EXAMPLES, ids=NAMES)
def test_both_engines_find_what_an_example_says(rule: catalogue.Rule, path: Path) -> None:
    example = examples.read(path)
    found = live.evidence(example.snapshot, rule, example.days)
    assert found == reference.Record(example.snapshot, example.days).evidence(rule)
    assert results(rule, found) == example.expected
    assert bool(example.expected) == path.name.startswith("fail-")
    assert {hit.focus for hit in found.hits} | found.unknown <= found.applies
    outcomes = set(found.outcomes().values())
    if path.name.startswith("unknown-"):
        assert Outcome.CANNOT_TELL in outcomes


@pytest.mark.parametrize(("rule", "path"), EXAMPLES, ids=NAMES)
def test_an_example_fires_no_other_rule(rule: catalogue.Rule, path: Path) -> None:
    example = examples.read(path)
    for other in RULES:
        if other is not rule:
            assert not live.evidence(example.snapshot, other, example.days).hits, other.key


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_a_rule_has_its_examples(rule: catalogue.Rule) -> None:
    assert rule.examples("fail"), "a rule that no example breaks may check nothing"
    assert rule.examples("pass")
    assert bool(rule.examples("unknown")) == (rule.cannot_tell_when is not None)
    assert len(rule.examples()) == sum(map(len, map(rule.examples, ("fail", "pass", "unknown"))))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_target_of_a_rule_is_shown_to_fail(rule: catalogue.Rule) -> None:
    plan = compiled(rule)
    broken = [examples.read(path) for path in rule.examples("fail")]
    for number, target in enumerate(plan.targets):
        alone = type(plan)(rule, (target,), plan.checks, plan.applies, plan.unknown)
        assert any(live.run(alone, example.snapshot, example.days).hits for example in broken), (
            f"target {number}: {target}"
        )


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_constraint_of_a_rule_is_shown_to_fail(rule: catalogue.Rule) -> None:
    plan = compiled(rule)
    broken = [examples.read(path) for path in rule.examples("fail")]
    for check in plan.checks:
        alone = type(plan)(rule, plan.targets, (check,), plan.applies, plan.unknown)
        assert any(live.run(alone, example.snapshot, example.days).hits for example in broken), (
            check.component
        )


def test_shapes_are_shapes(vocabularies: Path) -> None:
    quads = [quad for rule in RULES for quad in rule.quads]
    quads += ingest.file_quads(content.content_root() / "shapes" / "prefixes.ttl")
    shapes = ingest.file_quads(vocabularies / "shacl-shacl.ttl")
    ok, text = reference.conforms_to(quads, shapes)
    assert ok, text


def test_a_shape_that_is_none_is_found(vocabularies: Path) -> None:
    rule = next(rule for rule in RULES if "PropertyShape" in str(rule.quads))
    broken = [
        ox.Quad(q.subject, q.predicate, ox.Literal("x"))
        if q.predicate.value == terms.SH + "severity"
        else q
        for q in rule.quads
    ]
    ok, _ = reference.conforms_to(broken, ingest.file_quads(vocabularies / "shacl-shacl.ttl"))
    assert not ok


def test_every_term_of_shacl_exists(vocabularies: Path) -> None:
    known = {str(subject) for subject in Graph().parse(vocabularies / "shacl.ttl").subjects()}
    for rule in RULES:
        named = {
            term.value
            for quad in rule.quads
            for term in (quad.predicate, quad.object)
            if isinstance(term, ox.NamedNode) and term.value.startswith(terms.SH)
        }
        assert named <= known, rule.key


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_target_path_and_term_is_in_the_ontology(rule: catalogue.Rule) -> None:
    graph = ShapeGraph(rule.quads)
    shape = ox.NamedNode(rule.iri)
    for name in ("targetClass", "targetSubjectsOf", "targetObjectsOf"):
        assert {t.value for t in graph.all(shape, terms.SH + name)} <= declared()
    plan = compiled(rule)
    text = " ".join(
        [
            *(t.pattern for t in plan.targets),
            plan.applies or "",
            plan.unknown or "",
            *(c.query for c in plan.checks),
        ]
    )
    named = set(
        re.findall(r"<(https://w3id\.org/vires/ns#[^>]*|http://www\.w3\.org/ns/org#[^>]*)>", text)
    )
    assert named <= declared()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_placeholder_is_filled(rule: catalogue.Rule) -> None:
    assert not re.search(r"[{}]", re.sub(r"\{[?$]\w+\}", "", rule.message))
    compiled(rule)  # refuses a message that names what the SELECT does not return
    if "value" in catalogue.placeholders(rule.message):
        for path in rule.examples("fail"):
            example = examples.read(path)
            hits = live.evidence(example.snapshot, rule, example.days).hits
            assert all(hit.value is not None for hit in hits)


def test_no_two_rules_make_one_claim() -> None:
    assert len({rule.claim for rule in RULES}) == len(RULES)
