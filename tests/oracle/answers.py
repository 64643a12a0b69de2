"""The answer (decision.md 3, 4 and 6): every candidate, its seventeen conditions, the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from . import rules
from .facts import REF, Facts, as_bool, load
from .logic import CT, MET, NOT, Judged, Met, Not, Unclear, every, is_met, some, whichever
from .rules import Asked, Side, has_value, matches
from .times import bound, dissolved, member, party, reading_in_force, version_in_force

NAMES = (
    "version-in-force",
    "tier-chain",
    "same-community",
    "parties",
    "signed",
    "bound-above",
    "category",
    "subjects",
    "purpose",
    "purpose-within",
    "power",
    "article-6",
    "article-9",
    "article-10",
    "law-enforcement",
    "confidentiality",
    "restriction",
)
LEVEL = REF + "level/"
DECEASED = REF + "subjects/deceased-person"


@dataclass(frozen=True)
class Tier:
    """The version above at one level: the node, or why there is none."""

    node: str | None
    judged: Judged  # the outcome of `tier-chain` at this level
    unknown: bool = False  # two named, or silence: none is chosen


def _level_of(f: Facts, version: str, level: str) -> Judged:
    instruments = f.values(version, "versionOf")
    if not instruments:
        return Unclear if f.silent(version, "versionOf") else Not
    found: list[Judged] = []
    for kind, *rest in instruments:
        if kind != "iri":
            found.append(Unclear)
            continue
        here = has_value(f, rest[0], "functionalLevel", LEVEL + level)
        several = len(f.values(rest[0], "functionalLevel")) > 1
        found.append(Unclear if here.outcome == MET and several else here)
    best = some(found)
    return Unclear if best.outcome == MET and len(instruments) > 1 else best


def _tier(f: Facts, below: Tier, level: str, on: date) -> Tier:
    if below.node is None:
        return Tier(None, Unclear if below.unknown else Not, below.unknown)
    named = f.iris(below.node, "underpinnedBy")
    levels = {n: _level_of(f, n, level) for n in named}
    possible = [n for n in named if levels[n].outcome != NOT]
    silent = f.silent(below.node, "underpinnedBy") or f.ill_typed(below.node, "underpinnedBy")
    if not possible:
        return Tier(None, Unclear if silent else Not, silent)
    if len(possible) > 1 or levels[possible[0]].outcome == CT:
        return Tier(None, Unclear, True)  # two: cannot tell, and none is chosen
    node = possible[0]
    own = version_in_force(f, node, on)
    if own.outcome == MET:
        return Tier(node, own)
    siblings = {w for i in f.iris(node, "versionOf") for w in f.having("versionOf", i)} - {node}
    judged = {w: version_in_force(f, w, on) for w in sorted(siblings)}
    live = [w for w, j in judged.items() if j.outcome == MET]
    doubt = own.outcome == CT or any(j.outcome == CT for j in judged.values())
    if len(live) == 1 and not doubt:
        return Tier(live[0], judged[live[0]].noting("parent-revised"))
    if live or doubt:
        return Tier(node, Unclear)
    return Tier(node, Not)


@dataclass(frozen=True)
class Above:
    """What the profile requires above the version, and what stands there."""

    purposes: bool
    principles: bool
    t2: Tier | None
    t1: Tier | None
    judged: Judged


def _above(f: Facts, version: str, on: date) -> Above:
    node: str | None = version
    profile_known = Met
    for prop in ("versionOf", "inFramework", "hasProfile"):
        assert node is not None
        state, node = f.one_iri(node, prop)
        if node is None:
            profile_known = Not if state == "absent" else Unclear
            break
    purposes = principles = True  # without a profile both levels are assumed
    if node is not None:
        required = f.iris(node, "requiresLevel")
        if f.silent(node, "requiresLevel") or f.ill_typed(node, "requiresLevel"):
            profile_known = Unclear
        else:
            purposes = LEVEL + "purposes" in required
            principles = LEVEL + "principles" in required
    below = Tier(version, Met)
    t2 = t1 = None
    if purposes:
        below = t2 = _tier(f, below, "purposes", on)
    if principles:
        t1 = _tier(f, below, "principles", on)
    judged = every([profile_known, *(t.judged for t in (t2, t1) if t is not None)])
    return Above(purposes, principles, t2, t1, judged)


def _community(f: Facts, version: str) -> tuple[str | None, Judged]:
    """The one community of the version's instrument."""
    state, instrument = f.one_iri(version, "versionOf")
    if instrument is not None:
        state, community = f.one_iri(instrument, "forCommunity")
        if community is not None:
            return community, Met
    return None, Not if state == "absent" else Unclear


