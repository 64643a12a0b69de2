"""The engine and the independent oracle say the same, on every world."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tests.worlds.compare import differences, engine_answer
from tests.worlds.matrix import matrix
from tests.worlds.mix import random_world
from tests.worlds.world import VARIANTS, World, covered
from vires.decide import CONDITIONS

ORACLE = Path(__file__).parent / "oracle"
WORLDS = int(os.environ.get("VIRES_WORLDS", "300"))
FIRST = int(os.environ.get("VIRES_FIRST_WORLD", "0"))


def test_the_oracle_shares_no_code_with_the_engine() -> None:
    barred = {"vires", "pyoxigraph", "pyshacl", "owlready2", "rdflib", "SPARQLWrapper"}
    for path in ORACLE.glob("*.py"):
        text = path.read_text()
        names: set[str] = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
        assert not names & barred, path.name
        assert "SELECT" not in text


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_is_covered_to_begin_with(variant: str) -> None:
    answer = engine_answer(covered(variant))
    assert answer["verdict"] == "covered"
    assert not differences(covered(variant))


def _differing(world: World) -> tuple[str, list[str]]:
    return world.name, differences(world)


def _numbered(number: int) -> tuple[str, list[str]]:
    return _differing(random_world(number))


def _pool() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, mp_context=get_context("fork"))


def _faults(results: Iterator[tuple[str, list[str]]]) -> list[str]:
    return [f"{name}: {parts}" for name, parts in results if parts]


def test_every_single_fault_is_judged_alike() -> None:
    with _pool() as pool:
        faults = _faults(pool.map(_differing, [w for _, w in matrix()], chunksize=100))
    assert not faults, "\n".join(faults[:20])


def test_random_worlds_are_judged_alike() -> None:
    with _pool() as pool:
        faults = _faults(pool.map(_numbered, range(FIRST, FIRST + WORLDS), chunksize=20))
    assert not faults, "\n".join(faults[:20])


def test_the_random_mix_has_its_share_of_each_verdict() -> None:
    seen = Counter(engine_answer(random_world(n))["verdict"] for n in range(300))
    assert 0.2 <= seen["covered"] / 300 <= 0.6
    for verdict in ("cannot-tell", "gap", "power-only", "not-found"):
        assert seen[verdict] / 300 >= 0.05, seen


def test_each_condition_fails_alone_and_cannot_tell_alone_in_the_matrix() -> None:
    alone: Counter[tuple[str, str]] = Counter()
    with _pool() as pool:
        for pairs in pool.map(_alone, [w for _, w in matrix()], chunksize=100):
            alone.update(pairs)
    for name in CONDITIONS:
        assert alone[name, "not-met"] >= 2, f"{name} is never alone not met"
        assert alone[name, "cannot-tell"] >= 2, f"{name} is never alone cannot tell"


def _alone(world: World) -> list[tuple[str, str]]:
    found = []
    for route in engine_answer(world)["routes"]:
        short = [(n, c["outcome"]) for n, c in route["conditions"].items() if c["outcome"] != "met"]
        if len(short) == 1:
            found += short
    return found
