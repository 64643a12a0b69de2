"""What an engine finds of one rule: the nodes it is about, and those that violate it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from vires.validate.graph import Term


class Outcome(Enum):
    """How a rule comes out for a focus node."""

    VIOLATED = "violated"
    CANNOT_TELL = "cannot tell"
    MET = "met"
    DOES_NOT_APPLY = "does not apply"


@dataclass(frozen=True, slots=True)
class Hit:
    """One violation: the focus node, the path as SPARQL writes it, the value and the component.

    `extra` holds what else the rule's message names, in the order it names it.
    """

    focus: Term
    path: str | None
    value: Term | None
    component: str
    extra: tuple[Term | None, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from other violations of the same rule: focus, path and value."""
        return str(self.focus), self.path or "", str(self.value or "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an engine finds of one rule.

    `foci` are the nodes that the targets find, `applies` those of them that the rule is about,
    `unknown` those on which the record is silent; `hits` are apart by focus, path and value.
    """

    foci: frozenset[Term]
    applies: frozenset[Term]
    unknown: frozenset[Term]
    hits: tuple[Hit, ...]

    def outcomes(self) -> dict[Term, Outcome]:
        """How the rule comes out for every focus node, in order of name.

        What is violated is violated, however silent the record is on the rest.
        """
        violating = {hit.focus for hit in self.hits}

        def of(focus: Term) -> Outcome:
            if focus in violating:
                return Outcome.VIOLATED
            if focus not in self.applies:
                return Outcome.DOES_NOT_APPLY
            return Outcome.CANNOT_TELL if focus in self.unknown else Outcome.MET

        return {focus: of(focus) for focus in sorted(self.foci | violating, key=str)}


def apart(hits: list[Hit]) -> tuple[Hit, ...]:
    """Hits in order, one for each focus, path and value: what is violated, not how many ways."""
    kept: dict[tuple[str, str, str], Hit] = {}
    for hit in sorted(hits, key=lambda h: (h.key, h.component, str(h.extra))):
        kept.setdefault(hit.key, hit)
    return tuple(kept.values())
