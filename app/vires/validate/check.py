"""Checks a record by rules on a day, and reports how each rule comes out for each thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

import pyoxigraph as ox

from vires import terms
from vires.errors import UsageError
from vires.store import Snapshot
from vires.validate import live
from vires.validate.catalogue import SEVERITIES, Rule
from vires.validate.day import days
from vires.validate.evidence import Evidence, Hit, Outcome
from vires.validate.graph import Term
from vires.validate.report import Acceptance, Finding, Report, RuleRow, Silence
from vires.validate.spread import spread
from vires.validate.words import Words

ENGINES: Final = ("compiled", "reference")

Find = Callable[[Rule, frozenset[Term] | None], Evidence]
"""How an engine finds the evidence of a rule: over every focus node, or those given."""


def check(
    snapshot: Snapshot,
    pool: Iterable[Rule],
    on: date,
    *,
    only: frozenset[Term] | None = None,
    profile: str | None = None,
    engine: str = ENGINES[0],
    matrix: bool = True,
) -> Report:
    """The outcome of each rule for each thing: of the whole record, or of the things given.

    `profile` is the IRI of the framework profile whose severities hold; without it each thing has
    those of its own framework. Without `matrix` only what is violated or cannot be told is found,
    of the whole record and by the compiled rules. No outcome changes what an answer says, or
    delays it.
    Errors: `RuleError` where a rule is not supported, `StoreError` where the disk fails.
    """
    if only is None:
        snapshot = snapshot.in_memory()
    find = _engine(snapshot, on, engine) if matrix else _found(snapshot, on)
    rules = tuple(pool)
    # A few things are checked in no time; the record as a whole is worth all cores.
    statements = len(snapshot) if only is None else 0
    every = spread(lambda rule: find(rule, only), rules, statements)
    return report(snapshot, zip(rules, every, strict=True), on, profile=profile, engine=engine)


def report(
    snapshot: Snapshot,
    evidence: Iterable[tuple[Rule, Evidence]],
    on: date,
    *,
    profile: str | None = None,
    engine: str = ENGINES[0],
) -> Report:
    """What was found of rules, in words and with the severities that hold; see `check`."""
    writer = _Writer(snapshot, on, profile)
    rows: list[RuleRow] = []
    findings: list[Finding] = []
    silences: list[Silence] = []
    for rule, found in evidence:
        outcomes = found.outcomes()
        rows.append(writer.row(rule, outcomes))
        findings += [writer.finding(rule, hit) for hit in found.hits]
        silences += [
            Silence(rule.key, rule.number, name(focus), writer.words.term(focus))
            for focus, outcome in outcomes.items()
            if outcome is Outcome.CANNOT_TELL
        ]
    ordered = tuple(sorted(findings, key=place))
    return Report(on, engine, snapshot.data_version, tuple(rows), ordered, tuple(silences))


def place(finding: Finding) -> tuple[int, str, str]:
    """Where a finding stands in a report: the gravest first, then by rule and thing."""
    return SEVERITIES.index(finding.severity), finding.rule, finding.focus


def things_in(snapshot: Snapshot, graphs: Iterable[str]) -> frozenset[Term]:
    """Every thing with an IRI that some of the graphs state something of."""
    return frozenset(
        row[0]
        for graph in graphs
        for row in snapshot.rows("check/named-in", graph=graph)
        if isinstance(row[0], ox.NamedNode)
    )


def profiles(snapshot: Snapshot) -> tuple[str, ...]:
    """The framework profiles that set severities, as IRIs in order."""
    rows = snapshot.rows("check/settings")
    return tuple(sorted({row[0].value for row in rows if isinstance(row[0], ox.NamedNode)}))


def profile_of(snapshot: Snapshot, text: str) -> str:
    """The IRI of a profile that sets severities, by its IRI or by how its IRI ends.

    Errors: `UsageError` where there is no such profile, or several.
    """
    known = profiles(snapshot)
    found = [iri for iri in known if iri == text or iri.rstrip("/").endswith(f"/{text}")]
    if len(found) != 1:
        names = ", ".join(known) or "none is on record"
        raise UsageError(f"--profile `{text}` names {len(found)} profiles; name one of: {names}")
    return found[0]


def name(term: Term) -> str:
    """A focus node's name: its IRI, its blank label, or its text."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)


