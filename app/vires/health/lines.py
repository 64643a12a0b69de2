"""What is not met, falls due soon, has changed or cannot be told, a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from vires import terms
from vires.decide import names
from vires.decide.gather import Source
from vires.errors import StoreError
from vires.explain import uk_date
from vires.explain.thing.naming import Namer
from vires.health.owning import Owning
from vires.once import Once
from vires.validate import SAID, Acceptance, Finding, Rule, rules
from vires.validate import standing as kept

WINDOW: Final = timedelta(days=90)
"""How far ahead 'soon' looks, and how far back 'changed' does."""

AHEAD: Final = timedelta(days=400)
"""How far ahead the calendar looks: beyond a year, since most reviews are of each year."""

_ASK: Final = "Find out what the source leaves unsaid, and record it. If the rule is then not met:"
"""What to do first where the record is silent."""

_KEY: Final = re.compile(r"`([^`]+)`")
"""How a fix writes the key of a term, or a path of them."""

_FORESEES: Final = "vires:soonUntil"
"""A rule that asks for this day tells of what falls due, before anything is wrong."""


class Kind(Enum):
    """What a line of the health check tells of, by the word it has on the page."""

    NOT_MET = "Not met"
    SOON = "Soon"
    CHANGED = "Changed"
    CANNOT_TELL = "Cannot tell"


class Standing(Enum):
    """Whether the rules were run on the record, as far as the site can see."""

    CHECKED = "checked"
    PENDING = "pending"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Told:
    """What a line says of the rule that it comes from; `iri` is '' where the catalogue has none."""

    iri: str = ""
    number: str = ""
    claim: str = ""
    family: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a sentence about a thing, the rule it comes from, and the roles that answer for it.

    `on` is the day since when it stands, the day that it falls due, or the day of the change.
    `severity` is must, should or advisory, '' where no rule was run. `value` is the thing that
    breaks the rule, '' where none is named; `concerned` are the things on whose pages the line
    is shown. `roles` own what it concerns, `owners` says so with the bodies whose roles they are;
    `parties` are those of the agreements that it concerns. `mend` says what to do, '' for nothing.
    `mark` tells what falls due on a day from all else that does, whatever words it is told in; ''
    for other lines.
    """

    kind: Kind
    thing: str
    label: str
    sentence: str
    on: date | None
    rule: Told
    severity: str = ""
    value: str = ""
    accepted: Acceptance | None = None
    roles: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    concerned: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    mend: str = ""
    mark: str = ""

    def concerns(self, iri: str) -> bool:
        """Whether it is shown on the page of a thing, or of the rule it comes from."""
        return iri in self.concerned or (bool(iri) and iri == self.rule.iri)


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """The health of a record on a day: every line, and the day that the rules were run on.

    `ahead` are lines of what falls due later than soon, until `AHEAD`, by day. Read once, so the
    same one is itself.
    """

    lines: tuple[Line, ...]
    ahead: tuple[Line, ...]
    standing: Standing
    checked: date | None
    data_version: str

    def of(self, *kinds: Kind) -> tuple[Line, ...]:
        """The lines of some kinds."""
        return tuple(line for line in self.lines if line.kind in kinds)

    def beside(self, iri: str) -> tuple[Line, ...]:
        """What is shown on the page of a thing or a rule: all but what changed."""
        return tuple(
            line for line in self.lines if line.kind is not Kind.CHANGED and line.concerns(iri)
        )


def health(source: Source, text: str | None, today: date, *, readable: bool = True) -> Health:
    """The health of a record, from the text that was kept with it (None where none was yet).

    `readable` is false where what was kept could not be read. What falls due and what changed is
    read from the record itself, whether or not the rules were run. Read once for a data version,
    text and day.
    Errors: those of `source`; a damaged text is none, it shows as `Standing.UNREADABLE`.
    """
    return _health(Once(source), text, today, readable)


