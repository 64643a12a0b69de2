"""The answer to one question, and its JSON (decision.md sections 4 and 6)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from vires.decide.law import Asked
from vires.decide.logic import Caution


@dataclass(frozen=True, slots=True)
class Contact:
    """A role to ask at an organisation (IRI), and how; 'not recorded' where nothing is."""

    organisation: str
    role: str
    how: str


@dataclass(frozen=True, slots=True)
class Urgent:
    """The urgent statement, and whom to ask."""

    statement: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class ConditionFinding:
    """What one condition found: `met`, `not-met` or `cannot-tell`, and on what (IRIs, in order)."""

    outcome: str
    applies: bool
    evidence: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bases:
    """What each side relies on, as IRIs in order."""

    discloser: tuple[str, ...]
    recipient: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """One candidate as an answer shows it; IRIs, each tuple in a total order."""

    flow: str
    agreement: str | None
    version: str
    tier_chain: tuple[str, ...]
    outcome: str
    describes: bool
    illustrative: bool
    conditions: dict[str, ConditionFinding]
    powers: tuple[str, ...]
    bases: Bases
    data: tuple[str, ...]
    excluded: tuple[str, ...]
    subjects: tuple[str, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A candidate that is not covered: the conditions that fail, and what would meet each.

    One with no failing condition names a question near this one that the flow covers.
    """

    flow: str
    fails: tuple[str, ...]
    change: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FittingPower:
    """A power or duty in force that fits, with its strength's key and our reading of it."""

    power: str
    strength: str | None
    data_form: str | None
    text: str
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True)
class FittingDuty:
    """A duty in force that fits: it bites only on its trigger."""

    power: str
    trigger: str | None
    text: str


@dataclass(frozen=True, slots=True)
class FittingRestriction:
    """A restriction that fits or may fit, with its kind's key and our reading of it."""

    power: str
    kind: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the record documents about one question as at its date."""

    question: Asked
    urgent: Urgent
    verdict: str
    reason: str | None
    illustrative: bool
    routes: tuple[Route, ...]
    near_misses: tuple[NearMiss, ...]
    powers: tuple[FittingPower, ...]
    duties: tuple[FittingDuty, ...]
    restrictions: tuple[FittingRestriction, ...]
    not_tested: tuple[str, ...]
    as_at: str
    rests_on: str
    data_version: str
    query: tuple[str, ...]


def as_dict(answer: Answer) -> dict[str, Any]:
    """The answer as plain values, with the keys of decision.md section 6 in their order."""
    asked = answer.question
    return {
        "question": {
            "from": asked.from_,
            "to": asked.to,
            "purpose": asked.purpose,
            "category": asked.category,
            "subjects": asked.subjects,
            "on": asked.on.isoformat(),
        },
        "urgent": {
            "statement": answer.urgent.statement,
            "contacts": [
                {"organisation": c.organisation, "role": c.role, "how": c.how}
                for c in answer.urgent.contacts
            ],
        },
        "verdict": answer.verdict,
        "reason": answer.reason,
        "illustrative": answer.illustrative,
        "routes": [_route(route) for route in answer.routes],
        "near_misses": [
            {"flow": n.flow, "fails": list(n.fails), "change": list(n.change)}
            for n in answer.near_misses
        ],
        "powers": [
            {
                "power": p.power,
                "strength": p.strength,
                "data_form": p.data_form,
                "text": p.text,
                "cautions": _cautions(p.cautions),
            }
            for p in answer.powers
        ],
        "duties": [{"power": d.power, "trigger": d.trigger, "text": d.text} for d in answer.duties],
        "restrictions": [
            {"power": r.power, "kind": r.kind, "text": r.text} for r in answer.restrictions
        ],
        "not_tested": list(answer.not_tested),
        "as_at": answer.as_at,
        "rests_on": answer.rests_on,
        "data_version": answer.data_version,
        "query": list(answer.query),
    }


def _cautions(cautions: tuple[Caution, ...]) -> list[dict[str, str]]:
    return [{"code": caution.code, "text": caution.text} for caution in cautions]


def _route(route: Route) -> dict[str, Any]:
    return {
        "flow": route.flow,
        "agreement": route.agreement,
        "version": route.version,
        "tier_chain": list(route.tier_chain),
        "outcome": route.outcome,
        "describes": route.describes,
        "illustrative": route.illustrative,
        "conditions": {
            name: {
                "outcome": found.outcome,
                "applies": found.applies,
                "evidence": list(found.evidence),
                "missing": list(found.missing),
            }
            for name, found in route.conditions.items()
        },
        "powers": list(route.powers),
        "bases": {
            "discloser": list(route.bases.discloser),
            "recipient": list(route.bases.recipient),
        },
        "data": list(route.data),
        "excluded": list(route.excluded),
        "subjects": list(route.subjects),
        "cautions": _cautions(route.cautions),
    }


def to_json(answer: Answer, *, indent: int | None = 2) -> bytes:
    """The answer as UTF-8 JSON ending in a newline; the same bytes for the same answer."""
    text = json.dumps(as_dict(answer), ensure_ascii=False, indent=indent)
    return (text + "\n").encode()
