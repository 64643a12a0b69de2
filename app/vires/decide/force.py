"""What is in force on a day: intervals, versions, readings (decision.md sections 2 and 2.1).

Every interval includes its first and its last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product

from vires import terms
from vires.decide import words
from vires.decide.logic import (
    MET,
    Finding,
    Outcome,
    agreed,
    cannot_tell,
    every,
    met_if,
    not_met,
    some,
)
from vires.decide.record import Record, State, as_boolean, as_date, as_iri, as_text, remembered

_NEEDS_VERSION = frozenset(
    {
        terms.STATUS_SUPERSEDED,
        terms.STATUS_DRAFT,
        terms.STATUS_PLANNED,
        terms.STATUS_IN_DEVELOPMENT,
    }
)
_UNBORN = frozenset({terms.STATUS_DRAFT, terms.STATUS_PLANNED, terms.STATUS_IN_DEVELOPMENT})


def begun(record: Record, node: str, prop: str, on: date, *, open_start: bool = False) -> Finding:
    """Whether a start date is on or before `on`; absent is not met unless `open_start`."""
    start = record.one(node, prop, as_date)
    if start is State.ABSENT:
        return MET if open_start else not_met(prop)
    if isinstance(start, State):
        return cannot_tell(prop)
    return met_if(start <= on, prop)


def not_ended(record: Record, node: str, prop: str, on: date) -> Finding:
    """Whether an end date is on or after `on`; absent is open, silence open with a caution."""
    end = record.one(node, prop, as_date)
    if end is State.ABSENT:
        return MET
    if end is State.SILENT:
        return MET.with_cautions(words.caution("end-date-not-stated"))
    if isinstance(end, State):
        return cannot_tell(prop)
    return met_if(end >= on, prop)


def within_dates(record: Record, node: str, start: str, end: str, on: date) -> Finding:
    """Whether `on` lies in the interval of a node whose start must be stated."""
    return every((begun(record, node, start, on), not_ended(record, node, end, on)))


@remembered
def valid(record: Record, node: str, on: date) -> Finding:
    """Whether a condition or policy document is valid on `on`; an absent start is open."""
    return every(
        (
            begun(record, node, terms.VALID_FROM, on, open_start=True),
            not_ended(record, node, terms.VALID_UNTIL, on),
        )
    )


# Readings of the law


@remembered
def reading_in_force(record: Record, reading: str, on: date) -> Finding:
    """Whether a reading is in force on `on`, by its commencement status and dates."""
    status = record.one(reading, terms.COMMENCEMENT_STATUS, as_iri)
    if status is State.ABSENT:
        return not_met(terms.COMMENCEMENT_STATUS).seen(reading)
    if isinstance(status, State):
        return cannot_tell(terms.COMMENCEMENT_STATUS).seen(reading)
    if status in (
        terms.COMMENCEMENT_ANNOUNCED,
        terms.COMMENCEMENT_NOT,
        terms.COMMENCEMENT_PARTLY,
    ):
        return not_met(terms.COMMENCEMENT_STATUS).seen(reading)
    if status == terms.COMMENCEMENT_REPEALED:
        end = _known_end(record, reading, on)
    elif status in (terms.COMMENCEMENT_IN_FORCE, terms.COMMENCEMENT_UNCHECKED):
        end = not_ended(record, reading, terms.IN_FORCE_UNTIL, on)
    else:
        return cannot_tell(terms.COMMENCEMENT_STATUS).seen(reading)
    found = every((_reading_begun(record, reading, on), end)).seen(reading)
    if status == terms.COMMENCEMENT_UNCHECKED:
        found = found.with_cautions(words.caution("reading-unchecked"))
    return found


def _reading_begun(record: Record, reading: str, on: date) -> Finding:
    start = record.one(reading, terms.IN_FORCE_FROM, as_date)
    if start in (State.ABSENT, State.SILENT):
        return MET.with_cautions(words.caution("start-date-not-recorded"))
    if isinstance(start, State):
        return cannot_tell(terms.IN_FORCE_FROM)
    if start <= on:
        return MET
    no_later_than = record.one(reading, terms.START_BASIS, as_text) == "no-later-than"
    return cannot_tell(terms.IN_FORCE_FROM) if no_later_than else not_met(terms.IN_FORCE_FROM)


def _known_end(record: Record, reading: str, on: date) -> Finding:
    end = record.one(reading, terms.IN_FORCE_UNTIL, as_date)
    if isinstance(end, State):
        return cannot_tell(terms.IN_FORCE_UNTIL)
    return met_if(end >= on, terms.IN_FORCE_UNTIL)


# Versions of instruments


@dataclass(frozen=True, slots=True)
class _Event:
    node: str
    day: date | None
    status: str | State
    about: frozenset[str] | State


def _events(record: Record, version: str) -> tuple[_Event, ...]:
    """The events of a version's instrument, and any other that is about the version."""
    instruments = record.iris(version, terms.VERSION_OF)
    nodes = {e for i in instruments for e in record.iris(i, terms.HAD_STATUS_EVENT)}
    nodes |= set(record.nodes_with(terms.ABOUT_VERSION, version))
    return tuple(_event(record, node) for node in sorted(nodes))


