"""Three outcomes and the two ways they combine (decision.md 2), with the cautions they carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

MET, NOT, CT = "met", "not-met", "cannot-tell"


@dataclass(frozen=True)
class Judged:
    outcome: str
    cautions: frozenset[str] = field(default_factory=frozenset)

    def noting(self, *codes: str) -> Judged:
        return Judged(self.outcome, self.cautions | frozenset(codes))


Met, Not, Unclear = Judged(MET), Judged(NOT), Judged(CT)


def is_met(flag: bool) -> Judged:
    return Met if flag else Not


def every(parts: Iterable[Judged]) -> Judged:
    """Any not met: not met; else any cannot tell: cannot tell; else met. Cautions: the union."""
    found = list(parts)
    outcomes = {p.outcome for p in found}
    outcome = NOT if NOT in outcomes else CT if CT in outcomes else MET
    return Judged(outcome, frozenset(c for p in found for c in p.cautions))


def some(parts: Iterable[Judged]) -> Judged:
    """Any met: met; else any cannot tell: cannot tell; else not met. Cautions: of the best."""
    found = list(parts)
    outcomes = {p.outcome for p in found}
    outcome = MET if MET in outcomes else CT if CT in outcomes else NOT
    return Judged(outcome, frozenset(c for p in found if p.outcome == outcome for c in p.cautions))


def opposite(part: Judged) -> Judged:
    return Judged({MET: NOT, NOT: MET, CT: CT}[part.outcome])


def whichever(worlds: Iterable[Judged]) -> Judged:
    """What holds in every way the record may be read; else cannot tell."""
    found = list(worlds)
    if len({w.outcome for w in found}) == 1:
        return Judged(found[0].outcome, frozenset(c for w in found for c in w.cautions))
    return Judged(CT, frozenset(c for w in found for c in w.cautions))
