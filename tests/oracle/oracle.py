"""What decision.md says, sentence by sentence, over plain triples. Slow on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .facts import BROADER, REF, TOPS, Facts, Term, load
from .logic import CT, MET, NOT, Judged, Met, Not, Unclear, every, is_met, opposite, some, whichever
from .times import (
    bound,
    dissolved,
    member,
    not_ended,
    party,
    points_to,
    reading_in_force,
    started_or_open,
    version_in_force,
)

__all__ = ["CONDITIONS", "Facts", "Term", "answer", "load"]

CONDITIONS = (
    "version-in-force", "tier-chain", "same-community", "parties", "signed", "bound-above",
    "category", "subjects", "purpose", "purpose-within", "power", "article-6", "article-9",
    "article-10", "law-enforcement", "confidentiality", "restriction",
)
READINGS = (
    "LegalReading", "LegalPower", "PermissivePower", "SharingDuty", "SharingRestriction",
    "Exemption", "Safeguard", "Definition",
)
DECEASED = REF + "subjects/deceased-person"
ALL_DATA = REF + "category/any"
RELIES = ("reliesOnBasis", "reliesOnCondition")


@dataclass(frozen=True)
class Question:
    giver: str
    taker: str
    purpose: str
    category: str
    subjects: str | None
    on: date


@dataclass(frozen=True)
class Chain:
    """The profile's levels and the versions that stand above (tier-chain)."""

    judged: Judged
    applies: bool
    purposes: bool  # P requires Purposes
    t2: str | None
    t1: str | None
    no_t2: Judged  # what stands in place of a fact about t2 when there is none


@dataclass(frozen=True)
class Candidate:
    flow: str
    version: str
    giving: tuple[str, ...]  # the DisclosingSides of from
    taking: tuple[str, ...]  # the ReceivingSides of to


# section 2: the three states of a fact


def gap(f: Facts, node: str, *props: str) -> list[Judged]:
    """A silent or ill-typed property, as one more alternative."""
    unclear = any(f.silent(node, p) or f.ill_typed(node, p) for p in props)
    return [Unclear] if unclear else []


def among(f: Facts, node: str, prop: str, test: Callable[[str], bool]) -> Judged:
    """Some value of the property passes; absent: not met."""
    return some([*(is_met(test(v)) for v in f.iris(node, prop)), *gap(f, node, prop)])


def within_some(f: Facts, asked: str, node: str, prop: str) -> Judged:
    return among(f, node, prop, lambda wide: f.within(asked, wide))


def flag(f: Facts, node: str, prop: str) -> Judged:
    """A boolean: true is met; false or absent is not met; else cannot tell."""
    state, value = f.one_bool(node, prop)
    if value is not None:
        return is_met(value)
    return Not if state == "absent" else Unclear


def if_needed(need: Judged, test: Judged) -> Judged:
    """A test that stands only where the need is met; an unclear need is judged both ways."""
    if need.outcome == NOT:
        return Met
    return test if need.outcome == MET else whichever([Met, test])


# 3.2: a power fits


def has_type(f: Facts, org: str, reading: str, prop: str) -> Judged:
    wide = f.iris(reading, prop)
    found = [is_met(f.within(t, w)) for t in f.iris(org, "hasType") for w in wide]
    unclear_type = gap(f, org, "hasType") if wide else []
    return some([*found, *unclear_type, *gap(f, reading, prop)])


def holder_fits(f: Facts, reading: str, org: str) -> Judged:
    named = among(f, reading, "holder", lambda h: h == org)
    by_type = has_type(f, org, reading, "holderType")
    return every([
        some([named, by_type]), opposite(has_type(f, org, reading, "holderTypeExcluded")),
    ])


def recipient_fits(f: Facts, reading: str, org: str) -> Judged:
    named = among(f, reading, "recipient", lambda r: r == org)
    by_type = has_type(f, org, reading, "recipientType")
    return some([named, by_type, flag(f, reading, "openRecipient")])


def parties_fit(f: Facts, w: str, giver: str, taker: str) -> Judged:
    """Holder, recipient and direction."""
    straight = every([holder_fits(f, w, giver), recipient_fits(f, w, taker)])
    swapped = every([holder_fits(f, w, taker), recipient_fits(f, w, giver)])
    state, direction = f.one_key(w, "direction", "direction")
    if state == "absent" or direction in ("one-way", "open-holder"):
        return straight
    if direction in ("mutual", "same-list"):
        return some([straight, swapped])
    if direction == "hub-and-spoke":
        hub = some([has_type(f, org, w, "hubType") for org in (giver, taker)])
        return every([straight, hub])
    if direction == "matched-objective":
        return straight.noting("objective-to-check")
    return every([some([straight, swapped]), Unclear])