def _same_community(f: Facts, version: str, t2: Tier | None) -> Judged:
    own, first = _community(f, version)
    if t2 is None or t2.node is None:
        return every([first, Unclear if t2 is not None and t2.unknown else Not])
    other, second = _community(f, t2.node)
    if own is None or other is None:
        return every([first, second])
    return is_met(own == other)


def _bound_above(f: Facts, q: Asked, version: str, above: Above) -> Judged:
    parts: list[Judged] = []
    for tier in (above.t2, above.t1):
        if tier is not None and tier.node is not None:
            parts += [bound(f, o, tier.node, q.on) for o in (q.sender, q.receiver)]
        elif tier is not None and tier.unknown:
            parts.append(Unclear)
    if above.purposes:
        community, known = _community(f, version)
        parts.append(known)
        if community is not None:
            parts += [member(f, o, community, q.on) for o in (q.sender, q.receiver)]
    return every(parts)


def _category(f: Facts, q: Asked, flow: str) -> Judged:
    excluded = matches(f, q.category, flow, "excludesCategory")
    result = every(
        [
            matches(f, q.category, flow, "sharesCategory"),
            Judged(rules.opposite(excluded).outcome),
        ]
    )
    part = any(
        x != q.category and f.within(x, q.category) for x in f.iris(flow, "excludesCategory")
    )
    return result.noting("part-excluded") if part else result


def _purpose_within(f: Facts, q: Asked, flow: str, t2: Tier | None) -> Judged:
    ways: list[Judged] = []
    for purpose in f.iris(flow, "forPurpose"):
        if not f.within(q.purpose, purpose):
            continue
        if t2 is None or t2.node is None:
            ways.append(Unclear if t2 is not None and t2.unknown else Not)
        else:
            ways.append(matches(f, purpose, t2.node, "statesPurpose"))
    if f.silent(flow, "forPurpose") or f.ill_typed(flow, "forPurpose"):
        ways.append(Unclear)
    return some(ways)


def _one_power(f: Facts, q: Asked, flow: str, above: Above, w: str) -> Judged:
    cited = Met
    if above.purposes:
        t2 = above.t2
        if t2 is None or t2.node is None:
            cited = Unclear if t2 is not None and t2.unknown else Not
        else:
            cited = has_value(f, t2.node, "citesPower", w)
    return every(
        [
            rules.is_power(f, w),
            Judged(rules.opposite(rules.is_function(f, w)).outcome),
            reading_in_force(f, w, q.on),
            cited,
            rules.power_fits(f, w, q, flow, True),
        ]
    )


def _power(f: Facts, q: Asked, sides: list[Side], results: dict[str, Judged]) -> Judged | None:
    """None: does not apply."""
    public, private = f.is_a(q.sender, "PublicBody"), f.is_a(q.sender, "PrivateBody")
    if private and not public:
        return None
    if not public or private:
        return Unclear
    parts: list[Judged] = []
    for side in sides:
        nodes, unsure = rules.relied(f, side, "reliesOnPower")
        parts.append(some([*(results[w] for w in nodes), *unsure]))
    return every(parts)


# the data protection conditions


def _regime(f: Facts, side: Side) -> str:
    """general, law-enforcement, absent or unclear (silent, several, another)."""
    state, key = f.one_key(side.node, "regime", "regime")
    if key in ("general", "law-enforcement"):
        return str(key)
    return "absent" if state == "absent" else "unclear"


def _processor(f: Facts, side: Side) -> bool | None:
    state, key = f.one_key(side.node, "sideRole", "role")
    if key is not None:
        return key == "processor"
    if state == "bad" and not f.ill_typed(side.node, "sideRole"):
        return None if REF + "role/processor" in f.iris(side.node, "sideRole") else False
    return False if state == "absent" else None


