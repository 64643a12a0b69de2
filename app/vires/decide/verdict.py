"""Asks the record one question (decision.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from vires import terms
from vires.decide import basis, binding, gather, law, near, words
from vires.decide.answer import (
    Answer,
    Bases,
    ConditionFinding,
    Contact,
    FittingDuty,
    FittingPower,
    FittingRestriction,
    Route,
    Urgent,
)
from vires.decide.gather import Source
from vires.decide.law import Asked
from vires.decide.logic import Finding, Outcome
from vires.decide.question import labels
from vires.decide.record import Record, as_iri, as_text
from vires.decide.route import Judged, candidate, is_illustrative, judge

_OUTCOMES: Final = {
    Outcome.MET: "covered",
    Outcome.CANNOT_TELL: "cannot-tell",
    Outcome.NOT_MET: "not-covered",
}
_CARRYING: Final = (terms.STRENGTH_GATEWAY, terms.STRENGTH_DUTY, terms.STRENGTH_IMPLIED)
_QUERY: Final = "https://w3id.org/vires/query/"


class Snapshot(Source, Protocol):
    """A read-only record with its graphs and the name of the access class it holds."""

    @property
    def graphs(self) -> Mapping[str, str]:
        """The content hash of each graph, by the graph's IRI."""
        ...

    @property
    def access(self) -> str:
        """The access class: public, partner or staff."""
        ...


def ask(snapshot: Snapshot, question: Asked, *, near_misses: bool = True) -> Answer:
    """What the record documents about a question, as at its date.

    Types: `snapshot` holds the graphs of one access class. Errors: none of its own; wanting or
    ill-typed data is `cannot-tell`, never an exception. Source: decision.md sections 3 to 6.
    """
    if question.from_ == question.to:
        return _same_organisation(snapshot, question)
    found = gather.candidates(snapshot, question)
    record = gather.record(snapshot, (question.from_, question.to), found)
    judged = sorted(
        (judge(record, candidate(record, f, v, question), question) for f, v in found),
        key=lambda j: _place(record, j),
    )
    powers = law.fitting_powers(record, question)
    limits = law.restrictions(record, question)
    routes = tuple(_route(record, j) for j in judged)
    verdict = _verdict(record, question, judged, powers, limits)
    return Answer(
        question=question,
        urgent=_urgent(record, question),
        verdict=verdict,
        reason=None,
        illustrative=any(r.illustrative for r in routes) or _bodies(record, question),
        routes=routes,
        near_misses=near.misses(record, judged, question) if near_misses else (),
        powers=tuple(_power(record, p, finding) for p, finding in powers.items()),
        duties=tuple(_duty(record, p) for p in powers if record.is_a(p, terms.SHARING_DUTY)),
        restrictions=tuple(_restriction(record, r) for r in limits if not r.narrower),
        not_tested=_not_tested(snapshot, record, limits),
        as_at=question.on.isoformat(),
        rests_on=snapshot.access,
        data_version=snapshot.data_version,
        query=tuple(_QUERY + key for key in gather.QUERIES),
    )


def _same_organisation(snapshot: Snapshot, question: Asked) -> Answer:
    record = gather.record(snapshot, (question.from_, question.to))
    return Answer(
        question=question,
        urgent=_urgent(record, question),
        verdict="not-found",
        reason="same-organisation",
        illustrative=_bodies(record, question),
        routes=(),
        near_misses=(),
        powers=(),
        duties=(),
        restrictions=(),
        not_tested=words.NOT_TESTED,
        as_at=question.on.isoformat(),
        rests_on=snapshot.access,
        data_version=snapshot.data_version,
        query=tuple(_QUERY + key for key in gather.QUERIES),
    )


def _place(record: Record, judged: Judged) -> tuple[int, str, str, str]:
    """Covered, cannot tell, describing, the rest; then by agreement, version and flow."""
    kind = 2 - judged.outcome if judged.outcome is not Outcome.NOT_MET else 3 - judged.describes
    route = judged.candidate
    return kind, _agreement(record, route.version) or "", route.version, route.flow


def _agreement(record: Record, version: str) -> str | None:
    return next(iter(record.iris(version, terms.VERSION_OF)), None)


def _verdict(
    record: Record,
    question: Asked,
    judged: list[Judged],
    powers: dict[str, Finding],
    limits: tuple[law.Restriction, ...],
) -> str:
    outcomes = {j.outcome for j in judged}
    if Outcome.MET in outcomes:
        return "covered"
    if Outcome.CANNOT_TELL in outcomes:
        return "cannot-tell"
    if any(j.describes for j in judged):
        return "gap"
    standing = all(
        binding.dissolved(record, body, question.on).outcome is Outcome.NOT_MET
        for body in (question.from_, question.to)
    )
    if standing and any(_alone(record, p, question, limits) for p in powers):
        return "power-only"
    return "not-found"