def nation_fits(f: Facts, reading: str, holder: str) -> Judged:
    if gap_ill(f, reading, "appliesIn") or gap_ill(f, holder, "inNation"):
        return Unclear
    extent, nations = f.iris(reading, "appliesIn"), f.iris(holder, "inNation")
    result = Met if not extent or not nations else is_met(any(n in extent for n in nations))
    if not extent:
        result = result.noting("extent-not-recorded")
    return result if nations else result.noting("nation-not-recorded")


def gap_ill(f: Facts, node: str, prop: str) -> bool:
    return f.ill_typed(node, prop) and not f.iris(node, prop)


def form_fits(f: Facts, w: str, flow: str | None) -> Judged:
    """Identifiable, or the flow's form; without a flow: identifiable."""
    state, form = f.one_key(w, "dataForm", "data-form")
    if form == "identifiable":
        return Met
    if form is None:
        return Not if state == "absent" else Unclear
    if flow is None:
        return Not
    flow_state, wanted = f.one_key(flow, "dataForm", "data-form")
    if flow_state == "absent":
        wanted = "identifiable"
    return Unclear if wanted is None else is_met(form == wanted)


def fits(f: Facts, q: Question, w: str) -> Judged:
    """3.2 without its form."""
    return every([
        parties_fit(f, w, q.giver, q.taker),
        within_some(f, q.purpose, w, "permitsPurpose"),
        within_some(f, q.category, w, "permitsData"),
        nation_fits(f, w, q.giver),
    ])


def is_power(f: Facts, w: str) -> bool:
    return f.is_a(w, "PermissivePower", "SharingDuty")


def in_force(f: Facts, w: str, on: date) -> Judged:
    """2.1, with the caution of 3.2 on its trigger."""
    result = reading_in_force(f, w, on)
    trigger = f.one_key(w, "trigger", "trigger")[1]
    return result if trigger in (None, "none") else result.noting("trigger")


def strength(f: Facts, w: str) -> str | None:
    return f.one_key(w, "strength", "strength")[1]


def is_function(f: Facts, w: str) -> Judged:
    state, key = f.one_key(w, "strength", "strength")
    if key is not None:
        return is_met(key == "function")
    return Not if state == "absent" else Unclear


# 3.3: sensitivity


def narrower(f: Facts, category: str) -> set[str]:
    found = f.downwards(category, BROADER)
    return found | set(f.typed("DataCategory")) if category in TOPS else found


def excluded(f: Facts, flow: str, category: str) -> bool:
    return any(f.within(category, e) for e in f.iris(flow, "excludesCategory"))


def sensitive(f: Facts, q: Question, flow: str, key: str) -> Judged:
    """Met: the sensitivity includes it."""
    upper = f.upwards(q.category, BROADER)
    lower = {c for c in narrower(f, q.category) if not excluded(f, flow, c)}
    if not any(f.iris(c, "sensitivity") for c in upper):
        return Unclear  # none on the category or any broader one, whatever narrower ones say
    found = [among(f, c, "sensitivity", lambda s: s == REF + "sensitivity/" + key)
             for c in sorted(upper | lower)]
    return some(found)


def special_stated(f: Facts, q: Question, flow: str) -> Judged:
    """As law-enforcement reads it: 3.3 names only three conditions that a missing one unsettles."""
    upper = f.upwards(q.category, BROADER)
    lower = {c for c in narrower(f, q.category) if not excluded(f, flow, c)}
    wanted = REF + "sensitivity/special-category"
    return some(among(f, c, "sensitivity", lambda s: s == wanted) for c in sorted(upper | lower))


# 3.4: a condition relied on holds


@dataclass(frozen=True)
class Side:
    node: str
    org: str


def conditions_of(f: Facts, side: Side) -> list[str]:
    return sorted({c for p in RELIES for c in f.iris(side.node, p)})


def relies_on(f: Facts, q: Question, side: Side, test: Callable[[str], Judged]) -> Judged:
    """Some condition the side relies on that passes the test and holds."""
    found = [every([test(c), holds(f, q, side, c, ())]) for c in conditions_of(f, side)]
    return some([*found, *gap(f, side.node, *RELIES)])


def relied_powers(f: Facts, side: Side, test: Callable[[str], Judged]) -> Judged:
    found = [test(w) for w in f.iris(side.node, "reliesOnPower")]
    return some([*found, *gap(f, side.node, "reliesOnPower")])


def body(f: Facts, org: str) -> str:
    public, private = f.is_a(org, "PublicBody"), f.is_a(org, "PrivateBody")
    if public == private:
        return "unclear"
    return "public" if public else "private"