def _by_role(f: Facts, side: Side, as_processor: Judged, otherwise: Judged) -> Judged:
    role = _processor(f, side)
    if role is None:
        return whichever([as_processor, otherwise])
    return as_processor if role else otherwise


def _contract(f: Facts, side: Side) -> Judged:
    if f.values(side.node, "processorContract"):
        return Met
    return Unclear if f.silent(side.node, "processorContract") else Not


def _article(f: Facts, q: Asked, sides: list[Side], kind: str, contract: bool) -> Judged:
    parts: list[Judged] = []
    for side in sides:
        regime = _regime(f, side)
        if regime == "general":
            processor = _contract(f, side) if contract else Met
            parts.append(_by_role(f, side, processor, rules.relies_on_held(f, side, q, kind)))
        elif regime != "law-enforcement":
            parts.append(Not if regime == "absent" else Unclear)
    return every(parts)


def _law_enforcement(
    f: Facts, q: Asked, flow: str, senders: list[Side], receivers: list[Side]
) -> Judged | None:
    regimes = {s: _regime(f, s) for s in senders + receivers}
    if not {"law-enforcement", "unclear"} & set(regimes.values()):
        return None
    special = rules.sensitive(f, q, flow, "special-category")
    group = REF + "condition-group/dpa-part3"
    kind = "LawEnforcementCondition"
    parts: list[Judged] = []
    for side, regime in regimes.items():
        if regime == "law-enforcement":
            parts.append(is_met(f.is_a(side.organisation, "CompetentAuthority")))
            parts.append(rules.relies_on_held(f, side, q, kind, group))
            if special.outcome != NOT:
                also = rules.relies_on_held(f, side, q, kind, group + "-sensitive")
                parts.append(some([rules.opposite(special), also]))
        elif regime != "general":
            parts.append(Not if regime == "absent" else Unclear)
    if any(regimes[s] == "law-enforcement" for s in senders):
        for side in receivers:
            if regimes[side] == "general":
                state, basis = f.one_iri(side.node, "crossingBasis")
                if basis is None:
                    parts.append(Not if state == "absent" else Unclear)
                else:
                    reading = is_met(f.is_a(basis, *READINGS))
                    parts.append(every([reading, reading_in_force(f, basis, q.on)]))
    return every(parts)


READINGS = (
    "LegalReading",
    *rules.POWERS,
    "SharingRestriction",
    "Exemption",
    "Safeguard",
    "Definition",
)


def _confidentiality(f: Facts, q: Asked, sides: list[Side]) -> Judged:
    parts: list[Judged] = []
    for side in sides:
        nodes, unsure = rules.relied(f, side, *rules.CONDITIONS)
        powers, doubt = rules.relied(f, side, "reliesOnPower")
        overriding = some(
            [
                *(
                    every(
                        [
                            rules.is_power(f, w),
                            reading_in_force(f, w, q.on),
                            rules.flag(f, w, "overridesConfidentiality"),
                        ]
                    )
                    for w in powers
                ),
                *doubt,
            ]
        )
        ways = list(unsure)
        for node in nodes:
            if f.is_a(node, "ConfidentialityBasis"):
                need = rules.flag(f, node, "needsOverridingPower")
                way = every([rules.holds(f, node, side, q), rules.if_needed(need, overriding)])
                case = rules.flag(f, node, "caseByCase").outcome == MET
                ways.append(way.noting("case-by-case") if case else way)
        parts.append(some(ways))
    return every(parts)


def _deceased(f: Facts, q: Asked, flow: str) -> bool:
    if q.subjects is not None:
        return f.within(q.subjects, DECEASED)
    about = f.values(flow, "aboutSubjects")
    return bool(about) and all(v[0] == "iri" and f.within(v[1], DECEASED) for v in about)


def _sides(f: Facts, flow: str, kind: str, organisation: str) -> list[Side]:
    return [
        Side(s, organisation)
        for s in f.iris(flow, "hasSide")
        if f.is_a(s, kind) and organisation in f.iris(s, "sideOrganisation")
    ]


