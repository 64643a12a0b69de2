"""The data model: every class and property of the ontology, and the page of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from vires import terms
from vires.addresses import path_of
from vires.decide.gather import Source
from vires.explain.thing.generic import Found, Richer
from vires.explain.thing.naming import capital, text_of
from vires.explain.thing.parts import Item, Row, Section

ONTOLOGY: Final = terms.VIRES.rstrip("#")
_OWL: Final = "http://www.w3.org/2002/07/owl#"
_CLASS: Final = _OWL + "Class"
_VERSION: Final = _OWL + "versionInfo"
_EXAMPLE: Final = terms.SKOS + "example"
_KINDS: Final = {
    _CLASS: "Classes",
    _OWL + "ObjectProperty": "Properties that link",
    _OWL + "DatatypeProperty": "Properties with a value",
    _OWL + "AnnotationProperty": "Properties for notes",
}
TERMS: Final = tuple(_KINDS)
_NAMED: Final = re.compile(r"(.+?) <(https?://[^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property: its name in data, label, meaning and page."""

    name: str
    label: str
    definition: str
    path: str


@dataclass(frozen=True, slots=True)
class Model:
    """The ontology: its title, version, and terms by kind in order of label."""

    title: str
    version: str
    terms: tuple[tuple[str, tuple[Term, ...]], ...]


def data_model(source: Source) -> Model:
    """Every term that the ontology on record defines."""
    groups: dict[str, dict[str, Term]] = {kind: {} for kind in _KINDS}
    for term, kind, label, definition in source.rows("page/terms"):
        name = term.value.removeprefix(terms.VIRES)
        path = path_of(term.value)
        if path is not None and term.value.startswith(terms.VIRES):
            groups[kind.value][name] = Term(
                name, capital(text_of(label) or name), text_of(definition), path
            )
    return Model(
        title=_stated(source, "http://purl.org/dc/terms/title"),
        version=_stated(source, _VERSION),
        terms=tuple(
            (heading, tuple(sorted(groups[kind].values(), key=lambda t: t.label.casefold())))
            for kind, heading in _KINDS.items()
            if groups[kind]
        ),
    )


def _stated(source: Source, prop: str) -> str:
    rows = source.rows("page/statements", thing=ONTOLOGY)
    return next((text_of(value) for stated, value in rows if stated.value == prop), "")


def term(found: Found) -> Richer:
    """A class or property: what it means, an example, and how much of the record uses it."""
    uses = {what.value: int(n.value) for what, n in found.source.rows("page/uses", term=found.iri)}
    number = uses.get("things" if found.is_a(_CLASS) else "statements", 0)
    one, many = ("thing", "things") if found.is_a(_CLASS) else ("statement", "statements")
    what = "is of this class" if number == 1 else "are of this class"
    how = "uses it" if number == 1 else "use it"
    words = f"{number} {one if number == 1 else many} on record {what if one == 'thing' else how}."
    name = found.iri.removeprefix(terms.VIRES)
    rows = [Row("Name in data", (Item(f"vires:{name}"),))]
    if examples := found.values.get(_EXAMPLE):
        rows.append(Row("Example", tuple(_example(text_of(example)) for example in examples)))
    return Richer(
        sections=(Section("In use", words, rows=tuple(rows)),),
        shown=frozenset({_EXAMPLE}),
        views=("page/uses",),
    )


def _example(text: str) -> Item:
    """An example, which leads to the thing on record that it names in angle brackets, if any."""
    if found := _NAMED.fullmatch(text):
        return Item(found[1], path_of(found[2]) or "")
    return Item(text)
