"""The pages of an agreement and of its versions: tiers, parties, flows, controls, history."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from vires import terms
from vires.decide.words import NOT_RECORDED, NOT_STATED
from vires.explain.shown import uk_date
from vires.explain.standing import Standing
from vires.explain.thing.change import changes
from vires.explain.thing.flow import flow_sections, relied
from vires.explain.thing.generic import Found, Richer
from vires.explain.thing.naming import Namer, capital, day, text_of
from vires.explain.thing.parts import Item, Register, Row, Section, Table
from vires.explain.thing.read import (
    DEEMED,
    Values,
    absence,
    days_to,
    iris,
    nodes,
    row,
    silences,
    stated_rows,
    unique,
)
from vires.explain.tiers import instruments

INSTRUMENTS: Final = tuple(
    terms.VIRES + name
    for name in (
        "SharingInstrument",
        "PrinciplesFramework",
        "InformationCommunityAgreement",
        "InformationSharingAgreement",
    )
)
VERSIONS: Final = tuple(
    terms.VIRES + name
    for name in (
        "InstrumentVersion",
        "PrinciplesVersion",
        "CommunityAgreementVersion",
        "SharingAgreementVersion",
    )
)
_COMMUNITY: Final = terms.VIRES + "CommunityAgreementVersion"
_PRINCIPLES: Final = terms.VIRES + "PrinciplesVersion"
_DATES: Final = frozenset({terms.COMMENCES_ON, terms.ENDS_ON, terms.REVIEW_DUE_ON})
_TOLD: Final = frozenset({terms.PARTICIPATES_IN, terms.SIGNS, terms.FLOW_OF, terms.UNDERPINNED_BY})
_VERSION_VIEWS: Final = (
    "page/tiers",
    "page/parties",
    "page/signatures",
    "page/flows",
    "page/controls",
)


def instrument(found: Found) -> Richer:
    """An agreement: what stands of it today, its versions, and how it came to be."""
    standing = Standing(found.source, found.today)
    status = standing.instrument(found.iri)
    tier = found.first(terms.TIER_LABEL)
    kinds = [found.namer.label(iri) for iri in iris(found.values, terms.TYPE)]
    shown = ((), ()) if status.version is None else _of_version(found, status.version)
    return Richer(
        sections=(_versions(found, standing), *shown[0], _history(found)),
        status=status.word,
        shown=frozenset({terms.HAD_STATUS_EVENT, terms.TIER_LABEL, terms.VERSION_OF}),
        told=frozenset({terms.VERSION_OF}),
        kinds=tuple(
            f"{tier} {kind[:1].lower()}{kind[1:]}" if tier else capital(kind) for kind in kinds
        ),
        views=("page/versions", "page/events", *shown[1]),
    )


def version(found: Found) -> Richer:
    """A version of an agreement: when it runs, who is bound, what is shared under what."""
    standing = Standing(found.source, found.today)
    agreements = iris(found.values, terms.VERSION_OF)
    status = standing.version_word(found.iri, agreements[0] if agreements else "")
    sections, views = _of_version(found, found.iri)
    return Richer(
        sections=(
            _dates(found),
            *(
                changes(found.namer, found.iri, before)
                for before in iris(found.values, terms.REVISES)
            ),
            *sections,
        ),
        status=status,
        shown=frozenset(
            {
                *(*_DATES, terms.STATED_DATE, terms.STATES_CONTROL, terms.STATES_PRINCIPLE),
                *(terms.SIGNS, terms.STATES_PURPOSE, terms.CITES_POWER),
            }
        ),
        told=_TOLD,
        trail=tuple(found.namer.thing(iri) for iri in agreements),
        views=views,
    )


def _of_version(found: Found, iri: str) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The sections about one version, which an agreement shows of the one that stands."""
    namer = found.namer
    values = found.values if iri == found.iri else _stated(namer, iri)
    sections = (
        _tiers(found, iri, values),
        _parties(namer, iri, values),
        *_scope(found, iri, values),
        _controls(namer, iri, values),
    )
    return sections, _VERSION_VIEWS


