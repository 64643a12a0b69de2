"""Powers, sensitivity, conditions relied on and restrictions (decision.md 3.2 to 3.5)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date

from .facts import BROADER, NS, REF, Facts
from .logic import MET, NOT, Judged, Met, Not, Unclear, every, is_met, opposite, some, whichever
from .times import not_ended, reading_in_force, started_or_open

POWERS = ("PermissivePower", "SharingDuty", "LegalPower")
ANY_PERSON = REF + "org-type/any-person"


@dataclass(frozen=True)
class Asked:
    sender: str
    receiver: str
    purpose: str
    category: str
    subjects: str | None
    on: date


@dataclass(frozen=True)
class Side:
    node: str
    organisation: str


def matches(f: Facts, asked: str, node: str, prop: str) -> Judged:
    """asked is equal to or narrower than a value of the property."""
    if any(f.within(asked, wide) for wide in f.iris(node, prop)):
        return Met
    return Unclear if f.silent(node, prop) or f.ill_typed(node, prop) else Not


def has_value(f: Facts, node: str, prop: str, value: str) -> Judged:
    if value in f.iris(node, prop):
        return Met
    return Unclear if f.silent(node, prop) or f.ill_typed(node, prop) else Not


def flag(f: Facts, node: str, prop: str) -> Judged:
    """A boolean that is true; absent is not met, silence and the like cannot tell."""
    state, value = f.one_bool(node, prop)
    if value is not None:
        return is_met(value)
    return Not if state == "absent" else Unclear


# 3.2 a power fits


def _has_type(f: Facts, organisation: str, node: str, prop: str) -> Judged:
    """The organisation has a type equal to or narrower than one the reading states."""
    wanted = f.iris(node, prop)
    if ANY_PERSON in wanted:
        return Met
    types = f.iris(organisation, "hasType")
    if any(f.within(t, w) for t in types for w in wanted):
        return Met
    if f.silent(node, prop) or f.ill_typed(node, prop):
        return Unclear
    unclear = f.silent(organisation, "hasType") or f.ill_typed(organisation, "hasType")
    return Unclear if wanted and unclear else Not


def holder_fits(f: Facts, reading: str, organisation: str) -> Judged:
    named = has_value(f, reading, "holder", organisation)
    typed = every(
        [
            _has_type(f, organisation, reading, "holderType"),
            opposite(_has_type(f, organisation, reading, "holderTypeExcluded")),
        ]
    )
    return some([named, typed])


def recipient_fits(f: Facts, reading: str, organisation: str) -> Judged:
    return some(
        [
            has_value(f, reading, "recipient", organisation),
            _has_type(f, organisation, reading, "recipientType"),
            flag(f, reading, "openRecipient"),
        ]
    )


def parties_fit(f: Facts, reading: str, sender: str, receiver: str) -> Judged:
    state, direction = f.one_key(reading, "direction", "direction")
    if state == "absent":
        direction = "one-way"
    onward = every([holder_fits(f, reading, sender), recipient_fits(f, reading, receiver)])
    if direction in ("one-way", "open-holder"):
        return onward
    if direction in ("mutual", "same-list"):
        back = every([holder_fits(f, reading, receiver), recipient_fits(f, reading, sender)])
        return some([onward, back])
    if direction == "hub-and-spoke":
        hub = some([_has_type(f, o, reading, "hubType") for o in (sender, receiver)])
        return every([onward, hub])
    if direction == "matched-objective":
        return onward.noting("objective-to-check")
    return Unclear


def form_fits(f: Facts, power: str, flow: str | None) -> Judged:
    """Identifiable, or the same as the flow's; identifiable by default on both."""
    state, form = f.one_key(power, "dataForm", "data-form")
    if state == "absent" or form == "identifiable":
        return Met
    if form is None:
        return Unclear
    flow_state, flow_form = (
        ("absent", None) if flow is None else f.one_key(flow, "dataForm", "data-form")
    )
    if flow_state == "absent":
        flow_form = "identifiable"
    return Unclear if flow_form is None else is_met(form == flow_form)


def nation_fits(f: Facts, reading: str, organisation: str) -> Judged:
    if f.ill_typed(reading, "appliesIn") or f.ill_typed(organisation, "inNation"):
        shared = set(f.iris(reading, "appliesIn")) & set(f.iris(organisation, "inNation"))
        return Met if shared else Unclear
    where, here = f.iris(reading, "appliesIn"), f.iris(organisation, "inNation")
    notes = [c for c, v in (("extent-not-recorded", where), ("nation-not-recorded", here)) if not v]
    if notes:
        return Met.noting(*notes)
    return is_met(bool(set(where) & set(here)))


