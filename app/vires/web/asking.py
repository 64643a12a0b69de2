"""Reads a question from the parameters of a request, and says what is wrong with it."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from werkzeug.datastructures import MultiDict

from vires.decide import (
    AmbiguousValueError,
    Choice,
    Question,
    UnknownValueError,
    choices,
    parse_question,
)
from vires.decide.gather import Source
from vires.explain.called import Called, called, folded
from vires.explain.choosing import narrowed
from vires.search import search

KINDS: Final = {
    "from": "organisation",
    "to": "organisation",
    "purpose": "purpose",
    "category": "category",
    "subjects": "subjects",
}
NAMED: Final = ("from", "to")
"""The fields that take an organisation by another name of it, or that of a site or part of it."""

CALLED: Final = "-called"
"""Ends the parameter that says by which name an organisation was given, where it is now an IRI."""

REQUIRED: Final = ("from", "to", "purpose", "category")
NEAR: Final = 5
"""How many near matches of a name that names nothing are offered."""

DATE_PARTS: Final = ("on-day", "on-month", "on-year")
PARAMETERS: Final = (*KINDS, "on")
MAX_CATEGORIES: Final = 10
MAX_LENGTH: Final = 500
"""The longest value read, in characters: longer than any label, shorter than any attack."""

_MISSING: Final = {
    "from": "Select the organisation that holds the information",
    "to": "Select the organisation that would receive it",
    "purpose": "Select why the information would be shared",
    "category": "Select what kind of information it is",
}
_THINGS: Final = {
    "organisation": "organisation",
    "purpose": "purpose",
    "category": "kind of information",
    "subjects": "group of people",
}
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
NOT_A_DATE: Final = "Enter a real date, such as 27 3 2026"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, in a sentence without a full stop, and its near matches.

    `value` is the value that names nothing, or several things; '' where that is not the problem.
    """

    field: str
    text: str
    near: tuple[Choice, ...] = ()
    value: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as given: the values to keep, what is wrong, and, if nothing, the questions.

    One question for each kind of information, in the order given, never merged. `understood` has
    the name by which an organisation was given, by field, where that is not its label.
    """

    values: dict[str, str]
    categories: tuple[str, ...]
    date_parts: tuple[str, str, str]
    problems: tuple[Problem, ...]
    questions: tuple[Question, ...]
    understood: Mapping[str, Called] = dataclasses.field(default_factory=dict)

    def given(self, *without: str) -> list[tuple[str, str]]:
        """The parameters as they were given, in order, empty ones and those named left out."""
        kinds = [("category", category) for category in self.categories]
        named = [p for f in KINDS for p in (kinds if f == "category" else self._one(f))]
        days = list(zip(DATE_PARTS, self.date_parts, strict=True))
        left_out = {*without, *(field + CALLED for field in without)}
        return [(name, value) for name, value in [*named, *days] if value and name not in left_out]

    def _one(self, field: str) -> list[tuple[str, str]]:
        return [(field, self.values.get(field, "")), *self._called(field)]

    def _called(self, field: str) -> list[tuple[str, str]]:
        known = self.understood.get(field)
        return [(field + CALLED, known.name)] if known else []

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the same question, by IRI and day, for a link that stays."""
        first = self.questions[0]
        subjects = [("subjects", first.subjects)] if first.subjects else []
        return [
            ("from", first.from_),
            *self._called("from"),
            ("to", first.to),
            *self._called("to"),
            ("purpose", first.purpose),
            *(("category", question.category) for question in self.questions),
            *subjects,
            ("on", first.on.isoformat()),
        ]


def read(snapshot: Source, args: MultiDict[str, str], today: date) -> Asking:
    """The question that a request asks, or what is wrong with it; every problem at once."""
    given = {field: _values(args, field) for field in KINDS}
    categories = tuple(dict.fromkeys(given["category"]))
    problems = [Problem(f, _MISSING[f]) for f in REQUIRED if not given[f]]
    problems += _oversized(given)
    on, wrong = _day(args, today)
    problems += wrong
    values = {field: found[0] for field, found in given.items() if found}
    understood = _understood(snapshot, args, values, today)
    meant = {**values, **{field: known.body for field, known in understood.items()}}
    questions: list[Question] = []
    if not any(p.field != "on" and p.field not in _lacking(given) for p in problems):
        for category in categories or ("",):
            asked, more = _question(snapshot, {**meant, "category": category}, on, today)
            problems += [p for p in more if p not in problems]
            questions += asked
    problems.sort(key=lambda p: PARAMETERS.index(p.field))
    return Asking(
        values=values,
        categories=categories,
        date_parts=_parts(args),
        problems=tuple(problems),
        questions=() if problems else tuple(dict.fromkeys(questions)),
        understood=understood,
    )


def _understood(
    snapshot: Source, args: MultiDict[str, str], values: Mapping[str, str], today: date
) -> dict[str, Called]:
    """The organisations given by another name, or by an IRI with the name that it was given by.

    A name is that of a body today, whatever day is asked about.

    A label or key of some organisation is never read as another name of one.
    """
    pool = {choice.iri: choice for choice in choices(snapshot)["organisation"]}
    plain = {folded(name) for c in pool.values() for name in (c.iri, c.key, c.label)}
    found = {}
    for name in NAMED:
        given = values.get(name, "")[:MAX_LENGTH]
        if folded(given) not in plain:
            known = called(snapshot, given, today)
            if len(known) == 1:
                found[name] = known[0]
        elif carried := args.get(name + CALLED, "")[:MAX_LENGTH]:
            # The name is believed only where it is one of the body that is given.
            body = next((c.iri for c in pool.values() if given in (c.iri, c.key)), "")
            own = [one for one in called(snapshot, carried, today) if one.body == body]
            if own:
                found[name] = own[0]
    return found