def not_barred(f: Facts, side: Side, c: str) -> Judged:
    if f.is_a(side.org, "PublicAuthority"):
        may = Not
    elif body(f, side.org) == "public":
        state, value = f.one_bool(side.org, "publicAuthority")
        none = value is False
        may = Met if none else Unclear if state in ("silent", "bad") else Not
    else:
        may = Met if body(f, side.org) == "private" else Unclear
    outside = flag(f, side.node, "outsidePublicTasks")
    return if_needed(flag(f, c, "excludedForPublicAuthorityTasks"), some([outside, may]))


def duty_or_mandatory(f: Facts, q: Question, side: Side) -> Judged:
    def test(w: str) -> Judged:
        duty = is_met(f.is_a(w, "SharingDuty"))
        function = every([
            is_met(f.is_a(w, "PermissivePower")), is_function(f, w), flag(f, w, "mandatory"),
        ])
        return every([some([duty, function]), in_force(f, w, q.on)])

    return relied_powers(f, side, test)


def function_or_power(f: Facts, q: Question, side: Side) -> Judged:
    return relied_powers(f, side, lambda w: every([
        is_met(is_power(f, w)), in_force(f, w, q.on), holder_fits(f, w, side.org),
    ]))


def companions(f: Facts, q: Question, side: Side, c: str, path: tuple[str, ...]) -> Judged:
    wanted = f.iris(c, "requiresCompanion")
    if not wanted:
        return Unclear if gap(f, c, "requiresCompanion") else Met

    def one(target: str) -> Judged:
        ways: list[Judged] = []
        for k in conditions_of(f, side):
            if k == c:
                continue  # not its own companion
            that = Met if k == target else among(f, k, "inGroup", lambda g: g == target)
            if that.outcome != NOT:
                ways.append(every([that, holds(f, q, side, k, (*path, c))]))
        return some([*ways, *gap(f, side.node, *RELIES)])

    each = [one(t) for t in wanted]
    state, mode = f.one_text(c, "companionMode")
    if state == "absent" or mode == "any":
        return some([*each, *gap(f, c, "requiresCompanion")])
    if mode == "all":
        return every([*each, *gap(f, c, "requiresCompanion")])
    return whichever([some(each), every(each)])


def document(f: Facts, q: Question, side: Side, c: str) -> Judged:
    """The side names a policy document of its controller, in date, that covers the condition."""
    found = [every([
        is_met(f.is_a(d, "AppropriatePolicyDocument")),
        points_to(f, d, "ofController", side.org),
        started_or_open(f, d, "validFrom", q.on), not_ended(f, d, "validUntil", q.on),
        among(f, d, "coversCondition", lambda x: x == c),
    ]) for d in f.iris(side.node, "policyDocument")]
    return some([*found, *gap(f, side.node, "policyDocument")])


def policy(f: Facts, q: Question, side: Side, c: str) -> Judged:
    need = flag(f, c, "needsPolicyDocument")
    if need.outcome == NOT:
        return Met
    exception = among(f, c, "policyDocumentException", lambda k: f.is_a(q.taker, k))
    unclear = [Unclear] if need.outcome == CT else []
    return some([exception, document(f, q, side, c), *unclear])


def holds(f: Facts, q: Question, side: Side, c: str, path: tuple[str, ...]) -> Judged:
    if c in path:
        return Met  # a cycle counts as met
    purposes = f.values(c, "onlyForPurpose") or f.silent(c, "onlyForPurpose")
    only = within_some(f, q.purpose, c, "onlyForPurpose") if purposes else Met
    readings = f.iris(c, "needsReading")
    if readings:
        reading = some([
            relied_powers(f, side, lambda w: in_force(f, w, q.on) if w in readings else Not),
            *gap(f, c, "needsReading"),
        ])
    else:
        reading = Unclear if gap(f, c, "needsReading") else Met
    return every([
        started_or_open(f, c, "validFrom", q.on), not_ended(f, c, "validUntil", q.on), only,
        not_barred(f, side, c),
        reading,
        if_needed(flag(f, c, "needsDuty"), duty_or_mandatory(f, q, side)),
        if_needed(flag(f, c, "needsFunctionOrPower"), function_or_power(f, q, side)),
        companions(f, q, side, c, path),
        policy(f, q, side, c),
    ])


# 3.5: restrictions


def purposes_reached(f: Facts, q: Question, r: str) -> Judged:
    if not f.values(r, "permitsPurpose") and not f.silent(r, "permitsPurpose"):
        return Met
    return within_some(f, q.purpose, r, "permitsPurpose")


def data_reached(f: Facts, q: Question, r: str) -> Judged:
    if not f.values(r, "restrictsData") and not f.silent(r, "restrictsData"):
        return Met  # absent: all data
    return within_some(f, q.category, r, "restrictsData")