def _conditions(
    f: Facts, q: Asked, flow: str, version: str
) -> tuple[dict[str, Judged], set[str], Above]:
    """The seventeen outcomes, the names of those that do not apply, and the tiers."""
    both = (q.sender, q.receiver)
    senders = _sides(f, flow, "DisclosingSide", q.sender)
    receivers = _sides(f, flow, "ReceivingSide", q.receiver)
    above = _above(f, version, q.on)
    off: set[str] = set()
    c: dict[str, Judged] = {}
    c["version-in-force"] = version_in_force(f, version, q.on)
    c["tier-chain"] = above.judged
    if not above.purposes and not above.principles:
        off.add("tier-chain")
    c["same-community"] = _same_community(f, version, above.t2)
    c["parties"] = every(
        [
            *(party(f, o, version, q.on) for o in both),
            *(rules.opposite(dissolved(f, o, q.on)) for o in both),
        ]
    )
    c["signed"] = every(bound(f, o, version, q.on) for o in both)
    c["bound-above"] = _bound_above(f, q, version, above)
    c["category"] = _category(f, q, flow)
    if q.subjects is None:
        off.add("subjects")
    else:
        c["subjects"] = matches(f, q.subjects, flow, "aboutSubjects")
    c["purpose"] = matches(f, q.purpose, flow, "forPurpose")
    c["purpose-within"] = _purpose_within(f, q, flow, above.t2)
    if not above.purposes:
        off |= {"same-community", "purpose-within"}
    powers = sorted({w for s in senders for w in f.iris(s.node, "reliesOnPower")})
    results = {w: _one_power(f, q, flow, above, w) for w in powers}
    power = _power(f, q, senders, results)
    if power is None:
        off.add("power")
    else:
        c["power"] = power
    deceased = _deceased(f, q, flow)
    known = rules.sensitivity_known(f, q.category)
    sides = senders + receivers
    c["article-6"] = _article(f, q, sides, "Article6Basis", True)
    for name, kind, sensitivity in (
        ("article-9", "Article9Condition", "special-category"),
        ("article-10", "Article10Basis", "criminal-offence"),
        ("confidentiality", "", "confidential"),
    ):
        included = rules.sensitive(f, q, flow, sensitivity)
        if not known or included.outcome == CT:
            c[name] = Unclear
        elif included.outcome == NOT:
            off.add(name)
        elif kind:
            c[name] = _article(f, q, sides, kind, False)
        else:
            c[name] = _confidentiality(f, q, senders)
    enforcement = _law_enforcement(f, q, flow, senders, receivers)
    if enforcement is None:
        off.add("law-enforcement")
    else:
        c["law-enforcement"] = enforcement
    if deceased:
        off |= {"article-6", "article-9", "article-10", "law-enforcement"}
    c["restriction"] = rules.restriction_condition(f, q, flow, senders, results)
    return {n: Met if n in off else c[n] for n in NAMES}, off, above


def _flag_any(f: Facts, nodes: list[str | None], prop: str) -> bool:
    return any(as_bool(v) is True for n in nodes if n is not None for v in f.values(n, prop))


def _route(f: Facts, q: Asked, flow: str, version: str) -> dict[str, Any]:
    conditions, off, above = _conditions(f, q, flow, version)
    total = every(conditions.values())
    outcome = {MET: "covered", CT: "cannot-tell", NOT: "not-covered"}[total.outcome]
    cautions = set(total.cautions)
    if _deceased(f, q, flow):
        cautions.add("deceased")
    instrument = next(iter(f.iris(version, "versionOf")), None)
    due = f.one_date(version, "reviewDueOn")[1]
    if due is not None and due < q.on:
        cautions.add("review-overdue")
    if not f.values(version, "dpia"):
        cautions.add("no-dpia-recorded")
    if not f.values(flow, "method"):
        cautions.add("method-not-recorded")
    if not f.values(flow, "retention"):
        cautions.add("retention-not-recorded")
    if _flag_any(f, [flow, version, instrument], "illustrative"):
        cautions.add("illustrative")
    described = all(conditions[n].outcome == MET for n in ("category", "subjects", "purpose"))
    senders = _sides(f, flow, "DisclosingSide", q.sender)
    return {
        "flow": flow,
        "agreement": instrument,
        "version": version,
        "tier_chain": [t.node for t in (above.t2, above.t1) if t is not None and t.node],
        "outcome": outcome,
        "describes": outcome == "not-covered" and described,
        "conditions": {
            n: {"outcome": j.outcome, "applies": n not in off} for n, j in conditions.items()
        },
        "cautions": sorted(cautions),
        "powers": sorted({w for s in senders for w in f.iris(s.node, "reliesOnPower")}),
        "data": sorted(f.iris(flow, "sharesCategory")),
        "excluded": sorted(f.iris(flow, "excludesCategory")),
        "subjects": sorted(f.iris(flow, "aboutSubjects")),
    }