def nearest(snapshot: Source, kind: str, text: str, today: date) -> tuple[Choice, ...]:
    """The choices of a kind that a text may mean, best first; empty where nothing comes near.

    Where none has its words, those that the search of the site finds, as the list does that is
    chosen from by typing.
    """
    pool = {choice.iri: choice for choice in choices(snapshot)[kind]}
    found = narrowed(snapshot, kind, text, today)
    return found or tuple(pool[hit.iri] for hit in search(snapshot, text) if hit.iri in pool)


def sent_as(pool: Sequence[Choice]) -> dict[str, str]:
    """How a form sends each thing, by IRI: by its key, or by its IRI where two share a key."""
    keys = Counter(choice.key for choice in pool)
    return {c.iri: c.key if keys[c.key] == 1 else c.iri for c in pool}


def _lacking(given: dict[str, list[str]]) -> set[str]:
    return {field for field, found in given.items() if not found}


def _values(args: MultiDict[str, str], field: str) -> list[str]:
    return [value for value in (v.strip() for v in args.getlist(field)) if value]


def _oversized(given: dict[str, list[str]]) -> list[Problem]:
    found = []
    for field, values in given.items():
        thing = _THINGS[KINDS[field]]
        if any(len(value) > MAX_LENGTH for value in values):
            found.append(Problem(field, f"The name of the {thing} is too long: select it again"))
        elif field != "category" and len(values) > 1:
            found.append(Problem(field, f"Select one {thing}, not several"))
        elif len(set(values)) > MAX_CATEGORIES:
            found.append(Problem(field, f"Select at most {MAX_CATEGORIES} kinds of information"))
    return found


def _parts(args: MultiDict[str, str]) -> tuple[str, str, str]:
    day, month, year = (args.get(part, "").strip()[:MAX_LENGTH] for part in DATE_PARTS)
    on = args.get("on", "").strip()
    if _ISO.fullmatch(on) and not (day or month or year):
        return on[8:].lstrip("0"), on[5:7].lstrip("0"), on[:4]
    return day, month, year


def _day(args: MultiDict[str, str], today: date) -> tuple[date, list[Problem]]:
    """The day asked about: `on` as YYYY-MM-DD, or day, month and year; today where none is."""
    ons = [value.strip() for value in args.getlist("on") if value.strip()]
    parts = [args.get(part, "").strip() for part in DATE_PARTS]
    if not ons and not any(parts):
        return today, []
    try:
        if len(ons) > 1 or (ons and any(parts)):
            raise ValueError(ons)
        if ons:
            if not (ons[0].isascii() and _ISO.fullmatch(ons[0])):
                raise ValueError(ons)
            return date.fromisoformat(ons[0]), []
        if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
            raise ValueError(parts)
        if len(parts[2]) != 4:
            raise ValueError(parts)
        return date(int(parts[2]), int(parts[1]), int(parts[0])), []
    except ValueError:
        return today, [Problem("on", NOT_A_DATE)]


def _question(
    snapshot: Source, values: dict[str, str], on: date, today: date
) -> tuple[list[Question], list[Problem]]:
    """One question, or a problem for each field that names nothing or several things.

    The parser stops at the first wrong field, so a wrong one is set aside and the rest tried.
    """
    pools = choices(snapshot)
    tried = {
        field: values.get(field) or _some(pools[KINDS[field]]) for field in (*REQUIRED, "subjects")
    }
    if not values.get("subjects"):
        tried["subjects"] = ""
    problems: list[Problem] = []
    for _ in KINDS:
        try:
            question = parse_question(
                snapshot,
                from_=tried["from"],
                to=tried["to"],
                purpose=tried["purpose"],
                category=tried["category"],
                subjects=tried["subjects"] or None,
                on=on,
            )
        except UnknownValueError as error:
            if values.get(error.field):
                problems.append(_problem(snapshot, error, today))
            tried[error.field] = _some(pools[KINDS[error.field]])
        else:
            return ([] if problems else [question]), problems
    return [], problems


def _some(pool: tuple[Choice, ...]) -> str:
    return pool[0].iri if pool else ""


def _problem(snapshot: Source, error: UnknownValueError, today: date) -> Problem:
    kind = KINDS[error.field]
    thing, near = _THINGS[kind], tuple(error.near)
    several = called(snapshot, error.value, today) if error.field in NAMED else ()
    if isinstance(error, AmbiguousValueError):
        text = f"Several entries are called '{error.value}': select one {thing}"
    elif len(several) > 1:
        pool = {choice.iri: choice for choice in choices(snapshot)[kind]}
        text = f"'{error.value}' is a name of several organisations: select one"
        near = tuple(pool[one.body] for one in several if one.body in pool)
    else:
        text = f"The record has no {thing} called '{error.value}'"
        near = tuple(dict.fromkeys((*near, *nearest(snapshot, kind, error.value, today))))[:NEAR]
    return Problem(error.field, text, near, error.value)
