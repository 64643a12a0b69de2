"""The health check as a list, with the facets, order, pages and downloads of a register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Final

from vires import library, terms
from vires.decide import names
from vires.decide.gather import Source
from vires.explain import uk_date
from vires.explain.examples import examples
from vires.health.lines import Health, Kind, Line
from vires.library import Column, View
from vires.once import Once
from vires.registers import Row, Table, Value, named, word
from vires.registers.model import natural
from vires.validate import SAID, rules

NAME: Final = "health-check"
"""What addresses call the list."""

_VIEWS: Final = ("health/dates", "health/concerns")

_COLUMNS: Final = (
    Column("thing", "thing", "Thing", sort=True),
    Column("kind", "tag", "Outcome", facet="several"),
    Column("found", "text", "What is said of it"),
    Column("rule", "named", "Rule", facet="one", sort=True, empty="no rule"),
    Column("on", "date", "First found, due or changed on", sort=True),
    Column("severity", "tag", "Severity", place="under", facet="several", empty="none"),
    Column("whose", "text", "Owner", place="under", facet="one"),
    Column("owner", "word", "Owning role", place="sheet", facet="several", sort=True),
    Column("accepted", "text", "Accepted", place="under", empty="not accepted"),
    Column("fix", "text", "How to mend it", place="sheet", empty="nothing to mend"),
    Column("standing", "tag", "Accepted or open", place="none", facet="several"),
    Column("about", "named", "Agreement, community or organisation", place="sheet", facet="one"),
    Column("party", "named", "Party to the agreement", place="sheet", facet="one", empty="none"),
    Column("family", "word", "Rules about", place="none", facet="several", empty="no rule"),
    Column("number", "text", "Candidate", place="sheet", empty="none"),
    Column("example", "word", "Example data", place="sheet", facet="several"),
)


def table(source: Source, health: Health, today: date) -> Table:
    """Every line as a row, in the order of the health check."""
    return _table(Once(source), health, today, due=False)


def calendar(source: Source, health: Health, today: date) -> Table:
    """What falls due as rows: soon, and after that as far as the calendar looks.

    It is chosen from as `table` is, whose facets know more values.
    """
    return _table(Once(source), health, today, due=True)


@lru_cache(maxsize=8)
def _table(held: Once[Source], health: Health, today: date, *, due: bool) -> Table:
    source = held.source
    lines = (*health.of(Kind.SOON), *health.ahead) if due else health.lines
    reader = _Rows(source)
    words = {
        "kind": tuple(map(word, (kind.value for kind in Kind))),
        "severity": tuple(word(one.capitalize()) for one in SAID.values()),
        "standing": tuple(map(word, ("Open", "Accepted"))),
        # What has no line today may be followed too: the next fault must not be missed.
        "rule": tuple(_by_name(named(rule.iri, rule.claim) for rule in rules())),
        "about": tuple(reader.named(reader.shown)),
        "party": tuple(reader.named(reader.parties)),
        "whose": tuple(_by_name(map(word, _owners(health)))),
        "owner": tuple(map(word, (*reader.roles(), "not recorded"))),
    }
    return Table(
        NAME,
        _view(),
        tuple(reader.row(line) for line in lines),
        today,
        health.data_version,
        words,
        ranked=True,
    )


def _view() -> View:
    """What the list says of itself; its rows are those that were kept, and of two views."""
    return View(
        key=_VIEWS[0],
        title="Health check",
        question=(
            "What in the record is not met, falls due soon, has changed or cannot be told, "
            "by which rule, and whose is it to mend?"
        ),
        audience="everyone",
        parameters=(),
        columns=(),
        text=library.view(_VIEWS[0]).text,
        shown=_COLUMNS,
    )


class _Rows:
    """Makes rows of lines."""

    def __init__(self, source: Source) -> None:
        self.names = names(source)
        self.examples = examples(source)
        kinds = source.rows("health/concerned-kinds")
        self.shown = frozenset(row[0].value for row in kinds)
        self.parties = {party.value for _, party, _ in source.rows("health/parties")}

    def row(self, line: Line) -> Row:
        rule, example = line.rule, line.thing in self.examples
        cells = {
            "kind": (word(line.kind.value),),
            "found": (word(line.sentence),),
            "rule": (named(rule.iri, rule.claim),) if rule.iri else (),
            "on": tuple(_on(line)),
            "severity": (word(line.severity.capitalize()),) if line.severity else (),
            "whose": tuple(map(word, line.owners or ("not recorded",))),
            "owner": tuple(map(word, line.roles or ("not recorded",))),
            "accepted": tuple(_accepted(line)),
            "standing": (word("Accepted" if line.accepted else "Open"),),
            "about": tuple(self.named(line.concerned & self.shown)),
            "family": (word(rule.family.replace("-", " ").capitalize()),) if rule.family else (),
            "number": (word(rule.number),) if rule.number else (),
            "fix": (word(line.mend),) if line.mend else (),
            "party": tuple(self.named(line.parties)),
            "mark": (word(line.mark),) if line.mark else (),
            "example": (word("Example data" if example else "Not example data"),),
        }
        return Row(line.thing, line.label, example, cells)

    def roles(self) -> list[str]:
        """The roles that may own something, by name."""
        scheme = terms.BASE + "role/"
        return sorted({name for iri, name in self.names.items() if iri.startswith(scheme)})

    def named(self, iris: Iterable[str]) -> Iterator[Value]:
        """Some things as values, by name."""
        yield from _by_name(named(iri, self.names.get(iri, iri)) for iri in iris)


def _owners(health: Health) -> set[str]:
    """Every owner of a line or of a day to come, by role and body."""
    return {owner for line in (*health.lines, *health.ahead) for owner in line.owners}


def _by_name(values: Iterable[Value]) -> list[Value]:
    return sorted(values, key=lambda value: (natural(value.plain), value.iri))


def _on(line: Line) -> Iterator[Value]:
    if line.on is not None:
        yield Value(line.on.isoformat(), uk_date(line.on), line.on.isoformat())


def _accepted(line: Line) -> Iterator[Value]:
    if line.accepted is not None:
        one = line.accepted
        yield word(f"by {one.role} until {uk_date(one.until)}: {one.reason}")
