"""How much the record holds."""

from __future__ import annotations

from functools import lru_cache

from vires.decide.gather import Source


@lru_cache(maxsize=8)
def _counted(snapshot: _Held) -> tuple[tuple[str, bool, int], ...]:
    rows = snapshot.source.rows("answer/counts")
    return tuple((k.value, i.value in ("true", "1"), int(n.value)) for k, i, n in rows)


def counts(snapshot: Source) -> dict[str, tuple[int, int]]:
    """How much the record holds by kind: (all, of these illustrative).

    Kinds: organisation, principles, community, sharing, reading.
    """
    found = dict.fromkeys(("organisation", "principles", "community", "sharing", "reading"), (0, 0))
    for kind, illustrative, number in _counted(_Held(snapshot)):
        total, marked = found[kind]
        found[kind] = (total + number, marked + number * illustrative)
    return found


class _Held:
    """A snapshot as a cache key: one data version, one result."""

    __slots__ = ("source",)

    def __init__(self, source: Source) -> None:
        self.source = source

    def __hash__(self) -> int:
        return hash(self.source.data_version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.source.data_version == other.source.data_version
