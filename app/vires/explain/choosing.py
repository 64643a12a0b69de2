"""Helps a person to choose from a long list: headings to look under, and a filter by words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from vires.decide import Choice, choices
from vires.decide.gather import Source
from vires.explain.called import stands
from vires.once import Once

OTHERS: Final = "Others"


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of a long list, and the choices under it in the order of their labels."""

    label: str
    choices: tuple[Choice, ...]


def groups(source: Source, kind: str) -> tuple[Group, ...]:
    """Every choice of a kind once, under headings in the order of their labels.

    Kinds: organisation (by type), purpose and category (by the concept above them). A choice that
    fits several headings stands under the first; what fits none stands last. The concept that a
    heading is called by is the first below it.
    """
    return _grouped(Once(source), kind)


@lru_cache(maxsize=32)
def _grouped(held: Once[Source], kind: str) -> tuple[Group, ...]:
    heading: dict[str, tuple[str, str]] = {}
    for of, thing, _, group, label in held.source.rows("ask/groups"):
        if of.value == kind:
            heading.setdefault(thing.value, (label.value if label else group.value, group.value))
    found: dict[str, list[Choice]] = {}
    for choice in choices(held.source)[kind]:
        label, group = heading.get(choice.iri, (OTHERS, ""))
        place = 0 if choice.iri == group else len(found.get(label, ()))
        found.setdefault(label, []).insert(place, choice)
    order = sorted(found, key=lambda label: (label == OTHERS, label.casefold()))
    return tuple(Group(label, tuple(found[label])) for label in order)


def narrowed(source: Source, kind: str, text: str, on: date) -> tuple[Choice, ...]:
    """The choices of a kind that have every word of a text, best first; else those nearest to it.

    An organisation has those of its sites and parts on a day too.

    A choice whose name has the words stands before one whose description has. No choice where
    nothing is near.
    """
    pool = choices(source)[kind]
    words = text.casefold().split()
    if not words:
        return pool
    described = _described(Once(source), on)
    named = [c for c in pool if _has(words, (c.label, c.key))]
    told = [c for c in pool if c not in named and _has(words, (c.label, *described.get(c.iri, ())))]
    return tuple(named + told) or _near(pool, words)


def receivers(source: Source, holder: str) -> frozenset[str]:
    """The organisations to which flows on record run from one, by IRI."""
    return frozenset(to.value for (to,) in source.rows("ask/receivers", **{"from": holder}))


def _has(words: Iterable[str], texts: Iterable[str]) -> bool:
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words)


@lru_cache(maxsize=8)
def _described(held: Once[Source], on: date) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for thing, words, until in held.source.rows("ask/described"):
        if stands(until, on):
            found[thing.value] = (*found.get(thing.value, ()), words.value)
    return found


def _near(pool: tuple[Choice, ...], words: list[str]) -> tuple[Choice, ...]:
    """Choices in whose name each word stands, forgiving a slip of the pen in it."""
    known = {c.iri: c.label.casefold().replace("-", " ").split() for c in pool}
    return tuple(
        c
        for c in pool
        if all(get_close_matches(word, known[c.iri], n=1, cutoff=0.75) for word in words)
    )
