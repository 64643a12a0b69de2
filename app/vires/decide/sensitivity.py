"""What a category of data is, in law: its sensitivities (decision.md section 3.3)."""

from __future__ import annotations

from collections.abc import Iterable

from vires import terms
from vires.decide.record import Record


def sensitivities(
    record: Record, category: str, excluded: Iterable[str] = ()
) -> frozenset[str] | None:
    """The sensitivities of a category; None where neither it nor any broader one states one.

    Those of every broader category count, and of every narrower one that is not `excluded`.
    """
    above = {category, *record.broader.get(category, ())}
    stated = {s for node in above for s in record.iris(node, terms.SENSITIVITY)}
    if not stated:
        return None
    left_out = tuple(excluded)
    below = {
        node
        for node, broader in record.broader.items()
        if category in broader and not any(record.within(node, other) for other in left_out)
    }
    stated |= {s for node in below for s in record.iris(node, terms.SENSITIVITY)}
    return frozenset(stated)
