"""Data protection and confidence: what each side relies on, and whether it holds (3, 3.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vires import terms
from vires.decide import words
from vires.decide.binding import publicly_barred
from vires.decide.force import reading_in_force, valid
from vires.decide.law import Asked, is_holder, is_power, mandatory_function, overrides
from vires.decide.logic import (
    DOES_NOT_APPLY,
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
from vires.decide.record import Record, State, as_boolean, as_iri, as_text, remembered


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a flow: its IRI, whose it is, and what it relies on, as IRIs in order."""

    node: str
    organisation: str
    bases: tuple[str, ...]
    powers: tuple[str, ...]


@remembered
def side_of(record: Record, node: str, organisation: str) -> Side:
    """A side with what it relies on."""
    bases = {
        *record.iris(node, terms.RELIES_ON_BASIS),
        *record.iris(node, terms.RELIES_ON_CONDITION),
    }
    powers = set(record.iris(node, terms.RELIES_ON_POWER))
    return Side(node, organisation, tuple(sorted(bases)), tuple(sorted(powers)))


def some_power(record: Record, side: Side, test: Callable[[str], Finding]) -> Finding:
    """Some power that a side relies on passes `test`."""
    unclear = record.unclear(side.node, terms.RELIES_ON_POWER)
    nothing = cannot_tell if unclear else not_met
    return some([*(test(power) for power in side.powers), nothing(terms.RELIES_ON_POWER)])


def some_basis(
    record: Record,
    side: Side,
    test: Callable[[str], Finding],
    prop: str = terms.RELIES_ON_CONDITION,
) -> Finding:
    """Some basis or condition relied on passes `test`; `prop` is where it would be stated."""
    unclear = record.unclear(side.node, terms.RELIES_ON_CONDITION) or record.unclear(
        side.node, terms.RELIES_ON_BASIS
    )
    nothing = cannot_tell(prop) if unclear else not_met(prop)
    return some([*(test(basis) for basis in side.bases), nothing])


# 3.4 A condition relied on holds


@remembered
def holds(
    record: Record, side: Side, condition: str, asked: Asked, trail: frozenset[str] = frozenset()
) -> Finding:
    """Whether a condition that a side relies on holds for it (decision.md section 3.4)."""
    return every(
        (
            valid(record, condition, asked.on),
            _for_purpose(record, condition, asked),
            _not_barred(record, side, condition),
            _with_reading(record, side, condition, asked),
            _needing(record, condition, terms.NEEDS_DUTY, _duty(record, side, asked)),
            _needing(
                record, condition, terms.NEEDS_FUNCTION_OR_POWER, _function(record, side, asked)
            ),
            _companions(record, side, condition, asked, trail),
            _policy_document(record, side, condition, asked),
        )
    ).seen(condition)


def _for_purpose(record: Record, condition: str, asked: Asked) -> Finding:
    if not record.values(condition, terms.ONLY_FOR_PURPOSE):
        silent = record.silent(condition, terms.ONLY_FOR_PURPOSE)
        return cannot_tell(terms.ONLY_FOR_PURPOSE) if silent else MET
    return record.some_value(
        condition, terms.ONLY_FOR_PURPOSE, lambda purpose: record.within(asked.purpose, purpose)
    )


def _not_barred(record: Record, side: Side, condition: str) -> Finding:
    closed = record.flag(condition, terms.EXCLUDED_FOR_PUBLIC_TASKS)
    outside = record.flag(side.node, terms.OUTSIDE_PUBLIC_TASKS)
    barred = every((closed, publicly_barred(record, side.organisation), outside.negated()))
    return barred.negated().wanting(terms.OUTSIDE_PUBLIC_TASKS)


def _with_reading(record: Record, side: Side, condition: str, asked: Asked) -> Finding:
    if not record.values(condition, terms.NEEDS_READING):
        silent = record.silent(condition, terms.NEEDS_READING)
        return cannot_tell(terms.NEEDS_READING) if silent else MET
    needed = record.iris(condition, terms.NEEDS_READING)
    relied = some_power(
        record,
        side,
        lambda power: (
            reading_in_force(record, power, asked.on)
            if power in needed
            else not_met(terms.NEEDS_READING)
        ),
    )
    if len(needed) < len(record.values(condition, terms.NEEDS_READING)):
        return some((relied, cannot_tell(terms.NEEDS_READING)))
    return relied


def _needing(record: Record, condition: str, need: str, met_by: Callable[[], Finding]) -> Finding:
    """Met where a condition has no such need, or where `met_by` meets it."""
    needed = record.flag(condition, need)
    if needed.outcome is Outcome.NOT_MET:
        return MET
    return some((needed.negated(), met_by()))


