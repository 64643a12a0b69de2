"""Writes a new generation: staged beside the old, then made current in one atomic step.

A writer that dies at any step leaves the old generation current, or the new one, never a mixture.
Graphs that did not change are not written again: the store of the last generation is taken over by
hard links and only the difference is applied.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from vires.errors import StoreError
from vires.store import state as folder
from vires.store.reader import open_snapshot, open_store
from vires.store.snapshot import Snapshot, version_of
from vires.store.sources import CLASSES, Graph, readable


class Step(Enum):
    """The steps of a commit, in order, for tests that interrupt it."""

    STAGED = "staged"
    WRITTEN = "written"
    DESCRIBED = "described"
    RENAMED = "renamed"
    POINTED = "pointed"


@dataclass(frozen=True, slots=True)
class Before:
    """The record of the generation before, of one access class, and the file of its findings."""

    snapshot: Snapshot
    findings: Path


Judge = Callable[[Snapshot, Before | None], str]
"""Judges the record to come of one access class, beside the generation before it.

What it returns, if anything, is kept with the record; what it raises refuses the record.
"""


def commit(
    state: Path,
    graphs: Iterable[Graph],
    at: Callable[[Step], None] = lambda step: None,
    judge: Judge | None = None,
) -> str:
    """Make the graphs given the whole record; the name of the generation that holds them.

    The same graphs again make no new generation, but are judged anew: the day may have moved on.
    `at` is called after each step; `judge` sees
    each class's record before it is current.
    Errors: `StoreLockedError` where another writer is at work, `StoreError` where the disk refuses,
    and those of `judge`; on any, the record is as it was.
    """
    pool = tuple(graphs)
    with folder.locked(state):
        try:
            return _commit(state, pool, at, judge)
        except (OSError, RuntimeError) as error:  # RocksDB speaks of the disk by either
            said = " ".join(str(error).split())
            raise StoreError(
                f"{state}: {said}; the record is as it was: make room or mend the rights, "
                "then load again"
            ) from error


def _commit(
    state: Path, graphs: tuple[Graph, ...], at: Callable[[Step], None], judge: Judge | None
) -> str:
    folder.clean(state)
    previous, old = _previous(state)
    described = _describe(graphs)
    if previous and old and old["graphs"] == described["graphs"]:
        if judge is not None:
            _judge_again(state, previous, judge)
        return previous
    name = folder.next_name(state)
    staged = folder.generations(state) / f"{name}.partial"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    at(Step.STAGED)
    for access in CLASSES:
        before = folder.generations(state) / previous / access if previous else None
        _write(staged / access, graphs, access, before, old)
    if judge is not None:
        _judge(state, staged, graphs, previous, judge)
    folder.sync_all(staged)
    at(Step.WRITTEN)
    folder.write(staged / "manifest.json", json.dumps(described, indent=1, sort_keys=True))
    at(Step.DESCRIBED)
    final = folder.generations(state) / name
    staged.rename(final)
    folder.sync(final.parent)
    at(Step.RENAMED)
    if not (state / "FORMAT").exists():
        folder.write(state / "FORMAT", f"{folder.FORMAT}\n")
    folder.write(state / "CURRENT", f"{name}\n")
    at(Step.POINTED)
    return name


def _judge(
    state: Path, staged: Path, graphs: tuple[Graph, ...], previous: str | None, judge: Judge
) -> None:
    pairs = []
    for access in CLASSES:
        hashes = {graph.iri: graph.digest for graph in readable(graphs, access)}
        path = staged / access
        snapshot = Snapshot(open_store(path), hashes, access, path)
        pairs.append((snapshot, _before(state, previous, access) if previous else None))
    _keep(staged, pairs, judge)


def _before(state: Path, name: str, access: str) -> Before:
    path = folder.findings(folder.generations(state) / name, access)
    return Before(open_snapshot(state, name, access), path)


def _keep(
    generation: Path, records: Iterable[tuple[Snapshot, Before | None]], judge: Judge
) -> None:
    """Keep what is found of each class's record, apart, so that nothing of a higher one leaks."""
    judged: dict[str, str] = {}
    for snapshot, before in records:
        access, version = snapshot.access, snapshot.data_version
        if version not in judged:
            judged[version] = judge(snapshot, before)
        if text := judged[version]:
            folder.write(folder.findings(generation, access), text)


def keep(state: Path, judge: Judge) -> None:
    """Judge the current generation, where that was put off or was done on an earlier day.

    Errors: those of the reader, and `StoreError` where the disk refuses.
    """
    try:
        _judge_again(state, folder.current(state), judge)
    except OSError as error:
        raise StoreError(f"{state}: {error}; run `vires load`") from error


def _judge_again(state: Path, name: str, judge: Judge) -> None:
    """Judge a generation that stands, beside what was kept with it, if anything was."""
    records = [
        (open_snapshot(state, name, access), _before(state, name, access)) for access in CLASSES
    ]
    _keep(folder.generations(state) / name, records, judge)


def _previous(state: Path) -> tuple[str | None, dict[str, Any] | None]:
    """The current generation to build upon; none where it is damaged, so that loading mends it."""
    try:
        name = folder.current(state)
        found = folder.manifest(state, name)
        for access in CLASSES:
            open_store(folder.generations(state) / name / access)
    except StoreError:
        return None, None
    return name, found


def _describe(graphs: tuple[Graph, ...]) -> dict[str, Any]:
    return {
        "graphs": {
            g.iri: {"hash": g.digest, "access": g.access, "statements": len(g.quads)}
            for g in graphs
        },
        "data_version": {
            access: version_of({g.iri: g.digest for g in readable(graphs, access)})
            for access in CLASSES
        },
    }


def _write(
    path: Path,
    graphs: tuple[Graph, ...],
    access: str,
    before: Path | None,
    old: dict[str, Any] | None,
) -> None:
    """Write one class's store, from the store before it where there is one."""
    wanted = {graph.iri: graph for graph in readable(graphs, access)}
    held: dict[str, str] = {}
    if before is not None and before.is_dir() and old is not None:
        ox.Store.read_only(str(before)).backup(str(path))
        allowed = CLASSES[: CLASSES.index(access) + 1]
        held = {
            iri: graph["hash"] for iri, graph in old["graphs"].items() if graph["access"] in allowed
        }
    store = ox.Store(str(path))
    for iri in held:
        if iri not in wanted or wanted[iri].digest != held[iri]:
            store.remove_graph(ox.NamedNode(iri))
    changed = [g for iri, g in wanted.items() if held.get(iri) != g.digest]
    store.bulk_extend(quad for graph in changed for quad in graph.quads)
    if not held:
        store.optimize()
    store.flush()
    del store
