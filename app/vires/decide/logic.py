"""Three-valued findings and how they combine (decision.md section 2).

Kleene logic: among tests that must all hold, one not met settles it; among alternatives, one met
settles it; otherwise one that cannot tell leaves the whole untold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Outcome(IntEnum):
    """The three outcomes, ordered so that Kleene 'and' is the least and 'or' the greatest."""

    NOT_MET = 0
    CANNOT_TELL = 1
    MET = 2

    @property
    def word(self) -> str:
        """The outcome as answers write it: `met`, `not-met` or `cannot-tell`."""
        return ("not-met", "cannot-tell", "met")[self]


@dataclass(frozen=True, slots=True, order=True)
class Caution:
    """Something a reader should know that never changes a verdict.

    `code` is a kebab-case key of decision.md; `text` is one sentence for a person.
    """

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found: its outcome, whether it applies, and what that rests on.

    `evidence` holds the IRIs of the nodes read, `missing` the IRIs of the properties whose value
    would be needed, `cautions` what a reader should know. `applies` is false where the test is met
    because its trigger is absent.
    """

    outcome: Outcome
    evidence: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    cautions: frozenset[Caution] = frozenset()
    applies: bool = True

    def seen(self, *nodes: str) -> Finding:
        """The same finding, resting on `nodes` too."""
        return Finding(
            self.outcome,
            self.evidence.union(nodes),
            self.missing,
            self.cautions,
            self.applies,
        )

    def with_cautions(self, *cautions: Caution) -> Finding:
        """The same finding, with `cautions` added."""
        return Finding(
            self.outcome,
            self.evidence,
            self.missing,
            self.cautions.union(cautions),
            self.applies,
        )

    def negated(self) -> Finding:
        """The finding of the opposite claim; cannot tell stays so, cautions are of the claim."""
        return Finding(_NEGATED[self.outcome], self.evidence, self.missing, applies=self.applies)

    def wanting(self, *missing: str) -> Finding:
        """The same finding, for want of the properties named and of no other."""
        return Finding(self.outcome, self.evidence, frozenset(missing), self.cautions, self.applies)


_NEGATED = (Outcome.MET, Outcome.CANNOT_TELL, Outcome.NOT_MET)
_NOTHING: frozenset[str] = frozenset()

MET = Finding(Outcome.MET)
DOES_NOT_APPLY = Finding(Outcome.MET, applies=False)


def not_met(*missing: str) -> Finding:
    """Not met, for want of the properties named."""
    return Finding(Outcome.NOT_MET, missing=frozenset(missing))


def cannot_tell(*missing: str) -> Finding:
    """Cannot tell, since the properties named are silent, ill-typed or doubled."""
    return Finding(Outcome.CANNOT_TELL, missing=frozenset(missing))


def met_if(holds: bool, *missing: str) -> Finding:
    """Met where `holds`; otherwise not met, for want of the properties named."""
    return MET if holds else not_met(*missing)


def every(findings: Iterable[Finding]) -> Finding:
    """All must hold: any not met, not met; else any cannot tell, cannot tell; else met."""
    parts = tuple(findings)
    if not parts:
        return MET
    return _joined(min(part.outcome for part in parts), parts)


def some(findings: Iterable[Finding], otherwise: Finding | None = None) -> Finding:
    """One must hold: any met, met; else any cannot tell, cannot tell; else not met.

    The result rests on the best alternatives alone. `otherwise` is the finding where there is no
    alternative at all; not met when left out.
    """
    parts = tuple(findings)
    if not parts:
        return not_met() if otherwise is None else otherwise
    best = max(part.outcome for part in parts)
    chosen = tuple(part for part in parts if part.outcome is best)
    return chosen[0] if len(chosen) == 1 and chosen[0].applies else _joined(best, chosen)


def _joined(outcome: Outcome, parts: tuple[Finding, ...]) -> Finding:
    """The outcome with all that the parts rest on; what is missing, of those not met alone."""
    return Finding(
        outcome,
        _NOTHING.union(*(part.evidence for part in parts)),
        _NOTHING.union(*(part.missing for part in parts if part.outcome is not Outcome.MET)),
        frozenset[Caution]().union(*(part.cautions for part in parts)),
    )


def agreed(findings: Iterable[Finding]) -> Finding:
    """The finding all readings of one doubtful fact share; cannot tell where they differ."""
    parts = tuple(findings)
    if len({part.outcome for part in parts}) == 1:
        return every(parts)
    found = every(parts)
    return Finding(Outcome.CANNOT_TELL, found.evidence, found.missing, found.cautions)
