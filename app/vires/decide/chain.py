"""The tiers above a version: purposes, then principles (decision.md, `tier-chain`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from vires import terms
from vires.decide import words
from vires.decide.force import version_in_force
from vires.decide.logic import (
    DOES_NOT_APPLY,
    MET,
    Finding,
    Outcome,
    cannot_tell,
    every,
    met_if,
    not_met,
)
from vires.decide.record import Record, State, as_iri, remembered

_UPWARDS: Final = (terms.LEVEL_PURPOSES, terms.LEVEL_PRINCIPLES)


@dataclass(frozen=True, slots=True)
class Chain:
    """The levels required above a version, the versions found there, and the finding.

    `purposes` and `principles` are IRIs of versions, None where none was found or chosen;
    `without_purposes` is the finding of whatever needs a purposes version where there is none;
    `unchosen` says that the record leaves open which version stands at some level.
    """

    levels: frozenset[str]
    purposes: str | None
    principles: str | None
    finding: Finding
    without_purposes: Finding
    unchosen: bool = False

    @property
    def above(self) -> tuple[str, ...]:
        """The versions found above, nearest first."""
        return tuple(version for version in (self.purposes, self.principles) if version)


@remembered
def climb(record: Record, version: str, on: date) -> Chain:
    """Find what stands above a version on `on`, level by level."""
    levels, profiled = _required(record, version)
    below: str | None = version
    found: dict[str, str] = {}
    findings = [profiled]
    without = not_met(terms.UNDERPINNED_BY)
    unchosen = False
    for level in _UPWARDS:
        if level not in levels:
            continue
        if below is None:
            findings.append(without)
            continue
        parent, finding = _parent(record, below, level, on)
        findings.append(finding)
        if parent is not None:
            found[level] = parent
        else:
            without = finding
            unchosen = unchosen or finding.outcome is Outcome.CANNOT_TELL
        below = parent
    finding = every(findings) if levels or profiled.outcome is not Outcome.MET else DOES_NOT_APPLY
    return Chain(
        levels,
        found.get(terms.LEVEL_PURPOSES),
        found.get(terms.LEVEL_PRINCIPLES),
        finding,
        without,
        unchosen,
    )


def _required(record: Record, version: str) -> tuple[frozenset[str], Finding]:
    """The levels that the framework's profile requires; both, where there is no one profile."""
    node = version
    for prop in (terms.VERSION_OF, terms.IN_FRAMEWORK, terms.HAS_PROFILE):
        step = record.one(node, prop, as_iri)
        if isinstance(step, State):
            missing = not_met if step is State.ABSENT else cannot_tell
            return frozenset(_UPWARDS), missing(prop).seen(node)
        node = step
    if record.silent(node, terms.REQUIRES_LEVEL):
        return frozenset(_UPWARDS), cannot_tell(terms.REQUIRES_LEVEL).seen(node)
    levels = frozenset(record.iris(node, terms.REQUIRES_LEVEL)) & frozenset(_UPWARDS)
    if any(not isinstance(v, str) for v in record.values(node, terms.REQUIRES_LEVEL)):
        return frozenset(_UPWARDS), cannot_tell(terms.REQUIRES_LEVEL).seen(node)
    return levels, MET.seen(node)


def _parent(record: Record, below: str, level: str, on: date) -> tuple[str | None, Finding]:
    """The version of one level that `below` stands on, and whether one is in force there."""
    named, doubtful = _named(record, below, level)
    if len(named) > 1:
        return None, cannot_tell(terms.UNDERPINNED_BY).seen(below, *named)
    if not named:
        unclear = doubtful or record.unclear(below, terms.UNDERPINNED_BY)
        missing = cannot_tell if unclear else not_met
        return None, missing(terms.UNDERPINNED_BY).seen(below)
    if doubtful:
        return None, cannot_tell(terms.UNDERPINNED_BY).seen(below, named[0])
    return _in_force(record, named[0], on)


def _named(record: Record, below: str, level: str) -> tuple[list[str], bool]:
    """Versions of a level that a version is underpinned by, and whether another may be one."""
    named = []
    doubtful = False
    for value in record.values(below, terms.UNDERPINNED_BY):
        if not isinstance(value, str):
            continue
        of_level = _level(record, value, level)
        if of_level is Outcome.MET:
            named.append(value)
        elif of_level is Outcome.CANNOT_TELL:
            doubtful = True
    return sorted(named), doubtful


def _level(record: Record, version: str, level: str) -> Outcome:
    instrument = record.one(version, terms.VERSION_OF, as_iri)
    if instrument is State.ABSENT:
        return Outcome.NOT_MET
    if isinstance(instrument, State):
        return Outcome.CANNOT_TELL
    return record.points(instrument, terms.FUNCTIONAL_LEVEL, (level,)).outcome


def _in_force(record: Record, named: str, on: date) -> tuple[str, Finding]:
    """The version named, if in force; else the one other version of its instrument that is."""
    own = version_in_force(record, named, on)
    if own.outcome is Outcome.MET:
        return named, own
    siblings = {
        node
        for instrument in record.iris(named, terms.VERSION_OF)
        for node in record.nodes_with(terms.VERSION_OF, instrument)
    } - {named}
    others = {node: version_in_force(record, node, on) for node in sorted(siblings)}
    running = [node for node, finding in others.items() if finding.outcome is Outcome.MET]
    unsure = [node for node, finding in others.items() if finding.outcome is Outcome.CANNOT_TELL]
    if own.outcome is Outcome.CANNOT_TELL or len(running) > 1 or (running and unsure):
        return named, cannot_tell(terms.COMMENCES_ON).seen(named, *running)
    if running:
        found = others[running[0]].with_cautions(words.caution("parent-revised"))
        return running[0], found.seen(named)
    if unsure:
        return named, cannot_tell(terms.COMMENCES_ON).seen(named, *unsure)
    return named, own


def community_of(record: Record, version: str) -> str | Finding:
    """The one community of a version's instrument, or the finding that stands in its place."""
    instrument = record.one(version, terms.VERSION_OF, as_iri)
    if isinstance(instrument, State):
        missing = not_met if instrument is State.ABSENT else cannot_tell
        return missing(terms.VERSION_OF).seen(version)
    community = record.one(instrument, terms.FOR_COMMUNITY, as_iri)
    if isinstance(community, State):
        missing = not_met if community is State.ABSENT else cannot_tell
        return missing(terms.FOR_COMMUNITY).seen(instrument)
    return community


def same_community(record: Record, version: str, chain: Chain) -> Finding:
    """Whether a version and the purposes version above it are for one and the same community."""
    if terms.LEVEL_PURPOSES not in chain.levels:
        return DOES_NOT_APPLY
    own = community_of(record, version)
    above = community_of(record, chain.purposes) if chain.purposes else chain.without_purposes
    doubts = [side for side in (own, above) if isinstance(side, Finding)]
    if doubts:
        return every(doubts)
    return met_if(own == above, terms.FOR_COMMUNITY).seen(version, chain.purposes or version)
