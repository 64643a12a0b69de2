"""The engine and the independent oracle say the same, on every world."""

from __future__ import annotations

import ast
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.worlds.aimed import AIMED, aimed_worlds
from tests.worlds.compare import Judged, differences, judge_all, oracle_answer
from tests.worlds.matrix import matrix
from tests.worlds.mix import PARTED, random_world
from tests.worlds.world import PROFILES, TRIGGERS, covered_world
from vires.decide import CONDITIONS

ORACLE = Path(__file__).parent / "oracle"
# Fewer have no shares to speak of.
WORLDS = max(300, int(os.environ.get("VIRES_WORLDS", "300")))
FIRST = int(os.environ.get("VIRES_FIRST_WORLD", "0"))


def test_the_oracle_shares_no_code_with_the_engine() -> None:
    barred = {"vires", "pyoxigraph", "pyshacl", "owlready2", "rdflib", "SPARQLWrapper"}
    paths = list(ORACLE.glob("*.py"))
    assert paths
    for path in paths:
        text = path.read_text()
        names: set[str] = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
        assert not names & barred, path.name
        assert "SELECT" not in text


@pytest.fixture(scope="module")
def judged_matrix() -> list[Judged]:
    return judge_all(world for _, world in matrix())


@pytest.fixture(scope="module")
def judged_mix() -> list[Judged]:
    return judge_all(random_world(number) for number in range(FIRST, FIRST + WORLDS))


def _faults(judged: list[Judged]) -> list[str]:
    return [f"{one.name}: {one.differences}" for one in judged if one.differences]


def _alone(judged: list[Judged]) -> Counter[tuple[str, str]]:
    return Counter(pair for one in judged for pair in one.alone)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("trigger", [None, *TRIGGERS])
def test_every_covered_world_is_covered_to_begin_with(profile: str, trigger: str | None) -> None:
    world = covered_world(profile, trigger)
    assert oracle_answer(world)["verdict"] == "covered"
    assert not differences(world)


def test_every_aimed_fault_strikes_its_condition_alone() -> None:
    pairs, worlds = zip(*aimed_worlds(), strict=True)
    judged = judge_all(worlds)
    missed = [one.name for pair, one in zip(pairs, judged, strict=True) if one.alone != {pair}]
    assert not missed
    assert set(AIMED) == {(n, o) for n in CONDITIONS for o in ("not-met", "cannot-tell")}
    faults = _faults(judged)
    assert not faults, "\n".join(faults[:20])


def test_every_single_fault_is_judged_alike(judged_matrix: list[Judged]) -> None:
    faults = _faults(judged_matrix)
    assert not faults, "\n".join(faults[:20])


def test_the_names_of_the_matrix_are_unique(judged_matrix: list[Judged]) -> None:
    assert len({one.name for one in judged_matrix}) == len(judged_matrix)


def test_random_worlds_are_judged_alike(judged_mix: list[Judged]) -> None:
    faults = _faults(judged_mix)
    assert not faults, "\n".join(faults[:20])


@pytest.mark.parametrize("number", PARTED)
def test_worlds_that_once_parted_them_are_judged_alike(number: int) -> None:
    assert not differences(random_world(number))


def test_the_random_mix_has_its_share_of_each_verdict(judged_mix: list[Judged]) -> None:
    seen = Counter(one.verdict for one in judged_mix)
    assert 0.2 <= seen["covered"] / len(judged_mix) <= 0.6, seen
    for verdict in ("cannot-tell", "gap", "power-only", "not-found"):
        assert seen[verdict] / len(judged_mix) >= 0.05, seen


@pytest.mark.parametrize("outcome", ["not-met", "cannot-tell"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_each_condition_stands_alone_in_the_mix_and_in_the_matrix(
    condition: str, outcome: str, judged_mix: list[Judged], judged_matrix: list[Judged]
) -> None:
    assert _alone(judged_mix)[condition, outcome] / len(judged_mix) >= 0.01
    assert _alone(judged_matrix)[condition, outcome] >= 3
