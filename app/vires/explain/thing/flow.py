"""The flows of a version in plain rows, each with its sides and what they rely on."""

from __future__ import annotations

from typing import Final

from vires import terms
from vires.decide.words import NOT_RECORDED
from vires.explain.standing import Standing
from vires.explain.thing.generic import UNSHOWN, Found, Richer
from vires.explain.thing.naming import Namer, text_of
from vires.explain.thing.parts import Item, Row, Section, Table
from vires.explain.thing.read import (
    MUST,
    Values,
    absence,
    effect,
    iris,
    nodes,
    rows,
    silences,
    stated_rows,
    unique,
)

SHOWN: Final = 8
"""How many flows of a version a page sets out; the rest are links."""

_FACTS: Final = (
    terms.FOR_PURPOSE,
    terms.SHARES_CATEGORY,
    terms.EXCLUDES_CATEGORY,
    terms.ABOUT_SUBJECTS,
    terms.DATA_FORM,
    terms.FLOW_TRIGGER,
    terms.METHOD,
)
_ASKED: Final = tuple(prop for prop in _FACTS if prop != terms.EXCLUDES_CATEGORY)
_SAYS: Final = "http://purl.org/dc/terms/description"
_NOTES: Final = ("http://www.w3.org/2000/01/rdf-schema#comment",)
_APART: Final = UNSHOWN.union(
    _FACTS, _NOTES, (_SAYS, terms.FLOW_OF, terms.HAS_SIDE, terms.RETENTION)
)
"""What a row of its own, the page around it or the page of the flow says of a flow."""
_BASES: Final = (terms.RELIES_ON_BASIS, terms.RELIES_ON_CONDITION)
_MORE: Final = (
    terms.POLICY_DOCUMENT,
    terms.CROSSING_BASIS,
    terms.PROCESSOR_CONTRACT,
    terms.OUTSIDE_PUBLIC_TASKS,
)
_HEADINGS: Final = ("Side", "Role and regime", "Bases and conditions", "Powers", "Also relied on")


def flow_sections(namer: Namer, standing: Standing, version: str) -> tuple[Section, ...]:
    """A section for each flow of a version: what is shared, and both sides with their bases."""
    found = nodes(namer.source, "page/flows", version=version)
    flows = [node for node, values in found.items() if values.get(terms.FLOW_OF)]
    sections = [
        _flow(namer, standing, flow, found, number)
        for number, flow in enumerate(flows[:SHOWN], start=1)
    ]
    if rest := flows[SHOWN:]:
        sections.append(Section("More flows", items=tuple(namer.thing(flow) for flow in rest)))
    return tuple(sections)


def flow(found: Found) -> Richer:
    """The page of one flow: its sides."""
    version = next(iter(iris(found.values, terms.FLOW_OF)), "")
    read = nodes(found.source, "page/flows", version=version) if version else {}
    standing = Standing(found.source, found.today)
    section = _sides(found.namer, standing, found.values, read)
    return Richer(
        sections=(section,),
        shown=frozenset({terms.HAS_SIDE}),
        trail=tuple(found.namer.thing(iri) for iri in (version,) if iri),
        views=("page/flows",),
    )


def _flow(
    namer: Namer, standing: Standing, flow: str, found: dict[str, Values], number: int
) -> Section:
    values = found[flow]
    rest = sorted({*values, *silences(values)} - _APART)
    facts = (
        *rows(namer, values, _ASKED),
        *stated_rows(namer, values, (terms.EXCLUDES_CATEGORY, *rest, *_NOTES)),
        _kept(namer, values),
    )
    sides = _sides(namer, standing, values, found)
    name = Row("Flow", (namer.thing(flow),))
    return Section(f"Flow {number}", sides.note, rows=(name, *facts), tables=sides.tables)


def _kept(namer: Namer, values: Values) -> Row:
    """How long the information is kept, in the words of the control that says so."""
    found = []
    for iri in iris(values, terms.RETENTION):
        said = [v for p, v in namer.source.rows("page/statements", thing=iri) if p.value == _SAYS]
        found.append(Item(text_of(said[0]) if said else namer.label(iri), namer.href(iri)))
    words = Item(absence(values, terms.RETENTION))
    return Row(namer.title(terms.RETENTION), tuple(found) or (words,))


def _sides(namer: Namer, standing: Standing, values: Values, found: dict[str, Values]) -> Section:
    """Both sides: the holder first, then each receiver, in order of name."""
    lines = []
    for side in iris(values, terms.HAS_SIDE):
        facts = found.get(side, {})
        gives = terms.DISCLOSING_SIDE in iris(facts, terms.TYPE)
        lines.append((not gives, _line(namer, standing, facts, "holder" if gives else "receiver")))
    lines.sort(key=lambda pair: (pair[0], pair[1][0][0].text.casefold()))
    if not lines:
        return Section("Sides", f"Who shares with whom: {absence(values, terms.HAS_SIDE)}.")
    table = Table("Sides of the flow", _HEADINGS, tuple(line for _, line in lines))
    return Section("Sides", tables=(table,))


def _line(
    namer: Namer, standing: Standing, facts: Values, word: str
) -> tuple[tuple[Item, ...], ...]:
    bodies = [namer.thing(iri, word) for iri in iris(facts, terms.SIDE_ORGANISATION)]
    how = [namer.thing(iri) for iri in iris(facts, terms.SIDE_ROLE, terms.REGIME)]
    bases = unique(namer.thing(iri) for iri in iris(facts, *_BASES))
    powers = unique(
        namer.thing(iri, relied(standing, iri)) for iri in iris(facts, terms.RELIES_ON_POWER)
    )
    more = [
        Item(item.text, item.href, namer.label(prop))
        for prop in _MORE
        for item in (namer.value(term) for term in facts.get(prop, ()))
    ]
    return (
        tuple(bodies) or (Item(absence(facts, terms.SIDE_ORGANISATION), note=word),),
        tuple(how) or (Item(absence(facts, terms.REGIME)),),
        bases or (Item(absence(facts, terms.RELIES_ON_BASIS)),),
        powers or (Item(absence(facts, terms.RELIES_ON_POWER)),),
        tuple(more) or (Item(NOT_RECORDED),),
    )


def relied(standing: Standing, reading: str) -> str:
    """The word for a power, and how it stands today where that is not plainly in force.

    A duty is never shown as a power, nor the other way about.
    """
    word = effect(standing.record, reading)
    status = standing.doubt(reading)
    parts = (f"{word} ..." if word == MUST else word, status[:1].lower() + status[1:])
    return "; ".join(part for part in parts if part)