def _event(record: Record, node: str) -> _Event:
    day = record.one(node, terms.OCCURRED_ON, as_date)
    about = frozenset(record.iris(node, terms.ABOUT_VERSION))
    doubtful = bool(record.values(node, terms.ABOUT_VERSION)) and not about
    if not about:
        silent = doubtful or record.silent(node, terms.ABOUT_VERSION)
        return _Event(
            node,
            None if isinstance(day, State) else day,
            record.one(node, terms.RESULTS_IN_STATUS, as_iri),
            State.SILENT if silent else State.ABSENT,
        )
    return _Event(
        node,
        None if isinstance(day, State) else day,
        record.one(node, terms.RESULTS_IN_STATUS, as_iri),
        about,
    )


@remembered
def _live(record: Record, status: str | State) -> Finding:
    """Whether a status is live, as its concept says; one without `isLive` cannot tell."""
    if isinstance(status, State):
        return cannot_tell(terms.RESULTS_IN_STATUS)
    live = record.one(status, terms.IS_LIVE, as_boolean)
    if isinstance(live, State):
        return cannot_tell(terms.IS_LIVE)
    return met_if(live, terms.HAD_STATUS_EVENT)


def _latest(
    record: Record, events: Iterable[_Event], on: date, *, of_whole: bool
) -> Finding | None:
    """The status on `on` as its latest events give it; None where there is none by then."""
    pool = tuple(events)
    dated = [event for event in pool if event.day is not None and event.day <= on]
    undated = [
        event
        for event in pool
        if event.day is None and _live(record, event.status).outcome != Outcome.MET
    ]
    latest = [event for event in dated if event.day == max(e.day for e in dated if e.day)]
    findings = [_event_finding(record, event, of_whole=of_whole) for event in latest]
    if len({finding.outcome for finding in findings}) > 1:
        findings.append(cannot_tell(terms.OCCURRED_ON))
        found: Finding | None = Finding(
            Outcome.CANNOT_TELL, evidence=every(findings).evidence, missing=every(findings).missing
        )
    else:
        found = every(findings) if findings else None
    if undated:
        clouded = cannot_tell(terms.OCCURRED_ON).seen(*(event.node for event in undated))
        return clouded if found is None else every((found, clouded))
    return found


def _event_finding(record: Record, event: _Event, *, of_whole: bool) -> Finding:
    live = _live(record, event.status).seen(event.node)
    if of_whole and event.status in _NEEDS_VERSION:
        return cannot_tell(terms.ABOUT_VERSION).seen(event.node)
    if event.status == terms.STATUS_UNDER_REVIEW:
        return live.with_cautions(words.caution("under-review"))
    return live


