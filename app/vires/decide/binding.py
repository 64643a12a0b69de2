"""Who is a party, who is bound, who belongs to a community (decision.md sections 3 and 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from vires import terms
from vires.decide import words
from vires.decide.force import begun, not_ended, within_dates
from vires.decide.logic import (
    MET,
    Finding,
    Outcome,
    cannot_tell,
    every,
    met_if,
    not_met,
    some,
)
from vires.decide.record import Record, State, as_boolean, as_date, remembered

_Predecessor = tuple[str, Finding, date | None]
"""An older body, how surely its signatures are carried, and the day of the first event known."""


def _joined(record: Record, kind: str, first: str, a: str, second: str, b: str) -> list[str]:
    """Nodes of a class that may join two things: each states one and may state the other."""
    nodes = {*record.nodes_with(first, a), *record.nodes_with(second, b)}
    return sorted(node for node in nodes if record.is_a(node, kind))


def _joins(record: Record, nodes: list[Finding], silent: bool, prop: str) -> Finding:
    """Some node joins; a silence in place of nodes counts only where there is none at all."""
    missing = cannot_tell if silent and not nodes else not_met
    return some([*nodes, missing(prop)])


# Parties and members


@remembered
def participates(record: Record, version: str, organisation: str, on: date) -> Finding:
    """Whether an organisation takes part in a version, as a named body, on `on`."""
    found = []
    for node in _joined(
        record,
        terms.PARTICIPATION,
        terms.PARTICIPATES_IN,
        version,
        terms.PARTICIPANT,
        organisation,
    ):
        joins = (
            record.points(node, terms.PARTICIPATES_IN, (version,)),
            record.points(node, terms.PARTICIPANT, (organisation,)),
        )
        if every(joins).outcome is not Outcome.NOT_MET:
            dates = _participation_dates(record, node, version, on)
            found.append(every((*joins, dates)).seen(node))
    silent = record.silent(version, terms.PARTICIPATES_IN)
    return _joins(record, found, silent, terms.PARTICIPATES_IN)


def _participation_dates(record: Record, node: str, version: str, on: date) -> Finding:
    bounds = (
        (terms.PARTICIPATES_FROM, terms.COMMENCES_ON, begun),
        (terms.PARTICIPATES_UNTIL, terms.ENDS_ON, not_ended),
    )
    findings = []
    for own, inherited, test in bounds:
        if record.values(node, own):
            findings.append(test(record, node, own, on))
            continue
        found = test(record, version, inherited, on)
        if record.silent(node, own):
            found = found.with_cautions(words.caution("participation-dates-not-stated"))
        findings.append(found)
    return every(findings)


@remembered
def dissolved(record: Record, organisation: str, on: date) -> Finding:
    """Whether an organisation was dissolved on or before `on` (decision.md section 9)."""
    return some(
        every(
            (
                begun(record, event, terms.OCCURRED_ON, on)
                if record.values(event, terms.OCCURRED_ON)
                else cannot_tell(terms.OCCURRED_ON),
                _gone(record, event, organisation),
            )
        ).seen(event)
        for event in record.nodes_with(terms.ORG_ORIGINAL, organisation)
        if not record.is_a(event, terms.FUNCTION_TRANSFER, terms.RENAMING)
    )


def _gone(record: Record, event: str, organisation: str) -> Finding:
    if organisation in record.iris(event, terms.ORG_RESULTING):
        return not_met(terms.ORG_RESULTING)
    return cannot_tell(terms.ORG_RESULTING) if record.unclear(event, terms.ORG_RESULTING) else MET


@remembered
def member(record: Record, organisation: str, community: str, on: date) -> Finding:
    """Whether an organisation is a member of a community on `on`."""
    found = []
    for node in _joined(
        record,
        terms.COMMUNITY_MEMBERSHIP,
        terms.IN_COMMUNITY,
        community,
        terms.ORG_MEMBER,
        organisation,
    ):
        joins = (
            record.points(node, terms.IN_COMMUNITY, (community,)),
            record.points(node, terms.ORG_MEMBER, (organisation,)),
        )
        if every(joins).outcome is not Outcome.NOT_MET:
            dates = within_dates(record, node, terms.MEMBER_FROM, terms.MEMBER_UNTIL, on)
            found.append(every((*joins, dates)).seen(node))
    silent = record.silent(community, terms.IN_COMMUNITY)
    return _joins(record, found, silent, terms.IN_COMMUNITY)


# Signatures


@remembered
def bound(record: Record, version: str, organisation: str, on: date) -> Finding:
    """Whether an organisation is bound to a version on `on` (decision.md section 3.1)."""
    reached = _continued(record, version)
    signed = {node for v in reached for node in record.nodes_with(terms.SIGNS, v)}
    signatures = {node for node in signed if record.is_a(node, terms.SIGNATURE)}
    found = []
    for node in sorted(signatures | _unclear_signatures(record)):
        signs = record.points(node, terms.SIGNS, reached)
        signer = _signed_for(record, node, None, organisation, on)
        if every((signs, signer)).outcome is not Outcome.NOT_MET:
            found.append(_binds(record, node, version, reached, organisation, on))
    unsure = [
        cannot_tell(prop)
        for prop in (terms.SIGNS, terms.CONTINUES_SIGNATURES_OF)
        if (prop == terms.SIGNS and not found and any(record.silent(v, prop) for v in reached))
        or (prop != terms.SIGNS and any(record.unclear(v, prop) for v in reached))
    ]
    return some([*found, *unsure, not_met(terms.SIGNS)])


@remembered
def _unclear_signatures(record: Record) -> frozenset[str]:
    """Signatures that do not say plainly what they sign."""
    signatures = record.nodes_with(terms.TYPE, terms.SIGNATURE)
    return frozenset(node for node in signatures if record.unclear(node, terms.SIGNS))


@remembered
def _continued(record: Record, version: str) -> frozenset[str]:
    """A version and every one whose signatures it continues, by any number of steps."""
    reached: set[str] = set()
    edge = {version}
    while edge:
        reached |= edge
        edge = {
            older for v in edge for older in record.iris(v, terms.CONTINUES_SIGNATURES_OF)
        } - reached
    return frozenset(reached)


def _binds(
    record: Record,
    signature: str,
    version: str,
    reached: Iterable[str],
    organisation: str,
    on: date,
) -> Finding:
    """Whether one signature binds an organisation to a version on `on`."""
    signs = record.points(signature, terms.SIGNS, reached)
    found = []
    for day, sure in _dates(record, signature, frozenset()):
        signer = _signed_for(record, signature, day, organisation, on)
        # A signature of another body says nothing of this one: not even that it was late.
        other = signer.outcome is Outcome.NOT_MET
        dated = MET if other else _dated(record, version, day, on)
        found.append(every((signs, sure, signer, dated)).seen(signature))
    return some(found)


def _dates(
    record: Record, signature: str, trail: frozenset[str]
) -> list[tuple[date | None, Finding]]:
    """The dates a signature counts from, each with how sure it is.

    Its own date, or, where it is deemed, those of the signatures of the same body that it rests
    on. None stands for a date that is wanting.
    """
    if record.silent(signature, terms.DEEMED_BY):
        return [(None, cannot_tell(terms.DEEMED_BY))]
    if not record.values(signature, terms.DEEMED_BY):
        day = record.one(signature, terms.SIGNED_ON, as_date)
        if day is State.ABSENT:
            return [(None, not_met(terms.SIGNED_ON))]
        return [(None, cannot_tell(terms.SIGNED_ON)) if isinstance(day, State) else (day, MET)]
    signers = set(record.iris(signature, terms.ON_BEHALF_OF))
    if not signers or record.unclear(signature, terms.DEEMED_BY):
        return [(None, cannot_tell(terms.DEEMED_BY))]
    versions = record.iris(signature, terms.DEEMED_BY)
    sure = MET if len(versions) == 1 else cannot_tell(terms.DEEMED_BY)
    found: list[tuple[date | None, Finding]] = [] if len(versions) == 1 else [(None, sure)]
    for version in versions:
        others = _deeming(record, version, signers, trail | {signature})
        found += [(day, every((sure, certainty))) for day, certainty in others]
    return found


def _deeming(
    record: Record, version: str, signers: set[str], trail: frozenset[str]
) -> list[tuple[date | None, Finding]]:
    """The dates of the signatures on a version by which another is deemed."""
    found: list[tuple[date | None, Finding]] = [(None, not_met(terms.DEEMED_BY))]
    if record.silent(version, terms.SIGNS):
        found.append((None, cannot_tell(terms.SIGNS)))
    for other in record.nodes_with(terms.SIGNS, version):
        if other in trail or not record.is_a(other, terms.SIGNATURE):
            continue
        if not signers.isdisjoint(record.iris(other, terms.ON_BEHALF_OF)):
            found += _dates(record, other, trail)
        elif record.unclear(other, terms.ON_BEHALF_OF):
            doubt = cannot_tell(terms.ON_BEHALF_OF)
            found += [(day, every((doubt, sure))) for day, sure in _dates(record, other, trail)]
    return found


def _dated(record: Record, version: str, day: date | None, on: date) -> Finding:
    """Whether a date is on or before `on`; how sure it is, is told apart."""
    if day is None:
        return MET
    found = met_if(day <= on, terms.SIGNED_ON)
    start = record.one(version, terms.COMMENCES_ON, as_date)
    if not isinstance(start, State) and day > start:
        found = found.with_cautions(words.caution("signed-late"))
    return found


def _signed_for(
    record: Record, signature: str, day: date | None, organisation: str, on: date
) -> Finding:
    """Whether a signature is on behalf of an organisation, or of one it succeeded by carrying."""
    own = record.points(signature, terms.ON_BEHALF_OF, (organisation,))
    if own.outcome is Outcome.MET:
        return own
    carried = [
        every((record.points(signature, terms.ON_BEHALF_OF, (older,)), carries))
        for older, carries, first in _lineage(record, organisation, on)
        if day is None or first is None or day <= first
    ]
    return some([own, *carried])


@remembered
def _lineage(record: Record, organisation: str, on: date) -> list[_Predecessor]:
    return _predecessors(record, organisation, on, frozenset())


@remembered
def _results(record: Record, organisation: str) -> list[tuple[str, Finding]]:
    """The restructures that result in a body, or may: one whose results cannot be read."""
    found = [(event, MET) for event in record.nodes_with(terms.ORG_RESULTING, organisation)]
    for event in _unread(record):
        if event not in record.nodes_with(terms.ORG_RESULTING, organisation):
            found.append((event, cannot_tell(terms.ORG_RESULTING)))
    return found


@remembered
def _unread(record: Record) -> list[str]:
    """Restructures whose results are silent, or hold some that cannot be read."""
    nodes = record.shared.pointing(terms.ORG_ORIGINAL).values()
    events = {event for pool in nodes for event in pool}
    return sorted(event for event in events if record.unclear(event, terms.ORG_RESULTING))


def _predecessors(
    record: Record, organisation: str, until: date, trail: frozenset[str]
) -> list[_Predecessor]:
    """Bodies whose signatures restructures carry to an organisation; successive events chain."""
    found: list[_Predecessor] = []
    for event, results in _results(record, organisation):
        day = record.one(event, terms.OCCURRED_ON, as_date)
        if event in trail or day is State.ABSENT:
            continue
        first = None if isinstance(day, State) else day
        timely = cannot_tell(terms.OCCURRED_ON) if first is None else met_if(first <= until)
        flag = record.flag(event, terms.CARRIES_SIGNATURES)
        carries = every((results, flag, timely)).seen(event)
        if carries.outcome is Outcome.NOT_MET:
            continue
        last = first or until
        for older in record.iris(event, terms.ORG_ORIGINAL):
            found.append((older, carries, first))
            found += [
                (oldest, every((carries, further)), min(filter(None, (first, day)), default=None))
                for oldest, further, day in _predecessors(record, older, last, trail | {event})
            ]
    return found


def is_public(record: Record, organisation: str) -> Finding:
    """Whether a body is stated to be public; neither public nor private, or both, cannot tell."""
    public = record.is_a(organisation, terms.PUBLIC_BODY)
    private = record.is_a(organisation, terms.PRIVATE_BODY)
    if public == private:
        return cannot_tell(terms.TYPE).seen(organisation)
    return met_if(public).seen(organisation)


def publicly_barred(record: Record, organisation: str) -> Finding:
    """Whether a condition closed to public authorities' tasks is closed to a body (section 3.4)."""
    if record.is_a(organisation, terms.PUBLIC_AUTHORITY_CLASS):
        return MET
    if record.is_a(organisation, terms.PUBLIC_BODY):
        stated = record.one(organisation, terms.PUBLIC_AUTHORITY, as_boolean)
        if stated is State.UNCLEAR:
            return cannot_tell(terms.PUBLIC_AUTHORITY)
        return met_if(stated is not False)
    if record.is_a(organisation, terms.PRIVATE_BODY):
        return not_met()
    return cannot_tell(terms.TYPE)
