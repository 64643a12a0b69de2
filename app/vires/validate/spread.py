"""Shares the rules out over the processor's cores, where a record is large enough to gain by it.

Oxigraph keeps Python's lock while it answers, so threads gain nothing. The workers are forks, which
read the record that is in memory already.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from vires.validate.catalogue import Rule
from vires.validate.evidence import Evidence

LARGE: Final = 200_000
"""So many statements are worth a fork: about a second of checking."""

_job: tuple[Callable[[Rule], Evidence], Sequence[Rule]] | None = None


def spread(
    find: Callable[[Rule], Evidence], pool: Sequence[Rule], statements: int
) -> Iterator[Evidence]:
    """What is found by each rule, in their order, over all cores where the record is large."""
    workers = min(len(pool), os.cpu_count() or 1)
    # A process that ends with its parent, as the server's own does, may have no workers.
    if statements < LARGE or workers < 2 or multiprocessing.current_process().daemon:
        yield from map(find, pool)
        return
    fork = multiprocessing.get_context("fork")
    with fork.Pool(workers, initializer=_begin, initargs=(find, pool)) as crew:
        yield from crew.imap(_one, range(len(pool)))


def _begin(find: Callable[[Rule], Evidence], pool: Sequence[Rule]) -> None:
    global _job
    _job = (find, pool)


def _one(number: int) -> Evidence:
    assert _job is not None
    find, pool = _job
    return find(pool[number])
