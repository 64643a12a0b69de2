"""In force, bound, member, party (decision.md 2.1, 3 parties, 3.1)."""

from __future__ import annotations

import itertools
from datetime import date

from .facts import ORG, Facts
from .logic import NOT, Judged, Met, Not, Unclear, every, is_met, opposite, some, whichever

NEEDS_ABOUT = ("superseded", "draft", "planned", "in-development")
STATUS = "https://w3id.org/vires/status/"


def started(f: Facts, node: str, prop: str, on: date) -> Judged:
    """A start date must be stated (section 2)."""
    state, day = f.one_date(node, prop)
    if day is not None:
        return is_met(day <= on)
    return Not if state == "absent" else Unclear


def started_or_open(f: Facts, node: str, prop: str, on: date) -> Judged:
    """The absent validFrom of a condition or policy document is open (section 2)."""
    return Met if f.one_date(node, prop)[0] == "absent" else started(f, node, prop, on)


def not_ended(f: Facts, node: str, prop: str, on: date) -> Judged:
    """An absent end is open; a silent one is open with a caution (section 2)."""
    state, day = f.one_date(node, prop)
    if day is not None:
        return is_met(on <= day)
    if state == "absent":
        return Met
    return Met.noting("end-date-not-stated") if state == "silent" else Unclear


def points_to(f: Facts, node: str, prop: str, target: str) -> Judged:
    """A pointer with one value; several: cannot tell only where one of them is the target."""
    found = f.values(node, prop)
    if found == [("iri", target)]:
        return Met
    if ("iri", target) in found or f.ill_typed(node, prop) or f.silent(node, prop):
        return Unclear
    return Not


# 2.1 a version in force


def _events(f: Facts, version: str) -> dict[str, str]:
    """event -> 'version', 'instrument' or 'either', for the events that may bear on version."""
    events = set(f.having("aboutVersion", version))
    for instrument in f.iris(version, "versionOf"):
        events.update(f.iris(instrument, "hadStatusEvent"))
    result: dict[str, str] = {}
    for event in sorted(events):
        about = points_to(f, event, "aboutVersion", version)
        if about is Met:
            result[event] = "version"
        elif about is Unclear:
            result[event] = "either"
        elif not f.values(event, "aboutVersion"):
            result[event] = "instrument"
    return result


def _live(f: Facts, event: str, whole: bool, any_commenced: bool) -> bool | None:
    """What the status of the event says; None: cannot tell."""
    status = f.one_iri(event, "resultsInStatus")[1]
    if status is None:
        return None
    if whole and any_commenced and status in [STATUS + k for k in NEEDS_ABOUT]:
        return None
    return f.one_bool(status, "isLive")[1]


def _status_live(f: Facts, events: list[str], whole: bool, commenced: bool, on: date) -> Judged:
    """One of the two statuses: that of the latest event on or before `on`."""
    undated: list[Judged] = []
    dated: dict[date, list[str]] = {}
    for event in events:
        day = f.one_date(event, "occurredOn")[1]
        if day is None:
            if _live(f, event, whole, commenced) is not True:  # an undated live one is passed over
                undated.append(Unclear)
        elif day <= on:
            dated.setdefault(day, []).append(event)
    latest = Met
    if dated:
        last = dated[max(dated)]
        lives = {_live(f, e, whole, commenced) for e in last}
        if lives == {True}:
            under = any(STATUS + "under-review" in f.iris(e, "resultsInStatus") for e in last)
            latest = Met.noting("under-review") if under else Met
        else:
            latest = Not if lives == {False} else Unclear
    return every([latest, *undated])


def _live_status(f: Facts, version: str, on: date) -> Judged:
    state = f.one_iri(version, "versionOf")[0]
    events = _events(f, version)
    if not events:
        alone = Met.noting("status-not-recorded")
        return every([alone, Unclear]) if state in ("silent", "bad") else alone
    siblings = [w for i in f.iris(version, "versionOf") for w in f.having("versionOf", i)]
    commenced = any(started(f, w, "commencesOn", on) is Met for w in siblings)
    either = [e for e, about in events.items() if about == "either"]
    worlds: list[Judged] = []
    for choice in itertools.product(("version", "instrument"), repeat=len(either)):
        placed = {**events, **dict(zip(either, choice, strict=True))}
        own = [e for e, about in placed.items() if about == "version"]
        whole = [e for e, about in placed.items() if about == "instrument"]
        worlds.append(
            every(
                [
                    _status_live(f, own, False, commenced, on),
                    _status_live(f, whole, True, commenced, on),
                ]
            )
        )
    result = whichever(worlds)
    return every([result, Unclear]) if state in ("silent", "bad") else result


