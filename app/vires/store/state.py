"""The state folder: its format, its lock, its generations and the pointer to the current one.

{state}/FORMAT              the number of this layout
{state}/LOCK                held by the one writer
{state}/CURRENT             the name of the generation that readers use
{state}/generations/{name}/ manifest.json, and a store and its findings per access class
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from vires.errors import StoreError, StoreLockedError, StoreMissingError, StoreNewerError

FORMAT: Final = 1
KEPT: Final = 3
"""How many generations are kept, so that a reader of an older one is not cut off."""


def generations(state: Path) -> Path:
    """The folder of the generations."""
    return state / "generations"


def check_format(state: Path) -> None:
    """Refuse a state folder that this version cannot read.

    Errors: `StoreNewerError` for a later layout, `StoreError` for an unreadable one.
    """
    marker = state / "FORMAT"
    if not marker.exists():
        return
    text = marker.read_text(encoding="utf-8", errors="replace").strip()
    if not (text.isascii() and text.isdigit()):
        raise StoreError(
            f"{marker}: `{text[:40]}` is no format number; remove {state} and load again"
        )
    if int(text) > FORMAT:
        raise StoreNewerError(
            f"{state}: written in format {text} by a newer Vires, and this one reads {FORMAT}; "
            "upgrade, or name another folder in VIRES_STATE"
        )


def current(state: Path) -> str:
    """The name of the generation that readers use.

    Errors: `StoreMissingError` where nothing has been loaded.
    """
    check_format(state)
    return pointed(state)


def pointed(state: Path) -> str:
    """The name in the pointer, of a folder whose format is known.

    Errors: `StoreMissingError` where nothing has been loaded, `StoreError` where it is unreadable.
    """
    try:
        # Read for every request: as bytes, which takes half the time.
        return (state / "CURRENT").read_bytes().decode("utf-8").strip()
    except FileNotFoundError as error:
        raise StoreMissingError(f"{state}: nothing is loaded yet; run `vires load`") from error
    except OSError as error:
        raise StoreError(f"{state}/CURRENT: {error.strerror}; check the folder's rights") from error


def manifest(state: Path, name: str) -> dict[str, Any]:
    """What a generation holds: its graphs with hash and class, and the data version of each class.

    Errors: `StoreError` where it is gone or damaged.
    """
    path = generations(state) / name / "manifest.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: unreadable ({error}); run `vires load`") from error
    if not isinstance(found, dict) or not {"graphs", "data_version"} <= set(found):
        raise StoreError(f"{path}: not a list of graphs; run `vires load`")
    return found


def names(state: Path) -> list[str]:
    """The names of the generations that are kept, oldest first."""
    return sorted(p.name for p in generations(state).iterdir() if p.name.isdigit())


def made(state: Path, name: str) -> datetime:
    """When a generation was written, to the second.

    Errors: `StoreError` where it is gone.
    """
    path = generations(state) / name / "manifest.json"
    try:
        written = int(path.stat().st_mtime)
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}; run `vires load`") from error
    return datetime.fromtimestamp(written, UTC)


def findings(generation: Path, access: str) -> Path:
    """The file of what was found of one class's record when it was written."""
    return generation / f"{access}.findings.json"


def sync_all(root: Path) -> None:
    """Make a folder and all that is in it durable."""
    for path in (*root.rglob("*"), root):
        sync(path)


def next_name(state: Path) -> str:
    """The name of the generation to come: one that no folder has."""
    return f"{max((int(name) for name in names(state)), default=0) + 1:06d}"


def sync(path: Path) -> None:
    """Make a file or folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, text: str) -> None:
    """Write a small file durably and at once: readers see the old text or the new.

    Each process writes aside in a file of its own, so that two may write at once.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with partial.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
    sync(path.parent)


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the state folder as its one writer.

    Errors: `StoreLockedError` where another process holds it, `StoreError` where the folder
    cannot be made or written.
    """
    try:
        generations(state).mkdir(parents=True, exist_ok=True)
        check_format(state)
        handle = (state / "LOCK").open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{state}: {error.strerror}; name a folder that can be written in VIRES_STATE"
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            raise StoreLockedError(
                f"{state}: another writer (process {holder}) holds it; wait until it ends"
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def clean(state: Path) -> None:
    """Remove what an interrupted writer left, and generations that nobody needs."""
    names = sorted(p.name for p in generations(state).iterdir() if p.suffix != ".partial")
    live = set(names[-KEPT:])
    if (state / "CURRENT").exists():
        live.add(current(state))
    for path in generations(state).iterdir():
        if path.name not in live:
            shutil.rmtree(path, ignore_errors=True)
    for path in state.glob("*.partial"):
        path.unlink(missing_ok=True)
