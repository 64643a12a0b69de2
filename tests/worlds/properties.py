"""What holds of every answer (`verification.md` section 4), as functions of a world.

Each returns what it found wrong, in words; nothing is right. Property 12's 'on every error' and
property 7's table of answers are for the tests of the pages and of the command.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pyoxigraph as ox

from tests.worlds.compare import engine_answer, question_of
from tests.worlds.remedies import REMEDIES, goes_on
from tests.worlds.world import ORG, TYPE, XSD, V, W, World, day, iri
from vires import decide
from vires.store import from_quads

_RELIED = frozenset(
    V + name for name in ("reliesOnPower", "reliesOnBasis", "reliesOnCondition", "policyDocument")
)
_OWN_NODES = ("Signature", "Participation", "CommunityMembership")
# Where decision.md reads silence as open, as met, as the bounds of another, or as nothing (2, 2.1,
# 3, 3.2).
_READ_OPEN = frozenset(
    [
        "endsOn", "participatesFrom", "participatesUntil", "memberUntil", "inForceFrom",
        "inForceUntil", "validUntil", "appliesIn", "inNation", "revises", "occurredOn",
        "hadStatusEvent", "reviewDueOn",
    ]
)  # fmt: skip
_WORSE = frozenset({"not-met", "cannot-tell"})


def _ask(world: World) -> decide.Answer:
    return decide.ask(from_quads(world.quads()), question_of(world))


def _local(text: str) -> str:
    return text.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _covered_routes(world: World) -> set[tuple[str, str]]:
    routes = engine_answer(world)["routes"]
    return {(r["flow"], r["version"]) for r in routes if r["outcome"] == "covered"}


def _outcomes(world: World) -> Any:
    """Verdict and every condition of every route, without cautions."""
    answer = engine_answer(world)
    routes = [(r["flow"], r["version"], r["outcome"], r["conditions"]) for r in answer["routes"]]
    return answer["verdict"], routes, answer["powers"]


def _some(world: World, options: list[World], count: int) -> list[World]:
    return random.Random(world.name).sample(options, min(count, len(options)))


def _newly_covered(world: World, others: list[World]) -> list[str]:
    before = _covered_routes(world)
    return [other.name for other in others if _covered_routes(other) - before]


def _removals(world: World) -> Iterator[World]:
    """The world without one thing that a route of the two bodies rests on."""
    for subject, prop, value in sorted(world.facts, key=str):
        if prop in _RELIED and isinstance(value, ox.NamedNode):
            yield world.without(subject, prop, value).named(
                f"without {_local(prop)} {_local(value.value)} of {_local(subject)}"
            )
        elif prop == TYPE and _local(value.value) in _OWN_NODES:
            yield world.gone(subject).named(f"without {_local(subject)}")


def removal_never_covers(world: World) -> list[str]:
    """1. Taking from a route's own path what it rests on never makes it covered."""
    return _newly_covered(world, _some(world, list(_removals(world)), 12))


def _date_of(world: World, subject: str, prop: str) -> str | None:
    """The one well-typed date of a property; none where it is absent, silent or in doubt."""
    found = [v for s, p, v in world.facts if (s, p) == (iri(subject).value, iri(prop).value)]
    if len(found) != 1 or not isinstance(found[0], ox.Literal):
        return None
    try:
        date.fromisoformat(found[0].value)
    except ValueError:
        return None
    return found[0].value if found[0].datatype.value == XSD + "date" else None


def earlier_end_never_covers(world: World) -> list[str]:
    """2. Bringing forward the end of a version or of a power relied on never adds cover."""
    ends = [("w:power", "v:inForceUntil")]
    for instrument in ("w:t1", "w:t2", "w:t3"):
        versions = {s for s, p, v in world.facts if p == V + "versionOf" and v == iri(instrument)}
        # One version in force: an end of one of several may leave another the only one.
        if versions <= {iri(f"{instrument}-v1").value, W + "t3-v0"}:
            ends.append((f"{instrument}-v1", "v:endsOn"))
    on = date.fromisoformat(str(world.question["on"]))
    others = [
        world.put(node, prop, day(moved)).named(f"{node} ends on {moved}")
        for node, prop in ends
        for moved in (on.isoformat(), (on - timedelta(days=1)).isoformat())
        if moved < (_date_of(world, node, prop) or "")
    ]
    return _newly_covered(world, others)


def others_agreement_changes_nothing(world: World) -> list[str]:
    """3. An agreement of other bodies that revises nothing changes no answer for these."""
    more = world.add(
        "w:x a v:InformationSharingAgreement ; v:inFramework w:framework ; "
        "v:functionalLevel <https://w3id.org/vires/level/processes> ; v:forCommunity w:community ."
        "w:x-v1 a v:SharingAgreementVersion ; v:versionOf w:x ; v:underpinnedBy w:t2-v1 ; "
        'v:commencesOn "2025-01-01"^^xsd:date .'
        "w:x-flow a v:DataFlow ; v:flowOf w:x-v1 ; v:hasSide w:x-from, w:x-to ; "
        "v:forPurpose w:child-safeguarding ; v:sharesCategory w:case-record ."
        "w:x-from a v:DisclosingSide ; v:sideOrganisation w:stranger . "
        "w:x-to a v:ReceivingSide ; v:sideOrganisation w:stranger-too ."
    )
    same = engine_answer(more) == engine_answer(world)
    return [] if same else ["an agreement of strangers changed the answer"]