def restriction_fits(f: Facts, q: Question, r: str, holder: str) -> Judged:
    return every([
        holder_fits(f, r, holder), nation_fits(f, r, holder),
        purposes_reached(f, q, r), data_reached(f, q, r),
    ])


def restriction_in_force(f: Facts, r: str, on: date) -> Judged:
    state, status = f.one_key(r, "commencementStatus", "commencement")
    if state == "absent" or status == "partly-commenced":
        return Unclear
    return reading_in_force(f, r, on)


def kind_of(f: Facts, r: str) -> str | None:
    kind = f.one_key(r, "restrictionKind", "restriction-kind")[1]
    known = ("limits-power", "follows-data", "holder-secrecy", "general-law")
    return kind if kind in known else None


def reaches(f: Facts, q: Question, r: str, holder: str) -> Judged:
    """It fits and is in force; its own cautions are not the route's."""
    fit = restriction_fits(f, q, r, holder)
    return Judged(every([fit, restriction_in_force(f, r, q.on)]).outcome)


def states_data(f: Facts, r: str) -> bool:
    """False: a limit that states no data, or all data."""
    if f.silent(r, "restrictsData"):
        return True
    return bool(f.values(r, "restrictsData")) and ALL_DATA not in f.iris(r, "restrictsData")


def limited(f: Facts, q: Question, w: str) -> Judged:
    """Some fitting restriction that states data limits the power."""
    found: list[Judged] = []
    for r in f.typed("SharingRestriction"):
        if kind_of(f, r) == "limits-power" and states_data(f, r):
            found.append(every([
                reaches(f, q, r, q.giver), among(f, r, "limits", lambda x: x == w),
            ]))
    return some(found)


def limits_ok(f: Facts, q: Question, side: Side, tests: dict[str, Judged]) -> Judged:
    """Not met when some power meets `power` and every one that does is limited."""
    cut = {w: limited(f, q, w) for w in tests}
    result = some([
        every(opposite(cut[w]) for w in tests),
        every(opposite(tests[w]) for w in tests),
        *(every([tests[w], opposite(cut[w])]) for w in tests),
    ])
    kind = body(f, side.org)
    applies = Met if kind == "public" else Not if kind == "private" else Unclear
    return Judged(if_needed(applies, result).outcome)


def secrecy_ok(f: Facts, q: Question, side: Side, flow: str, r: str) -> Judged:
    lifts = f.iris(r, "liftedBy")
    lifted = relied_powers(f, side, lambda w: every([
        is_met(is_power(f, w)), in_force(f, w, q.on), fits(f, q, w), form_fits(f, w, flow),
    ]) if w in lifts else Not) if lifts else Not
    return some([opposite(reaches(f, q, r, q.giver)), lifted, *gap(f, r, "liftedBy")])


def part_restricted(f: Facts, q: Question, flow: str, r: str) -> bool:
    """It reaches only a narrower part of the category, not excluded by the flow."""
    if data_reached(f, q, r).outcome != NOT:
        return False
    others = every([
        holder_fits(f, r, q.giver), nation_fits(f, r, q.giver), purposes_reached(f, q, r),
        restriction_in_force(f, r, q.on),
    ])
    parts = [d for d in f.iris(r, "restrictsData") if f.within(d, q.category)]
    return others.outcome != NOT and any(not excluded(f, flow, d) for d in parts)


def restriction(
    f: Facts, q: Question, c: Candidate, tests: dict[str, dict[str, Judged]]
) -> Judged:
    parts: list[Judged] = []
    notes: set[str] = set()
    sides = [Side(s, q.giver) for s in c.giving]
    relied = {w for s in sides for w in f.iris(s.node, "reliesOnPower")}
    for r in f.typed("SharingRestriction"):
        kind = kind_of(f, r)
        if part_restricted(f, q, c.flow, r):
            notes.add("part-restricted")
        here = reaches(f, q, r, q.giver)
        if kind == "holder-secrecy":
            parts += [secrecy_ok(f, q, s, c.flow, r) for s in sides]
        elif kind is None and here.outcome != NOT:
            parts.append(Unclear)
        elif kind == "limits-power" and not states_data(f, r):
            touched = relied & set(f.iris(r, "limits"))
            if here.outcome != NOT and touched and body(f, q.giver) != "private":
                notes.add("power-limited")
    parts += [limits_ok(f, q, s, tests[s.node]) for s in sides]
    return every(parts).noting(*notes)


# section 3: the levels above


def instrument(f: Facts, version: str) -> tuple[Judged, str | None]:
    state, iri = f.one_iri(version, "versionOf")
    return (Met if iri else Not if state == "absent" else Unclear), iri