def _scope(found: Found, iri: str, values: Values) -> tuple[Section, ...]:
    """The purposes and law that a version states, where it does, and what is shared under it.

    A version of a tier above sharing describes no flow, and nothing is wanting where it has none.
    """
    namer, standing = found.namer, Standing(found.source, found.today)
    of = "" if iri == found.iri else f" in {namer.label(iri)}"
    classes = set(iris(values, terms.TYPE))
    rows = stated_rows(namer, values, (terms.STATES_PURPOSE,))
    if powers := iris(values, terms.CITES_POWER):
        items = unique(namer.thing(power, relied(standing, power)) for power in powers)
        rows += (Row(namer.property(terms.CITES_POWER), items),)
    if _COMMUNITY in classes and not rows:
        rows = (row(namer, values, terms.STATES_PURPOSE), row(namer, values, terms.CITES_POWER))
    law = Section(f"Purposes and law that it states{of}", rows=rows)
    flows = flow_sections(namer, standing, iri)
    above = classes & {_COMMUNITY, _PRINCIPLES}
    note = "" if flows or above else capital(absence(values, terms.FLOW_OF)) + "."
    agreements = iris(values, terms.VERSION_OF)
    register = Register("flows", "agreement", agreements[0]) if agreements else None
    shared = Section(f"What is shared{of}", note=note, below=flows, register=register)
    return (law, shared)


def _stated(namer: Namer, iri: str) -> Values:
    values: dict[str, list[Any]] = defaultdict(list)
    for prop, value in namer.source.rows("page/statements", thing=iri):
        values[prop.value].append(value)
    return {prop: tuple(found) for prop, found in values.items()}


def _dates(found: Found) -> Section:
    rows = []
    for prop in (terms.COMMENCES_ON, terms.ENDS_ON, terms.REVIEW_DUE_ON):
        items = tuple(
            Item(day(term), note=days_to(term, found.today)) for term in found.values.get(prop, ())
        )
        words = Item(absence(found.values, prop))
        rows.append(Row(found.namer.title(prop), items or (words,)))
    if said := found.values.get(terms.STATED_DATE):
        rows.append(found.namer.row(terms.STATED_DATE, said))
    return Section("Dates", rows=tuple(rows))


def _versions(found: Found, standing: Standing) -> Section:
    namer, lines = found.namer, []
    rows = found.source.rows("page/versions", agreement=found.iri)
    for version, label, commences, ends, review, _ in rows:
        lines.append(
            (
                (Item(text_of(label) or namer.label(version.value), namer.href(version.value)),),
                (Item(day(commences) or NOT_RECORDED),),
                (Item(day(ends) or "no end recorded"),),
                (Item(day(review) or NOT_RECORDED, note=days_to(review, found.today)),),
                (Item(standing.version_word(version.value, found.iri)),),
            )
        )
    note = "" if lines else capital(absence(found.values, terms.VERSION_OF)) + "."
    headings = ("Version", "From", "Until", "Review due", f"On {day_of(found)}")
    tables = (Table("Versions", headings, tuple(lines)),) if lines else ()
    return Section("Versions", note=note, tables=tables)


def day_of(found: Found) -> str:
    """The day that the page speaks of, in words."""
    return uk_date(found.today)


def _history(found: Found) -> Section:
    namer, lines = found.namer, []
    for _, when, status, version, silent in found.source.rows("page/events", agreement=found.iri):
        said = NOT_STATED if text_of(silent) == "true" else NOT_RECORDED
        lines.append(
            (
                (Item(day(when) or said),),
                (Item(namer.title(status.value)) if status else Item(NOT_RECORDED),),
                (namer.thing(version.value) if version else Item("the agreement as a whole"),),
            )
        )
    note = "" if lines else f"Status: {absence(found.values, terms.HAD_STATUS_EVENT)}."
    tables = (Table("Status events", ("When", "Status", "Of"), tuple(lines)),) if lines else ()
    return Section("History", note=note, tables=tables)


def _tiers(found: Found, iri: str, values: Values) -> Section:
    """What the version stands on, up to the top, what stands on it, and where it is drawn."""
    namer = found.namer
    groups: dict[str, list[Item]] = {"above": [], "below": []}
    for way, other, _, tier in namer.source.rows("page/tiers", version=iri):
        groups[way.value].append(namer.thing(other.value, text_of(tier)))
    above, below = (tuple(dict.fromkeys(groups[way])) for way in ("above", "below"))
    rows = [Row("Stands on", above or (Item(absence(values, terms.UNDERPINNED_BY)),))]
    if below:
        rows.append(Row("Stood on by", below))
    drawn = {one.iri: one.key for one in instruments(found.source, found.today)}
    pictures = [drawn[one] for one in iris(values, terms.VERSION_OF) if one in drawn]
    if pictures:
        picture = Item("The agreement among its tiers, parties and powers", f"/tiers/{pictures[0]}")
        rows.append(Row("In one picture", (picture,)))
    return Section("Place in the tiers", rows=tuple(rows))


