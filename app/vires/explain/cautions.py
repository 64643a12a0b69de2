"""The cautions of a route, each with the law that it comes from where the answer shows which."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from vires import terms
from vires.decide import Answer
from vires.decide.answer import Route
from vires.decide.gather import Source
from vires.decide.logic import Caution
from vires.explain.shown import Law
from vires.once import Once

_LIMITS: Final = terms.KIND_LIMITS_POWER.rsplit("/", 1)[-1]


def cautions(
    snapshot: Source, answer: Answer, route: Route, law: Callable[[str], Law]
) -> tuple[str, ...]:
    """The texts of a route's cautions, each after the names of the law that it comes from.

    The law is among what the conditions read, or among the restrictions listed. Errors: none; a
    caution whose law cannot be told stands alone.
    """
    told = (
        (caution.text, [law(iri).label for iri in _sources(snapshot, answer, route, caution, law)])
        for caution in route.cautions
    )
    return tuple(
        dict.fromkeys(f"{'; '.join(names)}: {text}" if names else text for text, names in told)
    )


def _sources(
    snapshot: Source, answer: Answer, route: Route, caution: Caution, law: Callable[[str], Law]
) -> list[str]:
    read = sorted({iri for found in route.conditions.values() for iri in found.evidence})
    match caution.code:
        case "reading-unchecked":
            return [i for i in read if terms.COMMENCEMENT_UNCHECKED in _said(Once(snapshot), i)]
        case "trigger":
            # The caution ends in the words of the trigger, which is all it says of its reading.
            _, _, words = caution.text.partition(": ")
            return [i for i in read if words and law(i).trigger == words.rstrip(".")]
        case "power-limited":
            limits = [r.power for r in answer.restrictions if r.kind == _LIMITS]
            return [i for i in limits if _said(Once(snapshot), i) & set(route.powers)]
    return []


@lru_cache(maxsize=4096)
def _said(held: Once[Source], iri: str) -> frozenset[str]:
    """The commencement status of a reading, and the powers that it limits."""
    rows = held.source.rows("answer/cautioned", thing=iri)
    return frozenset(term.value for row in rows for term in row if term is not None)
