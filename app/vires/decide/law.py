"""Powers that fit and restrictions that bite (decision.md sections 3.2 and 3.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from vires import terms
from vires.decide import words
from vires.decide.force import reading_in_force
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
from vires.decide.record import Record, State, as_boolean, as_iri, as_text, remembered


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, as IRIs and a date (decision.md section 1)."""

    from_: str
    to: str
    purpose: str
    category: str
    subjects: str | None
    on: date


# 3.2 A power fits


@remembered
def of_type(record: Record, organisation: str, reading: str, prop: str) -> Finding:
    """Whether an organisation has a type equal to or narrower than one that a reading lists."""

    def narrower(listed: str) -> Finding:
        if listed == terms.ANY_PERSON:
            return MET
        return record.some_value(
            organisation, terms.HAS_TYPE, lambda own: record.within(own, listed)
        )

    return record.some_value(reading, prop, narrower)


@remembered
def is_holder(record: Record, reading: str, organisation: str) -> Finding:
    """The holder tests: named, or of a holder type and of none that is excluded."""
    named = record.some_value(reading, terms.HOLDER, lambda body: body == organisation)
    typed = of_type(record, organisation, reading, terms.HOLDER_TYPE)
    if record.values(reading, terms.HOLDER_TYPE_EXCLUDED) or record.silent(
        reading, terms.HOLDER_TYPE_EXCLUDED
    ):
        excluded = of_type(record, organisation, reading, terms.HOLDER_TYPE_EXCLUDED)
        typed = every((typed, excluded.negated()))
    return some((named, typed)).seen(reading)


@remembered
def is_recipient(record: Record, reading: str, organisation: str) -> Finding:
    """The recipient tests: named, of a recipient type, or open to any; none stated is not any."""
    return some(
        (
            record.some_value(reading, terms.RECIPIENT, lambda body: body == organisation),
            of_type(record, organisation, reading, terms.RECIPIENT_TYPE),
            record.flag(reading, terms.OPEN_RECIPIENT),
        )
    ).seen(reading)


@remembered
def between(record: Record, reading: str, giver: str, taker: str) -> Finding:
    """Whether a reading runs from `giver` to `taker`, by its direction."""
    direction = record.one(reading, terms.DIRECTION, as_iri)
    straight = every((is_holder(record, reading, giver), is_recipient(record, reading, taker)))
    if direction in (
        State.ABSENT,
        terms.DIRECTION_ONE_WAY,
        terms.DIRECTION_OPEN_HOLDER,
    ):
        return straight
    if direction in (terms.DIRECTION_MUTUAL, terms.DIRECTION_SAME_LIST):
        swapped = every((is_holder(record, reading, taker), is_recipient(record, reading, giver)))
        return some((straight, swapped))
    if direction == terms.DIRECTION_HUB_AND_SPOKE:
        hubs = (of_type(record, body, reading, terms.HUB_TYPE) for body in (giver, taker))
        return every((straight, some(hubs)))
    if direction == terms.DIRECTION_MATCHED_OBJECTIVE:
        return straight.with_cautions(words.caution("objective-to-check"))
    return every((straight, cannot_tell(terms.DIRECTION)))


@remembered
def in_nation(record: Record, reading: str, organisation: str) -> Finding:
    """Whether a reading applies in a nation of an organisation; none stated is met, cautioned."""
    if not record.values(reading, terms.APPLIES_IN):
        return MET.with_cautions(words.caution("extent-not-recorded"))
    if not record.values(organisation, terms.IN_NATION):
        return MET.with_cautions(words.caution("nation-not-recorded"))
    return record.some_value(
        reading,
        terms.APPLIES_IN,
        lambda applies: record.some_value(
            organisation, terms.IN_NATION, lambda nation: nation == applies
        ),
    )