def _status(record: Record, version: str, on: date) -> Finding:
    """Whether a version's own status and that of its instrument are live on `on`."""
    events = _events(record, version)
    own = [e for e in events if isinstance(e.about, frozenset) and version in e.about]
    whole = [e for e in events if e.about is State.ABSENT]
    either = [e for e in events if e.about is State.SILENT]
    if not (own or whole or either):
        return MET.with_cautions(words.caution("status-not-recorded"))
    readings = []
    for choice in product((True, False), repeat=len(either)):
        mine = [event for event, is_own in zip(either, choice, strict=True) if is_own]
        rest = [event for event, is_own in zip(either, choice, strict=True) if not is_own]
        found = [
            status
            for status in (
                _latest(record, own + mine, on, of_whole=False),
                _latest(record, whole + rest, on, of_whole=True),
            )
            if status is not None
        ]
        readings.append(every(found))
    return agreed(readings)


@remembered
def version_in_force(record: Record, version: str, on: date) -> Finding:
    """Whether a version of an instrument is in force on `on` (decision.md section 2.1)."""
    revisers = sorted(_revisers(record, version) - {version})
    return every(
        (
            within_dates(record, version, terms.COMMENCES_ON, terms.ENDS_ON, on),
            _status(record, version, on),
            _one_instrument(record, version),
            some(_supersedes(record, reviser, on) for reviser in revisers).negated(),
        )
    ).seen(version)


def _one_instrument(record: Record, version: str) -> Finding:
    """Met unless the record leaves open whose version it is, and so what its status is."""
    instrument = record.one(version, terms.VERSION_OF, as_iri)
    unclear = instrument in (State.SILENT, State.UNCLEAR)
    return cannot_tell(terms.VERSION_OF) if unclear else MET


def _revisers(record: Record, version: str) -> set[str]:
    """Every version that revises this one, by any number of steps."""
    found: set[str] = set()
    edge = {version}
    while edge:
        edge = {node for older in edge for node in record.nodes_with(terms.REVISES, older)} - found
        found |= edge
    return found


def _supersedes(record: Record, reviser: str, on: date) -> Finding:
    """Whether a later version has commenced by `on` and is not left aside as never born."""
    commenced = begun(record, reviser, terms.COMMENCES_ON, on)
    aside = _left_aside(record, reviser, on)
    found = every((commenced, aside.negated())).seen(reviser)
    return Finding(found.outcome, found.evidence, frozenset({terms.REVISES}))


def _left_aside(record: Record, version: str, on: date) -> Finding:
    """Whether a version's own status on `on` says that it never came to be."""
    events = _events(record, version)
    own = [e for e in events if isinstance(e.about, frozenset) and version in e.about]
    either = [e for e in events if e.about is State.SILENT]
    readings = []
    for choice in product((True, False), repeat=len(either)):
        mine = [event for event, is_own in zip(either, choice, strict=True) if is_own]
        readings.append(_unborn(record, version, own + mine, on))
    return agreed(readings)


def _unborn(record: Record, version: str, events: list[_Event], on: date) -> Finding:
    dated = [event for event in events if event.day is not None and event.day <= on]
    days = [event.day for event in dated if event.day]
    possible = [event for event in dated if event.day == max(days)]
    possible += [
        event
        for event in events
        if event.day is None and _live(record, event.status).outcome != Outcome.MET
    ]
    if not possible:
        return not_met(terms.HAD_STATUS_EVENT)
    return agreed(_event_unborn(record, version, event) for event in possible)


def _event_unborn(record: Record, version: str, event: _Event) -> Finding:
    if isinstance(event.status, State):
        return cannot_tell(terms.RESULTS_IN_STATUS)
    if event.status in _UNBORN:
        return MET if event.day is not None else cannot_tell(terms.OCCURRED_ON)
    if event.status != terms.STATUS_WITHDRAWN:
        return not_met(terms.RESULTS_IN_STATUS)
    start = record.one(version, terms.COMMENCES_ON, as_date)
    if start is State.ABSENT:
        return MET
    if isinstance(start, State) or event.day is None:
        return cannot_tell(terms.COMMENCES_ON)
    return met_if(event.day < start, terms.COMMENCES_ON)
