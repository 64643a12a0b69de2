"""A node that a query may find something of is never sifted out; most others are."""

from __future__ import annotations

import random
import re

import pyoxigraph as ox
import pytest

from tests import examples
from tests.test_affected import ON, RULES, areas_own, base, change
from vires import terms
from vires.store import Snapshot, from_quads
from vires.validate import Rule, live, sift
from vires.validate.affected import touched
from vires.validate.compile import compiled
from vires.validate.day import days
from vires.validate.graph import Term
from vires.validate.sift import sifted

EX = "https://example.org/"


def queries(rule: Rule) -> list[str]:
    plan = compiled(rule)
    return [text for text in (plan.unknown, *(c.query for c in plan.checks)) if text is not None]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_no_violation_or_silence_of_an_example_is_sifted_out(rule: Rule) -> None:
    for path in rule.examples():
        example = examples.read(path)
        every = live.evidence(example.snapshot, rule, example.days)
        named = live.findings(example.snapshot, rule, example.days, every.foci)
        assert named.hits == every.hits
        assert named.unknown == every.unknown


@pytest.mark.parametrize("seed", range(3))
def test_nothing_found_of_a_changed_record_is_sifted_out(seed: int) -> None:
    snapshot = from_quads(change(random.Random(seed)))
    for rule in RULES:
        every = live.evidence(snapshot, rule, days(ON))
        found = {hit.focus for hit in every.hits} | every.unknown
        kept: set[Term] = set()
        for text in queries(rule):
            kept |= set(sifted(snapshot, text, found))
        assert kept == found, rule.key


def test_few_queries_are_left_to_ask_of_a_changed_version() -> None:
    snapshot, _ = base()
    begins = ox.NamedNode(terms.VIRES + "commencesOn")
    for version, day in {q.subject: q.object for q in areas_own() if q.predicate == begins}.items():
        seen = touched(snapshot, RULES, [ox.Triple(version, begins, day)])
        asked = [(text, nodes) for rule, nodes in seen.items() for text in queries(rule)]
        kept = [text for text, nodes in asked if sifted(snapshot, text, nodes or ())]
        assert len(kept) < len(asked) / 2, version


def term(name: str) -> ox.NamedNode:
    return ox.NamedNode(EX + name)


def world(*lines: str) -> Snapshot:
    """A record of statements in three words, the last of which may be a number or a text."""
    quads = []
    for line in lines:
        one, prop, other = line.split()
        value = ox.Literal(other[1:-1]) if other[0] == '"' else term(other)
        quads.append(ox.Quad(term(one), term(prop), value, ox.NamedNode(EX + "graph")))
    return from_quads(quads)


def kept(snapshot: Snapshot, pattern: str) -> bool:
    """Whether `ex:a` is left to ask about."""
    named = re.sub(r"ex:(\w+)", rf"<{EX}\1>", pattern)
    return bool(sifted(snapshot, f"SELECT ?this WHERE {{ %target {named} }}", [term("a")]))


A = world("a p b", "b q c", "c q d", 'd r "x"', "e p a")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("?this ex:p ?x .", True),
        ("?this ex:q ?x .", False),
        ("?x ex:p ?this .", True),
        ("?this ex:p ex:b .", True),
        ("?this ex:p ex:c .", False),
        ("?this ex:p ?x . ?x ex:q ?y .", True),
        ("?this ex:p ?x . ?x ex:r ?y .", False),
        ("?this ex:p ?x . ?x ex:q* ex:d .", True),
        ("?this ex:p ?x . ?x ex:q* ex:b .", True),
        ("?this ex:p ?x . ?x ex:q* ex:a .", False),
        ("?this ex:p ?x . ?x ex:p ?x .", False),
        ("FILTER EXISTS { ?this ex:q ?x . }", False),
        ("FILTER NOT EXISTS { ?this ex:p ?x . }", False),
        ("FILTER NOT EXISTS { ?this ex:p ?x . FILTER EXISTS { ?x ex:q ex:c . } }", False),
        ("FILTER NOT EXISTS { ?this ex:p ?x . FILTER EXISTS { ?x ex:q ex:d . } }", True),
        ("FILTER NOT EXISTS { ?this ex:p ?x . FILTER NOT EXISTS { ?x ex:r ?y . } }", False),
        ("FILTER NOT EXISTS { ?this ex:p ?x . FILTER NOT EXISTS { ?x ex:q ?y . } }", True),
    ],
)
def test_what_stands_around_a_node_is_seen(pattern: str, expected: bool) -> None:
    assert kept(A, pattern) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "FILTER NOT EXISTS { ?this ex:p ?x . FILTER ( ?x = ex:c ) }",
        "FILTER NOT EXISTS { ?this ex:p ?x . { ?x ex:r ?y . } UNION { ?x ex:p ?y . } }",
        "FILTER NOT EXISTS { ?this ex:p ?x . ?y ex:r ?z . }",
        "FILTER NOT EXISTS { ?this ex:p ?x . VALUES ?x { ex:c } }",
        "FILTER NOT EXISTS { ?this (ex:p|ex:q) ?x . }",
        "FILTER NOT EXISTS { ?this ?y ?x . }",
        "VALUES ?y { ex:c } FILTER NOT EXISTS { ?this ex:p ?y . }",
        "{ ?y ex:q ?z . } UNION { ?z ex:r ?y . } FILTER NOT EXISTS { ?this ex:p ?y . }",
        "BIND ( ex:c AS ?y ) FILTER NOT EXISTS { ?this ex:p ?y . }",
        "?y ex:r ?z . FILTER NOT EXISTS { ?this ex:p ?y . }",
        "?this ex:p ?x . ?z ?y ?x . FILTER NOT EXISTS { ?x ex:q ?w . ?y ex:q ?w . }",
        "?this ex:p ?x . ?x ex:q ?y . ?y ex:q ?z . FILTER NOT EXISTS { ?z ex:r 'y' . }",
        "OPTIONAL { ?this ex:q ?x . }",
        "FILTER ( NOT EXISTS { ?this ex:p ?x . } || 1 = 1 )",
    ],
)
def test_what_cannot_be_told_here_is_asked(pattern: str) -> None:
    assert kept(A, pattern)


def test_a_node_with_much_around_it_is_asked_about() -> None:
    hub = world(*(f"n{number} p a" for number in range(sift.MOST + 1)))
    assert kept(hub, "?x ex:p ?this . ?x ex:q ?y .")
    few = world(*(f"n{number} p a" for number in range(9)))
    assert not kept(few, "?x ex:p ?this . ?x ex:q ?y .")