def power_fits(f: Facts, power: str, q: Asked, flow: str | None, with_form: bool) -> Judged:
    parts = [
        parties_fit(f, power, q.sender, q.receiver),
        matches(f, q.purpose, power, "permitsPurpose"),
        matches(f, q.category, power, "permitsData"),
        nation_fits(f, power, q.sender),
    ]
    if with_form:
        parts.append(form_fits(f, power, flow))
    result = every(parts)
    triggers = [t for t in f.iris(power, "trigger") if t != REF + "trigger/none"]
    return result.noting("trigger") if triggers else result


def strength_key(f: Facts, power: str) -> str | None:
    return f.one_key(power, "strength", "strength")[1]


def is_power(f: Facts, node: str) -> Judged:
    return is_met(f.is_a(node, *POWERS))


def is_function(f: Facts, node: str) -> Judged:
    state, key = f.one_key(node, "strength", "strength")
    if key is not None:
        return is_met(key == "function")
    return Not if state == "absent" else Unclear


def relied(f: Facts, side: Side, *props: str) -> tuple[list[str], list[Judged]]:
    """What a side relies on, and a cannot tell for each property that is silent or ill-typed."""
    nodes = sorted({n for p in props for n in f.iris(side.node, p)})
    unclear = [Unclear for p in props if f.silent(side.node, p) or f.ill_typed(side.node, p)]
    return nodes, unclear


# 3.3 sensitivity


def sensitive(f: Facts, q: Asked, flow: str | None, kind: str) -> Judged:
    """Whether the sensitivity includes the kind; none stated upwards: cannot tell (`known`)."""
    up = f.upwards(q.category, BROADER)
    out = [] if flow is None else f.iris(flow, "excludesCategory")
    down = {
        c for c in f.downwards(q.category, BROADER) - up if not any(f.within(c, x) for x in out)
    }
    if any(REF + "sensitivity/" + kind in f.iris(c, "sensitivity") for c in up | down):
        return Met
    return Unclear if any(f.ill_typed(c, "sensitivity") for c in up | down) else Not


def sensitivity_known(f: Facts, category: str) -> bool:
    return any(f.values(c, "sensitivity") for c in f.upwards(category, BROADER))


# 3.4 a condition relied on holds

CONDITIONS = ("reliesOnBasis", "reliesOnCondition")


def _barred(f: Facts, condition: str, side: Side) -> Judged:
    org = side.organisation
    number = f.one_bool(org, "publicAuthority")
    if f.is_a(org, "PublicAuthority"):
        public = Met
    elif f.is_a(org, "PublicBody"):
        none_such = number == ("stated", False)
        public = Unclear if number[0] == "bad" else is_met(not none_such)
    else:
        public = Not if f.is_a(org, "PrivateBody") else Unclear
    return every(
        [
            flag(f, condition, "excludedForPublicAuthorityTasks"),
            public,
            opposite(flag(f, side.node, "outsidePublicTasks")),
        ]
    )


def _needed_reading(f: Facts, condition: str, side: Side, on: date) -> Judged:
    wanted = f.iris(condition, "needsReading")
    unclear = f.silent(condition, "needsReading") or f.ill_typed(condition, "needsReading")
    if not wanted and not unclear:
        return Met
    nodes, unsure = relied(f, side, "reliesOnPower", *CONDITIONS)
    ways = [reading_in_force(f, n, on) for n in nodes if n in wanted]
    return some([*ways, *unsure, *([Unclear] if unclear else [])])


def _needed_duty(f: Facts, side: Side, on: date) -> Judged:
    nodes, unsure = relied(f, side, "reliesOnPower")
    ways = [
        every(
            [
                reading_in_force(f, n, on),
                some(
                    [
                        is_met(f.is_a(n, "SharingDuty")),
                        every([is_power(f, n), is_function(f, n), flag(f, n, "mandatory")]),
                    ]
                ),
            ]
        )
        for n in nodes
    ]
    return some([*ways, *unsure])


def _needed_power(f: Facts, side: Side, on: date) -> Judged:
    nodes, unsure = relied(f, side, "reliesOnPower")
    ways = [
        every(
            [
                is_power(f, n),
                reading_in_force(f, n, on),
                holder_fits(f, n, side.organisation),
            ]
        )
        for n in nodes
    ]
    return some([*ways, *unsure])


