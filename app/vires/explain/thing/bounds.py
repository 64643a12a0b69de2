"""Bounds the page of a thing: each list shows its first lines, and where every line is.

A list that is longer than the page has room for ends in a link to a page of its own, which is this
thing's address with `?list=` and the key of the list. Keys are made of the words above a list, so
that one list has one key however much of it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from vires.decide.gather import Source
from vires.explain.thing.naming import Namer
from vires.explain.thing.parts import Branch, Item, Listing, Mentions, Row, Section, Table, Thing

ROOM: Final = 65_000
"""How many bytes of HTML the lists of a page may take; what surrounds them takes some 15,000."""

_STEPS: Final = ((20, 8), (12, 6), (10, 6), (8, 5), (5, 4), (3, 3), (1, 1))
"""How many lines of a list, and items of a cell, a page shows: the first that leaves room."""
_CELL: Final = 5
"""How many items of a cell the page of a list shows."""
_LINES: Final = 50
"""How many lines the page of a list has at most."""

Line = tuple[tuple[Item, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a list: its lines, the number of the first, and how many pages there are."""

    lines: tuple[Line, ...]
    first: int
    number: int
    pages: int


def bounded(thing: Thing) -> Thing:
    """A thing with its lists cut so that its page stays small, whatever their length."""
    for lines, items in _STEPS:
        shown = _Cutter(thing.path, lines, items).thing(thing)
        if _weight(shown) <= ROOM:
            break
    return shown


def listing(thing: Thing, key: str) -> Listing | None:
    """A whole list of a thing by its key; None where it has none of that key."""
    keeper = _Cutter(thing.path, _LINES, _CELL, keeps=True)
    keeper.thing(thing)
    return keeper.lists.get(key)


def pointing(source: Source, thing: Thing, key: str) -> Listing | None:
    """Everything that points at a thing by one property, by the key of the list.

    A page reads the first of them alone, since a kind or a status may have a hundred thousand.
    """
    group = next((group for name, group in _keyed(thing.mentions) if name == key), None)
    if group is None:
        return None
    rows = source.rows("page/pointing", thing=thing.iri, property=group.property)
    namer = Namer(source)
    items = sorted((namer.thing(other.value) for (other,) in rows), key=lambda item: item.text)
    return Listing(_mention_title(group), (), tuple(((item,),) for item in items))


def part(found: Listing, number: int) -> Part | None:
    """One page of a list, counted from 1; None where it has no such page.

    A page holds as many lines as it has room for, at least one.
    """
    pages: list[list[Line]] = [[]]
    room = ROOM
    for line in found.lines:
        weight = _line_weight(line)
        if pages[-1] and (weight > room or len(pages[-1]) == _LINES):
            pages.append([])
            room = ROOM
        pages[-1].append(line)
        room -= weight
    if not 1 <= number <= len(pages):
        return None
    first = sum(len(page) for page in pages[: number - 1]) + 1
    return Part(tuple(pages[number - 1]), first, number, len(pages))


def address(path: str, key: str, number: int = 1) -> str:
    """The address of a page of a list of the thing at a path."""
    page = f"&page={number}" if number > 1 else ""
    return f"{path}?list={quote(key)}{page}"


