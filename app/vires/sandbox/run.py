"""The sandbox: a guarded query in, an answer out, on the snapshot of the caller's class."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Protocol

import pyoxigraph as ox

from vires.errors import QueryError, QuerySyntaxError, SandboxBusyError
from vires.sandbox import guard
from vires.sandbox.fair import Ledger, Share
from vires.sandbox.formats import Format
from vires.sandbox.guard import Guarded
from vires.sandbox.job import Job, Limits, Reply
from vires.sandbox.pool import Pool

_CHUNK: Final = 64 * 1024
_KEYWORD: Final = re.compile(r"(?!SERVICE|LATERAL)[A-Z_]{2,}")
_SENTENCE: Final = re.compile(r"(IRI|[A-Z][a-z]+|The [A-Z]+) ")


class Stored(Protocol):
    """A snapshot: where it stands on disk, if it does, and which graphs it holds."""

    data_version: str
    access: str
    path: Path | None

    @property
    def graphs(self) -> Collection[str]:
        """The IRIs of the graphs it holds."""
        ...

    def quads(self) -> Iterable[ox.Quad]:
        """Every statement with its graph."""
        ...


@dataclass(frozen=True, slots=True)
class Bound:
    """A term that stands for a variable: an IRI, or a literal with datatype or language."""

    name: str
    value: str
    kind: str = "literal"
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer ready to be sent: its length, its rows, the limit that cut it, the time taken."""

    length: int
    rows: int
    truncated: str
    seconds: float
    _body: IO[bytes] = field(repr=False)

    def read(self) -> bytes:
        """The whole body, once."""
        return b"".join(self.chunks())

    def chunks(self) -> Iterator[bytes]:
        """The body, part by part."""
        self._body.seek(0)
        with self._body:
            while part := self._body.read(_CHUNK):
                yield part

    def close(self) -> None:
        """Let go of the body."""
        self._body.close()


class Sandbox:
    """Runs the SPARQL of strangers within limits; safe for many threads."""

    def __init__(self, limits: Limits, children: int, ledger: Ledger) -> None:
        self.limits = limits
        self._ledger = ledger
        self._pool = Pool(children, limits.memory)
        self._folders: dict[str, Path] = {}
        self._lock = threading.Lock()

    def guard(self, text: str, snapshot: Stored) -> Guarded:
        """The query, if it may run; errors: those of `guard.check`."""
        return guard.check(text, snapshot.graphs)

    @property
    def at_once(self) -> int:
        """How many queries one client may run at once."""
        return self._ledger.at_once

    def share(self, client: str) -> Share:
        """What a client has left of its query time."""
        return self._ledger.share(client)

    def warm(self) -> None:
        """Start the children, so that the first query waits for none."""
        self._pool.warm()

    def close(self) -> None:
        """End the children and remove what was written for them."""
        self._pool.close()
        self._clear()

    def children(self) -> set[int]:
        """The process ids of the children that live."""
        return self._pool.pids()

    def run(
        self,
        query: Guarded,
        form: Format,
        snapshot: Stored,
        *,
        client: str,
        gone: Callable[[], bool] = lambda: False,
        default: tuple[str, ...] | None = None,
        named: tuple[str, ...] | None = None,
        bound: tuple[Bound, ...] = (),
    ) -> Answer:
        """The answer to a guarded query, in a format that its form offers.

        `default` and `named` replace the graphs that the query names; None, with no FROM, reads
        the union of all. Errors: `QuerySyntaxError`, `QueryStoppedError`, `SandboxBusyError`,
        `FairUseError`, and `QueryError` for one that cannot be evaluated.
        """
        if default is None and named is None and query.has_dataset:
            default, named = query.default_graphs, query.named_graphs
        asked = Job(
            str(self._folder(snapshot)), query.text, form.key, guard.BASE, self.limits,
            default, named,
            tuple((b.name, b.kind, b.value, b.datatype, b.language) for b in bound),
        )  # fmt: skip
        lease = self._ledger.take(client, self.limits.seconds)
        began = time.monotonic()
        try:
            reply, body = self._pool.run(asked, gone)
        finally:
            self._ledger.give_back(lease)
        if reply.outcome != "done":
            body.close()
            raise _error(reply, query.text)
        return Answer(reply.length, reply.rows, reply.truncated, time.monotonic() - began, body)

    def _folder(self, snapshot: Stored) -> Path:
        """Where a child opens the snapshot; one that is in memory alone is written out once."""
        if snapshot.path is not None:
            return snapshot.path
        with self._lock:
            if snapshot.data_version not in self._folders:
                self._clear()
                folder = Path(tempfile.mkdtemp(prefix="vires-"))
                weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
                store = ox.Store(str(folder))
                store.bulk_extend(snapshot.quads())
                store.flush()
                self._folders[snapshot.data_version] = folder
            return self._folders[snapshot.data_version]

    def _clear(self) -> None:
        while self._folders:
            shutil.rmtree(self._folders.popitem()[1], ignore_errors=True)


def _error(reply: Reply, text: str) -> QueryError:
    if reply.outcome == "gone":
        return SandboxBusyError("the record has just changed; ask again")
    if reply.outcome == "failed":
        return QueryError(f"the query cannot be evaluated: {reply.message}")
    if not reply.line:
        return QuerySyntaxError(f"this is no SPARQL: {reply.message}")
    lines = text.split("\n")
    shown = lines[reply.line - 1].rstrip("\r") if reply.line <= len(lines) else ""
    return QuerySyntaxError(_expected(reply.message), reply.line, reply.column, shown)


def _expected(message: str) -> str:
    """The parser's message: its keywords and whole sentences, without classes of characters."""
    said = [part.strip() for part in message.removeprefix("expected ").split(",")]
    words = [part.removeprefix("one of ") for part in said]
    if sentences := [word for word in words if _SENTENCE.match(word)]:
        hint = "; declare it, as in PREFIX vires: <https://w3id.org/vires/ns#>"
        return f"this is no SPARQL: {sentences[0][:200]}{hint if 'refix' in sentences[0] else ''}"
    keywords = ", ".join(word for word in words if _KEYWORD.fullmatch(word))
    hint = f"; {keywords} may follow" if keywords else ""
    return f"this is no SPARQL up to here{hint}; look at this place and at what stands before it"
