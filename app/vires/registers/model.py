"""What a register is made of: plain frozen dataclasses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from vires.addresses import path_of
from vires.library import Column, View

SIZE = 25
"""How many rows a page shows, where a register does not say otherwise."""

NOT_STATED = "not-stated"
NOT_RECORDED = "not-recorded"
SILENT = frozenset({NOT_STATED, NOT_RECORDED})
"""The keys of values that say that the record has none."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a cell.

    `key` names it in an address, `text` is what a page shows and `plain` what a download holds
    (a date as YYYY-MM-DD). `iri` is '' for what is no thing; `example` marks illustrative things.
    """

    key: str
    text: str
    plain: str
    iri: str = ""
    example: bool = False


SILENCE = Value(NOT_STATED, "not stated in the source", "not stated in the source")
"""The value of a recorded silence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing of a register: its IRI, its name, whether it is illustrative, and its cells."""

    iri: str
    name: str
    example: bool
    cells: Mapping[str, tuple[Value, ...]]

    def cell(self, column: Column) -> tuple[Value, ...]:
        """The values of a column, none where the record has none."""
        return self.cells.get(column.name, ())

    def facet(self, column: Column) -> tuple[Value, ...]:
        """The values by which a row can be chosen; one that says so where there is none."""
        return self.cell(column) or (Value(NOT_RECORDED, column.empty, column.empty),)


@dataclass(frozen=True, slots=True)
class Table:
    """A whole register on one day: its view, its rows by name, and what it was read from.

    `words` gives the known values of a facet whose words are fixed, used or not. Rows that are
    `ranked` stand in an order that no column shows. A page shows `size` rows.
    """

    name: str
    view: View
    rows: tuple[Row, ...]
    on: date
    data_version: str
    words: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    ranked: bool = False
    size: int = SIZE
    _values: dict[str, dict[str, Value]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    @property
    def tree(self) -> Column | None:
        """The column that names the broader thing, where the register is a tree."""
        return next((c for c in self.view.columns if c.kind == "broader"), None)

    def column(self, name: str) -> Column | None:
        """A column by its name."""
        return next((c for c in self.view.shown if c.name == name), None)

    def placed(self, *places: str) -> tuple[Column, ...]:
        """The columns shown in some places, but for the name of the thing itself."""
        return tuple(c for c in self.view.shown[1:] if c.place in places)

    @property
    def facets(self) -> tuple[Column, ...]:
        """The columns that rows can be chosen by."""
        return tuple(c for c in self.view.shown if c.facet)

    def values(self, column: Column) -> Mapping[str, Value]:
        """Every value of a facet by its key, those of its fixed words first."""
        if column.name not in self._values:
            found = {value.key: value for value in self.words.get(column.name, ())}
            for value in sorted(
                dict.fromkeys(_all(self.rows, column)),
                key=lambda v: (v.key in SILENT, natural(v.plain)),
            ):
                found.setdefault(value.key, value)
            self._values[column.name] = found
        return self._values[column.name]

    def by_thing(self, column: Column) -> dict[str, tuple[str, list[Row]]]:
        """For each thing among the values of a facet, its key in addresses and its rows."""
        found: dict[str, tuple[str, list[Row]]] = {}
        for row in self.rows:
            for value in row.cell(column):
                found.setdefault(value.iri, (value.key, []))[1].append(row)
        return found


def _all(rows: tuple[Row, ...], column: Column) -> Iterator[Value]:
    return (value for row in rows for value in row.facet(column))


@lru_cache(maxsize=1 << 16)
def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts texts in the order a person expects: section 9 before section 10."""
    parts = re.findall(r"(\d+)|(\D+)", text.casefold())
    return tuple((0, int(d), "") if d else (1, 0, w) for d, w in parts)


def slug(text: str) -> str:
    """How addresses name a word or a text."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")


def word(text: str) -> Value:
    """A word or a text as a value."""
    return Value(slug(text), text, text)


def named(iri: str, label: str) -> Value:
    """A thing as a value, which addresses name by the path of its page."""
    path = path_of(iri)
    return Value(path.removeprefix("/doc/") if path else iri, label, label, iri)


def settled(values: Iterable[Value]) -> tuple[Value, ...]:
    """Values in order; a statement counts where the record also says that there is none."""
    found = sorted(dict.fromkeys(values), key=lambda v: natural(v.plain))
    stated = tuple(value for value in found if value.key != NOT_STATED)
    return stated or tuple(found)
