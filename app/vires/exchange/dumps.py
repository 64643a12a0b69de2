"""The whole record as files to download: built once for a data version, never for a request.

`vires load` keeps them beside the record that they hold. Where a record has none, a process builds
its own in a folder that goes when the process does; the store is never written by a reader.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Final, cast

from vires.errors import StoreError
from vires.store import Snapshot

LEVEL: Final = 6
"""How hard gzip tries: harder takes twice as long and saves a fiftieth."""

_INDEX: Final = "index.json"
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Form:
    """A format of a dump: its extension, media type and name, and whether it keeps the graphs."""

    short: str
    media: str
    name: str
    graphs: bool


FORMS: Final = (
    Form("ttl", "text/turtle", "Turtle", False),
    Form("trig", "application/trig", "TriG", True),
    Form("nq", "application/n-quads", "N-Quads", True),
    Form("jsonld", "application/ld+json", "JSON-LD", True),
)
"""Each format that the record is dumped in."""


@dataclass(frozen=True, slots=True)
class Dump:
    """A file that holds the whole record of one access class, gzipped; `size` is in bytes."""

    form: Form
    path: Path
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The name that it is offered under."""
        return self.path.name


@dataclass(frozen=True, slots=True)
class Release:
    """A record that can be downloaded whole: its files, and how many statements are in them."""

    snapshot: Snapshot
    statements: int
    dumps: tuple[Dump, ...]


def release(snapshot: Snapshot) -> Release:
    """The files of a record; those kept beside it, else built now.

    Errors: `StoreError` where the disk refuses.
    """
    with _LOCK:
        try:
            folder = _kept(snapshot)
            if folder is None or not (folder / _INDEX).is_file():
                folder = _own() / f"{snapshot.access}-{key(snapshot)}"
                _build(snapshot, folder)
            return Release(snapshot, len(snapshot), _read(folder))
        except (OSError, ValueError) as error:
            raise StoreError(
                f"the dumps of {snapshot.data_version}: {error}; make room, then run `vires load`"
            ) from error


def keep(snapshot: Snapshot) -> None:
    """Build the files beside the record, where they are not there yet.

    Errors: `StoreError` where the disk refuses.
    """
    folder = _kept(snapshot)
    if folder is None:
        raise StoreError("a record in memory has no folder to keep dumps in; run `vires load`")
    try:
        _build(snapshot, folder)
    except OSError as error:
        raise StoreError(f"{folder}: {error}; make room, then load again") from error


def key(snapshot: Snapshot) -> str:
    """The part of a data version that names its files: enough digits that no two are alike."""
    return snapshot.data_version.removeprefix("sha256:")[:12]


def stem(snapshot: Snapshot) -> str:
    """The name of a record's files without extension: the day it was made, and its version."""
    day = f"{snapshot.made.date().isoformat()}-" if snapshot.made else ""
    return f"vires-{day}{key(snapshot)}"


def _kept(snapshot: Snapshot) -> Path | None:
    return snapshot.path and snapshot.path.parent / f"{snapshot.access}.dumps"


@cache
def _own() -> Path:
    """The folder of this process."""
    _FOLDERS.append(tempfile.TemporaryDirectory(prefix="vires-dumps-"))
    return Path(_FOLDERS[0].name)


_FOLDERS: Final[list[tempfile.TemporaryDirectory[str]]] = []


def _build(snapshot: Snapshot, folder: Path) -> None:
    """Write the files into a folder that appears whole, or not at all."""
    if (folder / _INDEX).is_file():
        return
    staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}-"))
    try:
        index = {form.short: _write(snapshot, staged, form) for form in FORMS}
        (staged / _INDEX).write_text(json.dumps(index), encoding="utf-8")
        staged.chmod(0o755)
        staged.rename(folder)
    except OSError:
        shutil.rmtree(staged, ignore_errors=True)
        if not (folder / _INDEX).is_file():  # else another process was first, and wrote the same
            raise


def _write(snapshot: Snapshot, folder: Path, form: Form) -> tuple[str, str]:
    """Write one file; its name and SHA-256."""
    path = folder / f"{stem(snapshot)}.{form.short}.gz"
    # Neither time nor name go into the file: the same record gives the same bytes.
    with path.open("wb") as file, gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as packed:
        snapshot.write(cast(IO[bytes], packed), form.media)
    with path.open("rb") as written:
        return path.name, hashlib.file_digest(written, "sha256").hexdigest()


def _read(folder: Path) -> tuple[Dump, ...]:
    index = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    found = []
    for form in FORMS:
        name, digest = index[form.short]
        path = folder / name
        found.append(Dump(form, path, path.stat().st_size, digest))
    return tuple(found)