def _left_aside(f: Facts, version: str, on: date) -> Judged:
    """Draft, planned, in development, or withdrawn before it commenced: no revision yet."""
    events = {e: a for e, a in _events(f, version).items() if a in ("version", "either")}
    commences = f.one_date(version, "commencesOn")[1]
    # each event may count or not: a silent one, and an undated one, both ways
    ways: list[list[tuple[str, date | None] | None]] = []
    for event, about in events.items():
        day = f.one_date(event, "occurredOn")[1]
        if day is not None and day > on:
            continue
        if day is None and _live(f, event, False, False) is True:
            continue
        counts: list[tuple[str, date | None] | None] = [(event, day)]
        ways.append([*counts, None] if day is None or about == "either" else counts)

    def aside(event: str, day: date | None) -> Judged:
        status = f.one_iri(event, "resultsInStatus")[1]
        if status is None:
            return Unclear
        if status in [STATUS + k for k in ("draft", "planned", "in-development")]:
            return Met
        if status == STATUS + "withdrawn":
            return Unclear if day is None or commences is None else is_met(day < commences)
        return Not

    worlds: list[Judged] = []
    for choice in itertools.product(*ways):
        chosen = [c for c in choice if c is not None]
        undated = [c for c in chosen if c[1] is None]
        last = max((c[1] for c in chosen if c[1] is not None), default=None)
        tail = undated or [c for c in chosen if c[1] == last]
        worlds.append(whichever([aside(e, d) for e, d in tail]) if tail else Not)
    return Judged(whichever(worlds).outcome)


def version_in_force(f: Facts, version: str, on: date) -> Judged:
    dates = every([started(f, version, "commencesOn", on), not_ended(f, version, "endsOn", on)])
    later = f.downwards(version, "revises") - {version}
    not_revised = [
        some([opposite(started(f, w, "commencesOn", on)), _left_aside(f, w, on)])
        for w in sorted(later)
    ]
    return every([dates, _live_status(f, version, on), *not_revised])


# 2.1 a reading in force


def reading_in_force(f: Facts, reading: str, on: date) -> Judged:
    state, status = f.one_key(reading, "commencementStatus", "commencement")
    if status is None:
        return Not if state == "absent" else Unclear
    if status in ("announced", "not-commenced", "partly-commenced"):
        return Not
    if status not in ("in-force", "in-force-unchecked", "repealed"):
        return Unclear
    from_state, start = f.one_date(reading, "inForceFrom")
    if start is None:
        begun = Unclear if from_state == "bad" else Met.noting("start-date-not-recorded")
    elif start <= on:
        begun = Met
    else:  # `on` before inForceFrom
        basis_state, basis = f.one_text(reading, "startBasis")
        begun = Unclear if basis == "no-later-than" or basis_state in ("silent", "bad") else Not
    until_state = f.one_date(reading, "inForceUntil")[0]
    if status == "repealed" and until_state in ("absent", "silent"):
        going = Unclear
    else:
        going = not_ended(f, reading, "inForceUntil", on)
    result = every([begun, going])
    return result.noting("reading-unchecked") if status == "in-force-unchecked" else result


# restructures


def dissolved(f: Facts, organisation: str, on: date) -> Judged:
    """Section 9: original and not resulting, in an event other than the two harmless ones."""
    found: list[Judged] = []
    for event in f.having(ORG + "originalOrganization", organisation):
        if f.is_a(event, "FunctionTransfer", "Renaming"):
            continue
        result = ORG + "resultingOrganization"
        if organisation in f.iris(event, result):
            continue
        day = f.one_date(event, "occurredOn")[1]
        when = Unclear if day is None else is_met(day <= on)  # without a date: cannot tell
        unclear = f.silent(event, result) or f.ill_typed(event, result)
        found.append(every([when, Unclear if unclear else Met]))
    return some(found)


def _carried(
    f: Facts, holder: str, target: str, since: date | None, on: date, used: frozenset[str]
) -> Judged:
    """The signature of holder reaches target by successive events, each not before the last."""
    if holder == target:
        return Met
    ways: list[Judged] = []
    for event in f.having(ORG + "originalOrganization", holder):
        if event in used:
            continue
        carry_state, carries = f.one_bool(event, "carriesSignatures")
        carried = (
            is_met(carries)
            if carries is not None
            else (Not if carry_state == "absent" else Unclear)
        )
        day = f.one_date(event, "occurredOn")[1]
        when = started(f, event, "occurredOn", on)
        if since is None:
            when = every([when, Unclear])
        elif day is not None:
            when = every([when, is_met(since <= day)])
        here = every([carried, when])
        if here.outcome == NOT:
            continue
        result = ORG + "resultingOrganization"
        if f.silent(event, result) or f.ill_typed(event, result):
            ways.append(Unclear)
        for successor in f.iris(event, result):
            rest = _carried(f, successor, target, day, on, used | {event})
            ways.append(every([here, rest]))
    return some(ways)


