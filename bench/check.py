"""Times `vires check` on a made world, and says whether it finds every fault and no other.

Usage: `python -m bench.check WORLD.nt [--rules KEY ...] [--slow N]`. The world is one of
`bench.world`. Prints statements, seconds to load and to check, memory, and what was missed or
found beyond the known faults; ends with 1 where anything was.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import time
from pathlib import Path

import pyoxigraph as ox

from bench.world import ON
from vires.store import Snapshot
from vires.validate import Rule, rules, select
from vires.validate.day import days
from vires.validate.live import findings


def load(path: Path) -> Snapshot:
    """A world in memory."""
    store = ox.Store()
    graph = ox.NamedNode("urn:world")
    store.bulk_load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
    return Snapshot(store, {"urn:world": "made"})


def run(
    snapshot: Snapshot, pool: tuple[Rule, ...]
) -> tuple[set[tuple[str, str]], list[tuple[float, str]]]:
    """What is found, and the seconds that each rule takes."""
    found: set[tuple[str, str]] = set()
    took: list[tuple[float, str]] = []
    for rule in pool:
        start = time.perf_counter()
        found |= {
            (rule.key, str(hit.focus)[1:-1]) for hit in findings(snapshot, rule, days(ON)).hits
        }
        took.append((time.perf_counter() - start, rule.key))
    return found, sorted(took, reverse=True)


def main() -> None:
    """Load, check and compare."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("world", type=Path)
    ask.add_argument("--rules", nargs="*", default=[])
    ask.add_argument("--slow", type=int, default=8)
    given = ask.parse_args()
    pool = select(rules(), given.rules)
    keys = {rule.key for rule in pool}
    known = {tuple(row) for row in json.loads(given.world.with_suffix(".faults.json").read_text())}
    start = time.perf_counter()
    snapshot = load(given.world)
    loaded = time.perf_counter() - start
    cpu = time.process_time()
    found, took = run(snapshot, pool)
    cpu = time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    missed = {row for row in known if row[0] in keys} - found
    beyond = found - known
    print(f"{platform.platform()}, Python {platform.python_version()}")
    print(f"{len(snapshot)} statements, {len(pool)} rules: load {loaded:.1f} s, check ", end="")
    print(f"{sum(t for t, _ in took):.2f} s (processor {cpu:.2f} s), {memory:.0f} MiB")
    print(f"faults: {len(known)} known, {len(missed)} missed, {len(beyond)} beyond")
    for row in sorted(missed)[:5]:
        print(f"  missed {row[0]} {row[1]}")
    for row in sorted(beyond)[:5]:
        print(f"  beyond {row[0]} {row[1]}")
    for seconds, key in took[: given.slow]:
        print(f"  {seconds:8.2f} s  {key}")
    raise SystemExit(1 if missed or beyond else 0)


if __name__ == "__main__":
    main()
