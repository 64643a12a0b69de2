"""What each client has used of its share of query time, in a table that server processes share.

The share refills as fast as time passes, so one query after another is never held back, while
several at once are, once what was saved up is spent. Only a hash of a client's address is kept,
in memory, and forgotten within minutes.
"""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import math
import mmap
import os
import secrets
import struct
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vires.errors import FairUseError

MOST_AT_ONCE: Final = 8
_RECORD: Final = struct.Struct(f"16sdd{MOST_AT_ONCE}d")
_SLOTS: Final = 4096
_PROBES: Final = 8
_LEAST: Final = 0.01
"""What a query costs at least, in seconds, so that many short ones count too."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a client has left: seconds of query time now, of how many, and until it is full."""

    left: int
    quota: int
    full_in: int


@dataclass(frozen=True, slots=True)
class Lease:
    """A running query's place in the table."""

    client: bytes
    began: float
    slot: int


class Ledger:
    """The table of clients: `seconds` of query time a minute each, and `at_once` queries."""

    def __init__(self, seconds: float, at_once: int, path: Path | None = None) -> None:
        self._quota = seconds
        self.at_once = min(at_once, MOST_AT_ONCE)
        size = _RECORD.size * _SLOTS
        # Without a shared file the table is this process's own.
        self._file = os.open(path, os.O_RDWR) if path else os.memfd_create("vires-ledger")
        weakref.finalize(self, os.close, self._file)
        if os.fstat(self._file).st_size < size + 16:
            os.truncate(self._file, size + 16)
        self._table = mmap.mmap(self._file, size + 16)
        self._lock = threading.Lock()
        with self._held():
            if self._table[size:] == bytes(16):
                self._table[size:] = secrets.token_bytes(16)
            self._salt = bytes(self._table[size:])

    def take(self, address: str, seconds: float) -> Lease:
        """Let a client run a query that takes at most so many seconds.

        Errors: `FairUseError` with the seconds to wait where its share is used up.
        """
        client, now = self._client(address), time.monotonic()
        with self._held():
            place, used, ends = self._find(client, now)
            running = [end for end in ends if end > now]
            if len(running) >= self.at_once:
                wait = math.ceil(min(running) - now)
                raise FairUseError(
                    f"{self.at_once} of your queries are running; wait for one to end", wait
                )
            if used >= self._quota:
                raise FairUseError(
                    f"you have used your {self._quota:g} seconds of query time a minute; "
                    "wait, narrow the query, or download the data",
                    math.ceil(used - self._quota) + 1,
                )
            slot = next(i for i, end in enumerate(ends) if end <= now)
            # A process that dies leaves a lease behind; it ends by itself.
            ends[slot] = now + seconds + 1
            self._write(place, client, used, now, ends)
        return Lease(client, now, slot)

    def give_back(self, lease: Lease) -> None:
        """Note that a query has ended, and what it took."""
        now = time.monotonic()
        with self._held():
            place, used, ends = self._find(lease.client, now)
            ends[lease.slot] = 0.0
            self._write(place, lease.client, used + max(now - lease.began, _LEAST), now, ends)

    def share(self, address: str) -> Share:
        """What a client has left, to be told and never acted upon.

        Read without the lock, which each query would wait for; beside a writer it may be wrong.
        """
        _, used, _ = self._find(self._client(address), time.monotonic())
        left = max(0, math.floor(self._quota - used))
        return Share(left, math.floor(self._quota), math.ceil(used * 60 / self._quota))

    def _client(self, address: str) -> bytes:
        """An IPv6 client is its network: one has 2^64 addresses to hide behind."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            parsed = ipaddress.ip_address("0.0.0.0")  # noqa: S104
        if parsed.version == 6:
            parsed = ipaddress.ip_network((parsed, 64), strict=False).network_address
        return hashlib.blake2b(parsed.packed, digest_size=16, key=self._salt).digest()

    @contextmanager
    def _held(self) -> Iterator[None]:
        with self._lock:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def _find(self, client: bytes, now: float) -> tuple[int, float, list[float]]:
        """The client's record, as at now; else the place of the record that matters least."""
        first = int.from_bytes(client[:4], "big")
        least, idle_since = 0, math.inf
        for probe in range(_PROBES):
            place = (first + probe) % _SLOTS * _RECORD.size
            found = _RECORD.unpack_from(self._table, place)
            if found[0] == client:
                passed = max(0.0, now - found[2])
                used = max(0.0, found[1] - passed * self._quota / 60)
                return place, used, list(found[3:])
            if found[2] < idle_since:
                least, idle_since = place, found[2]
        return least, 0.0, [0.0] * MOST_AT_ONCE

    def _write(self, place: int, client: bytes, used: float, now: float, ends: list[float]) -> None:
        _RECORD.pack_into(self._table, place, client, used, now, *ends)
