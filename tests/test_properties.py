"""Properties of every answer (verification.md section 4), on random worlds."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.worlds.compare import engine_answer, question_of
from tests.worlds.mix import random_world
from tests.worlds.world import VARIANTS, V, W, World, covered, day, iri
from vires import decide
from vires.store import from_quads

COUNT = int(os.environ.get("VIRES_PROPERTY_WORLDS", "20"))
WORLDS = [random_world(10_000 + number) for number in range(COUNT)]
IDS = [world.name for world in WORLDS]
each_world = pytest.mark.parametrize("world", WORLDS, ids=IDS)

_OWN = [
    "reliesOnPower",
    "reliesOnBasis",
    "reliesOnCondition",
    "policyDocument",
    "signs",
    "participatesIn",
    "inCommunity",
]


def outcomes(world: World) -> list[str]:
    """The outcome of each route, and the verdict."""
    answer = engine_answer(world)
    return [route["outcome"] for route in answer["routes"]] + [answer["verdict"]]


def removals(world: World) -> Iterator[World]:
    for subject, prop, value in sorted(world.facts, key=str):
        if prop.removeprefix(V) in _OWN:
            yield world.without(subject, prop, value)


@each_world
def test_taking_away_from_a_route_never_covers_it(world: World) -> None:
    if engine_answer(world)["verdict"] == "covered":
        return
    chance = random.Random(world.name)
    options = list(removals(world))
    for poorer in chance.sample(options, min(8, len(options))):
        assert engine_answer(poorer)["verdict"] != "covered"


@each_world
def test_an_earlier_end_never_covers(world: World) -> None:
    if engine_answer(world)["verdict"] == "covered":
        return
    for node, prop in (("w:t3-v1", "v:endsOn"), ("w:power", "v:inForceUntil")):
        days = [
            f[2].value for f in world.facts if (f[0], f[1]) == (iri(node).value, iri(prop).value)
        ]
        if days != ["2027-12-31"] and days != ["2030-01-01"]:
            continue
        assert engine_answer(world.put(node, prop, day("2026-01-01")))["verdict"] != "covered"


@each_world
def test_an_agreement_of_others_changes_nothing(world: World) -> None:
    more = world.add(
        "w:x a v:InformationSharingAgreement ; v:inFramework w:framework ; v:forCommunity w:community ."
        "w:x-v1 a v:SharingAgreementVersion ; v:versionOf w:x ; v:underpinnedBy w:t2-v1 ; "
        'v:commencesOn "2025-01-01"^^xsd:date .'
        "w:x-flow a v:DataFlow ; v:flowOf w:x-v1 ; v:hasSide w:x-from, w:x-to ; "
        "v:forPurpose w:child-safeguarding ; v:sharesCategory w:case-record ."
        "w:x-from a v:DisclosingSide ; v:sideOrganisation w:third ."
        "w:x-to a v:ReceivingSide ; v:sideOrganisation w:stranger ."
    )
    assert engine_answer(more) == engine_answer(world)


@each_world
def test_labels_order_and_drafts_change_nothing(world: World) -> None:
    expected = engine_answer(world)
    noisy = world.add(
        'w:from skos:prefLabel "A name"@en . w:unheard skos:prefLabel "Another"@cy . '
        "w:unrelated-body a v:Organisation, v:PublicBody ; v:hasType w:hospital ."
    ).draft("w:flow v:excludesCategory w:case-record . w:from a v:PrivateBody .")
    assert engine_answer(noisy) == expected
    quads = noisy.quads()
    random.Random(world.name).shuffle(quads)
    answer = decide.ask(from_quads(quads), question_of(noisy))
    again = decide.ask(from_quads(reversed(quads)), question_of(noisy))
    assert decide.to_json(answer) == decide.to_json(again)


@each_world
def test_renaming_what_is_the_areas_changes_only_names(world: World) -> None:
    renamed = World(
        world.name,
        frozenset(
            (s.replace(W, "https://other.example/"), p, iri(o.value.replace(W, "https://other.example/")) if hasattr(o, "value") and not hasattr(o, "datatype") else o)
            for s, p, o in world.facts
        ),
        {k: v.replace(W, "https://other.example/") if v else v for k, v in world.question.items()},
    )  # fmt: skip
    mine, other = engine_answer(world), engine_answer(renamed)
    assert str(other).replace("https://other.example/", W) == str(mine)


@each_world
def test_the_same_question_gives_the_same_bytes(world: World) -> None:
    one = decide.to_json(decide.ask(from_quads(world.quads()), question_of(world)))
    assert decide.to_json(decide.ask(from_quads(world.quads()), question_of(world))) == one


@each_world
def test_the_urgent_statement_is_in_every_answer(world: World) -> None:
    answer = decide.ask(from_quads(world.quads()), question_of(world))
    assert answer.urgent.statement == decide.URGENT
    assert answer.urgent.contacts


@each_world
def test_every_node_cited_is_in_the_record(world: World) -> None:
    known = {fact[0] for fact in world.facts} | {
        fact[2].value for fact in world.facts if not hasattr(fact[2], "datatype")
    }
    known |= {v for v in world.question.values() if v}
    answer = decide.ask(from_quads(world.quads()), question_of(world))
    for route in answer.routes:
        for found in route.conditions.values():
            assert set(found.evidence) <= known
            assert all("#" in iri_ for iri_ in found.missing)


@pytest.mark.parametrize("variant", VARIANTS)
def test_between_the_dates_of_a_world_the_outcome_is_constant(variant: str) -> None:
    world = covered(variant)
    days = sorted(
        date.fromisoformat(f[2].value)
        for f in world.facts
        if hasattr(f[2], "datatype") and f[2].datatype.value.endswith("#date")
    )
    for first, last in zip(days, days[1:], strict=False):
        inside = {
            str(engine_answer(world.asking(on=moment.isoformat()))["verdict"])
            for moment in (first + timedelta(days=1), last - timedelta(days=1))
            if first < moment < last
        }
        assert len(inside) <= 1, (first, last)


@pytest.mark.parametrize("variant", VARIANTS)
def test_swapping_the_bodies_never_reuses_a_one_way_power(variant: str) -> None:
    world = covered(variant).asking(from_="w:to", to="w:from")
    answer = engine_answer(world)
    assert not answer["routes"]
    assert W + "power" not in [power for power, _ in answer["powers"]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_one_organisation_with_itself_is_not_found(variant: str) -> None:
    answer = engine_answer(covered(variant).asking(to="w:from"))
    assert (answer["verdict"], answer["reason"]) == ("not-found", "same-organisation")
    assert not answer["powers"]


def test_silence_in_place_of_a_fact_adds_no_cover_but_where_it_is_read_as_open() -> None:
    world = covered("three-level")
    late = world.put("w:t3-v1", "v:endsOn", iri("w:nothing"))
    assert "covered" not in outcomes(late)
    open_end = world.silent("w:t3-v1", "v:endsOn").silent("w:part-from", "v:participatesUntil")
    assert outcomes(open_end) == ["covered", "covered"]
    for prop in ("v:commencesOn", "v:versionOf", "v:underpinnedBy"):
        assert "covered" not in outcomes(world.silent("w:t3-v1", prop)), prop
