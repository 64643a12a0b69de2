"""Which rows of a register an address asks for: facets, order, page; and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from vires.library import Column
from vires.registers.model import SILENT, Row, Table, Value, natural

_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter, where, and how to mend it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address asks for. `facets` holds keys in the order of the columns.

    `order` is the name of a column or '' for that of the register, `falling` its direction.
    """

    facets: Mapping[str, tuple[str, ...]]
    order: str = ""
    falling: bool = False
    page: int = 1
    problems: tuple[Problem, ...] = ()

    def pairs(self, *, page: int = 1, order: str | None = None) -> list[tuple[str, str]]:
        """The parameters of the same choice on another page or in another order."""
        found = [(name, key) for name, keys in self.facets.items() for key in keys]
        sort = ("-" if self.falling else "") + self.order if order is None else order
        found += [("sort", sort)] if sort else []
        return found + ([("page", str(page))] if page > 1 else [])

    def without(self, name: str, key: str) -> Chosen:
        """The same choice with one value of a facet taken away."""
        facets = {
            facet: tuple(k for k in keys if (facet, k) != (name, key))
            for facet, keys in self.facets.items()
        }
        kept = {facet: keys for facet, keys in facets.items() if keys}
        return Chosen(kept, self.order, self.falling)


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet, how many rows it would give, and whether it is chosen."""

    value: Value
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to choose rows: its column and its values with counts under the other facets."""

    column: Column
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the chosen rows; `number` may lie past the last, then `rows` is empty."""

    rows: tuple[Row, ...]
    total: int
    number: int
    pages: int
    size: int

    @property
    def first(self) -> int:
        """The number of the first row shown."""
        return (self.number - 1) * self.size + 1


def choose(table: Table, pairs: Iterable[tuple[str, str]], *, paged: bool = True) -> Chosen:
    """What the parameters of an address ask for; every problem is named, none is guessed around.

    `paged` is false for a download, which has no pages.
    """
    facets: dict[str, tuple[str, ...]] = {}
    order, falling, number = "", False, 1
    problems: list[Problem] = []
    known = {column.name: column for column in table.facets}
    for name, given in _grouped(pairs).items():
        if name in known:
            facets[name] = _values(table, known[name], given, problems)
        elif name == "sort":
            order, falling = _order(table, given, problems)
        elif name == "page" and paged:
            number = _number(given, problems)
        else:
            near = _near(name, [*known, "sort"])
            problems.append(Problem("", f"This list has no filter called '{name[:40]}'.{near}"))
    ordered = {name: facets[name] for name in known if facets.get(name)}
    return Chosen(ordered, order, falling, number, tuple(problems))


def rows(table: Table, chosen: Chosen) -> tuple[Row, ...]:
    """The chosen rows in order."""
    found = _kept(table, chosen)
    column = table.column(chosen.order)
    if column is not None:
        silent = [row for row in found if not _sorts(row, column)]
        stated = [row for row in found if _sorts(row, column)]
        stated.sort(key=lambda row: _sorts(row, column), reverse=chosen.falling)
        found = stated + silent  # what is not recorded comes last, whichever way
    return tuple(found)


def page(table: Table, chosen: Chosen) -> Page:
    """One page of the chosen rows."""
    found = rows(table, chosen)
    pages = max(1, -(-len(found) // table.size))
    start = (chosen.page - 1) * table.size
    return Page(found[start : start + table.size], len(found), chosen.page, pages, table.size)


def facets(table: Table, chosen: Chosen) -> tuple[Facet, ...]:
    """Every facet with its values; one that would give nothing is left out unless chosen."""
    found = []
    for column in table.facets:
        counts: dict[str, int] = {}
        for row in _kept(table, chosen, leaving_out=column.name):
            for key in {value.key for value in row.facet(column)}:
                counts[key] = counts.get(key, 0) + 1
        mine = chosen.facets.get(column.name, ())
        options = tuple(
            Option(value, counts.get(key, 0), key in mine)
            for key, value in table.values(column).items()
            if counts.get(key) or key in mine
        )
        found.append(Facet(column, options))
    return tuple(found)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each parameter, without the empty ones that a form sends."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip():
            found.setdefault(name, []).append(value.strip())
    return found


def _values(
    table: Table, column: Column, given: list[str], problems: list[Problem]
) -> tuple[str, ...]:
    """The keys that some values name, by key or by IRI."""
    known = table.values(column)
    names = {name: v.key for v in known.values() for name in (v.iri, v.key) if name}
    wrong = [value for value in given if value not in names]
    keys = tuple(dict.fromkeys(names[value] for value in given if value in names))
    for value in wrong:
        near = _near(value, [*known])
        text = f"{column.title}: the list has no value '{value[:_LONGEST]}'.{near}"
        problems.append(Problem(column.name, text))
    if column.facet == "one" and len(keys) > 1:
        problems.append(Problem(column.name, f"{column.title}: choose one value, not several."))
        return keys[:1]
    return keys


def _near(value: str, known: list[str]) -> str:
    close = get_close_matches(value.casefold()[:_LONGEST], known, n=1, cutoff=0.6)
    return f" Did you mean '{close[0]}'?" if close else " Choose from the filters of the list."


def _order(table: Table, given: list[str], problems: list[Problem]) -> tuple[str, bool]:
    name = given[0].removeprefix("-")
    column = table.column(name)
    if len(given) > 1 or column is None or not column.sort:
        known = ", ".join(c.name for c in table.view.shown if c.sort)
        text = f"Sort: the list cannot be put in order of '{given[-1][:40]}'. Use one of: {known}."
        problems.append(Problem("", text))
        return "", False
    return name, given[0].startswith("-")


def _number(given: list[str], problems: list[Problem]) -> int:
    text = given[0]
    if len(given) == 1 and text.isascii() and text.isdigit() and len(text) < 7 and int(text) > 0:
        return int(text)
    problems.append(Problem("", f"Page: '{given[-1][:40]}' is no page number. Use 1 or more."))
    return 1


def _kept(table: Table, chosen: Chosen, *, leaving_out: str = "") -> list[Row]:
    """The chosen rows by name; `leaving_out` is a facet that is not looked at."""
    wanted = [
        (column, chosen.facets[column.name])
        for column in table.facets
        if column.name in chosen.facets and column.name != leaving_out
    ]
    return [row for row in table.rows if all(_has(row, *one) for one in wanted)]


def _has(row: Row, column: Column, keys: tuple[str, ...]) -> bool:
    return any(value.key in keys for value in row.facet(column))


def _sorts(row: Row, column: Column) -> tuple[tuple[tuple[int, int, str], ...], ...]:
    """What a row is put in order by: all values of the cell, as they stand in a download."""
    if column.kind == "thing":
        return (natural(row.name),)
    return tuple(natural(value.plain) for value in row.cell(column) if value.key not in SILENT)
