"""Reads what richer pages need: nodes with their facts, and rows of properties in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from vires import terms
from vires.decide.gather import Source, whole
from vires.decide.record import Record
from vires.decide.words import NOT_RECORDED, NOT_STATED
from vires.explain.thing.naming import Namer, text_of
from vires.explain.thing.parts import Item, Row

Values = Mapping[str, tuple[Any, ...]]

EXAMPLE: Final = "example data"
DEEMED: Final = "by another signature that counts for this"
MAY: Final = "may share"
MUST: Final = "must share if"
FUNCTION: Final = "function"
RESTRICTION: Final = "restriction"


def nodes(source: Source, view: str, **params: str) -> dict[str, Values]:
    """The nodes of a view that gives (node, property, value), each with its values by property."""
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for node, prop, value in source.rows(view, **params):
        found[node.value][prop.value].append(value)
    return {node: {p: tuple(v) for p, v in props.items()} for node, props in found.items()}


def rows(namer: Namer, values: Values, props: Iterable[str]) -> tuple[Row, ...]:
    """A row for each property, stated or not: silence and absence are said."""
    return tuple(row(namer, values, prop) for prop in props)


def stated_rows(namer: Namer, values: Values, props: Iterable[str]) -> tuple[Row, ...]:
    """A row for each property that is stated, or whose silence is recorded."""
    known = {*values, *silences(values)}
    return tuple(row(namer, values, prop) for prop in props if prop in known)


def row(namer: Namer, values: Values, prop: str) -> Row:
    """A property with its values; 'not stated in the source' or 'not recorded' where none."""
    if found := values.get(prop):
        return namer.row(prop, found)
    return Row(namer.property(prop), (Item(absence(values, prop)),))


def absence(values: Values, prop: str) -> str:
    """How a property that is not stated reads: recorded silence, or nothing recorded."""
    return NOT_STATED if prop in silences(values) else NOT_RECORDED


def silences(values: Values) -> frozenset[str]:
    """The properties that the source is recorded to be silent about."""
    return frozenset(term.value for term in values.get(terms.NOT_STATED, ()))


def iris(values: Values, *props: str) -> tuple[str, ...]:
    """The IRIs that some properties lead to, in order."""
    return tuple(sorted({term.value for prop in props for term in values.get(prop, ())}))


def unique(items: Iterable[Item]) -> tuple[Item, ...]:
    """Items once each, in order of their text."""
    return tuple(sorted(set(items), key=lambda item: (item.text.casefold(), item.href)))


def agreement(namer: Namer, iri: str, note: str = "") -> Item:
    """An agreement or version by its name, marked where it is illustrative."""
    stated = whole(namer.source).values(iri, terms.ILLUSTRATIVE)
    marked = any(not isinstance(value, str) and true(value) for value in stated)
    words = [part for part in (note, EXAMPLE if marked else "") if part]
    return namer.thing(iri, "; ".join(words))


def true(term: Any) -> bool:
    """Whether a term states that something is true; nothing stated states nothing."""
    return text_of(term) in ("true", "1")


def effect(record: Record, reading: str) -> str:
    """What a reading does, in a word: may share, must share if, function, restriction, or ''."""
    classes = set(record.iris(reading, terms.TYPE))
    if terms.SHARING_DUTY in classes:
        return MUST
    if terms.SHARING_RESTRICTION in classes:
        return RESTRICTION
    if terms.STRENGTH_FUNCTION in record.iris(reading, terms.STRENGTH):
        return FUNCTION
    return MAY if classes & set(terms.POWER_CLASSES) else ""


def days_to(term: Any, today: date) -> str:
    """How far off a day is, in words; '' where it is none."""
    try:
        away = (date.fromisoformat(text_of(term)) - today).days
    except ValueError:
        return ""
    if away == 0:
        return "today"
    number = f"{abs(away)} day{'' if abs(away) == 1 else 's'}"
    return f"in {number}" if away > 0 else f"{number} ago"
