"""Properties of every answer (verification.md section 4), on random worlds."""

from __future__ import annotations

import os

import pytest

from tests.worlds.aimed import aimed_worlds
from tests.worlds.compare import engine_answer
from tests.worlds.mix import random_world
from tests.worlds.properties import PROPERTIES, constant_between_dates, near_miss_mends
from tests.worlds.world import VARIANTS, W, World, covered, iri

COUNT = int(os.environ.get("VIRES_PROPERTY_WORLDS", "20"))
WORLDS = [random_world(10_000 + number) for number in range(COUNT)]
ONE_FAULT = [world for (_, outcome), world in aimed_worlds() if outcome == "not-met"]


def outcomes(world: World) -> list[str]:
    """The outcome of each route, and the verdict."""
    answer = engine_answer(world)
    return [route["outcome"] for route in answer["routes"]] + [answer["verdict"]]


@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize("world", WORLDS, ids=[world.name for world in WORLDS])
def test_the_property_holds_of_the_world(world: World, name: str) -> None:
    assert PROPERTIES[name](world) == []


def test_a_near_miss_carried_out_covers_a_world_of_one_fault() -> None:
    faults = {world.name: near_miss_mends(world) for world in ONE_FAULT}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize("variant", VARIANTS)
def test_between_the_dates_of_a_world_the_outcome_is_constant(variant: str) -> None:
    assert constant_between_dates(covered(variant), intervals=100) == []


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