@lru_cache(maxsize=8)
def _health(held: Once[Source], text: str | None, today: date, readable: bool) -> Health:
    found: kept.Standing | None = None
    if text is not None:
        try:
            found = kept.from_json(text)
        except StoreError:
            readable = False
    standing = Standing.CHECKED if found else Standing.PENDING
    lines, ahead = _Lines(held.source, today).read(found)
    return Health(
        lines,
        ahead,
        standing if readable else Standing.UNREADABLE,
        found.as_at if found else None,
        held.source.data_version,
    )


@cache
def _rules() -> dict[str, Rule]:
    return {rule.key: rule for rule in rules()}


def _told(key: str) -> Told:
    """What a line says of its rule; its key in words where the catalogue has it no more."""
    rule = _rules().get(key)
    if rule is None:
        return Told(claim=key.replace("-", " "))
    return Told(rule.iri, rule.number, rule.claim, rule.family, rule.fix)


def _foresees(key: str) -> bool:
    rule = _rules().get(key)
    return rule is not None and any(_FORESEES in str(quad.object) for quad in rule.quads)


def _mend(kind: Kind, fix: str) -> str:
    """What to do about a line: its rule's fix, but first to find out what is not known."""
    if kind is Kind.CANNOT_TELL and fix:
        return f"{_ASK} {fix}"
    return "" if kind is Kind.CHANGED else fix


class _Concern(NamedTuple):
    """What a thing belongs to, the parties of that, the roles that answer for it, and whose."""

    things: frozenset[str]
    parties: frozenset[str]
    roles: tuple[str, ...]
    owners: tuple[str, ...]