def required_levels(f: Facts, version: str) -> tuple[Judged, list[str]]:
    """P's levels, from below upwards; both are assumed where P is not known."""
    both = ["purposes", "principles"]
    node: str | None = version
    for prop in ("versionOf", "inFramework", "hasProfile"):
        assert node is not None
        state, node = f.one_iri(node, prop)
        if node is None:
            return (Not if state == "absent" else Unclear), both
    assert node is not None
    stated = f.iris(node, "requiresLevel")
    known = [k for k in both if REF + "level/" + k in stated]
    if gap(f, node, "requiresLevel") or len(known) < len(stated):
        return Unclear, both
    return Met, known


def of_level(f: Facts, version: str, level: str) -> Judged:
    found: list[Judged] = []
    for i in f.iris(version, "versionOf"):
        state, key = f.one_key(i, "functionalLevel", "level")
        found.append(is_met(key == level) if key else Not if state == "absent" else Unclear)
    return some([*found, *gap(f, version, "versionOf")])


def parent(f: Facts, below: str, level: str, on: date) -> tuple[Judged, str | None]:
    """One step up: the outcome and the version the others are judged on."""
    named = {u: of_level(f, u, level) for u in f.iris(below, "underpinnedBy")}
    named = {u: j for u, j in named.items() if j.outcome != NOT}
    if not named:
        return (Unclear if gap(f, below, "underpinnedBy") else Not), None
    if len(named) > 1:
        return Unclear, None  # two: cannot tell, and none is chosen
    [(u, sure)] = named.items()
    sure = every([sure, *gap(f, below, "underpinnedBy")])
    own = version_in_force(f, u, on)
    if own.outcome == MET:
        return every([sure, own]), u
    siblings = {w for i in f.iris(u, "versionOf") for w in f.having("versionOf", i)} - {u}
    others = {w: version_in_force(f, w, on) for w in siblings}
    live = [w for w in others if others[w].outcome == MET]
    maybe = [w for w in others if others[w].outcome == CT]
    if own.outcome == NOT and len(live) == 1 and not maybe:
        return every([sure, others[live[0]]]).noting("parent-revised"), live[0]
    if own.outcome == NOT and not live and not maybe:
        return Not, u
    return Unclear, u


def chain(f: Facts, version: str, on: date) -> Chain:
    known, levels = required_levels(f, version)
    parts, found = [known], dict[str, str | None]()
    below: str | None = version
    missing = Not
    for level in levels:
        if below is None:
            parts.append(missing)
            found[level] = None
            continue
        judged, above = parent(f, below, level, on)
        parts.append(judged)
        found[level] = above
        below = above
        missing = Judged(judged.outcome)
    t2 = found.get("purposes")
    no_t2 = Unclear
    if "purposes" in found and t2 is None:
        no_t2 = Judged(parts[1].outcome)
    applies = bool(levels)
    return Chain(every(parts), applies, "purposes" in levels, t2, found.get("principles"), no_t2)


def community(f: Facts, version: str) -> tuple[Judged, str | None]:
    judged, i = instrument(f, version)
    if i is None:
        return judged, None
    state, iri = f.one_iri(i, "forCommunity")
    return (Met if iri else Not if state == "absent" else Unclear), iri


def same_community(f: Facts, version: str, up: Chain) -> Judged:
    mine, one = community(f, version)
    if up.t2 is None:
        return every([mine, up.no_t2])
    theirs, other = community(f, up.t2)
    same = is_met(one == other) if one and other else Met
    return every([mine, theirs, same])


def bound_above(f: Facts, q: Question, version: str, up: Chain) -> Judged:
    orgs = (q.giver, q.taker)
    parts = [bound(f, o, t, q.on) for t in (up.t2, up.t1) if t for o in orgs]
    if up.purposes:
        judged, home = community(f, version)
        parts.append(judged)
        if home:
            parts += [member(f, o, home, q.on) for o in orgs]
    return every(parts)


# section 3: the flow


def category(f: Facts, q: Question, flow: str) -> Judged:
    exclusions = f.iris(flow, "excludesCategory")
    result = every([
        within_some(f, q.category, flow, "sharesCategory"),
        is_met(not excluded(f, flow, q.category)),
        *gap(f, flow, "excludesCategory"),
    ])
    part = any(f.within(e, q.category) and not f.within(q.category, e) for e in exclusions)
    return result.noting("part-excluded") if part else result


def purpose_within(f: Facts, q: Question, flow: str, up: Chain) -> Judged:
    such = [p for p in f.iris(flow, "forPurpose") if f.within(q.purpose, p)]
    if up.t2 is None:
        ways = [up.no_t2 for _ in such]
    else:
        ways = [within_some(f, p, up.t2, "statesPurpose") for p in such]
    return some([*ways, *gap(f, flow, "forPurpose")])


