"""The page of a thing by its IRI: what its class adds to what every thing has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from vires import terms
from vires.decide.gather import Source
from vires.explain.standing import IN_FORCE, UNDER_REVIEW, Standing
from vires.explain.thing import agreement, community, concept, flow, law, model, organisation, rule
from vires.explain.thing.generic import Found, Richer, find, page, successors
from vires.explain.thing.naming import Namer
from vires.explain.thing.parts import Item, Thing
from vires.once import Once


@dataclass(frozen=True, slots=True)
class Removed:
    """A thing that the record no longer holds, and what replaced it."""

    iri: str
    successors: tuple[Item, ...]


def locate(source: Source, iris: Iterable[str]) -> str | Removed | None:
    """The first of some IRIs that the record holds, or once held; None where it has none."""
    for iri in iris:
        stated = source.rows("page/statements", thing=iri)
        if stated:
            replaced = successors(Namer(source), stated)
            return Removed(iri, replaced) if replaced else iri
    return None


def find_thing(source: Source, iri: str, today: date) -> Thing | None:
    """The page of a thing as at a day; None where the record has nothing of it.

    The pages asked for last are kept, for every form and list of a thing reads the same.
    """
    return _thing(Once(source), iri, today)


@lru_cache(maxsize=128)
def _thing(key: Once[Source], iri: str, today: date) -> Thing | None:
    found = find(key.source, iri, today)
    return None if found is None else page(found, _enrich)


def version_on(source: Source, iri: str, on: date) -> str | None:
    """The one version of an agreement that is in force on a day; None where none is for certain."""
    found = find(source, iri, on)
    if found is None or not found.is_a(*agreement.INSTRUMENTS):
        return None
    status = Standing(source, on).instrument(iri)
    return status.version if status.word in (IN_FORCE, UNDER_REVIEW) else None


_RICHER: Final[tuple[tuple[tuple[str, ...], Callable[[Found], Richer]], ...]] = (
    (agreement.INSTRUMENTS, agreement.instrument),
    (agreement.VERSIONS, agreement.version),
    ((terms.VIRES + "DataFlow",), flow.flow),
    (organisation.ORGANISATIONS, organisation.organisation),
    (organisation.SITES, organisation.site),
    (community.COMMUNITIES, community.community),
    (law.READINGS, law.reading),
    (law.LAW, law.act),
    (law.CONDITIONS, law.condition),
    (concept.CONCEPTS, concept.concept),
    (model.TERMS, model.term),
    (concept.SCHEMES, concept.scheme),
    (tuple(rule.RULES), rule.rule),
)
"""What adds to the page of each class; the first whose classes are stated."""


WATCHED: Final = frozenset(
    {
        *agreement.INSTRUMENTS,
        *agreement.VERSIONS,
        *organisation.ORGANISATIONS,
        *community.COMMUNITIES,
        *rule.RULES,
    }
)
"""The classes of things whose page says what the rules find, also where they find nothing."""


def _enrich(found: Found) -> Richer:
    for classes, richer in _RICHER:
        if found.is_a(*classes):
            return richer(found)
    return concept.coded(found) if found.values.get(concept.IN_SCHEME) else Richer()
