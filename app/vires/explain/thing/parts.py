"""What a page about a thing shows: plain text and links in frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Item:
    """Some text, with the address that it leads to ('' where none) and a note beside it.

    `hidden` tells links of one text apart for those who hear the page.
    """

    text: str
    href: str = ""
    note: str = ""
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A property in words and its values."""

    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its caption, its headings, and rows of cells, each cell some items.

    `rest` leads to every row, where some are left out.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[Item, ...], ...], ...]
    rest: Item | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole list: its title, its headings (none where it is no table), and its lines."""

    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[tuple[Item, ...], ...], ...]

    @property
    def count(self) -> int:
        """How many lines it has."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Register:
    """The register that lists what a section does: its name, a facet, and the thing chosen."""

    name: str
    facet: str
    iri: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of a tree of concepts, and what is below it."""

    item: Item
    below: tuple[Branch, ...] = ()
    here: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page under its own heading, with parts `below` it.

    `note` is a paragraph, `code` a text to be shown as it is written, `register` where what the
    section lists can be looked through.
    """

    heading: str
    note: str = ""
    rows: tuple[Row, ...] = ()
    items: tuple[Item, ...] = ()
    tables: tuple[Table, ...] = ()
    tree: tuple[Branch, ...] = ()
    code: str = ""
    below: tuple[Section, ...] = ()
    register: Register | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to show below the heading."""
        parts = (self.rows, self.items, self.tables, self.tree, self.below)
        return any((self.note, self.code, *parts))


@dataclass(frozen=True, slots=True)
class Mentions:
    """The things that point here by one property: the first of them, and how many there are."""

    property: str
    label: str
    items: tuple[Item, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing of the record as its page shows it.

    `classes` are its classes, `kinds` what they are called, `lead` what it is in a sentence,
    `sourced` whether a document is named or said to be wanting,
    `status` a tag ('' where a thing has none), `trail` the breadcrumbs, `views` the queries that
    fed the page. `examples` says that it is not illustrative itself and lists what is.
    """

    iri: str
    path: str
    label: str
    classes: tuple[str, ...]
    kinds: tuple[str, ...]
    lead: str
    status: str
    illustrative: bool
    example_note: str
    trail: tuple[Item, ...]
    facts: tuple[Row, ...]
    sections: tuple[Section, ...]
    sources: tuple[Row, ...]
    sourced: bool
    mentions: tuple[Mentions, ...]
    views: tuple[Item, ...]
    examples: bool = False
    replaced_by: tuple[Item, ...] = field(default=())
