"""What organisations are called beside their labels, and which of them have ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from vires import terms
from vires.decide import choices
from vires.decide.gather import Source
from vires.decide.record import State, as_date
from vires.explain.shown import uk_date
from vires.explain.standing import Standing
from vires.once import Once

HOW: Final = {"also": "another name of", "site": "a site of", "part": "a part of"}
"""What a name is to the organisation that it stands for, in words."""


@dataclass(frozen=True, slots=True)
class Called:
    """A name that stands for an organisation: its IRI, the name as recorded, and a key of `HOW`."""

    body: str
    name: str
    how: str

    @property
    def words(self) -> str:
        """What the name is to the organisation."""
        return HOW[self.how]


def called(source: Source, text: str, on: date) -> tuple[Called, ...]:
    """The organisations that a text is another name of, or the name of a site or part of on a day.

    Capitals and spaces do not count. One for each organisation; empty where the text is no such
    name.
    """
    return _called(Once(source), on).get(folded(text), ())


def other_names(source: Source, on: date) -> Mapping[str, tuple[str, ...]]:
    """The other names of each organisation, and of its sites and parts on a day, by its IRI."""
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for names in _called(Once(source), on).values():
        for one in names:
            found[one.body] += (one.name,)
    return found


def ended(source: Source, on: date) -> Mapping[str, str]:
    """When each organisation ended that has, in words, by its IRI: 'ended 30 June 2022'."""
    return _ended(Once(source), on)


def stands(until: Any, on: date) -> bool:
    """Whether a site or part, valid until a day where one is stated, stands for its body then.

    Not where the text is no day.
    """
    try:
        return until is None or date.fromisoformat(str(until.value)) >= on
    except ValueError:
        return False


@lru_cache(maxsize=8)
def _called(held: Once[Source], on: date) -> Mapping[str, tuple[Called, ...]]:
    found: dict[str, dict[str, Called]] = defaultdict(dict)
    shown = {choice.iri: choice.label for choice in choices(held.source)["organisation"]}
    for body, how, name, until in held.source.rows("ask/called"):
        if name.value == shown.get(body.value) or not stands(until, on):
            continue
        one = Called(body.value, name.value, how.value)
        found[folded(name.value)].setdefault(one.body, one)
    return {name: tuple(bodies.values()) for name, bodies in found.items()}


def folded(text: str) -> str:
    """A name as it is compared: capitals and spaces do not count."""
    return " ".join(text.split()).casefold()


@lru_cache(maxsize=8)
def _ended(held: Once[Source], on: date) -> Mapping[str, str]:
    standing = Standing(held.source, on)
    pool = choices(held.source)["organisation"]
    return {
        choice.iri: f"ended {day}" if (day := _last_day(standing, choice.iri)) else "ended"
        for choice in pool
        if standing.gone(choice.iri)
    }


def _last_day(standing: Standing, body: str) -> str:
    """The day until which the entry of a body is valid, else that of its one dissolution."""
    record = standing.record
    until = record.one(body, terms.VALID_UNTIL, as_date)
    if not isinstance(until, State):
        return uk_date(until)
    days = set()
    for event in record.nodes_with(terms.ORG_ORIGINAL, body):
        when = record.one(event, terms.OCCURRED_ON, as_date)
        if body not in record.iris(event, terms.ORG_RESULTING) and not isinstance(when, State):
            days.add(when)
    return uk_date(days.pop()) if len(days) == 1 else ""