def _duty(record: Record, side: Side, asked: Asked) -> Callable[[], Finding]:
    return lambda: some_power(
        record,
        side,
        lambda power: every(
            (mandatory_function(record, power), reading_in_force(record, power, asked.on))
        ),
    )


def _function(record: Record, side: Side, asked: Asked) -> Callable[[], Finding]:
    return lambda: some_power(
        record,
        side,
        lambda power: every(
            (
                met_if(is_power(record, power), terms.RELIES_ON_POWER),
                reading_in_force(record, power, asked.on),
                is_holder(record, power, side.organisation),
            )
        ),
    )


def _companions(
    record: Record, side: Side, condition: str, asked: Asked, trail: frozenset[str]
) -> Finding:
    required = record.values(condition, terms.REQUIRES_COMPANION)
    if not required:
        silent = record.silent(condition, terms.REQUIRES_COMPANION)
        return cannot_tell(terms.REQUIRES_COMPANION) if silent else MET
    path = trail | {condition}
    each = [
        _companion(record, side, condition, named, asked, path)
        if isinstance(named, str)
        else cannot_tell(terms.REQUIRES_COMPANION)
        for named in required
    ]
    mode = record.one(condition, terms.COMPANION_MODE, as_text)
    if mode == "all":
        return every(each)
    if mode in (State.ABSENT, "any"):
        return some(each)
    return agreed((every(each), some(each)))


def _companion(
    record: Record, side: Side, condition: str, named: str, asked: Asked, path: frozenset[str]
) -> Finding:
    """Whether a side relies on the companion named, or on one in the group named, that holds."""

    def is_it(other: str) -> Finding:
        if other == condition:
            return not_met(terms.RELIES_ON_CONDITION)
        fit = MET if other == named else _in_group(record, other, named)
        held = MET if other in path else holds(record, side, other, asked, path)
        return every((fit, held))

    return some_basis(record, side, is_it)


def _in_group(record: Record, condition: str, group: str) -> Finding:
    return record.some_value(condition, terms.IN_GROUP, lambda own: own == group)


def _policy_document(record: Record, side: Side, condition: str, asked: Asked) -> Finding:
    need = record.one(condition, terms.NEEDS_POLICY_DOCUMENT, as_boolean)
    if need is State.ABSENT or need is False:
        return MET
    if record.is_a(asked.to, *record.iris(condition, terms.POLICY_DOCUMENT_EXCEPTION)):
        return MET
    named = record.some_value(
        side.node,
        terms.POLICY_DOCUMENT,
        lambda document: every(
            (
                met_if(record.is_a(document, terms.POLICY_DOCUMENT_CLASS), terms.POLICY_DOCUMENT),
                record.points(document, terms.OF_CONTROLLER, (side.organisation,)),
                valid(record, document, asked.on),
                record.some_value(
                    document, terms.COVERS_CONDITION, lambda covered: covered == condition
                ),
            )
        ).seen(document),
    )
    unsure = cannot_tell(terms.NEEDS_POLICY_DOCUMENT)
    return named if need is True else some((named, unsure))


# Articles 6, 9 and 10, Part 3 and confidence


def _by_role(
    record: Record, side: Side, controller: Callable[[], Finding], processor: Callable[[], Finding]
) -> Finding:
    if record.one(side.node, terms.SIDE_ROLE, as_iri) == terms.ROLE_PROCESSOR:
        return processor()
    roles = record.iris(side.node, terms.SIDE_ROLE)
    if terms.ROLE_PROCESSOR in roles or record.unclear(side.node, terms.SIDE_ROLE):
        return agreed((controller(), processor()))
    return controller()


def _general(record: Record, side: Side, relies: Callable[[], Finding]) -> Finding:
    """Whether a side does what the general regime asks, if it is under it."""
    regime = record.one(side.node, terms.REGIME, as_iri)
    if regime is State.ABSENT:
        return not_met(terms.REGIME).seen(side.node)
    if regime == terms.REGIME_GENERAL:
        return relies().seen(side.node)
    if regime == terms.REGIME_LAW_ENFORCEMENT:
        return DOES_NOT_APPLY
    return cannot_tell(terms.REGIME).seen(side.node)


def relies_on_holding(
    record: Record, side: Side, asked: Asked, kind: str, group: str | None = None
) -> Finding:
    """Whether a side relies on some condition of a class (and group) that holds."""

    prop = terms.RELIES_ON_BASIS if kind == terms.ARTICLE_6_BASIS else terms.RELIES_ON_CONDITION

    def test(basis: str) -> Finding:
        if not record.is_a(basis, kind):
            return not_met(prop)
        grouped = _in_group(record, basis, group) if group else MET
        return every((grouped, holds(record, side, basis, asked)))

    return some_basis(record, side, test, prop)