class _Cutter:
    """Walks a thing once: cuts its lists, and `keeps` each whole one under its key if asked to."""

    def __init__(self, path: str, lines: int, items: int, *, keeps: bool = False) -> None:
        self.path = path
        self.most = lines
        self.most_items = items
        self.keeps = keeps
        self.keys: set[str] = set()
        self.lists: dict[str, Listing] = {}
        self.cut = False

    def thing(self, thing: Thing) -> Thing:
        """The thing with every list cut."""
        return replace(
            thing,
            facts=tuple(self._row(row, "facts", "") for row in thing.facts),
            sources=tuple(self._row(row, "sources", "") for row in thing.sources),
            sections=tuple(self._section(section, "", "") for section in thing.sections),
            mentions=tuple(self._mentions(key, group) for key, group in _keyed(thing.mentions)),
        )

    def _section(self, section: Section, above: str, under: str) -> Section:
        before, self.cut = self.cut, False
        key = self._key(f"{above}.{_slug(section.heading)}" if above else _slug(section.heading))
        title = f"{under}, {section.heading}" if under else section.heading
        shown = replace(
            section,
            rows=tuple(self._row(row, key, title) for row in section.rows),
            items=self._items(section.items, f"{key}.list", title, self.most),
            tables=tuple(self._table(table, key, title) for table in section.tables),
            tree=self._tree(section.tree, f"{key}.tree", title),
            below=tuple(self._section(one, key, title) for one in section.below),
        )
        found, self.cut = self.cut, self.cut or before
        return shown if found else replace(shown, register=None)

    def _row(self, row: Row, above: str, under: str) -> Row:
        title = f"{under}, {row.label}" if under else row.label
        return replace(
            row, items=self._items(row.items, f"{above}.{_slug(row.label)}", title, self.most)
        )

    def _items(
        self, items: tuple[Item, ...], key: str, title: str, most: int, *, brief: bool = False
    ) -> tuple[Item, ...]:
        """Items, of which those left out are behind a last one."""
        if len(items) < 2:
            return items
        key = self._key(key)
        if self.keeps:
            self.lists[key] = Listing(title, (), tuple(((item,),) for item in items))
        # A link to the rest takes as much room as the one item that it would stand for.
        if len(items) <= most + 1:
            return items
        return (*items[:most], self._rest(key, title, len(items), brief=brief))

    def _table(self, table: Table, above: str, under: str) -> Table:
        key = self._key(f"{above}.{_slug(table.caption)}")
        title = under if under.endswith(table.caption) else f"{under}, {table.caption}"
        cut = len(table.rows) > self.most + 1
        rows = table.rows[: self.most] if cut and not self.keeps else table.rows
        lines = tuple(
            tuple(
                self._items(
                    cell,
                    f"{key}.{number}.{column}",
                    f"{line[0][0].text if line[0] else ''}: {table.headings[column]}",
                    self.most_items,
                    brief=True,
                )
                for column, cell in enumerate(line)
            )
            for number, line in enumerate(rows, start=1)
        )
        if self.keeps:
            self.lists[key] = Listing(title, table.headings, lines)
        return replace(
            table, rows=lines, rest=self._rest(key, title, len(table.rows)) if cut else None
        )

    def _tree(self, tree: tuple[Branch, ...], key: str, title: str) -> tuple[Branch, ...]:
        every = tuple(_flat(tree))
        if not every:
            return tree
        key = self._key(key)
        if self.keeps:
            self.lists[key] = Listing(title, (), tuple(((item,),) for item in every))
        return self._branches(tree, self._unmarked(key, title, len(every)))

    def _branches(self, tree: tuple[Branch, ...], rest: Item) -> tuple[Branch, ...]:
        shown = tuple(replace(branch, below=self._branches(branch.below, rest)) for branch in tree)
        if len(shown) <= self.most + 1:
            return shown
        self.cut = True
        return (*shown[: self.most], Branch(rest))

    def _mentions(self, key: str, group: Mentions) -> Mentions:
        if group.count <= min(self.most, len(group.items)) + 1 and group.count == len(group.items):
            return group
        rest = self._unmarked(key, _mention_title(group), group.count)
        return replace(group, items=(*group.items[: self.most], rest))

    def _rest(self, key: str, title: str, count: int, *, brief: bool = False) -> Item:
        self.cut = True
        if brief:
            return Item(f"All {count:,}", address(self.path, key), hidden=f"of {title}")
        return self._unmarked(key, title, count)

    def _unmarked(self, key: str, title: str, count: int) -> Item:
        return Item(f"All {count:,}: {title}", address(self.path, key))

    def _key(self, wanted: str) -> str:
        return _own(wanted, self.keys)


def _mention_title(group: Mentions) -> str:
    return f"Mentioned by, {group.label}"


def _keyed(groups: Iterable[Mentions]) -> Iterator[tuple[str, Mentions]]:
    """Mentions with the key of each: two properties may have one label."""
    keys: set[str] = set()
    for group in groups:
        yield _own(f"mentioned-by.{_slug(group.label)}", keys), group


def _own(wanted: str, keys: set[str]) -> str:
    """The key, added to those taken, with a number where the words above another are the same."""
    key, number = wanted, 1
    while key in keys:
        number += 1
        key = f"{wanted}-{number}"
    keys.add(key)
    return key


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:60] or "list"


def _flat(tree: Iterable[Branch], above: str = "") -> Iterator[Item]:
    """The things of a tree in its order, each once in each place, with what it stands below."""
    for branch in tree:
        yield replace(branch.item, note=f"below {above}") if above else branch.item
        yield from _flat(branch.below, branch.item.text)


def _weight(thing: Thing) -> int:
    """About how many bytes of HTML the lists of a thing take, rather more than fewer."""
    rows = (*thing.facts, *thing.sources)
    mentions = (item for group in thing.mentions for item in group.items)
    return (
        sum(map(_row_weight, rows))
        + sum(map(_section_weight, thing.sections))
        + sum(map(_item_weight, mentions))
        + 300 * len(thing.mentions)
    )


def _section_weight(section: Section) -> int:
    lines = (line for table in section.tables for line in table.rows)
    return (
        300
        + len(section.note)
        + len(section.code)
        + 500 * len(section.tables)
        + sum(map(_row_weight, section.rows))
        + sum(map(_item_weight, section.items))
        + sum(map(_line_weight, lines))
        + sum(map(_item_weight, _flat(section.tree)))
        + sum(map(_section_weight, section.below))
    )


def _row_weight(row: Row) -> int:
    return 200 + len(row.label) + sum(map(_item_weight, row.items))


def _line_weight(line: Line) -> int:
    return 40 + sum(130 + sum(map(_item_weight, cell)) for cell in line)


def _item_weight(item: Item) -> int:
    marks = 12 + 32 * bool(item.href) + 38 * bool(item.note) + 46 * bool(item.hidden)
    words = len(item.text) + len(item.href) + len(item.note) + len(item.hidden)
    return marks + words * 21 // 20
