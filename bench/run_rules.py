"""One measured run of the compiled rules over a made world, in a process of its own.

Usage: `python -m bench.run_rules WORLD.nt [--rules KEY ...]`. Prints JSON: seconds to load and to
check, memory, what was found beside the known faults, and the time that one changed version takes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox

from bench.world import ON
from vires import terms
from vires.store import Snapshot
from vires.validate import Rule, rules, select
from vires.validate.affected import touched
from vires.validate.day import days
from vires.validate.live import findings
from vires.validate.spread import spread

VERSIONS = 40
"""So many versions are changed, one after another."""


def load(path: Path) -> Snapshot:
    """A world in memory."""
    store = ox.Store()
    graph = ox.NamedNode("urn:world")
    store.bulk_load(path=str(path), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
    return Snapshot(store, {"urn:world": "made"})


@contextmanager
def memory() -> Iterator[list[float]]:
    """The most MiB that this process and its workers hold together, sampled; shared pages once."""
    peak = [0.0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.3):
            peak[0] = max(peak[0], _held())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def _held() -> float:
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    total = 0
    for process in (str(own), *children):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:  # it has ended
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def changed_version(snapshot: Snapshot, pool: tuple[Rule, ...]) -> dict[str, float]:
    """Milliseconds to find and ask again all that a changed first day of a version can touch."""
    kind, begins = (
        ox.NamedNode(terms.VIRES + "SharingAgreementVersion"),
        terms.VIRES + "commencesOn",
    )
    versions = sorted(snapshot.linked(kind, terms.TYPE, against=True), key=str)
    took: list[float] = []
    processor: list[float] = []
    asked: list[int] = []
    for version in versions[:: max(1, len(versions) // VERSIONS)][:VERSIONS]:
        assert isinstance(version, ox.NamedNode)
        days_of = snapshot.linked(version, begins)
        change = [ox.Triple(version, ox.NamedNode(begins), day) for day in days_of]
        touched(snapshot, pool, change)  # the rules are read once, not for each change
        start, used = time.perf_counter(), time.process_time()
        seen = touched(snapshot, pool, change)
        for rule, nodes in seen.items():
            findings(snapshot, rule, days(ON), nodes)
        took.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - used) * 1000)
        asked.append(sum(len(nodes or ()) for nodes in seen.values()))
    return {
        "p50": statistics.median(took),
        "highest": max(took),
        "processor": statistics.median(processor),
        "asked": statistics.median(asked),
    }


def _processor() -> float:
    """The seconds of processor time that this process and its ended workers have used."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, both))


def measure(world: Path, keys: list[str]) -> dict[str, object]:
    """Load a world, check it and compare what was found with what is known."""
    pool = select(rules(), keys)
    known = {tuple(row) for row in json.loads(world.with_suffix(".faults.json").read_text())}
    known = {row for row in known if row[0] in {rule.key for rule in pool}}
    start = time.perf_counter()
    snapshot = load(world)
    loaded = time.perf_counter() - start
    statements = len(snapshot)
    used = _processor()
    with memory() as peak:
        start = time.perf_counter()
        every = spread(lambda rule: findings(snapshot, rule, days(ON)), pool, statements)
        pairs = zip(pool, every, strict=True)
        found = {(rule.key, str(hit.focus)[1:-1]) for rule, one in pairs for hit in one.hits}
        checked = time.perf_counter() - start
    return {
        "statements": statements,
        "rules": len(pool),
        "load": loaded,
        "check": checked,
        "processor": _processor() - used,
        "memory": peak[0],
        "known": len(known),
        "found": sorted(found),
        "missed": sorted(known - found),
        "beyond": sorted(found - known),
        "changed": changed_version(snapshot, rules()),
    }


def main() -> None:
    """Measure one run."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("world", type=Path)
    ask.add_argument("--rules", nargs="*", default=[])
    given = ask.parse_args()
    print(json.dumps(measure(given.world, given.rules)))


if __name__ == "__main__":
    main()