def _companions(f: Facts, condition: str, side: Side, q: Asked, path: tuple[str, ...]) -> Judged:
    prop = "requiresCompanion"
    required = f.iris(condition, prop)
    if not f.values(condition, prop):
        return Unclear if f.silent(condition, prop) else Met
    nodes, unsure = relied(f, side, *CONDITIONS)
    found: list[Judged] = [Unclear] if f.ill_typed(condition, prop) else []
    for wanted in required:
        ways = list(unsure)
        for other in nodes:
            if other == condition:  # a condition is not its own companion
                continue
            named = some([is_met(other == wanted), has_value(f, other, "inGroup", wanted)])
            if named.outcome != NOT:
                held = Met if other in path else holds(f, other, side, q, path)
                ways.append(every([named, held]))
        found.append(some(ways))
    state, mode = f.one_text(condition, "companionMode")
    if state == "absent" or mode == "any":
        return some(found)
    return every(found) if mode == "all" else whichever([some(found), every(found)])


def _policy_document(f: Facts, condition: str, side: Side, q: Asked) -> Judged:
    need = flag(f, condition, "needsPolicyDocument")
    if need.outcome == NOT:
        return Met
    nodes, unsure = relied(f, side, "policyDocument")
    ways = [
        every(
            [
                is_met(f.is_a(d, "AppropriatePolicyDocument")),
                _one_value(f, d, "ofController", side.organisation),
                started_or_open(f, d, "validFrom", q.on),
                not_ended(f, d, "validUntil", q.on),
                has_value(f, d, "coversCondition", condition),
            ]
        )
        for d in nodes
    ]
    excepted = f.iris(condition, "policyDocumentException")
    ways.append(is_met(any(f.is_a(q.receiver, c) for c in excepted)))
    if f.silent(condition, "policyDocumentException") or f.ill_typed(
        condition, "policyDocumentException"
    ):
        ways.append(Unclear)
    return some([opposite(need), *ways, *unsure])


def _one_value(f: Facts, node: str, prop: str, target: str) -> Judged:
    found = has_value(f, node, prop, target)
    return Unclear if found.outcome == MET and len(f.values(node, prop)) > 1 else found


def holds(f: Facts, condition: str, side: Side, q: Asked, path: tuple[str, ...] = ()) -> Judged:
    path = (*path, condition)
    only = matches(f, q.purpose, condition, "onlyForPurpose")
    if not f.values(condition, "onlyForPurpose") and not f.silent(condition, "onlyForPurpose"):
        only = Met
    return every(
        [
            started_or_open(f, condition, "validFrom", q.on),
            not_ended(f, condition, "validUntil", q.on),
            only,
            opposite(_barred(f, condition, side)),
            _needed_reading(f, condition, side, q.on),
            if_needed(flag(f, condition, "needsDuty"), _needed_duty(f, side, q.on)),
            if_needed(flag(f, condition, "needsFunctionOrPower"), _needed_power(f, side, q.on)),
            _companions(f, condition, side, q, path),
            _policy_document(f, condition, side, q),
        ]
    )


def if_needed(need: Judged, then: Judged) -> Judged:
    return Met if need.outcome == NOT else some([opposite(need), then])


def relies_on_held(f: Facts, side: Side, q: Asked, kind: str, group: str | None = None) -> Judged:
    """The side relies on some condition of that class (and group) that holds."""
    nodes, unsure = relied(f, side, *CONDITIONS)
    ways: list[Judged] = []
    for node in nodes:
        if f.is_a(node, kind):
            inside = Met if group is None else has_value(f, node, "inGroup", group)
            ways.append(every([inside, holds(f, node, side, q)]))
    return some([*ways, *unsure])


# 3.5 restrictions

KINDS = ("limits-power", "follows-data", "holder-secrecy", "general-law")


def restriction_kind(f: Facts, restriction: str) -> str | None:
    key = f.one_key(restriction, "restrictionKind", "restriction-kind")[1]
    return key if key in KINDS else None


def _restriction_but_data(f: Facts, r: str, q: Asked, tested_on: str) -> Judged:
    purposes = Met
    if f.values(r, "permitsPurpose") or f.silent(r, "permitsPurpose"):
        purposes = matches(f, q.purpose, r, "permitsPurpose")
    state, status = f.one_key(r, "commencementStatus", "commencement")
    if state == "absent" or status == "partly-commenced":
        in_force = Unclear
    else:
        in_force = reading_in_force(f, r, q.on)
    return every([holder_fits(f, r, tested_on), nation_fits(f, r, tested_on), purposes, in_force])


def restriction_stands(f: Facts, r: str, q: Asked, tested_on: str) -> Judged:
    """It fits and is in force (3.5)."""
    data = matches(f, q.category, r, "restrictsData")
    if not f.values(r, "restrictsData") and not f.silent(r, "restrictsData"):
        data = Met
    return every([_restriction_but_data(f, r, q, tested_on), data])


