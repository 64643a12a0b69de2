"""The day of a check, as facts that the rules read beside the record.

Date arithmetic is not portable in SPARQL, so the days that rules compare with are computed here.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from vires import terms

CHECK: Final = terms.BASE + "check"
"""The one node that the days of a check are stated of; no part of any record."""
SOON: Final = timedelta(days=90)
LAPSED_MONTHS: Final = 3


@dataclass(frozen=True, slots=True)
class Days:
    """What is stated of the check: pairs of a property's IRI and a day, in order of property."""

    facts: tuple[tuple[str, date], ...]

    @property
    def as_at(self) -> date | None:
        """The day itself; None where a check is made without one."""
        return dict(self.facts).get(terms.AS_AT)


NONE: Final = Days(())
"""No day: rules that depend on one apply to nothing."""


@lru_cache(maxsize=64)
def days(on: date) -> Days:
    """The days of a check: that day, 90 days on, and three calendar months back.

    Source: the ontology on `soonUntil` and `lapsedBefore`; `domain/rules.md`, R18.
    """
    return Days(
        (
            (terms.AS_AT, on),
            (terms.LAPSED_BEFORE, _months_back(on, LAPSED_MONTHS)),
            (terms.SOON_UNTIL, on + SOON),
        )
    )


def _months_back(on: date, months: int) -> date:
    """The same day of an earlier month; its last day where it has no such day."""
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
