"""One candidate and the seventeen conditions of a route (decision.md section 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vires import terms
from vires.decide import basis, binding, chain, law, words
from vires.decide.basis import Side, side_of
from vires.decide.chain import Chain
from vires.decide.force import reading_in_force, version_in_force
from vires.decide.law import Asked
from vires.decide.logic import (
    DOES_NOT_APPLY,
    MET,
    Caution,
    Finding,
    Outcome,
    cannot_tell,
    every,
    met_if,
    not_met,
)
from vires.decide.record import Record, State, as_date, as_iri
from vires.decide.restriction import unrestricted
from vires.decide.sensitivity import sensitivities

CONDITIONS: Final = (
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
"""The names of the conditions, in the order of decision.md."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A flow between the two bodies, its version, the sides of each, and what stands above."""

    flow: str
    version: str
    giver: tuple[Side, ...]
    taker: tuple[Side, ...]
    chain: Chain


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with what each condition found, and the cautions of the route as a whole."""

    candidate: Candidate
    conditions: dict[str, Finding]
    cautions: frozenset[Caution]

    @property
    def outcome(self) -> Outcome:
        """Met where covered, cannot tell, or not met where not covered."""
        return min(finding.outcome for finding in self.conditions.values())

    @property
    def describes(self) -> bool:
        """Whether a candidate that is not covered has category, subjects and purpose met."""
        named = ("category", "subjects", "purpose")
        return self.outcome is Outcome.NOT_MET and all(
            self.conditions[name].outcome is Outcome.MET for name in named
        )

    @property
    def fails(self) -> tuple[str, ...]:
        """The names of the conditions that are not met, in order."""
        return tuple(n for n, f in self.conditions.items() if f.outcome is Outcome.NOT_MET)


def candidate(record: Record, flow: str, version: str, asked: Asked) -> Candidate:
    """The sides of a flow for the two bodies asked about, and the tiers above its version."""
    sides = record.iris(flow, terms.HAS_SIDE)

    def of(kind: str, body: str) -> tuple[Side, ...]:
        return tuple(
            side_of(record, node, body)
            for node in sorted(sides)
            if record.is_a(node, kind) and body in record.iris(node, terms.SIDE_ORGANISATION)
        )

    return Candidate(
        flow,
        version,
        of(terms.DISCLOSING_SIDE, asked.from_),
        of(terms.RECEIVING_SIDE, asked.to),
        chain.climb(record, version, asked.on),
    )


def judge(record: Record, route: Candidate, asked: Asked) -> Judged:
    """What each of the seventeen conditions finds for a candidate."""
    powers = {
        (side, power): _power_meets(record, route, power, asked)
        for side in route.giver
        for power in side.powers
    }
    found: dict[str, Finding] = {
        "version-in-force": version_in_force(record, route.version, asked.on),
        "tier-chain": route.chain.finding,
        "same-community": chain.same_community(record, route.version, route.chain),
        "parties": _parties(record, route, asked),
        "signed": _both(asked, lambda b: binding.bound(record, route.version, b, asked.on)),
        "bound-above": _bound_above(record, route, asked),
        "category": _category(record, route.flow, asked),
        "subjects": _subjects(record, route.flow, asked),
        "purpose": record.some_value(
            route.flow, terms.FOR_PURPOSE, lambda p: record.within(asked.purpose, p)
        ).seen(route.flow),
        "purpose-within": _purpose_within(record, route, asked),
        "power": _power(record, route, powers, asked),
        **_processing(record, route, asked),
        "restriction": unrestricted(record, route.flow, route.giver, powers, asked),
    }
    cautions = frozenset().union(*(finding.cautions for finding in found.values()))
    return Judged(
        route,
        {name: found[name] for name in CONDITIONS},
        cautions | frozenset(_plain_cautions(record, route, asked)),
    )


def _both(asked: Asked, test: Callable[[str], Finding]) -> Finding:
    return every((test(asked.from_), test(asked.to)))


def _parties(record: Record, route: Candidate, asked: Asked) -> Finding:
    return _both(
        asked,
        lambda body: every(
            (
                binding.participates(record, route.version, body, asked.on),
                binding.dissolved(record, body, asked.on).negated().wanting(terms.ORG_RESULTING),
            )
        ),
    )


def _bound_above(record: Record, route: Candidate, asked: Asked) -> Finding:
    findings = [
        binding.bound(record, version, body, asked.on)
        for version in route.chain.above
        for body in (asked.from_, asked.to)
    ]
    if route.chain.unchosen:
        findings.append(cannot_tell(terms.UNDERPINNED_BY).seen(route.version))
    if terms.LEVEL_PURPOSES in route.chain.levels:
        community = chain.community_of(record, route.version)
        findings += [
            community
            if isinstance(community, Finding)
            else binding.member(record, body, community, asked.on)
            for body in (asked.from_, asked.to)
        ]
    return every(findings)


def _category(record: Record, flow: str, asked: Asked) -> Finding:
    shared = record.some_value(
        flow, terms.SHARES_CATEGORY, lambda category: record.within(asked.category, category)
    )
    if record.silent(flow, terms.EXCLUDES_CATEGORY):
        left_in = cannot_tell(terms.EXCLUDES_CATEGORY)
    else:
        left_in = record.some_value(
            flow, terms.EXCLUDES_CATEGORY, lambda category: record.within(asked.category, category)
        ).negated()
    found = every((shared, left_in)).seen(flow)
    part = any(
        category != asked.category and record.within(category, asked.category)
        for category in record.iris(flow, terms.EXCLUDES_CATEGORY)
    )
    return found.with_cautions(words.caution("part-excluded")) if part else found


def _subjects(record: Record, flow: str, asked: Asked) -> Finding:
    wanted = asked.subjects
    if wanted is None:
        return DOES_NOT_APPLY
    return record.some_value(
        flow, terms.ABOUT_SUBJECTS, lambda subjects: record.within(wanted, subjects)
    ).seen(flow)


def _purpose_within(record: Record, route: Candidate, asked: Asked) -> Finding:
    if terms.LEVEL_PURPOSES not in route.chain.levels:
        return DOES_NOT_APPLY
    parent = route.chain.purposes

    def such(purpose: str) -> Finding:
        if not record.within(asked.purpose, purpose):
            return not_met(terms.FOR_PURPOSE)
        if parent is None:
            return route.chain.without_purposes
        return record.some_value(
            parent, terms.STATES_PURPOSE, lambda stated: record.within(purpose, stated)
        )

    return record.some_value(route.flow, terms.FOR_PURPOSE, such).seen(
        route.flow, *route.chain.above[:1]
    )


def _power_meets(record: Record, route: Candidate, power: str, asked: Asked) -> Finding:
    """Whether one power relied on would carry the route by itself."""
    strength = record.one(power, terms.STRENGTH, as_iri)
    if strength in (State.SILENT, State.UNCLEAR):
        carries = cannot_tell(terms.STRENGTH)
    else:
        carries = met_if(strength != terms.STRENGTH_FUNCTION, terms.STRENGTH)
    found = every(
        (
            met_if(law.is_power(record, power), terms.RELIES_ON_POWER),
            carries,
            reading_in_force(record, power, asked.on),
            _cited(record, route, power),
            law.fits(record, power, asked),
            law.in_form(record, power, route.flow),
        )
    )
    return law.with_trigger(record, power, found)


def _cited(record: Record, route: Candidate, power: str) -> Finding:
    if terms.LEVEL_PURPOSES not in route.chain.levels:
        return MET
    if route.chain.purposes is None:
        return route.chain.without_purposes
    return record.some_value(route.chain.purposes, terms.CITES_POWER, lambda cited: cited == power)


def _power(
    record: Record, route: Candidate, powers: dict[tuple[Side, str], Finding], asked: Asked
) -> Finding:
    public = binding.is_public(record, asked.from_)
    if public.outcome is Outcome.NOT_MET:
        return DOES_NOT_APPLY.seen(asked.from_)
    if public.outcome is Outcome.CANNOT_TELL:
        return public
    return every(
        basis.some_power(record, side, lambda power, side=side: powers[side, power])  # type: ignore[misc]
        for side in route.giver
    )


def _deceased(record: Record, flow: str, asked: Asked) -> bool:
    about = (asked.subjects,) if asked.subjects else record.values(flow, terms.ABOUT_SUBJECTS)
    return bool(about) and all(
        isinstance(subjects, str) and record.within(subjects, terms.DECEASED_PERSON)
        for subjects in about
    )


def _processing(record: Record, route: Candidate, asked: Asked) -> dict[str, Finding]:
    """The five conditions of data protection and confidence."""
    sides = (*route.giver, *route.taker)
    excluded = record.iris(route.flow, terms.EXCLUDES_CATEGORY)
    known = sensitivities(record, asked.category, excluded)

    found = {
        "article-6": basis.article_6(record, sides, asked),
        "article-9": known.test(
            terms.SENSITIVITY_SPECIAL,
            lambda: basis.general_condition(record, sides, asked, terms.ARTICLE_9_CONDITION),
        ),
        "article-10": known.test(
            terms.SENSITIVITY_OFFENCE,
            lambda: basis.general_condition(record, sides, asked, terms.ARTICLE_10_BASIS),
        ),
        "law-enforcement": basis.law_enforcement(
            record,
            route.giver,
            route.taker,
            asked,
            terms.SENSITIVITY_SPECIAL in known.stated,
        ),
    }
    if _deceased(record, route.flow, asked):
        unmet = DOES_NOT_APPLY.with_cautions(words.caution("deceased"))
        found = dict.fromkeys(found, unmet)
    found["confidentiality"] = known.test(
        terms.SENSITIVITY_CONFIDENTIAL,
        lambda: every(basis.confidentiality(record, side, asked) for side in route.giver),
    )
    return found


def _plain_cautions(record: Record, route: Candidate, asked: Asked) -> list[Caution]:
    """The cautions that rest on what a flow or version says by the way."""
    codes = []
    review = record.one(route.version, terms.REVIEW_DUE_ON, as_date)
    if not isinstance(review, State) and review < asked.on:
        codes.append("review-overdue")
    for node, prop, code in (
        (route.version, terms.DPIA, "no-dpia-recorded"),
        (route.flow, terms.METHOD, "method-not-recorded"),
        (route.flow, terms.RETENTION, "retention-not-recorded"),
    ):
        if not record.values(node, prop):
            codes.append(code)
    if is_illustrative(record, route):
        codes.append("illustrative")
    return [words.caution(code) for code in codes]


def is_illustrative(record: Record, route: Candidate) -> bool:
    """Whether a route rests on anything that is stated to be illustrative."""
    nodes = {route.flow, route.version, *route.chain.above}
    nodes |= {i for v in tuple(nodes) for i in record.iris(v, terms.VERSION_OF)}
    return any(record.flag(node, terms.ILLUSTRATIVE).outcome is Outcome.MET for node in nodes)