def child_never_repairs_parent(world: World) -> list[str]:
    """4. What the version below states in the place of the one above mends nothing."""
    claims = (
        "w:t3-v1 v:statesPurpose w:safeguarding, w:section-47 ; v:citesPower w:power, w:duty . "
        "w:flow v:citesPower w:power ; v:statesPurpose w:safeguarding ."
    )
    broken = {
        "ended": world.put("w:t2-v1", "v:endsOn", day("2024-06-30")),
        "without purposes": world.without("w:t2-v1", "v:statesPurpose"),
        "without powers": world.without("w:t2-v1", "v:citesPower"),
        "unsigned": world.gone("w:sig-from-t2"),
    }
    return [
        f"the version below repaired one above, {what}"
        for what, parent in broken.items()
        if _outcomes(parent.add(claims)) != _outcomes(parent)
    ]


def swap_reuses_no_one_way_power(world: World) -> list[str]:
    """5. The other way round no one-way power to a stated recipient fits; alone, nothing does."""
    asked = world.question
    turned = World(
        world.name, world.facts, {**asked, "from": asked["to"], "to": asked["from"]}, world.drafts
    )
    there, back = engine_answer(world), engine_answer(turned)
    both = {power for power, _ in there["powers"]} & {power for power, _ in back["powers"]}
    way = {s: v.value for s, p, v in world.facts if p == V + "direction"}
    # To anyone, or between bodies of one type, a power fits each way by its own terms.
    types = {s for s, p, v in world.facts if p == V + "hasType"}
    open_to_all = {s for s, p, _ in world.facts if p == V + "openRecipient"}
    faults = [
        f"{power} is used both ways"
        for power in both - open_to_all
        if _local(way.get(power, "one-way")) == "one-way" and asked["to"] in types
    ]
    own = engine_answer(
        World(world.name, world.facts, {**asked, "to": asked["from"]}, world.drafts)
    )
    if (own["verdict"], own["reason"]) != ("not-found", "same-organisation") or own["powers"]:
        faults.append("one organisation with itself is not 'same-organisation' alone")
    return faults


def _renamed(world: World, base: str) -> World:
    def moved(value: ox.NamedNode | ox.Literal) -> ox.NamedNode | ox.Literal:
        named = isinstance(value, ox.NamedNode)
        return ox.NamedNode(value.value.replace(W, base)) if named else value

    return World(
        world.name,
        frozenset((s.replace(W, base), p, moved(o)) for s, p, o in world.facts),
        {k: v.replace(W, base) if v else v for k, v in world.question.items()},
        frozenset((s.replace(W, base), p, moved(o)) for s, p, o in world.drafts),
    )


def noise_changes_nothing(world: World) -> list[str]:
    """6. Order, IRIs, labels, unrelated bodies, drafts and serialisation change nothing."""
    expected = engine_answer(world)
    noisy = world.add(
        'w:from skos:prefLabel "A name"@en . w:unheard skos:prefLabel "Another"@cy . '
        "w:unrelated-body a v:Organisation, v:PublicBody ; v:hasType w:hospital ."
    ).draft("w:flow v:excludesCategory w:case-record . w:from a v:PrivateBody .")
    faults = [] if engine_answer(noisy) == expected else ["labels, strangers or drafts tell"]
    # The other base sorts where the old one did, so that the lists keep their order.
    base = "https://world.elsewhere/"
    if str(engine_answer(_renamed(world, base))).replace(base, W) != str(expected):
        faults.append("the names of the area's things tell")
    quads = noisy.quads()
    random.Random(world.name).shuffle(quads)
    question = question_of(noisy)
    parsed = list(ox.parse(noisy.nquads(), format=ox.RdfFormat.N_QUADS))
    texts = {
        decide.to_json(decide.ask(from_quads(order), question))
        for order in (quads, list(reversed(quads)), parsed)
    }
    return faults if len(texts) == 1 else [*faults, "order or serialisation tells"]


def many_equal_single(world: World) -> list[str]:
    """7. Questions asked one after another of one snapshot are answered as each alone."""
    snapshot = from_quads(world.quads())
    faults = []
    for category in ("w:case-record", "w:personal", "w:genetic", "w:offences", "w:unrelated"):
        asked = world.asking(category=category)
        together = decide.to_json(decide.ask(snapshot, question_of(asked)))
        if together != decide.to_json(_ask(asked)):
            faults.append(f"{category} asked with others differs from itself alone")
    return faults


def same_bytes(world: World) -> list[str]:
    """8. The same data, question and date give the same bytes."""
    same = decide.to_json(_ask(world)) == decide.to_json(_ask(world))
    return [] if same else ["the same question gave other bytes"]


