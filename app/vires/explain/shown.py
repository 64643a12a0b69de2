"""What a page shows of an answer: plain text in frozen dataclasses, and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from vires.terms import BASE

CONDITION_TITLES: Final = {
    "version-in-force": "The version is in force",
    "tier-chain": "What it stands on is in force",
    "same-community": "Both stand in one community",
    "parties": "Both organisations are parties",
    "signed": "Both organisations have signed",
    "bound-above": "Both are bound by what it stands on",
    "category": "The information is covered",
    "subjects": "The people are covered",
    "purpose": "The purpose is covered",
    "purpose-within": "The purpose is within what it stands on",
    "power": "A power is relied on and fits",
    "article-6": "An Article 6 basis for each side",
    "article-9": "An Article 9 condition for each side",
    "article-10": "An Article 10 basis for each side",
    "law-enforcement": "What Part 3 of the Data Protection Act 2018 asks",
    "confidentiality": "A basis in the duty of confidence",
    "restriction": "No recorded restriction stands in the way",
}
"""Each condition of decision.md section 3, in its order, as a claim that a person can read."""

_DIFFERENCES: Final = {
    "purpose": {
        "met": "same purpose",
        "not met": "for another purpose",
        "cannot tell": "the record cannot tell for which purpose",
    },
    "category": {
        "met": "lists this information",
        "not met": "does not list this information",
        "cannot tell": "the record cannot tell whether it lists this information",
    },
    "subjects": {
        "met": "same people",
        "not met": "about other people",
        "cannot tell": "the record cannot tell whom it is about",
    },
    "version-in-force": {
        "not met": "not in force on this date",
        "cannot tell": "the record cannot tell whether it is in force on this date",
    },
}
"""How a route that is about something else differs, by condition and outcome."""

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Named:
    """A thing of the record: its IRI and what it is called."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of an agreement. Days are UK dates in words, '' where none is recorded."""

    version: str
    agreement: str
    title: str
    tier: str
    label: str
    commences: str
    ends: str
    review: str
    community: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A party's signature: the day in words, the capacity ('' where none), whether deemed."""

    organisation: str
    day: str
    capacity: str
    deemed: bool


@dataclass(frozen=True, slots=True)
class Law:
    """A reading or condition of law; `href` is the official text, `marks` how far it was checked.

    `word` is 'may share' for a power, 'must share if' for a duty, '' otherwise; a function is a
    power to act from which no more is claimed.
    """

    iri: str
    label: str
    text: str
    trigger: str
    href: str
    word: str
    strength: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """An organisation on one side of a flow, and what it relies on."""

    organisation: str
    receives: bool
    regime: str
    role: str
    bases: tuple[Law, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a route, its outcome in words, what was read and what is wanting."""

    name: str
    title: str
    outcome: str
    evidence: tuple[Named, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteView:
    """One candidate as the page shows it; `detailed` is false where the lists are left out."""

    flow: str
    outcome: str
    describes: bool
    illustrative: bool
    standing: Standing
    status: str
    above: tuple[Standing, ...]
    signatures: tuple[Signed, ...]
    powers: tuple[Law, ...]
    power_applies: bool
    sides: tuple[Side, ...]
    data: tuple[str, ...]
    excluded: tuple[str, ...]
    subjects: tuple[str, ...]
    purposes: tuple[str, ...]
    methods: tuple[str, ...]
    retention: tuple[str, ...]
    cautions: tuple[str, ...]
    conditions: tuple[Condition, ...]

    @property
    def differs(self) -> tuple[str, ...]:
        """How it differs from what was asked: its purpose, information, people and date."""
        outcomes = {one.name: one.outcome for one in self.conditions}
        told = {
            name: words[outcomes[name]]
            for name, words in _DIFFERENCES.items()
            if outcomes.get(name) in words
        }
        if self.excluded and outcomes.get("category") == "not met":
            told["category"] += ", or leaves it out"
        return tuple(told.values())


@dataclass(frozen=True, slots=True)
class Change:
    """A near miss: the agreement, what stands in the way, and the smallest changes."""

    title: str
    fails: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asker:
    """A role to ask at an organisation."""

    organisation: str
    role: str
    how: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer as a page shows it. Lists keep the order of the answer."""

    heading: str
    verdict: str
    reason: str | None
    illustrative: bool
    from_: Named
    to: Named
    purpose: Named
    category: Named
    subjects: Named | None
    day: str
    routes: tuple[RouteView, ...]
    near: tuple[Change, ...]
    powers: tuple[Law, ...]
    functions: tuple[Law, ...]
    duties: tuple[Law, ...]
    restrictions: tuple[tuple[str, Law], ...]
    not_tested: tuple[str, ...]
    contacts: tuple[Asker, ...]
    note: str
    rests_on: str
    data_version: str
    queries: tuple[str, ...]

    @property
    def rests_on_things(self) -> frozenset[str]:
        """The IRIs of the verdict and of the law and conditions that the page shows."""
        sides = (side for route in self.routes for side in route.sides)
        laws = (
            *self.powers,
            *self.functions,
            *self.duties,
            *(law for _, law in self.restrictions),
            *(law for route in self.routes for law in route.powers),
            *(law for side in sides for law in side.bases),
        )
        return frozenset((f"{BASE}verdict/{self.verdict}", *(law.iri for law in laws)))


def uk_date(day: date) -> str:
    """A day in words: 2 January 2027."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
