"""The facts that an answer rests on, and their three states (decision.md section 2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from vires import terms
from vires.decide.logic import MET, Finding, cannot_tell, not_met, some

T = TypeVar("T")
P = ParamSpec("P")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Text(NamedTuple):
    """A literal: its lexical form, datatype IRI and language tag ('' for none)."""

    value: str
    datatype: str
    language: str


Value = str | Text
"""A fact's value: an IRI as a string, or a literal."""


class State(Enum):
    """Why a fact has no one value: absent, recorded silence, or unclear (ill-typed, several)."""

    ABSENT = "absent"
    SILENT = "silent"
    UNCLEAR = "unclear"


def as_date(value: Value) -> date | None:
    """The day a value names; None unless it is an `xsd:date` of the form YYYY-MM-DD that exists."""
    if isinstance(value, str) or value.datatype != terms.XSD_DATE or not _DATE.fullmatch(value[0]):
        return None
    try:
        return date.fromisoformat(value.value)
    except ValueError:
        return None


def as_boolean(value: Value) -> bool | None:
    """The truth a value states; None unless it is a well-formed `xsd:boolean`."""
    if isinstance(value, str) or value.datatype != terms.XSD_BOOLEAN:
        return None
    return _BOOLEANS.get(value.value)


def as_iri(value: Value) -> str | None:
    """The IRI a value is; None for a literal."""
    return value if isinstance(value, str) else None


def as_text(value: Value) -> str | None:
    """The lexical form of a plain literal; None for an IRI."""
    return None if isinstance(value, str) else value.value


Facts = Mapping[str, Mapping[str, tuple[Value, ...]]]
"""Node IRI to property IRI to values."""


Pointing = Mapping[str, list[str]]
"""The nodes, in order, by each IRI that they state of one property."""


def pointing(facts: Facts, prop: str) -> Pointing:
    """The nodes of some facts by each IRI that they state of a property."""
    index: dict[str, list[str]] = {}
    for node in sorted(facts):
        for value in facts[node].get(prop, ()):
            if isinstance(value, str):
                index.setdefault(value, []).append(node)
    return index


@dataclass(frozen=True, slots=True)
class Shared:
    """What every question of one data version may read.

    `broader` gives for a concept every concept above it, `narrower` every one below it.
    """

    facts: Facts
    broader: Mapping[str, frozenset[str]]
    narrower: Mapping[str, frozenset[str]]
    _pointing: dict[str, Pointing] = field(default_factory=dict, repr=False)

    def pointing(self, prop: str) -> Pointing:
        """The nodes by each IRI that they state of `prop`."""
        if prop not in self._pointing:
            self._pointing[prop] = pointing(self.facts, prop)
        return self._pointing[prop]


@dataclass(frozen=True, slots=True)
class Record:
    """What was read for one question: facts of its nodes, laid over what every question shares.

    The shared facts are those of law, concepts, restructures and loose ends. `found` repeats none
    of their nodes. `pointed` holds what was worked out of `found`, `memo` what was found of it.
    """

    shared: Shared
    found: Facts
    pointed: dict[str, Pointing] = field(default_factory=dict, repr=False)
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def nodes_with(self, prop: str, target: str) -> list[str]:
        """Nodes that state `target` as a value of `prop`, in order."""
        if prop not in self.pointed:
            self.pointed[prop] = pointing(self.found, prop)
        own = self.pointed[prop].get(target, [])
        shared = self.shared.pointing(prop).get(target, [])
        return sorted({*own, *shared}) if own and shared else own or shared

    def values(self, node: str, prop: str) -> tuple[Value, ...]:
        """Every stated value of a property, in no order."""
        facts = self.found.get(node) or self.shared.facts.get(node)
        return facts.get(prop, ()) if facts else ()

    def iris(self, node: str, prop: str) -> tuple[str, ...]:
        """Every stated value that is an IRI."""
        return tuple(value for value in self.values(node, prop) if isinstance(value, str))

    def silent(self, node: str, prop: str) -> bool:
        """Whether the record says that the source is silent on a property; a statement counts."""
        return prop in self.values(node, terms.NOT_STATED) and not self.values(node, prop)

    def unclear(self, node: str, prop: str) -> bool:
        """Whether a property is silent, or states something that is no IRI."""
        return self.silent(node, prop) or any(
            not isinstance(value, str) for value in self.values(node, prop)
        )

    def is_a(self, node: str, *classes: str) -> bool:
        """Whether a node is stated to be of one of the classes."""
        return not set(classes).isdisjoint(self.values(node, terms.TYPE))

    def one(self, node: str, prop: str, read: Callable[[Value], T | None]) -> T | State:
        """The one value of a property, or the state it is in instead."""
        values = self.values(node, prop)
        if not values:
            return State.SILENT if self.silent(node, prop) else State.ABSENT
        value = read(values[0]) if len(values) == 1 else None
        return State.UNCLEAR if value is None else value

    def within(self, concept: str, other: str) -> bool:
        """Whether `concept` is equal to or narrower than `other`; the tops match everything."""
        return concept == other or other in terms.TOPS or other in self.broader(concept)

    def broader(self, concept: str) -> frozenset[str]:
        """Every concept above one, itself not counted unless it is in a ring."""
        return self.shared.broader.get(concept, frozenset())

    def narrower(self, concept: str) -> frozenset[str]:
        """Every concept below one, itself not counted unless it is in a ring."""
        return self.shared.narrower.get(concept, frozenset())

    def some_value(self, node: str, prop: str, test: Callable[[str], Finding | bool]) -> Finding:
        """Some value of a property passes `test`; absent is not met, silence cannot tell."""
        values = self.values(node, prop)
        if not values:
            return cannot_tell(prop) if self.silent(node, prop) else not_met(prop)
        findings = []
        for value in values:
            found = test(value) if isinstance(value, str) else cannot_tell(prop)
            if found is True:
                return MET
            if found is not False:
                findings.append(found)
        return some(findings, otherwise=not_met(prop))

    def points(self, node: str, prop: str, targets: Iterable[str]) -> Finding:
        """Whether the one value of a property is among `targets`.

        Several values cannot tell only where one of them is: otherwise a doubled fact about others
        would cloud every answer.
        """
        values = self.values(node, prop)
        if not values:
            return cannot_tell(prop) if self.silent(node, prop) else not_met(prop)
        if len(values) == 1 and isinstance(values[0], str):
            return MET if values[0] in set(targets) else not_met(prop)
        doubtful = any(not isinstance(value, str) or value in set(targets) for value in values)
        return cannot_tell(prop) if doubtful else not_met(prop)

    def flag(self, node: str, prop: str) -> Finding:
        """Whether a boolean is stated to be true; absent is not met, unclear cannot tell."""
        value = self.one(node, prop, as_boolean)
        if value is State.ABSENT:
            return not_met(prop)
        if isinstance(value, State):
            return cannot_tell(prop)
        return MET if value else not_met(prop)


def remembered(find: Callable[Concatenate[Record, P], T]) -> Callable[Concatenate[Record, P], T]:
    """A finding that is worked out once for a record, since a record never changes.

    The arguments beside the record are hashable and given by position.
    """

    @wraps(find)
    def once(record: Record, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (find, *args)
        memo = record.memo
        if key not in memo:
            memo[key] = find(record, *args, **kwargs)
        found: T = memo[key]
        return found

    return once
