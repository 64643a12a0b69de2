"""Shares the rules out over the processor's cores, where a record is large enough to gain by it.

Oxigraph keeps Python's lock while it answers, so threads gain nothing. The workers are forks, which
read the record that is in memory already. To read a statement is to count its reader beside it, so
a fork comes to hold a copy of all that it has read: this process is one of the workers, so that
there are as many copies as cores and not one more.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import Final

from vires.validate.catalogue import Rule
from vires.validate.evidence import Evidence

LARGE: Final = 200_000
"""So many statements are worth a fork: about a second of checking."""


@dataclass(frozen=True, slots=True)
class _Job:
    """The rules to be checked, and how many of them some worker has taken."""

    find: Callable[[Rule], Evidence]
    pool: Sequence[Rule]
    taken: Synchronized[int]

    def share(self) -> list[tuple[int, Evidence]]:
        """What is found by each rule that this worker took, with its place, till none is left."""
        done = []
        while (number := self._take()) < len(self.pool):
            done.append((number, self.find(self.pool[number])))
        return done

    def _take(self) -> int:
        with self.taken.get_lock():
            self.taken.value += 1
            return self.taken.value - 1


_job: _Job | None = None


def spread(
    find: Callable[[Rule], Evidence], pool: Sequence[Rule], statements: int
) -> list[Evidence]:
    """What is found by each rule, in their order, over all cores where the record is large.

    What a worker took that was ended from outside, as for want of memory, is found here.
    Errors: those of `find`.
    """
    workers = min(len(pool), os.cpu_count() or 1)
    # A process that ends with its parent, as the server's own does, may have no workers.
    if statements < LARGE or workers < 2 or multiprocessing.current_process().daemon:
        return [find(rule) for rule in pool]
    fork = multiprocessing.get_context("fork")
    job = _Job(find, pool, fork.Value("i", 0))
    # Not a `Pool`, which waits for ever for a worker that was ended.
    with ProcessPoolExecutor(workers - 1, fork, _begin, (job,)) as crew:
        others = [crew.submit(_share) for _ in range(workers - 1)]
        try:
            found = dict(job.share())
        finally:
            job.taken.value = len(pool)  # where this process fails, the others take no more
        for other in others:
            with suppress(BrokenProcessPool):
                found.update(other.result())
    return [found[n] if n in found else find(rule) for n, rule in enumerate(pool)]


def _begin(job: _Job) -> None:
    global _job
    _job = job


def _share() -> list[tuple[int, Evidence]]:
    assert _job is not None
    return _job.share()
