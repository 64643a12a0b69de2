"""Whether a restriction bites on a route (decision.md section 3.5)."""

from __future__ import annotations

from vires import terms
from vires.decide import binding, law, words
from vires.decide.basis import Side
from vires.decide.law import Asked
from vires.decide.logic import MET, Finding, Outcome, cannot_tell, every, some
from vires.decide.record import Record


def unrestricted(
    record: Record,
    flow: str,
    giver: tuple[Side, ...],
    powers: dict[tuple[Side, str], Finding],
    asked: Asked,
) -> Finding:
    """Whether no restriction in force bites on a flow.

    `giver` are the sides that disclose; `powers` what `power` finds for each power relied on.
    """
    excluded = record.iris(flow, terms.EXCLUDES_CATEGORY)
    public = binding.is_public(record, asked.from_).outcome is not Outcome.NOT_MET
    findings: list[Finding] = []
    limiting: list[law.Restriction] = []
    for found in law.restrictions(record, asked, excluded):
        if found.narrower:
            findings.append(MET.with_cautions(words.caution("part-restricted")))
        elif found.kind is None:
            findings.append(cannot_tell(terms.RESTRICTION_KIND).seen(found.reading))
        elif found.kind == terms.KIND_HOLDER_SECRECY:
            findings += [_secrecy(record, side, found, asked, flow) for side in giver]
        elif found.kind == terms.KIND_LIMITS_POWER and public:
            if law.states_data(record, found.reading):
                limiting.append(found)
            elif _cuts_relied_on(record, giver, found.reading):
                findings.append(MET.with_cautions(words.caution("power-limited")))
    if limiting:
        findings += [_limits(record, side, limiting, powers) for side in giver]
    return every(findings)


def _cuts_relied_on(record: Record, giver: tuple[Side, ...], reading: str) -> bool:
    """Whether a limit is on a power relied on, or may be."""
    relied = {power for side in giver for power in side.powers}
    found = record.some_value(reading, terms.LIMITS, lambda power: power in relied)
    return found.outcome is not Outcome.NOT_MET


def _secrecy(
    record: Record, side: Side, found: law.Restriction, asked: Asked, flow: str
) -> Finding:
    lifted = law.lifted(record, found.reading, side.powers, asked, flow)
    unclear = record.unclear(side.node, terms.RELIES_ON_POWER)
    if unclear and lifted.outcome is Outcome.NOT_MET:
        lifted = cannot_tell(terms.RELIES_ON_POWER)
    spared = some((found.fit.negated(), lifted))
    return spared.wanting(terms.RELIES_ON_POWER)


def _limits(
    record: Record,
    side: Side,
    limiting: list[law.Restriction],
    powers: dict[tuple[Side, str], Finding],
) -> Finding:
    """Whether some power that otherwise meets `power` is left whole by the limits that fit."""
    meeting = {
        power: powers[side, power]
        for power in side.powers
        if powers[side, power].outcome is not Outcome.NOT_MET
    }
    cut = {
        power: some(
            every((r.fit, record.some_value(r.reading, terms.LIMITS, lambda p, q=power: p == q)))  # type: ignore[misc]
            for r in limiting
        )
        for power in meeting
    }
    if all(finding.outcome is Outcome.NOT_MET for finding in cut.values()):
        return MET
    whole = some(every((meeting[power], cut[power].negated())) for power in meeting)
    certain = any(meeting[power].outcome is Outcome.MET for power in meeting)
    outcome = whole.outcome
    if outcome is Outcome.NOT_MET and not certain:
        outcome = Outcome.CANNOT_TELL
    evidence = frozenset(r.reading for r in limiting)
    return Finding(outcome, evidence, frozenset({terms.RELIES_ON_POWER}))