def _found(snapshot: Snapshot, on: date) -> Find:
    return lambda rule, _: live.findings(snapshot, rule, days(on))


def _engine(snapshot: Snapshot, on: date, engine: str) -> Find:
    if engine == "compiled":
        return lambda rule, only: live.evidence(snapshot, rule, days(on), only)
    if engine != "reference":
        raise UsageError(f"--engine `{engine}` is none; use one of {' or '.join(ENGINES)}")
    from vires.validate.reference import Record  # pyshacl takes a second to import

    return Record(snapshot, days(on)).evidence


class _Writer:
    """Puts what an engine found into words, with the severity of the profile that holds."""

    def __init__(self, snapshot: Snapshot, on: date, profile: str | None) -> None:
        self.words = Words(snapshot)
        self._snapshot = snapshot
        self._profile = profile
        self._settings = _settings(snapshot)
        self._accepted = _accepted(snapshot, on)
        self._profiles: dict[str, tuple[str, ...]] = {}

    def row(self, rule: Rule, outcomes: dict[Term, Outcome]) -> RuleRow:
        found = tuple((name(focus), outcome) for focus, outcome in outcomes.items())
        return RuleRow(
            rule.key, rule.iri, rule.number, rule.claim, rule.severity, rule.why, rule.fix, found
        )

    def finding(self, rule: Rule, hit: Hit) -> Finding:
        focus = name(hit.focus)
        return Finding(
            rule=rule.key,
            number=rule.number,
            severity=self._severity(rule, focus),
            focus=focus,
            focus_label=self.words.term(hit.focus),
            path=hit.path,
            value=None if hit.value is None else str(hit.value),
            value_label=None if hit.value is None else self.words.term(hit.value),
            component=hit.component,
            message=self.words.message(rule, hit.focus, hit.path, hit.value, hit.extra),
            accepted=self._accepted.get((rule.iri, focus)),
        )

    def _severity(self, rule: Rule, focus: str) -> str:
        """The gravest that the profiles of the thing set; that of the shape where none does."""
        if not any(set_rule == rule.iri for _, set_rule in self._settings):
            return rule.severity
        found = [
            self._settings[profile, rule.iri]
            for profile in self._profiles_of(focus)
            if (profile, rule.iri) in self._settings
        ]
        return min(found, key=SEVERITIES.index, default=rule.severity)

    def _profiles_of(self, focus: str) -> tuple[str, ...]:
        if self._profile is not None:
            return (self._profile,)
        if focus.startswith("_:"):
            return ()
        if focus not in self._profiles:
            rows = self._snapshot.rows("check/profile", thing=focus)
            self._profiles[focus] = tuple(
                row[0].value for row in rows if isinstance(row[0], ox.NamedNode)
            )
        return self._profiles[focus]


def _settings(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """The severity that each profile sets for each rule; the gravest where it sets several."""
    found: dict[tuple[str, str], str] = {}
    for profile, rule, severity in snapshot.rows("check/settings"):
        assert profile is not None and rule is not None and severity is not None
        named = severity.value.removeprefix(terms.SH)
        if named in SEVERITIES:
            both = (found.get((profile.value, rule.value), SEVERITIES[-1]), named)
            found[profile.value, rule.value] = min(both, key=SEVERITIES.index)
    return found


def _accepted(snapshot: Snapshot, on: date) -> dict[tuple[str, str], Acceptance]:
    """What is accepted on a day, by rule and node; the one that lasts longest where several are."""
    words = Words(snapshot)
    found: dict[tuple[str, str], Acceptance] = {}
    for rule, node, reason, role, start, until in snapshot.rows("check/accepted"):
        assert rule is not None and node is not None and reason is not None and role is not None
        last, first = _day(until), _day(start)
        if last is None or last < on or (start is not None and (first is None or first > on)):
            continue
        key = (rule.value, name(node))
        if key not in found or found[key].until < last:
            found[key] = Acceptance(words.term(role), reason.value, last)
    return found


def _day(term: Term | None) -> date | None:
    """A day from a well-typed date; None for anything else."""
    if not isinstance(term, ox.Literal) or term.datatype.value != terms.XSD_DATE:
        return None
    try:
        return date.fromisoformat(term.value)
    except ValueError:
        return None
