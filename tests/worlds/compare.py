"""Compares the engine with the oracle on a world, and says where they part.

`python -m tests.worlds.compare [--matrix] [--random N] [--seed SEED] [--first N]` prints each kind
of difference with how often it is seen and one world that shows it, the mix of verdicts, the
conditions seen alone, and the time that each of the two takes.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import islice
from multiprocessing import get_context
from typing import Any

from tests.worlds.matrix import matrix
from tests.worlds.mix import random_world
from tests.worlds.world import World
from vires import decide
from vires.store import from_quads


def question_of(world: World) -> decide.Question:
    """The world's question as the engine takes it."""
    asked = world.question
    return decide.Question(
        str(asked["from"]),
        str(asked["to"]),
        str(asked["purpose"]),
        str(asked["category"]),
        asked["subjects"],
        date.fromisoformat(str(asked["on"])),
    )


def engine_answer(world: World) -> dict[str, Any]:
    """What the engine says, in the oracle's form."""
    return _comparable(decide.ask(from_quads(world.quads()), question_of(world)))


def _comparable(answer: decide.Answer) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "reason": answer.reason,
        "routes": [
            {
                "flow": r.flow,
                "agreement": r.agreement,
                "version": r.version,
                "tier_chain": list(r.tier_chain),
                "outcome": r.outcome,
                "describes": r.describes,
                "conditions": {
                    name: {"outcome": c.outcome, "applies": c.applies}
                    for name, c in r.conditions.items()
                },
                "cautions": sorted({c.code for c in r.cautions}),
                "powers": list(r.powers),
                "data": list(r.data),
                "excluded": list(r.excluded),
                "subjects": list(r.subjects),
            }
            for r in answer.routes
        ],
        "powers": sorted([p.power, p.strength] for p in answer.powers),
        "duties": sorted(d.power for d in answer.duties),
        "restrictions": sorted([r.power, r.kind] for r in answer.restrictions),
        "near_misses": sorted(
            ({"flow": n.flow, "fails": sorted(n.fails)} for n in answer.near_misses if n.fails),
            key=lambda n: str(n["flow"]),
        ),
    }


def oracle_answer(world: World) -> dict[str, Any]:
    """What the oracle says."""
    from tests.oracle import answers as oracle  # mutation runs need the engine alone

    found: dict[str, Any] = oracle.answer(oracle.load(world.nquads()), world.question)
    return found


def differences(world: World) -> list[str]:
    """Each way in which the two differ on a world, as `what: engine / oracle`."""
    ours, theirs = engine_answer(world), oracle_answer(world)
    return list(_parts(ours, theirs, ""))


def _parts(ours: Any, theirs: Any, where: str) -> Iterator[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(set(ours) | set(theirs)):
            yield from _parts(ours.get(key), theirs.get(key), f"{where}.{key}".lstrip("."))
    elif isinstance(ours, list) and isinstance(theirs, list) and where == "routes":
        if len(ours) != len(theirs):
            yield f"{where}: {len(ours)} / {len(theirs)}"
        for mine, other in zip(ours, theirs, strict=False):
            yield from _parts(mine, other, "route")
    elif isinstance(ours, list) and isinstance(theirs, list):
        mine, other = {str(x) for x in ours}, {str(x) for x in theirs}
        if mine != other or len(ours) != len(theirs):
            yield f"{where}: {sorted(mine - other)} / {sorted(other - mine)}"
    elif ours != theirs:
        yield f"{where}: {ours} / {theirs}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the two say of one world, and the seconds that each took."""

    name: str
    verdict: str
    """The oracle's."""
    differences: tuple[str, ...]
    alone: frozenset[tuple[str, str]]
    """Each condition and outcome that alone keeps a route from being covered, by the oracle."""
    engine_seconds: float
    oracle_seconds: float


def judge(world: World) -> Judged:
    """Ask both about a world."""
    start = time.perf_counter()
    ours = engine_answer(world)
    middle = time.perf_counter()
    theirs = oracle_answer(world)
    end = time.perf_counter()
    return Judged(
        world.name,
        theirs["verdict"],
        tuple(_parts(ours, theirs, "")),
        alone(theirs),
        middle - start,
        end - middle,
    )


def alone(answer: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """The condition and outcome of each route on which all conditions but one are met."""
    found = set()
    for route in answer["routes"]:
        unmet = [
            (name, condition["outcome"])
            for name, condition in route["conditions"].items()
            if condition["outcome"] != "met"
        ]
        if len(unmet) == 1:
            found.add(unmet[0])
    return frozenset(found)


def judge_all(worlds: Iterable[World], processes: int = 2) -> list[Judged]:
    """Ask both about each world, in that order, in several processes."""
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return list(pool.map(judge, worlds, chunksize=50))


def _worlds(options: argparse.Namespace) -> Iterator[World]:
    if options.matrix:
        yield from (world for _, world in matrix())
    yield from (random_world(options.seed + n) for n in range(options.random))


def _report(judged: list[Judged]) -> None:
    kinds = Counter(part for one in judged for part in one.differences)
    for part, count in kinds.most_common(40):
        example = next(one.name for one in judged if part in one.differences)
        print(f"{count:5}  {part}\n       {example}")
    print(f"{sum(bool(one.differences) for one in judged)} of {len(judged)} worlds differ")
    for verdict, count in Counter(one.verdict for one in judged).most_common():
        print(f"{verdict:12} {count:5}  {count / len(judged):.1%}")
    seen = Counter(pair for one in judged for pair in one.alone)
    for name in decide.CONDITIONS:
        print(f"alone {name:17} {seen[name, 'not-met']:5} {seen[name, 'cannot-tell']:5}")
    for what, seconds in (
        ("engine", sum(one.engine_seconds for one in judged)),
        ("oracle", sum(one.oracle_seconds for one in judged)),
    ):
        print(f"{what} {1000 * seconds / len(judged):.1f} ms a world")


def main() -> int:
    """Run what the command line asks for; exit 1 where any world differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matrix", action="store_true", help="every world of the matrix")
    parser.add_argument("--random", type=int, default=0, help="how many random worlds")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first of them")
    parser.add_argument("--first", type=int, help="stop after so many worlds in all")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    judged = judge_all(islice(_worlds(options), options.first), options.processes)
    if not judged:
        parser.error("no worlds: ask for --matrix, --random N or both")
    _report(judged)
    return 1 if any(one.differences for one in judged) else 0


if __name__ == "__main__":
    raise SystemExit(main())