def deceased(f: Facts, q: Question, flow: str) -> bool:
    if q.subjects is not None:
        return f.within(q.subjects, DECEASED)
    about = f.iris(flow, "aboutSubjects")
    certain = bool(about) and not f.ill_typed(flow, "aboutSubjects")
    return certain and all(f.within(s, DECEASED) for s in about)


# section 3: power


def power_test(f: Facts, q: Question, flow: str, up: Chain, w: str) -> Judged:
    """`power` for one relied-on power."""
    if not up.purposes:
        cited = Met
    elif up.t2 is None:
        cited = up.no_t2
    else:
        cited = among(f, up.t2, "citesPower", lambda x: x == w)
    return every([
        is_met(is_power(f, w)), opposite(is_function(f, w)), in_force(f, w, q.on), cited,
        fits(f, q, w), form_fits(f, w, flow),
    ])


def power(f: Facts, q: Question, c: Candidate, tests: dict[str, dict[str, Judged]]) -> Judged:
    if body(f, q.giver) == "unclear":
        return Unclear
    return every(
        some([*tests[s].values(), *gap(f, s, "reliesOnPower")]) for s in c.giving
    )


# section 3: each side


def regime(f: Facts, side: Side) -> str:
    state, key = f.one_key(side.node, "regime", "regime")
    if key in ("general", "law-enforcement"):
        return key
    return "absent" if state == "absent" else "unclear"


def by_role(f: Facts, side: Side, as_processor: Judged, otherwise: Judged) -> Judged:
    state, role = f.one_key(side.node, "sideRole", "role")
    if role == "processor":
        return as_processor
    if state in ("silent", "bad"):
        return whichever([as_processor, otherwise])
    return otherwise


def general_sides(f: Facts, q: Question, sides: list[Side], cls: str) -> Judged:
    """article-6, article-9 and article-10: each general-regime side."""
    parts: list[Judged] = []
    for side in sides:
        under = regime(f, side)
        if under == "absent":
            parts.append(Not)
        elif under == "unclear":
            parts.append(Unclear)
        elif under == "general":
            relied = relies_on(f, q, side, lambda c: is_met(f.is_a(c, cls)))
            contract = Met
            if cls == "Article6Basis":
                named = bool(f.values(side.node, "processorContract"))
                contract = Met if named else some(gap(f, side.node, "processorContract"))
            parts.append(by_role(f, side, contract, relied))
    return every(parts)


def le_group(f: Facts, q: Question, side: Side, group: str) -> Judged:
    wanted = REF + "condition-group/" + group
    return relies_on(f, q, side, lambda c: every([
        is_met(f.is_a(c, "LawEnforcementCondition")), among(f, c, "inGroup", lambda g: g == wanted),
    ]))


def crossing(f: Facts, q: Question, side: Side) -> Judged:
    state, reading = f.one_iri(side.node, "crossingBasis")
    if reading is None:
        return Not if state == "absent" else Unclear
    return every([is_met(f.is_a(reading, *READINGS)), in_force(f, reading, q.on)])


def law_enforcement(
    f: Facts, q: Question, flow: str, giving: list[Side], taking: list[Side]
) -> tuple[Judged, bool]:
    parts: list[Judged] = []
    special = special_stated(f, q, flow)
    for side in giving + taking:
        under = regime(f, side)
        if under == "absent":
            parts.append(Not)
        elif under == "unclear":
            parts.append(Unclear)
        elif under == "law-enforcement":
            parts += [
                is_met(f.is_a(side.org, "CompetentAuthority")),
                le_group(f, q, side, "dpa-part3"),
                if_needed(special, le_group(f, q, side, "dpa-part3-sensitive")),
            ]
    if any(regime(f, s) == "law-enforcement" for s in giving):
        parts += [crossing(f, q, s) for s in taking if regime(f, s) == "general"]
    applies = any(regime(f, s) in ("law-enforcement", "unclear") for s in giving + taking)
    return (every(parts) if applies else Met), applies


def confidentiality(f: Facts, q: Question, giving: list[Side]) -> Judged:
    parts: list[Judged] = []
    for side in giving:
        overriding = relied_powers(f, side, lambda w: every([
            is_met(is_power(f, w)), in_force(f, w, q.on), flag(f, w, "overridesConfidentiality"),
        ]))

        def basis(c: str, overriding: Judged = overriding) -> Judged:
            result = every([
                is_met(f.is_a(c, "ConfidentialityBasis")),
                if_needed(flag(f, c, "needsOverridingPower"), overriding),
            ])
            case_by_case = flag(f, c, "caseByCase").outcome == MET
            return result.noting("case-by-case") if case_by_case else result

        parts.append(relies_on(f, q, side, basis))
    return every(parts)