def permits(record: Record, reading: str, asked: Asked) -> Finding:
    """Whether a power reaches the purpose and the category asked about."""
    return every(
        (
            record.some_value(
                reading,
                terms.PERMITS_PURPOSE,
                lambda purpose: record.within(asked.purpose, purpose),
            ),
            record.some_value(
                reading,
                terms.PERMITS_DATA,
                lambda category: record.within(asked.category, category),
            ),
        )
    )


def in_form(record: Record, reading: str, flow: str | None) -> Finding:
    """Whether a power's data form is identifiable (as where none is stated), or the flow's."""

    form = record.one(reading, terms.DATA_FORM, as_iri)
    if form in (State.ABSENT, terms.FORM_IDENTIFIABLE):
        return MET
    if isinstance(form, State):
        return cannot_tell(terms.DATA_FORM)
    stated = record.one(flow, terms.DATA_FORM, as_iri) if flow else State.ABSENT
    if isinstance(stated, State):
        return not_met(terms.DATA_FORM) if stated is State.ABSENT else cannot_tell(terms.DATA_FORM)
    return met_if(stated == form, terms.DATA_FORM)


@remembered
def fits(record: Record, reading: str, asked: Asked) -> Finding:
    """Whether a power fits the question in every respect but the form of the data."""
    return every(
        (
            between(record, reading, asked.from_, asked.to),
            permits(record, reading, asked),
            in_nation(record, reading, asked.from_),
        )
    ).seen(reading)


def is_power(record: Record, reading: str) -> bool:
    """Whether a reading is stated to be a power or a duty."""
    return record.is_a(reading, *terms.POWER_CLASSES)


def fitting_powers(record: Record, asked: Asked) -> dict[str, Finding]:
    """Every power or duty in force on the day that fits, with certainty, in order of IRI."""
    found = {}
    for reading in _of_class(record, *terms.POWER_CLASSES):
        if permits(record, reading, asked).outcome is not Outcome.MET:
            continue
        finding = every((fits(record, reading, asked), reading_in_force(record, reading, asked.on)))
        if finding.outcome is Outcome.MET:
            found[reading] = with_trigger(record, reading, finding)
    return found


def _of_class(record: Record, *classes: str) -> list[str]:
    """Every reading of some classes, in order of IRI."""
    pointing = record.shared.pointing(terms.TYPE)
    return sorted({reading for kind in classes for reading in pointing.get(kind, ())})


def with_trigger(record: Record, reading: str, finding: Finding) -> Finding:
    """The finding, cautioned with the trigger text where a reading has a trigger."""
    triggers = [t for t in record.iris(reading, terms.TRIGGER) if t != terms.TRIGGER_NONE]
    if not triggers:
        return finding
    text = record.one(reading, terms.TRIGGER_TEXT, as_text)
    return finding.with_cautions(words.caution("trigger", text if isinstance(text, str) else ""))


# 3.5 A restriction bites


@dataclass(frozen=True, slots=True)
class Restriction:
    """A restriction that fits the question or may.

    `fit` is how surely it fits and is in force; `kind` the IRI of its kind, None where that is
    absent or unclear; `narrower` true where it reaches a narrower part of the category alone.
    """

    reading: str
    kind: str | None
    fit: Finding
    narrower: bool


@remembered
def restrictions(
    record: Record, asked: Asked, excluded: tuple[str, ...] = ()
) -> tuple[Restriction, ...]:
    """Every restriction that fits or may fit and is not known to be out of force, by IRI.

    `excluded` are the categories that the flow looked at leaves out.
    """
    found = []
    for reading in _of_class(record, terms.SHARING_RESTRICTION):
        kind = record.one(reading, terms.RESTRICTION_KIND, as_iri)
        data, narrower = _restricted(record, reading, asked.category, excluded)
        if data.outcome is Outcome.NOT_MET:
            continue
        onward = kind == terms.KIND_FOLLOWS_DATA and not narrower
        holder = asked.to if onward else asked.from_
        fit = every(
            (
                is_holder(record, reading, holder),
                in_nation(record, reading, holder),
                _for_purpose(record, reading, asked.purpose),
                data,
                _restriction_in_force(record, reading, asked.on),
            )
        ).seen(reading)
        if fit.outcome is not Outcome.NOT_MET:
            known = kind if kind in terms.RESTRICTION_KINDS else None
            assert known is None or isinstance(known, str)
            found.append(Restriction(reading, known, fit, narrower))
    return tuple(found)