def reaches_part(f: Facts, r: str, q: Asked, flow: str | None) -> bool:
    """Only a narrower part of the category, not excluded by the flow."""
    if matches(f, q.category, r, "restrictsData").outcome == MET:
        return False
    out = [] if flow is None else f.iris(flow, "excludesCategory")
    parts = [
        d
        for d in f.iris(r, "restrictsData")
        if f.within(d, q.category) and not any(f.within(d, x) for x in out)
    ]
    return bool(parts) and _restriction_but_data(f, r, q, q.sender).outcome != NOT


def states_data(f: Facts, r: str) -> bool:
    """A limit that states data, other than all data."""
    stated = f.values(r, "restrictsData") or f.silent(r, "restrictsData")
    return bool(stated) and REF + "category/any" not in f.iris(r, "restrictsData")


def lifted(
    f: Facts, r: str, powers: list[str], unsure: list[Judged], q: Asked, flow: str | None
) -> Judged:
    """One of the powers is in liftedBy, in force, and fits."""
    ways = [
        every(
            [
                is_power(f, w),
                has_value(f, r, "liftedBy", w),
                reading_in_force(f, w, q.on),
                power_fits(f, w, q, flow, True),
            ]
        )
        for w in powers
    ]
    return some([*ways, *unsure])


def private_body(f: Facts, organisation: str) -> bool:
    return f.is_a(organisation, "PrivateBody") and not f.is_a(organisation, "PublicBody")


def restriction_condition(
    f: Facts, q: Asked, flow: str, sides: list[Side], power_results: dict[str, Judged]
) -> Judged:
    """`restriction` of section 3 for one candidate; power_results: each relied-on power."""
    parts: list[Judged] = []
    cautions: set[str] = set()
    limits: list[tuple[str, Judged]] = []
    unsure = [u for s in sides for u in relied(f, s, "reliesOnPower")[1]]
    for r in f.typed("SharingRestriction"):
        if reaches_part(f, r, q, flow):
            cautions.add("part-restricted")
        stands = restriction_stands(f, r, q, q.sender)
        if stands.outcome == NOT:
            continue
        kind = restriction_kind(f, r)
        if kind is None:
            parts.append(Unclear)
        elif kind == "holder-secrecy":
            for side in sides:
                powers, doubt = relied(f, side, "reliesOnPower")
                lift = lifted(f, r, powers, doubt, q, flow)
                parts.append(some([opposite(stands), lift]))
        elif kind == "limits-power" and not private_body(f, q.sender):
            if states_data(f, r):
                limits.append((r, stands))
            elif any(has_value(f, r, "limits", w).outcome != NOT for w in power_results):
                cautions.add("power-limited")
    parts.append(_limits_leave_one(f, limits, power_results, bool(unsure)))
    return every([*parts, Judged(MET, frozenset(cautions))])


def _limits_leave_one(
    f: Facts, limits: list[tuple[str, Judged]], powers: dict[str, Judged], unsure: bool
) -> Judged:
    """Not met when every relied-on power that otherwise meets `power` is limited."""
    both = {MET: (True,), NOT: (False,)}
    options: list[list[tuple[bool, bool]]] = []
    for w, meets in sorted(powers.items()):
        cut = some([every([Judged(s.outcome), has_value(f, r, "limits", w)]) for r, s in limits])
        options.append(
            list(
                itertools.product(
                    both.get(meets.outcome, (True, False)), both.get(cut.outcome, (True, False))
                )
            )
        )
    worlds: list[Judged] = []
    for world in itertools.product(*options):
        meeting = [cut for meets, cut in world if meets]
        worlds.append(is_met(not (meeting and all(meeting))))
    result = whichever(worlds)
    return Unclear if unsure and result.outcome != MET else result


def power_only(f: Facts, w: str, q: Asked) -> bool:
    """Section 4.4 for one power, with certainty (dissolution is looked at by the caller)."""
    if strength_key(f, w) not in ("gateway", "duty", "implied"):
        return False
    fits = every([is_power(f, w), reading_in_force(f, w, q.on), power_fits(f, w, q, None, True)])
    if fits.outcome != MET:
        return False
    for r in f.typed("SharingRestriction"):
        if restriction_stands(f, r, q, q.sender).outcome == NOT:
            continue
        kind = restriction_kind(f, r)
        if kind is None:
            return False
        if (
            kind == "limits-power"
            and states_data(f, r)
            and (has_value(f, r, "limits", w).outcome != NOT)
        ):
            return False
        if kind == "holder-secrecy" and lifted(f, r, [w], [], q, None).outcome != MET:
            return False
    return True


__all__ = ["NS", "Asked", "Side", "holds", "power_fits", "power_only", "restriction_condition"]
