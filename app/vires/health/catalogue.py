"""The catalogue of rules: every rule by family, and every candidate with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from vires.decide.gather import Source
from vires.health.lines import Health, Kind
from vires.validate import SAID, Rule, rules

CANDIDATE: Final = "R"
"""How the number of a rule begins that was made of a candidate; other rules are our own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule: its key and IRI, its claim, how grave it is, its examples, and what it finds now.

    `found` and `silent` count the record's lines, None where no rule was run.
    """

    key: str
    iri: str
    number: str
    claim: str
    severity: str
    passes: int
    fails: int
    unknowns: int
    found: int | None
    silent: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """The rules about one matter."""

    title: str
    rules: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate by its number: the rules that check it, or why none does."""

    number: str
    rules: tuple[Entry, ...]
    iri: str = ""
    claim: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every rule by family, and every candidate in order of its number."""

    families: tuple[Family, ...]
    candidates: tuple[Candidate, ...]

    @property
    def rules(self) -> int:
        """How many rules there are."""
        return sum(len(family.rules) for family in self.families)


def catalogue(source: Source, health: Health) -> Catalogue:
    """The catalogue as it stands, with what each rule finds of a record."""
    entries = [(rule.family, _entry(rule, health)) for rule in rules()]
    families: dict[str, list[Entry]] = {}
    numbers: dict[str, list[Entry]] = {}
    for family, entry in entries:
        families.setdefault(family, []).append(entry)
        if entry.number.startswith(CANDIDATE):
            numbers.setdefault(entry.number, []).append(entry)
    candidates = [Candidate(number, tuple(found)) for number, found in numbers.items()]
    candidates += [
        Candidate(number.value, (), iri.value, claim.value, why.value)
        for iri, number, claim, why in source.rows("health/left-out")
    ]
    return Catalogue(
        tuple(
            Family(name.replace("-", " ").capitalize(), tuple(found))
            for name, found in sorted(families.items())
        ),
        tuple(sorted(candidates, key=lambda one: one.number)),
    )


@cache
def _counts(rule: Rule) -> tuple[int, int, int]:
    """How many examples a rule has that are met, not met and cannot be told."""
    return (
        len(rule.examples("pass")),
        len(rule.examples("fail")),
        len(rule.examples("unknown")),
    )


def _entry(rule: Rule, health: Health) -> Entry:
    # A line without a severity is a day of the record that the rule will speak of, not yet its own.
    kinds = [
        line.kind
        for line in health.lines
        if line.rule.iri == rule.iri and (line.severity or line.kind is Kind.CANNOT_TELL)
    ]
    run = health.checked is not None
    passes, fails, unknowns = _counts(rule)
    return Entry(
        key=rule.key,
        iri=rule.iri,
        number=rule.number,
        claim=rule.claim,
        severity=SAID[rule.severity],
        passes=passes,
        fails=fails,
        unknowns=unknowns,
        found=kinds.count(Kind.NOT_MET) + kinds.count(Kind.SOON) if run else None,
        silent=kinds.count(Kind.CANNOT_TELL) if run else None,
    )