@remembered
def _for_purpose(record: Record, reading: str, purpose: str) -> Finding:
    if not record.values(reading, terms.PERMITS_PURPOSE):
        silent = record.silent(reading, terms.PERMITS_PURPOSE)
        return cannot_tell(terms.PERMITS_PURPOSE) if silent else MET
    return record.some_value(
        reading, terms.PERMITS_PURPOSE, lambda listed: record.within(purpose, listed)
    )


def _restricted(
    record: Record, reading: str, category: str, excluded: tuple[str, ...]
) -> tuple[Finding, bool]:
    """Whether a restriction reaches a category, and whether it reaches a narrower part alone."""
    if not record.values(reading, terms.RESTRICTS_DATA):
        silent = record.silent(reading, terms.RESTRICTS_DATA)
        return (cannot_tell(terms.RESTRICTS_DATA) if silent else MET), False
    found = record.some_value(
        reading, terms.RESTRICTS_DATA, lambda data: record.within(category, data)
    )
    if found.outcome is not Outcome.NOT_MET:
        return found, False
    narrower = any(
        record.within(data, category)
        and not any(record.within(data, left_out) for left_out in excluded)
        for data in record.iris(reading, terms.RESTRICTS_DATA)
    )
    return (MET, True) if narrower else (found, False)


@remembered
def _restriction_in_force(record: Record, reading: str, on: date) -> Finding:
    status = record.one(reading, terms.COMMENCEMENT_STATUS, as_iri)
    if status in (State.ABSENT, terms.COMMENCEMENT_PARTLY):
        return cannot_tell(terms.COMMENCEMENT_STATUS)
    return reading_in_force(record, reading, on)


def states_data(record: Record, reading: str) -> bool:
    """Whether a limit states data, other than all data."""
    if record.silent(reading, terms.RESTRICTS_DATA):
        return True
    data = record.values(reading, terms.RESTRICTS_DATA)
    return bool(data) and terms.CATEGORY_ANY not in data


def lifted(
    record: Record, reading: str, powers: Iterable[str], asked: Asked, flow: str | None = None
) -> Finding:
    """Whether one of `powers` lifts a holder's secrecy: named, in force, fitting, in form."""
    return some(
        (
            every(
                (
                    met_if(is_power(record, power), terms.LIFTED_BY),
                    record.some_value(reading, terms.LIFTED_BY, lambda p, own=power: p == own),  # type: ignore[misc]
                    reading_in_force(record, power, asked.on),
                    fits(record, power, asked),
                    in_form(record, power, flow),
                )
            )
            for power in powers
        ),
        otherwise=not_met(terms.RELIES_ON_POWER),
    )


def mandatory_function(record: Record, reading: str) -> Finding:
    """Whether a reading is a duty to share, or a function that is mandatory."""
    if record.is_a(reading, terms.SHARING_DUTY):
        return MET.seen(reading)
    if not is_power(record, reading):
        return not_met(terms.RELIES_ON_POWER)
    return every(
        (
            record.points(reading, terms.STRENGTH, (terms.STRENGTH_FUNCTION,)),
            record.flag(reading, terms.MANDATORY),
        )
    ).seen(reading)


def overrides(record: Record, reading: str) -> Finding:
    """Whether a power is recorded to override confidentiality; unclear cannot tell."""
    value = record.one(reading, terms.OVERRIDES_CONFIDENTIALITY, as_boolean)
    if isinstance(value, State) and value is not State.ABSENT:
        return cannot_tell(terms.OVERRIDES_CONFIDENTIALITY)
    return met_if(value is True, terms.OVERRIDES_CONFIDENTIALITY)
