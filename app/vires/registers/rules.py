"""What a register computes from the facts of a row, by the name of the rule in a view's header.

A rule takes the thing of a row and the values of the column that it reads, and gives words, or
things where its column holds things. Outcomes are those of `vires.explain.standing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from vires import terms
from vires.explain.standing import (
    BODY_WORDS,
    ENDED,
    INSTRUMENT_WORDS,
    READING_WORDS,
    SIGNED_WORDS,
    Standing,
)

SOON: Final = timedelta(days=90)
REVIEW_WORDS: Final = ("Overdue", "Within 90 days", "Later", "Not stated", "Not recorded")
EXAMPLE_WORDS: Final = ("Example data", "Not example data")
USE_WORDS: Final = ("Relied on", "Not relied on")


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules read: what stands today, and which things are illustrative."""

    standing: Standing
    examples: frozenset[str]


Judge = Callable[[Facts, str, Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: every word it may give, in order (none where it gives things), and its judge."""

    words: tuple[str, ...]
    judge: Judge


def review_window(due: Sequence[str], today: date) -> str:
    """When a review falls: overdue if its day has passed, as the caution of an answer says."""
    dates = [date.fromisoformat(day) for day in due if _is_day(day)]
    if not dates:
        return "Not stated" if due else "Not recorded"
    if min(dates) < today:
        return "Overdue"
    return "Within 90 days" if min(dates) <= today + SOON else "Later"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


RULES: Final[dict[str, Rule]] = {
    "instrument-status": Rule(
        INSTRUMENT_WORDS,
        lambda facts, _, those: [facts.standing.instrument(one).word for one in those],
    ),
    "signatures": Rule(
        SIGNED_WORDS,
        lambda facts, thing, those: [facts.standing.signed(thing, those)],
    ),
    "reading-status": Rule(
        READING_WORDS,
        lambda facts, _, those: [facts.standing.reading(one) for one in those],
    ),
    "dissolved": Rule(
        (*BODY_WORDS, ENDED),
        lambda facts, _, those: [
            facts.standing.gone(one) or facts.standing.body(one) for one in those
        ],
    ),
    "member-today": Rule(
        (),
        lambda facts, thing, those: [
            one for one in those if one == terms.NOT_STATED or facts.standing.belongs(thing, one)
        ],
    ),
    "review-window": Rule(
        REVIEW_WORDS,
        lambda facts, _, those: [review_window(those, facts.standing.on)],
    ),
    "example": Rule(
        EXAMPLE_WORDS,
        lambda facts, _, those: [EXAMPLE_WORDS[one not in facts.examples] for one in those],
    ),
    "in-use": Rule(
        USE_WORDS,
        lambda _facts, _, those: [USE_WORDS[not those]],
    ),
}
"""Every rule by its name."""
