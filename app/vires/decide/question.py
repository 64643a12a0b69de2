"""A question as a person writes it, and the choices it is made from (decision.md section 1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from vires import terms
from vires.decide.gather import Source
from vires.decide.law import Asked
from vires.decide.record import Text, as_date
from vires.errors import UsageError, ViresError
from vires.once import Once

FIELDS: Final = {
    "from": "organisation",
    "to": "organisation",
    "purpose": "purpose",
    "category": "category",
    "subjects": "subjects",
}
"""Each field of a question that names a thing, and the kind of thing it names."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a field may name: its IRI, its key and its label."""

    iri: str
    key: str
    label: str


class UnknownValueError(ViresError):
    """A field names nothing that the record holds."""

    code = "unknown-value"
    status = 400
    exit_code = 2

    def __init__(self, field: str, value: str, near: Iterable[Choice]) -> None:
        self.field = field
        self.value = value
        self.near = tuple(near)
        listed = "; ".join(f"{c.key} ({c.label})" for c in self.near)
        hint = f"did you mean {listed}?" if listed else "see the lists of the record"
        super().__init__(f"`{field}`: no {FIELDS[field]} `{value[:80]}` in the record; {hint}")


class AmbiguousValueError(UnknownValueError):
    """A field names several things; they are listed, never guessed among."""

    code = "ambiguous-value"

    def __init__(self, field: str, value: str, near: Iterable[Choice]) -> None:
        super().__init__(field, value, near)
        listed = "; ".join(f"{c.key} ({c.label})" for c in self.near)
        self.args = (f"`{field}`: several things are called `{value[:80]}`: {listed}; use a key",)


@lru_cache(maxsize=8)
def _choices(key: Once[Source]) -> dict[str, tuple[Choice, ...]]:
    found: dict[str, dict[str, Choice]] = {}
    for kind, iri, name, label in key.source.rows("decide/choices"):
        choice = Choice(iri.value, name.value, label.value if label else name.value)
        found.setdefault(kind.value, {}).setdefault(choice.iri, choice)
    return {
        kind: tuple(sorted(choices.values(), key=lambda c: (c.label.casefold(), c.iri)))
        for kind, choices in found.items()
    }


def choices(source: Source) -> dict[str, tuple[Choice, ...]]:
    """What each field may name, by kind: organisation, purpose, category, subjects; by label."""
    found = _choices(Once(source))
    return {kind: found.get(kind, ()) for kind in dict.fromkeys(FIELDS.values())}


@lru_cache(maxsize=8)
def _labels(key: Once[Source]) -> dict[str, str]:
    return {iri.value: label.value for iri, label in key.source.rows("decide/labels")}


def labels(source: Source, iris: Iterable[str]) -> dict[str, str]:
    """The label of each IRI that has one."""
    known = _labels(Once(source))
    return {iri: known[iri] for iri in iris if iri in known}


def names(source: Source) -> Mapping[str, str]:
    """The label of everything in the record that has one, by IRI; it cannot be changed."""
    return MappingProxyType(_labels(Once(source)))


def parse_date(text: str) -> date | None:
    """A day written YYYY-MM-DD; None for an empty text.

    Errors: `UsageError` where the text is no such day.
    """
    if not text:
        return None
    day = as_date(Text(text, terms.XSD_DATE, ""))
    if day is None:
        raise UsageError(f"`on`: `{text[:40]}` is no day; write it as YYYY-MM-DD, like 2026-11-22")
    return day


def parse_question(
    source: Source,
    *,
    from_: str,
    to: str,
    purpose: str,
    category: str,
    subjects: str | None = None,
    on: date,
) -> Asked:
    """A question from full IRIs, keys or exact labels.

    Errors: `UnknownValueError` where a value names nothing, `AmbiguousValueError` where it names
    several things; both carry the field and the near matches. Source: decision.md section 1.
    """
    return Asked(
        from_=_resolve(source, "from", from_),
        to=_resolve(source, "to", to),
        purpose=_resolve(source, "purpose", purpose),
        category=_resolve(source, "category", category),
        subjects=_resolve(source, "subjects", subjects) if subjects else None,
        on=on,
    )


def _resolve(source: Source, field: str, value: str) -> str:
    pool = choices(source)[FIELDS[field]]
    wanted = value.strip()
    for found in (
        [choice for choice in pool if choice.iri == wanted],
        [choice for choice in pool if choice.key == wanted],
        [choice for choice in pool if choice.label.casefold() == wanted.casefold()],
    ):
        if len(found) == 1:
            return found[0].iri
        if found:
            raise AmbiguousValueError(field, wanted, found)
    raise UnknownValueError(field, wanted, _near(pool, wanted))


def _near(pool: Iterable[Choice], wanted: str) -> list[Choice]:
    names = {name.casefold(): c for c in pool for name in (c.key, c.label)}
    part = [c for name, c in names.items() if wanted.casefold() in name] if wanted else []
    close = [names[n] for n in get_close_matches(wanted.casefold(), names, n=5, cutoff=0.5)]
    return list(dict.fromkeys([*close, *part]))[:5]
