"""Which things of a record were written as examples."""

from __future__ import annotations

from functools import lru_cache

from vires.decide.gather import Source
from vires.once import Once


def examples(source: Source) -> frozenset[str]:
    """The IRIs of the things that are marked illustrative. Read once for a data version."""
    return _examples(Once(source))


@lru_cache(maxsize=8)
def _examples(held: Once[Source]) -> frozenset[str]:
    return frozenset(row[0].value for row in held.source.rows("answer/illustrative"))