def _alone(
    record: Record, power: str, question: Asked, limits: tuple[law.Restriction, ...]
) -> bool:
    """Whether a power that fits carries the verdict `power-only`, with certainty."""
    if record.one(power, terms.STRENGTH, as_iri) not in _CARRYING:
        return False
    if law.in_form(record, power, None).outcome is not Outcome.MET:
        return False
    return not any(_prevents(record, r, power, question) for r in limits if not r.narrower)


def _prevents(record: Record, found: law.Restriction, power: str, question: Asked) -> bool:
    """Whether a restriction that fits, or may, keeps a power from standing alone."""
    if found.kind is None:
        return True
    if found.kind == terms.KIND_LIMITS_POWER:
        limited = record.some_value(found.reading, terms.LIMITS, lambda p: p == power)
        cuts = limited.outcome is not Outcome.NOT_MET
        return cuts and law.states_data(record, found.reading)
    if found.kind == terms.KIND_HOLDER_SECRECY:
        lifted = law.lifted(record, found.reading, (power,), question)
        return lifted.outcome is not Outcome.MET
    return False


def _route(record: Record, judged: Judged) -> Route:
    route = judged.candidate
    conditions = {
        name: ConditionFinding(
            found.outcome.word,
            found.applies,
            tuple(sorted(found.evidence)),
            () if found.outcome is Outcome.MET else tuple(sorted(found.missing)),
        )
        for name, found in judged.conditions.items()
    }
    flow = route.flow
    return Route(
        flow=flow,
        agreement=_agreement(record, route.version),
        version=route.version,
        tier_chain=route.chain.above,
        outcome=_OUTCOMES[judged.outcome],
        describes=judged.describes,
        illustrative=is_illustrative(record, route),
        conditions=conditions,
        powers=tuple(sorted({p for side in route.giver for p in side.powers})),
        bases=Bases(_bases(route.giver), _bases(route.taker)),
        data=tuple(sorted(record.iris(flow, terms.SHARES_CATEGORY))),
        excluded=tuple(sorted(record.iris(flow, terms.EXCLUDES_CATEGORY))),
        subjects=tuple(sorted(record.iris(flow, terms.ABOUT_SUBJECTS))),
        cautions=tuple(sorted(judged.cautions)),
    )


def _bases(sides: tuple[basis.Side, ...]) -> tuple[str, ...]:
    return tuple(sorted({b for side in sides for b in side.bases}))


def _key(iri: str | None) -> str | None:
    return None if iri is None else iri.rsplit("/", 1)[-1]


def _one_key(record: Record, node: str, prop: str) -> str | None:
    found = record.one(node, prop, as_iri)
    return _key(found) if isinstance(found, str) else None


def _text(record: Record, node: str, prop: str) -> str:
    found = record.one(node, prop, as_text)
    return found if isinstance(found, str) else words.NOT_RECORDED


def _power(record: Record, power: str, finding: Finding) -> FittingPower:
    return FittingPower(
        power,
        _one_key(record, power, terms.STRENGTH),
        _one_key(record, power, terms.DATA_FORM),
        _text(record, power, terms.READING_TEXT),
        tuple(sorted(finding.cautions)),
    )


def _duty(record: Record, power: str) -> FittingDuty:
    trigger = record.one(power, terms.TRIGGER_TEXT, as_text)
    text = _text(record, power, terms.READING_TEXT)
    if isinstance(trigger, str):
        text = f"must share if {trigger}: {text}"
    return FittingDuty(power, _one_key(record, power, terms.TRIGGER), text)


def _restriction(record: Record, found: law.Restriction) -> FittingRestriction:
    text = _text(record, found.reading, terms.READING_TEXT)
    return FittingRestriction(found.reading, _key(found.kind), text)


def _not_tested(
    source: Source, record: Record, limits: tuple[law.Restriction, ...]
) -> tuple[str, ...]:
    """The fixed list, and the general law with its name: its words are no finding of ours."""
    general = [r.reading for r in limits if r.kind == terms.KIND_GENERAL_LAW and not r.narrower]
    named = labels(source, general)
    said = (f"{named.get(r, r)}: {_text(record, r, terms.READING_TEXT)}" for r in general)
    return (*words.NOT_TESTED, *said)


def _bodies(record: Record, question: Asked) -> bool:
    return any(
        record.flag(body, terms.ILLUSTRATIVE).outcome is Outcome.MET
        for body in (question.from_, question.to)
    )


def _urgent(record: Record, question: Asked) -> Urgent:
    contacts = []
    for body in dict.fromkeys((question.from_, question.to)):
        posts = sorted(record.iris(body, terms.ORG_HAS_POST))
        for post in posts:
            role = next(iter(sorted(record.iris(post, terms.ORG_ROLE))), None)
            contacts.append(
                Contact(
                    body,
                    _text(record, role, terms.PREF_LABEL) if role else words.NOT_RECORDED,
                    _text(record, post, terms.HOW_TO_CONTACT),
                )
            )
        if not posts:
            contacts.append(Contact(body, words.NOT_RECORDED, words.NOT_RECORDED))
    return Urgent(words.URGENT, tuple(contacts))
