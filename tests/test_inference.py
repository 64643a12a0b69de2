"""What the ontology means, derived three ways: our rules, owlrl and HermiT."""

from __future__ import annotations

from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef

from vires import inference, library, reason, terms

WORLDS = sorted((Path(__file__).parent / "inference_worlds").glob("*.ttl"))
S, V = "https://sample.example/", terms.VIRES


def world(name: str) -> tuple[ox.Quad, ...]:
    path = Path(__file__).parent / "inference_worlds" / f"{name}.ttl"
    return reason.turtle(path.read_text())


def owlrl_finds(quads: tuple[ox.Quad, ...]) -> set[tuple[str, str, str]]:
    graph = Graph()
    lines = "\n".join(f"{q.subject} {q.predicate} {q.object} ." for q in quads)
    graph.parse(data=lines, format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    assert not [x for x in graph.subjects() if "error" in str(x).lower() and "daml" in str(x)]
    return {
        (str(s), str(p), str(o))
        for s, p, o in graph
        if isinstance(s, URIRef)
        and (str(p) in reason.CATALOGUE or (str(p) == terms.TYPE and str(o) in reason.KINDS))
        and isinstance(o, URIRef)
    }


@pytest.fixture(scope="module")
def ontology() -> tuple[ox.Quad, ...]:
    return reason.schema()


def test_there_are_twelve_worlds() -> None:
    assert len(WORLDS) == 12


@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.stem)
def test_the_rules_say_what_owlrl_and_hermit_say(path: Path, ontology: tuple[ox.Quad, ...]) -> None:
    quads = (*ontology, *reason.turtle(path.read_text()))
    ours = {row for row in reason.derived(quads) if row[0].startswith(S)}
    assert ours, "a world that derives nothing proves nothing"
    assert {row for row in owlrl_finds(quads) if row[0].startswith(S)} == ours
    found = reason.hermit(quads)
    assert found is not None
    assert {row for row in found if row[0].startswith(S)} == ours


def derived(name: str) -> set[tuple[str, str, str]]:
    return {
        (s.removeprefix(S), p.removeprefix(V), o.removeprefix(S).removeprefix(V))
        for s, p, o in reason.derived(world(name))
    }


def test_what_is_expected_is_derived() -> None:
    assert ("a", "oughtToAdhereTo", "v1") in derived("three-tiers")
    assert ("v5", "underpinnedByTransitive", "v1") in derived("long-chain")
    assert ("a", "isOfType", "authority") in derived("typed-body")
    assert ("f", "servesPurpose", "safeguarding") in derived("narrow-purpose")
    assert ("a", "hasSuccessor", "e") in derived("merger-and-split")
    assert ("a", "memberIn", "c") in derived("memberships")


@pytest.mark.parametrize(
    ("name", "never"),
    [
        ("party-that-did-not-sign", ("a", "signatoryTo", "v3")),
        ("party-that-did-not-sign", ("b", "partyTo", "v3")),
        ("three-tiers", ("a", "signatoryTo", "v1")),
        ("three-tiers", ("a", "partyTo", "v2")),
        ("memberships", ("b", "memberIn", "c")),
        ("renaming", ("b", "signatoryTo", "v1")),
        ("whole-city", ("b", "partyTo", "v3")),
        ("whole-city", ("b", "memberIn", "c")),
        ("merger-and-split", ("a", "directSuccessor", "d")),
        ("merger-and-split", ("c", "hasSuccessor", "a")),
    ],
)
def test_what_must_never_be_inferred_is_not(name: str, never: tuple[str, str, str]) -> None:
    assert never not in derived(name)


def test_nothing_outside_the_catalogue_is_derived(ontology: tuple[ox.Quad, ...]) -> None:
    quads = (*ontology, *world("whole-city"))
    new = inference.infer(quads, "urn:new")
    assert {q.predicate.value for q in new} <= {*reason.CATALOGUE, terms.TYPE}
    kinds = {q.object.value for q in new if q.predicate.value == terms.TYPE}
    assert kinds <= set(reason.KINDS)
    for word in ("holder", "recipient", "sameAs", "SharingDuty"):
        assert not [q for q in new if word in str(q)], word


def test_deriving_again_adds_nothing() -> None:
    once = inference.infer(world("whole-city"), "urn:new")
    assert once
    assert not inference.infer((*world("whole-city"), *once), "urn:new")


@pytest.mark.parametrize("rule", inference.rules(), ids=lambda rule: rule.claim)
def test_the_select_twin_gives_what_the_rule_inserts(rule: inference.Rule) -> None:
    given = [quad for path in WORLDS for quad in reason.turtle(path.read_text())]
    store = ox.Store()
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in given)
    before = set(store)
    rows = store.query(rule.view.text)
    assert isinstance(rows, ox.QuerySolutions)
    twin = {(row[0], row[1], row[2]) for row in rows}
    store.update(rule.insert)
    assert twin
    assert {(q.subject, q.predicate, q.object) for q in set(store) - before} == twin - {
        (q.subject, q.predicate, q.object) for q in before
    }


def test_a_thing_in_two_disjoint_classes_is_reported(ontology: tuple[ox.Quad, ...]) -> None:
    store = ox.Store()
    store.extend(ontology)
    assert not inference.contradictions(store)
    store.extend(
        reason.turtle(
            f"PREFIX v: <https://w3id.org/vires/ns#> <{S}x> a v:PermissivePower, v:SharingDuty ."
        )
    )
    assert [thing for thing, _, _ in inference.contradictions(store)] == [S + "x"]
    assert library.view(inference.CONTRADICTION).title
