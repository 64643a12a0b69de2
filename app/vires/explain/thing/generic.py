"""The page of any thing: its facts, sources and mentions, whatever its class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from vires import library, terms
from vires.addresses import path_of
from vires.decide.gather import Source
from vires.decide.words import NOT_STATED
from vires.explain.thing.naming import Namer, text_of
from vires.explain.thing.parts import Item, Mentions, Row, Section, Thing
from vires.explain.thing.read import EXAMPLE, Values, iris, silences

_DCT: Final = "http://purl.org/dc/terms/"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
_DESCRIPTION: Final = _DCT + "description"
REPLACED: Final = _DCT + "isReplacedBy"
_LEADS: Final = (terms.READING_TEXT, terms.SKOS + "definition", _DESCRIPTION)
_NAMES: Final = (terms.PREF_LABEL, _DCT + "title", _RDFS + "label")
_DOCUMENTS: Final = (
    _DCT + "source",
    "http://www.w3.org/ns/prov#wasDerivedFrom",
    terms.CITATION,
    _DCT + "bibliographicCitation",
)
_SOURCES: Final = (*_DOCUMENTS, terms.DATE_SEEN, terms.VERIFICATION_STATUS)
UNSHOWN: Final = frozenset({terms.TYPE, terms.ILLUSTRATIVE, terms.NOT_STATED, *_NAMES, *_SOURCES})
_LAST: Final = (terms.SKOS + "note", _RDFS + "comment", _RDFS + "seeAlso", terms.NOTATION)
_VIEWS: Final = ("page/statements", "page/mention-counts", "page/mentions")

REGISTERS: Final = {
    "agreement": Item("Agreements", "/agreements"),
    "framework": Item("Agreements", "/agreements"),
    "community": Item("Communities", "/communities"),
    "membership": Item("Communities", "/communities"),
    "org": Item("Organisations", "/organisations"),
    "organisation": Item("Organisations", "/organisations"),
    "reading": Item("Law", "/law"),
    "legislation": Item("Law", "/law"),
    "law": Item("Law", "/law"),
    "condition": Item("Conditions", "/conditions"),
    "condition-group": Item("Conditions", "/conditions"),
    "purpose": Item("Purposes", "/purposes"),
    "category": Item("Kinds of information", "/categories"),
    "ns": Item("Data model", "/model"),
    "rule": Item("Consistency rules", "/rules"),
}
"""The register that each kind of thing stands in, by the first part of its path."""


@dataclass(frozen=True, slots=True)
class Found:
    """A thing as read: its IRI, what is stated of it by property, and the day of reading."""

    namer: Namer
    iri: str
    values: Values
    today: date

    @property
    def source(self) -> Source:
        """The snapshot it was read from."""
        return self.namer.source

    def first(self, prop: str) -> str:
        """The text of the first value of a property; '' where there is none."""
        return text_of(next(iter(self.values.get(prop, ())), None))

    def is_a(self, *classes: str) -> bool:
        """Whether one of the classes is stated."""
        stated = {term.value for term in self.values.get(terms.TYPE, ())}
        return not stated.isdisjoint(classes)


@dataclass(frozen=True, slots=True)
class Richer:
    """What a class of things adds to the page: sections, a status, a kind in better words.

    `shown` are the properties, `told` the mentions by property, that the sections show better.
    """

    sections: tuple[Section, ...] = ()
    status: str = ""
    shown: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()
    trail: tuple[Item, ...] = ()
    views: tuple[str, ...] = ()


def find(source: Source, iri: str, today: date) -> Found | None:
    """A thing of the record; None where the record states nothing of it."""
    values: dict[str, list[Any]] = defaultdict(list)
    for prop, value in source.rows("page/statements", thing=iri):
        values[prop.value].append(value)
    if not values:
        return None
    return Found(Namer(source), iri, {p: tuple(v) for p, v in values.items()}, today)


def successors(namer: Namer, stated: Sequence[tuple[Any, ...]]) -> tuple[Item, ...]:
    """What took the place of a thing that was removed; empty for one that still stands.

    A removed thing is a tombstone: the record says what replaced it and no longer what it was.
    """
    replaced = {v.value for p, v in stated if p.value == REPLACED}
    if any(p.value == terms.TYPE for p, _ in stated):
        return ()
    return tuple(namer.thing(iri) for iri in sorted(replaced))


def page(found: Found, enrich: Callable[[Found], Richer]) -> Thing:
    """The page of a thing, with what its class adds."""
    richer, namer = enrich(found), found.namer
    lead = next((p for p in _LEADS if found.values.get(p)), "")
    illustrative = "true" in (text_of(t) for t in found.values.get(terms.ILLUSTRATIVE, ()))
    lead = "" if illustrative and lead == _DESCRIPTION else lead
    note = found.first(_DESCRIPTION) if illustrative else ""
    hidden = UNSHOWN | richer.shown | {lead} | ({_DESCRIPTION} if note else frozenset())
    path = path_of(found.iri) or ""
    register = REGISTERS.get(path.removeprefix("/doc/").partition("/")[0])
    return Thing(
        iri=found.iri,
        path=path,
        label=namer.title(found.iri),
        classes=iris(found.values, terms.TYPE),
        kinds=richer.kinds or tuple(namer.title(t.value) for t in found.values.get(terms.TYPE, ())),
        lead=found.first(lead),
        status=richer.status,
        illustrative=illustrative,
        example_note=note,
        trail=(*((register,) if register else ()), *richer.trail),
        facts=_facts(found, hidden),
        sections=tuple(section for section in richer.sections if section),
        sources=_sources(found),
        sourced=not {*found.values, *silences(found.values)}.isdisjoint(_DOCUMENTS),
        mentions=_mentions(found, richer.told),
        views=tuple(_view(key) for key in (*_VIEWS, *richer.views)),
        examples=not illustrative and any(map(_marked, richer.sections)),
        replaced_by=tuple(namer.thing(t.value) for t in found.values.get(REPLACED, ())),
    )


def _marked(section: Section) -> bool:
    """Whether a section lists something that is marked as an example."""
    listed = (cell for table in section.tables for line in table.rows for cell in line)
    return any(item.note.endswith(EXAMPLE) for cell in (section.items, *listed) for item in cell)


def _facts(found: Found, hidden: frozenset[str]) -> tuple[Row, ...]:
    """Every property that is stated, and every silence that is recorded, in order of its name."""
    rows = {p: found.namer.row(p, v) for p, v in found.values.items() if p not in hidden}
    for silent in found.values.get(terms.NOT_STATED, ()):
        if silent.value not in hidden:
            rows.setdefault(silent.value, Row(found.namer.title(silent.value), (Item(NOT_STATED),)))
    ordered = sorted(rows.items(), key=lambda pair: (_rank(pair[0]), pair[1].label.casefold()))
    return tuple(row for _, row in ordered)


def _rank(prop: str) -> int:
    return 1 + _LAST.index(prop) if prop in _LAST else 0


def _sources(found: Found) -> tuple[Row, ...]:
    silent = silences(found.values)
    rows = [found.namer.row(p, found.values[p]) for p in _SOURCES if found.values.get(p)]
    rows += [
        Row(found.namer.title(p), (Item(NOT_STATED),))
        for p in _SOURCES
        if p in silent and not found.values.get(p)
    ]
    return tuple(rows)


def _mentions(found: Found, told: frozenset[str]) -> tuple[Mentions, ...]:
    groups = []
    for prop, count in found.source.rows("page/mention-counts", thing=found.iri):
        if prop.value in told:
            continue
        rows = found.source.rows("page/mentions", thing=found.iri, property=prop)
        items = sorted((found.namer.thing(o.value) for (o,) in rows), key=lambda i: i.text)
        groups.append(
            Mentions(prop.value, found.namer.title(prop.value), tuple(items), int(count.value))
        )
    return tuple(sorted(groups, key=lambda group: group.label))


def _view(key: str) -> Item:
    view = library.view(key)
    return Item(view.title, f"/doc/query/{key}")
