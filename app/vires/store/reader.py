"""Gives readers the current snapshot, and the next when the pointer moves."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from vires.config import Settings
from vires.errors import StoreError
from vires.store import state as folder
from vires.store.snapshot import Snapshot
from vires.store.sources import CLASSES

IN_MEMORY: Final = 200_000
"""Up to so many statements a record is held in memory (about 0.6 KiB each), read in a second."""


class Reader:
    """Reads one access class of a state folder; never writes.

    Safe for many threads. A snapshot stays usable while it is held, whatever a writer does.
    """

    def __init__(self, settings: Settings) -> None:
        self._state = settings.state
        self._access = settings.access
        self._illustrative = settings.illustrative == "on"
        self._held: tuple[str, Snapshot] | None = None
        self._past: dict[str, Snapshot] = {}
        self._lock = threading.Lock()

    def current(self) -> Snapshot:
        """The snapshot of the current generation.

        Errors: `StoreMissingError` where nothing is loaded, `StoreNewerError` for a state folder
        of a later version, `StoreError` where it cannot be read, or holds illustrative
        agreements that the settings leave out.
        """
        held = self._held
        # A later format comes with a generation of its own, so one that is held needs no check.
        if held is not None and held[0] == folder.pointed(self._state):
            return held[1]
        name = folder.current(self._state)
        with self._lock:
            if self._held is not None and self._held[0] == name:  # another thread was first
                return self._held[1]
            snapshot = open_snapshot(self._state, name, self._access)
            if _statements(folder.manifest(self._state, name)) <= IN_MEMORY:
                snapshot = snapshot.in_memory()
            if not self._illustrative and snapshot.illustrative:
                raise StoreError(
                    f"{self._state}: loaded with the illustrative agreements, which "
                    "VIRES_ILLUSTRATIVE=off leaves out; run `vires load` with that setting"
                )
            self._held = (name, snapshot)
        return snapshot

    def kept(self) -> tuple[Snapshot, ...]:
        """The current snapshot and those before it that the store keeps, newest first.

        Of several with one data version the newest stands for all. One is left out that holds
        illustrative agreements where the settings leave them out, or a graph that is now of a
        class that may not be read; so is one that is damaged or gone.
        Errors: those of `current`.
        """
        found = [self.current()]
        assert self._held is not None
        earlier = [name for name in folder.names(self._state) if name < self._held[0]]
        with self._lock:
            self._past = {name: one for name in earlier if (one := self._earlier(name)) is not None}
            past = [self._past[name] for name in sorted(self._past, reverse=True)]
        versions = {found[0].data_version}
        closed = _closed(folder.manifest(self._state, self._held[0]), self._access)
        for snapshot in past:
            shown = self._illustrative or not snapshot.illustrative
            if (
                shown
                and not closed & snapshot.graphs.keys()
                and snapshot.data_version not in versions
            ):
                versions.add(snapshot.data_version)
                found.append(snapshot)
        return tuple(found)

    def _earlier(self, name: str) -> Snapshot | None:
        if name in self._past:
            return self._past[name]
        try:
            return open_snapshot(self._state, name, self._access)
        except StoreError:
            return None

    def findings(self, snapshot: Snapshot | None = None) -> str | None:
        """What was found of a record when it was written; None where nothing was kept.

        `snapshot` is one that `current` gave; without it no store is opened, and it is that of
        the generation that is current now.
        Errors: those of `current`, and `StoreError` where it is kept and cannot be read.
        """
        if snapshot is None:
            here = folder.generations(self._state) / folder.current(self._state)
        elif snapshot.path is None:
            return None
        else:
            here = snapshot.path.parent
        path = folder.findings(here, self._access)
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{path}: unreadable ({error}); run `vires load`") from error


def open_snapshot(state: Path, name: str, access: str) -> Snapshot:
    """Open one generation read-only.

    Errors: `StoreError` where it is gone or damaged.
    """
    described = folder.manifest(state, name)
    closed = _closed(described, access)
    graphs = {i: graph["hash"] for i, graph in described["graphs"].items() if i not in closed}
    path = folder.generations(state) / name / access
    made = folder.made(state, name)
    return Snapshot(open_store(path), graphs, access, path.resolve(), made)


def _closed(described: dict[str, Any], access: str) -> set[str]:
    """The graphs that a reader of a class may not read."""
    allowed = CLASSES[: CLASSES.index(access) + 1]
    return {iri for iri, graph in described["graphs"].items() if graph["access"] not in allowed}


def _statements(described: dict[str, Any]) -> int:
    return sum(int(graph["statements"]) for graph in described["graphs"].values())


def open_store(path: Path) -> ox.Store:
    """Open the store of one class read-only.

    Errors: `StoreError` where it is gone or damaged.
    """
    try:
        return ox.Store.read_only(str(path))
    except (OSError, ValueError, RuntimeError) as error:
        said = " ".join(str(error).split())
        raise StoreError(f"{path}: cannot be opened ({said}); run `vires load`") from error