def _candidates(f: Facts, q: Asked) -> list[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for flow, prop, version in f.triples:
        if prop != rules.NS + "flowOf" or version[0] != "iri":
            continue
        v = version[1]
        sharing = f.is_a(v, "SharingAgreementVersion") or any(
            f.is_a(i, "InformationSharingAgreement") for i in f.iris(v, "versionOf")
        )
        if (
            sharing
            and _sides(f, flow, "DisclosingSide", q.sender)
            and _sides(f, flow, "ReceivingSide", q.receiver)
        ):
            found.add((flow, v))
    return sorted(found)


def _rank(route: dict[str, Any]) -> tuple[int, str, str, str]:
    first = ("covered", "cannot-tell", "not-covered").index(route["outcome"])
    if route["outcome"] == "not-covered" and not route["describes"]:
        first = 3
    return first, route["agreement"] or "", route["version"], route["flow"]


def _restrictions(f: Facts, q: Asked) -> list[list[str | None]]:
    listed: list[list[str | None]] = []
    for r in f.typed("SharingRestriction"):
        kind = rules.restriction_kind(f, r)
        tested = q.receiver if kind == "follows-data" else q.sender
        if rules.restriction_stands(f, r, q, tested).outcome != NOT:
            listed.append([r, kind])
    return sorted(listed, key=lambda pair: (pair[0] or "", pair[1] or ""))


def answer(f: Facts, question: dict[str, Any]) -> dict[str, Any]:
    q = Asked(
        question["from"],
        question["to"],
        question["purpose"],
        question["category"],
        question.get("subjects"),
        date.fromisoformat(question["on"]),
    )
    result: dict[str, Any] = {
        "verdict": "not-found",
        "reason": None,
        "routes": [],
        "near_misses": [],
        "powers": [],
        "duties": [],
        "restrictions": [],
    }
    if q.sender == q.receiver:  # section 1
        result["reason"] = "same-organisation"
        return result
    routes = sorted((_route(f, q, flow, v) for flow, v in _candidates(f, q)), key=_rank)
    fitting = [
        w
        for w in f.typed(*rules.POWERS)
        if reading_in_force(f, w, q.on).outcome == MET
        and rules.power_fits(f, w, q, None, False).outcome == MET
    ]
    standing = all(dissolved(f, o, q.on).outcome == NOT for o in (q.sender, q.receiver))
    outcomes = {r["outcome"] for r in routes}
    if "covered" in outcomes:
        result["verdict"] = "covered"
    elif "cannot-tell" in outcomes:
        result["verdict"] = "cannot-tell"
    elif any(r["describes"] for r in routes):
        result["verdict"] = "gap"
    elif standing and any(rules.power_only(f, w, q) for w in fitting):
        result["verdict"] = "power-only"
    result["routes"] = routes
    result["near_misses"] = sorted(
        (
            {
                "flow": r["flow"],
                "fails": sorted(n for n, c in r["conditions"].items() if c["outcome"] == NOT),
            }
            for r in routes
            if r["outcome"] == "not-covered"
        ),
        key=lambda miss: (miss["flow"], miss["fails"]),
    )
    result["powers"] = [[w, rules.strength_key(f, w)] for w in fitting]
    result["duties"] = [w for w in fitting if f.is_a(w, "SharingDuty")]
    result["restrictions"] = _restrictions(f, q)
    return result


__all__ = ["Facts", "answer", "load"]