def _parties(namer: Namer, iri: str, values: Values) -> Section:
    """Who takes part, for whom it was signed, when and as what."""
    signed = _signatures(namer, iri)
    unsigned = NOT_STATED if terms.SIGNS in silences(values) else "Not yet signed"
    lines = []
    for part in nodes(namer.source, "page/parties", version=iri).values():
        bodies = iris(part, terms.PARTICIPANT)
        lines += [_party(namer, part, body, signed.pop(body, []), unsigned) for body in bodies]
        if classes := part.get(terms.PARTICIPANT_CLASS):
            every = namer.row(terms.PARTICIPANT_CLASS, classes).items
            blank = (Item("not one named body"),)
            lines.append((every, (Item(_period(part)),), blank, blank, blank))
    lines += [_party(namer, {}, body, found, unsigned) for body, found in signed.items()]
    note = "" if lines else capital(absence(values, terms.PARTICIPATES_IN)) + "."
    headings = ("Organisation", "Takes part", "Signed on", "Signed as", "Status")
    lines.sort(key=lambda line: line[0][0].text.casefold())
    tables = (Table("Parties and signatures", headings, tuple(lines)),) if lines else ()
    return Section("Parties and signatures", note=note, tables=tables)


def _signatures(namer: Namer, version: str) -> dict[str, list[tuple[Item, Item]]]:
    """The day and capacity of each signature that counts for a version, by organisation."""
    silent: dict[str, set[str]] = defaultdict(set)
    found: dict[tuple[str, str], tuple[str, str, bool]] = {}
    for signature, body, when, capacity, deemed, unsaid in namer.source.rows(
        "page/signatures", version=version
    ):
        found[body.value, signature.value] = (day(when), text_of(capacity), deemed is not None)
        silent[signature.value].add(text_of(unsaid))
    signed: dict[str, list[tuple[Item, Item]]] = defaultdict(list)
    for (body, signature), (when, capacity, deemed) in found.items():
        days, roles = (
            NOT_STATED if prop in silent[signature] else NOT_RECORDED
            for prop in (terms.SIGNED_ON, terms.VIRES + "inCapacity")
        )
        note = DEEMED if deemed else ""
        signed[body].append((Item(when or days, note=note), Item(capital(capacity) or roles)))
    return signed


def _party(
    namer: Namer, part: Values, body: str, signed: list[tuple[Item, Item]], unsigned: str
) -> tuple[tuple[Item, ...], ...]:
    none = (Item(NOT_RECORDED if unsigned != NOT_STATED else NOT_STATED),)
    return (
        (namer.thing(body),),
        (Item(_period(part) if part else "no part recorded"),),
        tuple(when for when, _ in signed) or none,
        tuple(capacity for _, capacity in signed) or none,
        (Item("Signed" if signed else unsigned),),
    )


def _period(part: Values) -> str:
    start = next((day(term) for term in part.get(terms.PARTICIPATES_FROM, ())), "")
    end = next((day(term) for term in part.get(terms.PARTICIPATES_UNTIL, ())), "")
    begun = f"from {start}" if start else f"start {absence(part, terms.PARTICIPATES_FROM)}"
    return f"{begun} until {end}" if end else begun


def _controls(namer: Namer, iri: str, values: Values) -> Section:
    """The controls and principles that bind the version, each with the tier that states it."""
    found: dict[str, dict[tuple[Item, str], dict[Item, None]]] = {"control": {}, "principle": {}}
    rows = namer.source.rows("page/controls", version=iri)
    tightened = {tightens.value for *_, tightens in rows if tightens is not None}
    for control, kind, text, stated, tier, _ in rows:
        note = "tightened below" if control.value in tightened else ""
        here = (
            "this version" if stated.value == iri else f"inherited from {namer.label(stated.value)}"
        )
        one = (namer.thing(control.value, note), text_of(text) or NOT_RECORDED)
        by = Item(capital(here), namer.href(stated.value), text_of(tier))
        found[kind.value].setdefault(one, {})[by] = None
    tables = []
    for kind, caption in (("control", "Controls"), ("principle", "Principles")):
        lines = tuple(((one,), (Item(text),), tuple(by)) for (one, text), by in found[kind].items())
        if lines:
            tables.append(Table(caption, (caption[:-1], "What it asks", "Stated by"), lines))
    note = "" if tables else capital(absence(values, terms.STATES_CONTROL)) + "."
    return Section("Controls", note=note, tables=tuple(tables))
