"""Reads a register from the snapshot: the rows of its view, merged by thing, with what is computed.

A view may give a thing in several rows, each with some cells; they are merged. A column of kind
`version` keeps the rows of the version that stands today (else the latest) and drops the others.
A cell of `vires:notStated` is a recorded silence, shown where nothing is stated.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final

from vires import library, terms
from vires.addresses import path_of
from vires.decide import names
from vires.decide.gather import Source
from vires.errors import ContentError
from vires.explain import uk_date
from vires.explain.examples import examples
from vires.explain.standing import Standing
from vires.library import Column, View
from vires.once import Once
from vires.registers.model import SILENCE, Row, Table, Value, natural, settled, slug, word
from vires.registers.rules import RULES, Facts

FAMILY: Final = "register"
KINDS: Final = ("thing", "named", "word", "tag", "text", "date", "number", "version", "broader")
"""What a cell of a register may hold: `word` and `named` are things, by label; `tag` a status."""


@cache
def registers() -> dict[str, View]:
    """Every register of the query library by its name.

    Errors: `ContentError` where the header of one names what is not known.
    """
    found = {
        view.key.split("/")[1]: view
        for view in library.views()
        if view.key.startswith(FAMILY + "/")
    }
    for view in found.values():
        check(view, found)
    return found


def check(view: View, every: dict[str, View]) -> None:
    """Refuse a header that names what is not known.

    Errors: `ContentError` naming the view, the column and the unknown kind, rule or register.
    """
    names = {column.name for column in (*view.columns, *view.shown) if not column.rule}
    for column in (*view.columns, *view.shown):
        register, _, facet = column.rows_of.partition("/")
        faults = {
            f"kind `{column.kind}`": column.kind not in KINDS,
            f"rule `{column.rule}`": bool(column.rule) and column.rule not in RULES,
            f"of `{column.of}`": bool(column.rule) and column.of not in names,
            f"rows_of `{column.rows_of}`": bool(column.rows_of)
            and facet not in {c.name for c in every[register].shown if c.facet}
            if register in every
            else bool(register),
        }
        for fault, is_one in faults.items():
            if is_one:
                raise ContentError(
                    f"queries/{view.key}/view.rq: column `{column.name}` has an unknown {fault}"
                )
    if not view.shown or view.shown[0].kind != "thing":
        raise ContentError(f"queries/{view.key}/view.rq: the first column shown must be the thing")


def table(source: Source, name: str, on: date) -> Table:
    """A register on a day, its rows in order of name. Read once for a data version and day.

    Errors: `KeyError` where there is no such register, `StoreError` where the disk fails.
    """
    return _table(Once(source), name, on)


@lru_cache(maxsize=64)
def _table(key: Once[Source], name: str, on: date) -> Table:
    return _Reader(key.source, name, on).table()


class _Reader:
    """Builds one table."""

    def __init__(self, source: Source, name: str, on: date) -> None:
        self.source, self.name, self.on = source, name, on
        self.view = registers()[name]
        self.names = names(source)
        self.examples = examples(source)
        self.facts = Facts(Standing(source, on), self.examples)
        self.stands: dict[str, str | None] = {}

    def table(self) -> Table:
        raw = self.merged()
        keys = self.keys(raw)
        cells: dict[str, dict[str, tuple[Value, ...]]] = {thing: {} for thing in raw}
        broader = tuple(column for column in self.view.columns if column.kind == "broader")
        # Rows of other registers first, since a rule may read them.
        for column in sorted((*self.view.shown, *broader), key=lambda c: not c.rows_of):
            listed = self.listed(column) if column.rows_of else {}
            for thing, found in raw.items():
                if column.rows_of:
                    values = listed.get(thing, ())
                elif column.rule:
                    values = self.ruled(column, thing, found, cells[thing], keys)
                else:
                    values = tuple(self.value(column, t, keys) for t in found[column.name])
                cells[thing][column.name] = settled(values)
        rows = [
            Row(thing, self.label(thing), thing in self.examples, cells[thing]) for thing in raw
        ]
        rows.sort(key=lambda row: (natural(row.name), row.iri))
        words = {
            column.name: tuple(word(one) for one in RULES[column.rule].words)
            for column in self.view.shown
            if column.rule
        }
        return Table(self.name, self.view, tuple(rows), self.on, self.source.data_version, words)

    def ruled(
        self,
        column: Column,
        thing: str,
        found: dict[str, list[Any]],
        cells: dict[str, tuple[Value, ...]],
        keys: dict[str, dict[str, str]],
    ) -> tuple[Value, ...]:
        """What a rule makes of the column that it reads, of the query or of another register."""
        if column.of in found:
            those = [str(term.value) for term in found[column.of]]
        else:
            those = [value.iri for value in cells[column.of]]
        judged = RULES[column.rule].judge(self.facts, thing, those)
        return tuple(self.value(column, one, keys) for one in judged)

    def merged(self) -> dict[str, dict[str, list[Any]]]:
        """For each thing, the distinct terms of each column of the query, in order."""
        columns = self.view.columns
        rows = self.source.rows(self.view.key)
        version = next((i for i, c in enumerate(columns) if c.kind == "version"), None)
        found: dict[str, dict[str, list[Any]]] = {}
        for row in rows:
            thing = row[0].value
            cells = found.setdefault(thing, {column.name: [] for column in columns})
            if version is not None and self.fell(thing, row[version]):
                continue
            for column, term in zip(columns, row, strict=True):
                if term is not None and term not in cells[column.name]:
                    cells[column.name].append(term)
        return found

    def fell(self, instrument: str, version: Any) -> bool:
        """Whether a row is about another version than the one that stands."""
        if version is None:
            return False
        if instrument not in self.stands:
            self.stands[instrument] = self.facts.standing.instrument(instrument).version
        return bool(version.value != self.stands[instrument])

    def keys(self, raw: dict[str, dict[str, list[Any]]]) -> dict[str, dict[str, str]]:
        """How addresses name the things of each column of the query.

        By the path of its page without the kind, or by the IRI where two things share that.
        """
        found: dict[str, dict[str, str]] = {}
        for column in self.view.columns:
            iris = {t.value for cells in raw.values() for t in cells[column.name] if _is_iri(t)}
            ends = Counter(_short(iri) for iri in iris)
            found[column.name] = {i: _short(i) if ends[_short(i)] == 1 else i for i in iris}
        return found

    def value(self, column: Column, term: Any, keys: dict[str, dict[str, str]]) -> Value:
        """A term, or a word of a rule, as a value of a cell."""
        text = term if isinstance(term, str) else str(term.value)
        if text == terms.NOT_STATED:
            return SILENCE
        if column.rule and RULES[column.rule].words:
            return word(text)
        if isinstance(term, str) or _is_iri(term):
            label = self.label(text)
            if column.kind in ("word", "tag"):
                label = label[:1].upper() + label[1:]
            key = keys[column.of or column.name].get(text, text)
            return Value(key, label, label, text, text in self.examples)
        if column.kind == "date":
            return Value(text, _day(text), text)
        return Value(slug(text), text, text)

    def listed(self, column: Column) -> dict[str, tuple[Value, ...]]:
        """For each thing, the rows of another register that name it: how many, or which."""
        register, _, facet = column.rows_of.partition("/")
        other = table(self.source, register, self.on)
        by = other.column(facet)
        assert by is not None  # checked with the header
        found: dict[str, tuple[Value, ...]] = {}
        for thing, (key, rows) in other.by_thing(by).items():
            if column.kind == "number":
                found[thing] = (Value(key, str(len(rows)), str(len(rows)), thing),)
            else:
                found[thing] = tuple(
                    Value(key, row.name, row.name, row.iri, row.example) for row in rows
                )
        return found

    def label(self, iri: str) -> str:
        """What a thing is called; the end of its IRI in words where the record does not say."""
        return self.names.get(iri) or _end(iri).replace("-", " ")


def _is_iri(term: Any) -> bool:
    return getattr(term, "datatype", None) is None


def _short(iri: str) -> str:
    path = path_of(iri)
    return path.split("/", 3)[-1] if path else iri


def _end(iri: str) -> str:
    return re.split(r"[/#]", iri.rstrip("/"))[-1]


def _day(text: str) -> str:
    try:
        return uk_date(date.fromisoformat(text))
    except ValueError:
        return text
