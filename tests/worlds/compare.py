"""Compares the engine with the oracle on a world, and says where they part.

`python -m tests.worlds.compare [--matrix] [--random N] [--first SEED]` prints each kind of
difference with how often it is seen and one world that shows it, and the mix of verdicts.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
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


def main() -> int:
    """Run what the command line asks for; exit 1 where any world differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matrix", action="store_true")
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    worlds = [world for _, world in matrix()] if options.matrix else []
    worlds += [random_world(options.first + n) for n in range(options.random)]
    kinds: Counter[str] = Counter()
    shown: dict[str, str] = {}
    start = time.perf_counter()
    for world in worlds:
        for part in differences(world):
            kinds[part] += 1
            shown.setdefault(part, world.name)
    for part, count in kinds.most_common(40):
        print(f"{count:5}  {part}\n       {shown[part]}")
    print(f"{len(worlds)} worlds in {time.perf_counter() - start:.0f} s")
    return 1 if kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