def cited_exists(world: World) -> list[str]:
    """9. Every node that an answer cites is in the record."""
    known = {s for s, _, _ in world.facts} | {v for v in world.question.values() if v}
    known |= {v.value for _, _, v in world.facts if isinstance(v, ox.NamedNode)}
    answer = _ask(world)
    faults = []
    for route in answer.routes:
        for name, found in route.conditions.items():
            faults += [f"{name} cites {e}" for e in found.evidence if e not in known]
            faults += [f"{name} misses {m}" for m in found.missing if "#" not in m]
    for near in answer.near_misses:
        failing = {
            name
            for route in answer.routes
            if route.flow == near.flow
            for name, found in route.conditions.items()
            if found.outcome in _WORSE
        }
        if not set(near.fails) <= failing or not near.change:
            faults.append(f"a near miss of {near.flow} names {near.fails} and {near.change}")
    return faults


def near_miss_mends(world: World) -> list[str]:
    """9. In a world of one fault, one near miss names it, and carrying out its change covers."""
    answer = _ask(world)
    fails = [near.fails for near in answer.near_misses if near.fails]
    if len(fails) != 1 or len(fails[0]) != 1:
        return [f"not one near miss of one condition: {fails}"]
    condition = fails[0][0]
    change = next(near.change[0] for near in answer.near_misses if near.fails)
    remedy = goes_on if "resultingOrganization" in change else REMEDIES[condition]
    verdict = engine_answer(remedy(world))["verdict"]
    return [] if verdict == "covered" else [f"the change for {condition} gives {verdict}"]


def _doubts(world: World) -> Iterator[World]:
    """The world with silence in place of a fact, or an ill-typed value beside one."""
    for subject, prop in sorted({(s, p) for s, p, _ in world.facts if p != TYPE}):
        name = f"{_local(subject)} {_local(prop)}"
        if prop in {V + "notStated", ORG + "role"}:
            continue
        if _local(prop) not in _READ_OPEN:
            yield world.silent(subject, prop).named(f"{name} silent")
        yield world.plus(subject, prop, ox.Literal("not a value")).named(f"{name} doubled")


def doubt_never_covers(world: World) -> list[str]:
    """10. Recorded silence, or a second ill-typed value, adds no cover but where read as open."""
    return _newly_covered(world, _some(world, list(_doubts(world)), 10))


def _days(world: World) -> list[date]:
    found = set()
    for _, _, value in world.facts:
        if isinstance(value, ox.Literal) and value.datatype.value == XSD + "date":
            try:
                found.add(date.fromisoformat(value.value))
            except ValueError:
                continue
    return sorted(found)


def constant_between_dates(world: World, intervals: int = 3) -> list[str]:
    """11. Between two dates of a world outcomes stand; an event leaves the days before alone."""
    days = _days(world)
    spans = [(a, b) for a, b in zip(days, days[1:], strict=False) if (b - a).days > 2]
    faults = []
    chance = random.Random(world.name)
    for first, last in chance.sample(spans, min(intervals, len(spans))):
        inside = [first + timedelta(days=1), last - timedelta(days=1)]
        seen = [_outcomes(world.asking(on=moment.isoformat())) for moment in inside]
        if seen[0] != seen[1]:
            faults.append(f"the outcome changes between {first} and {last}")
        after = world.add(
            "w:t3 v:hadStatusEvent w:late . w:late a v:LifecycleEvent ; "
            f'v:aboutVersion w:t3-v1 ; v:occurredOn "{last}"^^xsd:date ; '
            "v:resultsInStatus <https://w3id.org/vires/status/suspended> ."
        )
        if _outcomes(after.asking(on=inside[1].isoformat())) != seen[1]:
            faults.append(f"an event on {last} tells the day before")
    return faults


def urgent_is_there(world: World) -> list[str]:
    """12. The urgent statement is in every answer, with a contact or that none is recorded."""
    urgent = _ask(world).urgent
    right = urgent.statement == decide.URGENT and bool(urgent.contacts)
    return [] if right else ["the urgent statement or its contacts are missing"]


PROPERTIES: dict[str, Callable[[World], list[str]]] = {
    "1 removal": removal_never_covers,
    "2 earlier end": earlier_end_never_covers,
    "3 others' agreement": others_agreement_changes_nothing,
    "4 child and parent": child_never_repairs_parent,
    "5 swap": swap_reuses_no_one_way_power,
    "6 noise": noise_changes_nothing,
    "7 many and single": many_equal_single,
    "8 same bytes": same_bytes,
    "9 cited": cited_exists,
    "10 doubt": doubt_never_covers,
    "11 dates": constant_between_dates,
    "12 urgent": urgent_is_there,
}
"""Each property by its number in `verification.md`; the second half of 9 needs a world of one
fault: `near_miss_mends`."""


def violations(world: World) -> list[str]:
    """Everything that is wrong with a world's answers."""
    return [f"{name}: {fault}" for name, holds in PROPERTIES.items() for fault in holds(world)]