# section 3: a candidate


def candidates(f: Facts, q: Question) -> list[Candidate]:
    found: list[Candidate] = []
    for flow in f.typed("DataFlow"):
        sides = f.iris(flow, "hasSide")

        def of(cls: str, org: str, sides: list[str] = sides) -> tuple[str, ...]:
            return tuple(s for s in sides
                         if f.is_a(s, cls) and org in f.iris(s, "sideOrganisation"))

        giving, taking = of("DisclosingSide", q.giver), of("ReceivingSide", q.taker)
        if not giving or not taking:
            continue
        for version in f.iris(flow, "flowOf"):
            kinds = f.iris(version, "versionOf")
            agreement = any(f.is_a(i, "InformationSharingAgreement") for i in kinds)
            if agreement or f.is_a(version, "SharingAgreementVersion"):
                found.append(Candidate(flow, version, giving, taking))
    return found


Outcomes = dict[str, tuple[Judged, bool]]


def side_conditions(f: Facts, q: Question, c: Candidate) -> Outcomes:
    giving = [Side(s, q.giver) for s in c.giving]
    taking = [Side(s, q.taker) for s in c.taking]
    both = giving + taking

    def when(key: str, judge: Callable[[], Judged]) -> tuple[Judged, bool]:
        included = sensitive(f, q, c.flow, key)
        if included.outcome == MET:
            return judge(), True
        return (Unclear, True) if included.outcome == CT else (Met, False)

    result: Outcomes = {
        "confidentiality": when("confidential", lambda: confidentiality(f, q, giving)),
    }
    if deceased(f, q, c.flow):
        late = Met.noting("deceased")
        for name in ("article-6", "article-9", "article-10", "law-enforcement"):
            result[name] = (late, False)
        return result
    result["article-6"] = general_sides(f, q, both, "Article6Basis"), True
    result["article-9"] = when(
        "special-category", lambda: general_sides(f, q, both, "Article9Condition"))
    result["article-10"] = when(
        "criminal-offence", lambda: general_sides(f, q, both, "Article10Basis"))
    result["law-enforcement"] = law_enforcement(f, q, c.flow, giving, taking)
    return result


def judge(f: Facts, q: Question, c: Candidate, up: Chain) -> Outcomes:
    v, orgs = c.version, (q.giver, q.taker)
    one_version = [Unclear] if len(f.values(c.flow, "flowOf")) > 1 else []
    tests = {s: {w: power_test(f, q, c.flow, up, w) for w in f.iris(s, "reliesOnPower")}
             for s in c.giving}
    not_applying = (Met, False)
    result: Outcomes = {
        "version-in-force": (every([version_in_force(f, v, q.on), *one_version]), True),
        "tier-chain": (up.judged, True) if up.applies else not_applying,
        "same-community": (same_community(f, v, up), True) if up.purposes else not_applying,
        "parties": (every([
            *(party(f, o, v, q.on) for o in orgs),
            *(opposite(dissolved(f, o, q.on)) for o in orgs),
        ]), True),
        "signed": (every(bound(f, o, v, q.on) for o in orgs), True),
        "bound-above": (bound_above(f, q, v, up), True),
        "category": (category(f, q, c.flow), True),
        "subjects": not_applying if q.subjects is None else (
            within_some(f, q.subjects, c.flow, "aboutSubjects"), True),
        "purpose": (within_some(f, q.purpose, c.flow, "forPurpose"), True),
        "purpose-within": (purpose_within(f, q, c.flow, up), True) if up.purposes
        else not_applying,
        "power": not_applying if body(f, q.giver) == "private" else (power(f, q, c, tests), True),
        "restriction": (restriction(f, q, c, tests), True),
        **side_conditions(f, q, c),
    }
    return {name: result[name] for name in CONDITIONS}


def record_cautions(f: Facts, q: Question, c: Candidate, up: Chain) -> set[str]:
    """The cautions of section 4 that no condition names."""
    found: set[str] = set()
    due = f.one_date(c.version, "reviewDueOn")[1]
    if due is not None and due < q.on:
        found.add("review-overdue")
    if not f.values(c.version, "dpia"):
        found.add("no-dpia-recorded")
    for prop in ("method", "retention"):
        if not f.values(c.flow, prop):
            found.add(prop + "-not-recorded")
    versions = [x for x in (c.version, up.t2, up.t1) if x]
    nodes = [c.flow, *versions, *(i for x in versions for i in f.iris(x, "versionOf"))]
    if any(flag(f, n, "illustrative").outcome == MET for n in nodes):
        found.add("illustrative")
    return found


