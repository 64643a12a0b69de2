"""What a check found, in plain values: the outcome of each rule for each thing, and the findings.

The same for both engines: messages are rendered here, from the rule's text and the labels of what
it returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vires.validate.catalogue import SEVERITIES
from vires.validate.evidence import Outcome


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who lives with a finding, why, and until which day it is accepted."""

    role: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: what, where, how grave, and in words.

    `focus` is an IRI or a blank node's label; `path` and `value` are as SPARQL writes them, None
    where there is none; `value_label` is the value in words. `severity` is that of the profile.
    """

    rule: str
    number: str
    severity: str
    focus: str
    focus_label: str
    path: str | None
    value: str | None
    value_label: str | None
    component: str
    message: str
    accepted: Acceptance | None


@dataclass(frozen=True, slots=True)
class Silence:
    """A rule that cannot tell for a thing, since the record is silent on what it asks."""

    rule: str
    number: str
    focus: str
    focus_label: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule's row of the matrix: the things it comes out for, in order, by outcome."""

    key: str
    iri: str
    number: str
    claim: str
    severity: str
    why: str
    fix: str
    outcomes: tuple[tuple[str, Outcome], ...]

    def count(self, outcome: Outcome) -> int:
        """For how many things it comes out so."""
        return sum(1 for _, found in self.outcomes if found is outcome)


@dataclass(frozen=True, slots=True)
class Report:
    """A check of a record by rules on a day: the whole matrix, the findings and the silences."""

    on: date
    engine: str
    data_version: str
    rows: tuple[RuleRow, ...]
    findings: tuple[Finding, ...]
    silences: tuple[Silence, ...]

    @property
    def conforms(self) -> bool:
        """Whether nothing violates any rule, of whatever severity, accepted or not."""
        return not self.findings

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that fail a run: of the gravest severity, and not accepted."""
        return tuple(f for f in self.findings if f.severity == SEVERITIES[0] and f.accepted is None)