class _Lines:
    """Reads the lines of one record on one day."""

    def __init__(self, source: Source, today: date) -> None:
        self.source, self.today = source, today
        self.names = names(source)
        self.owning = Owning(source, today)
        self.namer = Namer(source)
        self._known: dict[str, _Concern] = {}

    def read(self, found: kept.Standing | None) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """The lines in order of weight, and those of days that are not yet near."""
        lines = [*self.found(found)] if found else []
        foreseen = {
            (line.thing, line.rule.number, line.on): place
            for place, line in enumerate(lines)
            if line.kind is Kind.SOON
        }
        ahead = []
        for line in self.dated():
            if line.on is not None and line.on > self.today + WINDOW:
                ahead.append(line)
                continue
            place = None
            if line.kind is Kind.SOON:
                place = foreseen.pop((line.thing, line.rule.number, line.on), None)
            if place is None:
                lines.append(line)
            else:  # one line for both, under one mark
                lines[place] = replace(lines[place], mark=line.mark)
        return tuple(sorted(lines, key=_weight)), tuple(ahead)

    def found(self, standing: kept.Standing) -> Iterator[Line]:
        """What the rules found, cannot tell, and found anew or no more."""
        for finding, since in standing.findings:
            if _foresees(finding.rule):
                due = _due(finding) or since
                yield self.finding(finding, Kind.SOON, finding.message, due)
            else:
                yield self.finding(finding, Kind.NOT_MET, finding.message, since)
        for change in standing.changes:
            if change.day > self.today - WINDOW and not _foresees(change.finding.rule):
                said = "No longer found: " if change.gone else "Newly found: "
                yield self.finding(
                    change.finding, Kind.CHANGED, said + change.finding.message, change.day
                )
        for silence in standing.silences:
            claim = _told(silence.rule).claim
            said = f"The record is silent on what this asks of {silence.focus_label}: {claim}."
            yield self.line(Kind.CANNOT_TELL, silence.focus, said, None, silence.rule)

    def finding(self, finding: Finding, kind: Kind, sentence: str, on: date) -> Line:
        value = (finding.value or "").removeprefix("<").removesuffix(">")
        line = self.line(
            kind,
            finding.focus,
            sentence,
            on,
            finding.rule,
            value if (finding.value or "").startswith("<") and value != finding.focus else "",
        )
        accepted = None if kind is Kind.CHANGED else finding.accepted
        return replace(line, severity=SAID[finding.severity], accepted=accepted)

    def dated(self) -> Iterator[Line]:
        """What the record itself says of days that are near, and of those ahead, by day."""
        for thing, day, will, did, other, rule in self.source.rows("health/dates"):
            on = _day(day)
            if on is None or not self.today - WINDOW <= on <= self.today + AHEAD:
                continue
            soon = on >= self.today
            words = (will if soon else did).value
            named = "" if other is None else f" {self.label(other.value)}"
            sentence = f"{self.label(thing.value)} {words}{named} on {uk_date(on)}."
            kind = Kind.SOON if soon else Kind.CHANGED
            key = "" if rule is None else rule.value.rsplit("/", 1)[-1]
            value = "" if other is None else other.value
            told = self.line(kind, thing.value, sentence, on, key, value)
            yield replace(told, mark=f"{key} {words} {value}") if soon else told

    def line(
        self,
        kind: Kind,
        thing: str,
        sentence: str,
        on: date | None,
        rule: str,
        value: str = "",
    ) -> Line:
        concern, told = self.concern(thing), _told(rule)
        return Line(
            kind,
            thing,
            self.label(thing),
            sentence,
            on,
            told,
            value=value,
            roles=concern.roles,
            owners=concern.owners,
            concerned=concern.things | ({value} if value else frozenset()),
            parties=concern.parties,
            mend=self.worded(_mend(kind, told.fix)),
        )

    def concern(self, thing: str) -> _Concern:
        """What a thing belongs to, the roles that answer for that, and whose they are."""
        if thing not in self._known:
            named = not thing.startswith("_:")
            rows = list(self.source.rows("health/concerns", thing=thing)) if named else []
            things = frozenset(other.value for other, _ in rows) | {thing}
            roles = {role.value for _, role in rows if role is not None}
            self._known[thing] = _Concern(
                things,
                self.owning.parties(things),
                tuple(sorted(map(self.label, roles))),
                tuple(sorted(words for role in roles for words in self.owners(role, things))),
            )
        return self._known[thing]

    def worded(self, fix: str) -> str:
        """A fix for people: a term that it names by its key is named as pages name it."""

        def words(found: re.Match[str]) -> str:
            prefix, colon, local = found[1].rpartition(":")
            namespace = terms.PREFIXES.get(prefix) if colon else terms.VIRES
            if namespace is None or (
                namespace == terms.VIRES and namespace + local not in self.names
            ):
                return found[1]
            return f"'{self.namer.property(namespace + local)}'"

        return _KEY.sub(words, fix)

    def owners(self, role: str, things: frozenset[str]) -> Iterator[str]:
        """A role with each body whose role it is; alone where no such body is recorded."""
        bodies = self.owning.bodies(role, things)
        yield from (f"{self.label(role)}, {self.label(body)}" for body in bodies)
        if not bodies:
            yield self.label(role)

    def label(self, iri: str) -> str:
        """What a thing is called; the end of its IRI in words where the record does not say."""
        return self.names.get(iri) or iri.rstrip("/").rsplit("/", 1)[-1].replace("-", " ")


def _weight(line: Line) -> tuple[int, int, str, str, str, str]:
    """What lines are put in order by: the gravest first."""
    severities = list(SAID.values())
    return (
        list(Kind).index(line.kind),
        severities.index(line.severity) if line.severity else len(severities),
        line.rule.number,
        line.rule.iri,
        line.label.casefold(),
        line.sentence,
    )


def _due(finding: Finding) -> date | None:
    """The day that a finding of what falls due names as its value."""
    try:
        return date.fromisoformat((finding.value or "")[1:11])
    except ValueError:
        return None


def _day(term: Any) -> date | None:
    try:
        return date.fromisoformat(str(term.value))
    except ValueError:
        return None