def _on_behalf(f: Facts, signature: str) -> list[tuple[str, Judged]]:
    signers = f.iris(signature, "onBehalfOf")
    return [(o, points_to(f, signature, "onBehalfOf", o)) for o in signers]


def _dates(
    f: Facts, signature: str, signer: str, used: frozenset[str]
) -> list[tuple[date | None, Judged]]:
    """The dates a signature may count with, and how surely it has each."""
    if f.silent(signature, "deemedBy") or f.ill_typed(signature, "deemedBy"):
        return [(None, Unclear)]
    deeming = f.iris(signature, "deemedBy")
    if not deeming:
        state, day = f.one_date(signature, "signedOn")
        return [(day, Met if day else Not if state == "absent" else Unclear)]
    found: list[tuple[date | None, Judged]] = []
    for other in deeming:
        if f.says_silent(other, "signs"):
            found.append((None, Unclear))
        for theirs in f.typed("Signature"):
            if theirs == signature or theirs in used:
                continue
            same = every(
                [
                    points_to(f, theirs, "signs", other),
                    points_to(f, theirs, "onBehalfOf", signer),
                    Met if len(deeming) == 1 else Unclear,
                ]
            )
            if same.outcome != NOT:
                for day, sure in _dates(f, theirs, signer, used | {signature}):
                    found.append((day, every([same, sure])))
    return found


def bound(f: Facts, organisation: str, version: str, on: date) -> Judged:
    """Section 3.1."""
    ways: list[Judged] = []
    reached = f.upwards(version, "continuesSignaturesOf")
    commences = f.one_date(version, "commencesOn")[1]
    any_node = False
    for signature in f.typed("Signature"):
        signs = some([points_to(f, signature, "signs", x) for x in reached])
        if signs.outcome == NOT:
            continue
        if f.silent(signature, "onBehalfOf") or f.ill_typed(signature, "onBehalfOf"):
            ways.append(Unclear)
        for signer, sure in _on_behalf(f, signature):
            if signer == organisation:
                any_node = True
            for day, dated in _dates(f, signature, signer, frozenset()):
                in_time = Unclear if day is None else is_met(day <= on)
                carried = _carried(f, signer, organisation, day, on, frozenset())
                way = every([signs, sure, dated, in_time, carried])
                any_node = any_node or carried.outcome != NOT
                late = day is not None and commences is not None and day > commences
                late = late and carried.outcome != NOT  # that of another body is no news
                ways.append(way.noting("signed-late") if late else way)
    for x in reached:
        if f.says_silent(x, "signs") and not any_node:
            ways.append(Unclear)
        if f.silent(x, "continuesSignaturesOf") or f.ill_typed(x, "continuesSignaturesOf"):
            ways.append(Unclear)
    return some(ways)


def member(f: Facts, organisation: str, community: str, on: date) -> Judged:
    ways: list[Judged] = []
    for node in f.typed("CommunityMembership"):
        who = every(
            [
                points_to(f, node, ORG + "member", organisation),
                points_to(f, node, "inCommunity", community),
            ]
        )
        if who.outcome != NOT:
            ways.append(
                every(
                    [
                        who,
                        started(f, node, "memberFrom", on),
                        not_ended(f, node, "memberUntil", on),
                    ]
                )
            )
    if not ways and f.says_silent(community, "inCommunity"):
        return Unclear
    return some(ways)


def party(f: Facts, organisation: str, version: str, on: date) -> Judged:
    """Section 3, `parties`: a Participation as a named body whose interval includes `on`."""
    ways: list[Judged] = []
    for node in f.typed("Participation"):
        who = every(
            [
                points_to(f, node, "participant", organisation),
                points_to(f, node, "participatesIn", version),
            ]
        )
        if who.outcome == NOT:
            continue
        states = [f.one_date(node, p)[0] for p in ("participatesFrom", "participatesUntil")]
        own_start, own_end = (s in ("stated", "bad") for s in states)
        way = every(
            [
                who,
                started(f, node, "participatesFrom", on)
                if own_start
                else started(f, version, "commencesOn", on),
                not_ended(f, node, "participatesUntil", on)
                if own_end
                else not_ended(f, version, "endsOn", on),
            ]
        )
        ways.append(way.noting("participation-dates-not-stated") if "silent" in states else way)
    if not ways and f.says_silent(version, "participatesIn"):
        return Unclear
    return some(ways)