def article_6(record: Record, sides: tuple[Side, ...], asked: Asked) -> Finding:
    """Each general-regime side has an Article 6 basis that holds; a processor, its contract."""

    return every(
        _general(
            record,
            side,
            lambda own=side: _by_role(  # type: ignore[misc]
                record,
                own,
                lambda: relies_on_holding(record, own, asked, terms.ARTICLE_6_BASIS),
                lambda: _contract(record, own),
            ),
        )
        for side in sides
    )


def _contract(record: Record, side: Side) -> Finding:
    if record.values(side.node, terms.PROCESSOR_CONTRACT):
        return MET.seen(side.node)
    silent = record.silent(side.node, terms.PROCESSOR_CONTRACT)
    missing = cannot_tell if silent else not_met
    return missing(terms.PROCESSOR_CONTRACT).seen(side.node)


def general_condition(record: Record, sides: tuple[Side, ...], asked: Asked, kind: str) -> Finding:
    """Each general-regime side that is no processor relies on a condition of `kind` that holds."""

    return every(
        _general(
            record,
            side,
            lambda own=side: _by_role(  # type: ignore[misc]
                record,
                own,
                lambda: relies_on_holding(record, own, asked, kind),
                lambda: MET,
            ),
        )
        for side in sides
    )


def law_enforcement(
    record: Record, giver: tuple[Side, ...], taker: tuple[Side, ...], asked: Asked, special: bool
) -> Finding:
    """Each side under Part 3 is a competent authority with what sections 35 and 36 ask."""
    regimes = {side: record.one(side.node, terms.REGIME, as_iri) for side in (*giver, *taker)}
    if all(r in (State.ABSENT, terms.REGIME_GENERAL) for r in regimes.values()):
        return DOES_NOT_APPLY
    findings = []
    for side, regime in regimes.items():
        if regime is State.ABSENT:
            findings.append(not_met(terms.REGIME).seen(side.node))
        elif regime == terms.REGIME_LAW_ENFORCEMENT:
            findings.append(_part_3(record, side, asked, special))
        elif regime != terms.REGIME_GENERAL:
            findings.append(cannot_tell(terms.REGIME).seen(side.node))
    if any(regimes[side] == terms.REGIME_LAW_ENFORCEMENT for side in giver):
        findings += [
            _crossing(record, side, asked)
            for side in taker
            if regimes[side] == terms.REGIME_GENERAL
        ]
    return every(findings)


def _part_3(record: Record, side: Side, asked: Asked, special: bool) -> Finding:
    condition = terms.LAW_ENFORCEMENT_CONDITION
    competent = record.is_a(side.organisation, terms.COMPETENT_AUTHORITY)
    findings = [
        met_if(competent, terms.TYPE).seen(side.organisation),
        relies_on_holding(record, side, asked, condition, terms.GROUP_PART3),
    ]
    if special:
        findings.append(
            relies_on_holding(record, side, asked, condition, terms.GROUP_PART3_SENSITIVE)
        )
    return every(findings).seen(side.node)


def _crossing(record: Record, side: Side, asked: Asked) -> Finding:
    def in_force(reading: str) -> Finding:
        if not record.is_a(reading, *terms.READING_CLASSES):
            return not_met(terms.CROSSING_BASIS)
        return reading_in_force(record, reading, asked.on)

    if len(record.values(side.node, terms.CROSSING_BASIS)) > 1:
        return cannot_tell(terms.CROSSING_BASIS).seen(side.node)
    return record.some_value(side.node, terms.CROSSING_BASIS, in_force).seen(side.node)


def confidentiality(record: Record, side: Side, asked: Asked) -> Finding:
    """The disclosing side has a basis in the duty of confidence that holds."""

    def test(basis: str) -> Finding:
        if not record.is_a(basis, terms.CONFIDENTIALITY_BASIS):
            return not_met(terms.RELIES_ON_CONDITION)
        overriding = _needing(
            record,
            basis,
            terms.NEEDS_OVERRIDING_POWER,
            lambda: some_power(
                record,
                side,
                lambda power: every(
                    (
                        met_if(is_power(record, power), terms.RELIES_ON_POWER),
                        overrides(record, power),
                        reading_in_force(record, power, asked.on),
                    )
                ),
            ),
        )
        found = every((holds(record, side, basis, asked), overriding))
        case = record.one(basis, terms.CASE_BY_CASE, as_boolean)
        return found.with_cautions(words.caution("case-by-case")) if case is True else found

    return some_basis(record, side, test)