def route(f: Facts, q: Question, c: Candidate) -> dict[str, Any]:
    up = chain(f, c.version, q.on)
    judged = judge(f, q, c, up)
    outcomes = {judged[n][0].outcome for n in CONDITIONS}
    outcome = "not-covered" if NOT in outcomes else "cannot-tell" if CT in outcomes else "covered"
    described = all(judged[n][0].outcome == MET for n in ("category", "subjects", "purpose"))
    cautions = record_cautions(f, q, c, up)
    for one, _ in judged.values():
        cautions |= one.cautions
    agreements = f.iris(c.version, "versionOf")
    return {
        "flow": c.flow,
        "agreement": agreements[0] if agreements else None,
        "version": c.version,
        "tier_chain": [t for t in (up.t2, up.t1) if t],
        "outcome": outcome,
        "describes": outcome == "not-covered" and described,
        "conditions": {n: {"outcome": j.outcome, "applies": a} for n, (j, a) in judged.items()},
        "cautions": sorted(cautions),
        "powers": sorted({w for s in c.giving for w in f.iris(s, "reliesOnPower")}),
        "data": sorted(f.iris(c.flow, "sharesCategory")),
        "excluded": sorted(f.iris(c.flow, "excludesCategory")),
        "subjects": sorted(f.iris(c.flow, "aboutSubjects")),
    }


# section 4


def fitting(f: Facts, q: Question) -> list[str]:
    """Every power or duty in force that fits with certainty, whatever its form."""
    return [w for w in f.typed("PermissivePower", "SharingDuty")
            if every([in_force(f, w, q.on), fits(f, q, w)]).outcome == MET]


def listed_restrictions(f: Facts, q: Question) -> list[list[str | None]]:
    found: list[list[str | None]] = []
    for r in f.typed("SharingRestriction"):
        kind = kind_of(f, r)
        holder = q.taker if kind == "follows-data" else q.giver
        if reaches(f, q, r, holder).outcome != NOT:
            found.append([r, kind])
    return found


def carries_alone(f: Facts, q: Question, w: str) -> bool:
    """4.4: with certainty."""
    if strength(f, w) not in ("gateway", "duty", "implied"):
        return False
    if form_fits(f, w, None).outcome != MET or limited(f, q, w).outcome != NOT:
        return False
    for r in f.typed("SharingRestriction"):
        if reaches(f, q, r, q.giver).outcome == NOT:
            continue
        kind = kind_of(f, r)
        if kind is None or (kind == "holder-secrecy" and w not in f.iris(r, "liftedBy")):
            return False
    return True


def verdict(f: Facts, q: Question, routes: list[dict[str, Any]], powers: Iterable[str]) -> str:
    outcomes = [r["outcome"] for r in routes]
    if "covered" in outcomes:
        return "covered"
    if "cannot-tell" in outcomes:
        return "cannot-tell"
    if any(r["describes"] for r in routes):
        return "gap"
    standing = all(dissolved(f, o, q.on).outcome == NOT for o in (q.giver, q.taker))
    if standing and any(carries_alone(f, q, w) for w in powers):
        return "power-only"
    return "not-found"


def _rank(r: dict[str, Any]) -> tuple[int, str, str, str]:
    place = {"covered": 0, "cannot-tell": 1}.get(r["outcome"], 2 if r["describes"] else 3)
    return place, r["agreement"] or "", r["version"], r["flow"]


def answer(facts: Facts, question: dict[str, Any]) -> dict[str, Any]:
    q = Question(
        question["from"], question["to"], question["purpose"], question["category"],
        question.get("subjects"), date.fromisoformat(question["on"]),
    )
    if q.giver == q.taker:
        return {"verdict": "not-found", "reason": "same-organisation", "routes": [], "powers": [],
                "duties": [], "restrictions": [], "near_misses": []}
    routes = sorted((route(facts, q, c) for c in candidates(facts, q)), key=_rank)
    powers = fitting(facts, q)
    misses = [
        {"flow": r["flow"],
         "fails": [n for n in CONDITIONS if r["conditions"][n]["outcome"] == NOT]}
        for r in routes if r["outcome"] == "not-covered"
    ]
    return {
        "verdict": verdict(facts, q, routes, powers),
        "reason": None,
        "routes": routes,
        "powers": [[w, strength(facts, w)] for w in powers],
        "duties": [w for w in powers if facts.is_a(w, "SharingDuty")],
        "restrictions": listed_restrictions(facts, q),
        "near_misses": sorted(misses, key=lambda m: (m["flow"], m["fails"])),
    }
