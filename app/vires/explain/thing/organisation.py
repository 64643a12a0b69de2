"""The page of an organisation: agreements, sharing, law, contacts, history; and that of a site."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple
from urllib.parse import urlencode

from vires import terms
from vires.decide import choices
from vires.decide.gather import record
from vires.decide.law import in_nation, is_holder
from vires.decide.logic import Outcome
from vires.decide.record import Record
from vires.decide.words import NOT_RECORDED, NOT_STATED
from vires.explain.called import stands
from vires.explain.posts import posts
from vires.explain.standing import Standing
from vires.explain.thing.generic import REPLACED, Found, Richer
from vires.explain.thing.naming import Namer, capital, day, key_of, text_of
from vires.explain.thing.parts import Item, Register, Row, Section, Table
from vires.explain.thing.read import (
    DEEMED,
    EXAMPLE,
    FUNCTION,
    MAY,
    MUST,
    RESTRICTION,
    absence,
    effect,
    iris,
    true,
    unique,
)
from vires.explain.thing.read import agreement as example

ORGANISATIONS: Final = tuple(
    terms.VIRES + name for name in ("Organisation", "PublicBody", "PrivateBody", "OrganisationUnit")
)

SITES: Final = (terms.ORG + "Site",)

_EFFECTS: Final = (
    (MAY, "Powers: may share", "It holds these by its types. A power, not a duty."),
    (MUST, "Duties: must share if ...", "Each with what brings it about."),
    (FUNCTION, "Functions", "What it is there to do; by themselves no power to share."),
    (RESTRICTION, "Restrictions on it as holder", ""),
)
_DESCRIBES: Final = (
    "What agreements describe. Whether a route is documented today is an answer of its own."
)
_TOLD: Final = frozenset(
    {
        terms.PARTICIPANT,
        terms.SIDE_ORGANISATION,
        terms.ORG_MEMBER,
        terms.ORG_ORIGINAL,
        terms.ORG_RESULTING,
    }
)
_VIEWS: Final = (
    "page/organisation-agreements",
    "page/organisation-signatures",
    "page/organisation-flows",
    "page/organisation-contacts",
    "page/organisation-communities",
    "page/organisation-history",
)


def organisation(found: Found) -> Richer:
    """What agreements and law say of an organisation, and who answers for it."""
    standing = Standing(found.source, found.today)
    history = _history(found)
    gone = standing.gone(found.iri)
    return Richer(
        sections=(
            *((_ended(found, gone),) if gone else ()),
            _agreements(found, standing),
            _communities(found),
            *_flows(found, standing),
            *(() if gone else _readings(found, standing)),
            _contacts(found),
            history,
        ),
        status=gone,
        shown=frozenset({terms.ORG_HAS_POST}),
        told=_TOLD,
        views=_VIEWS,
    )


def site(found: Found) -> Richer:
    """What a question about a place is about: the organisation whose site it is."""
    pool = {choice.iri for choice in choices(found.source)["organisation"]}
    gone = REPLACED in found.values or not all(
        stands(until, found.today) for until in found.values.get(terms.VALID_UNTIL, ())
    )
    bodies = unique(
        Item(
            f"Ask about sharing by {found.namer.label(body)}",
            f"/ask?{urlencode([('from', key_of(found.source, body))])}",
        )
        for body in iris(found.values, terms.ORG + "siteOf")
        if body in pool and not gone
    )
    note = (
        "A place is no party to an agreement; the organisation whose site it is can be asked about."
    )
    return Richer(sections=(Section("Ask", note, items=bodies),) if bodies else ())


def _ended(found: Found, gone: str) -> Section:
    """When a body ended and what came after it; the law it held by its types is not listed."""
    days, after = set(), set()
    for _, when, before, became in found.source.rows(
        "page/organisation-history", organisation=found.iri
    ):
        if became is not None and text_of(before) == found.iri != became.value:
            days.add(day(when) or f"a day {NOT_RECORDED}")
            after.add(became.value)
    if until := found.values.get(terms.VALID_UNTIL):
        words = f"Ended on {day(until[0])}"
    else:
        words = f"{gone} on {' or '.join(sorted(days))}"
    successors = unique(found.namer.thing(iri) for iri in after)
    see = "see its successor, listed here" if successors else f"its successor is {NOT_RECORDED}"
    note = f"{words}; {see}. The law that it held by its types is not listed."
    return Section("Ended", note, items=successors)


def _agreements(found: Found, standing: Standing) -> Section:
    """A table for each tier, in order."""
    tiers: dict[str, list[tuple[tuple[Item, ...], ...]]] = defaultdict(list)
    rows = found.source.rows("page/organisation-agreements", organisation=found.iri)
    signed = _signed(found)
    for version, agreement, tier, start, end in rows:
        named = agreement or version
        status = standing.version_word(version.value, text_of(agreement))
        until = f" until {day(end)}" if end else ""
        tiers[text_of(tier) or "Tier not recorded"].append(
            (
                (example(found.namer, named.value),),
                (Item(f"from {day(start)}{until}" if start else f"start {NOT_RECORDED}{until}"),),
                signed.get(version.value, (Item("Not yet signed"),)),
                (Item(status),),
            )
        )
    headings = ("Agreement", "Takes part", "Signed on", "Status")
    tables = tuple(Table(tier, headings, tuple(lines)) for tier, lines in sorted(tiers.items()))
    note = "" if tables else capital(NOT_RECORDED) + "."
    register = Register("agreements", "party", found.iri)
    return Section("Agreements", note, tables=tables, register=register)


def _signed(found: Found) -> dict[str, tuple[Item, ...]]:
    """When each version was signed for the organisation; that its source is silent where it is."""
    signed: dict[str, dict[str, Item]] = defaultdict(dict)
    unsaid: dict[str, tuple[Item, ...]] = {}
    for version, signature, when, deemed, silent in found.source.rows(
        "page/organisation-signatures", organisation=found.iri
    ):
        if signature is None:
            unsaid[version.value] = (Item(NOT_STATED),)
        else:
            words = day(when) or f"signed; day {NOT_STATED if silent else NOT_RECORDED}"
            note = DEEMED if deemed else ""
            signed[version.value][signature.value] = Item(words, note=note)
    return {**unsaid, **{version: tuple(items.values()) for version, items in signed.items()}}


def _communities(found: Found) -> Section:
    rows = []
    for community, start, end, marked in found.source.rows(
        "page/organisation-communities", organisation=found.iri
    ):
        note = f"from {day(start)}" if start else f"start {NOT_RECORDED}"
        note += f" until {day(end)}" if end else ""
        note += f"; {EXAMPLE}" if true(marked) else ""
        rows.append(found.namer.thing(community.value, note))
    return Section("Member of these communities", items=tuple(rows)) if rows else Section("")


def _flows(found: Found, standing: Standing) -> tuple[Section, ...]:
    """What agreements describe, out and in, by the other organisation."""
    others: dict[str, dict[str, _Flows]] = {"gives": {}, "receives": {}}
    for row in found.source.rows("page/organisation-flows", organisation=found.iri):
        way, other, flow, version, agreement, purpose, category = (text_of(term) for term in row)
        flows = others[way].setdefault(other, _Flows(set(), set(), set()))
        flows.agreements.add((agreement or version, version))
        flows.purposes.add(purpose)
        standing_first = -standing.version(version).outcome
        flows.asked.add((standing_first, flow, purpose, category))
    sections = []
    for way, heading, word, facet in (
        ("gives", "Agreements describe sharing by it with", "Receiver", "from"),
        ("receives", "Agreements describe sharing with it by", "Holder", "to"),
    ):
        lines = [
            _flow_line(found, standing, way, other, flows) for other, flows in others[way].items()
        ]
        lines.sort(key=lambda line: line[0][0].text.casefold())
        if lines:
            headings = (word, "Agreements", "Purposes", "Ask")
            tables = (Table(heading, headings, tuple(lines)),)
            register = Register("flows", facet, found.iri)
            sections.append(Section(heading, _DESCRIBES, tables=tables, register=register))
    return tuple(sections)


class _Flows(NamedTuple):
    """What agreements describe between two organisations, one way.

    `asked` has what each flow is for and of, those of an agreement in force before the others.
    """

    agreements: set[tuple[str, str]]
    purposes: set[str]
    asked: set[tuple[int, str, str, str]]


def _flow_line(
    found: Found, standing: Standing, way: str, other: str, flows: _Flows
) -> tuple[tuple[Item, ...], ...]:
    namer = found.namer
    agreements = unique(
        example(namer, agreement, standing.version_word(version, agreement))
        for agreement, version in flows.agreements
    )
    purposes = unique(namer.thing(purpose) for purpose in flows.purposes if purpose)
    giver, taker = (found.iri, other) if way == "gives" else (other, found.iri)
    gone = standing.gone(giver) or standing.gone(taker)
    return (
        (namer.thing(other),),
        agreements,
        purposes or (Item(NOT_RECORDED),),
        (Item("None: one of the two has ended") if gone else _ask(namer, giver, taker, flows),),
    )


def _ask(namer: Namer, giver: str, taker: str, flows: _Flows) -> Item:
    """The question of one flow, with the purpose and the information that this flow states."""
    _, _, purpose, category = min(flows.asked)
    named = (("from", giver), ("to", taker), ("purpose", purpose), ("category", category))
    query = urlencode([(field, key_of(namer.source, iri)) for field, iri in named if iri])
    words = f"about sharing by {namer.label(giver)} with {namer.label(taker)}"
    return Item("Ask", f"/ask?{query}", hidden=words)


def _readings(found: Found, standing: Standing) -> tuple[Section, ...]:
    """The law that it holds by its types or by name, in the nations it is in."""
    read = record(found.source, (found.iri,))
    held: dict[str, list[str]] = defaultdict(list)
    for reading in _held(read, found.iri):
        word = effect(read, reading)
        if word and _applies(read, reading, found.iri):
            held[word].append(reading)
    sections = []
    for word, heading, note in _EFFECTS:
        readings = sorted(held[word], key=found.namer.label)
        if not readings:
            continue
        if word in (MAY, MUST):
            lines = tuple(
                (
                    (found.namer.thing(reading),),
                    (Item(_text(read, reading)),),
                    (Item(standing.reading(reading)),),
                )
                for reading in readings
            )
            table = Table(heading, ("Law", "What it says", "Status"), lines)
            sections.append(Section(heading, note, tables=(table,)))
        else:
            items = tuple(found.namer.thing(r, standing.reading(r)) for r in readings)
            sections.append(Section(heading, note, items=items))
    return tuple(sections)


def _held(read: Record, body: str) -> list[str]:
    """The readings of which a body is a holder: named, or of a type that they list.

    The holder tests are those of an answer; they are asked only of readings that exclude some
    type, since for all others it is enough that a type matches, and there are many.
    """
    own = read.iris(body, terms.HAS_TYPE)
    # Any person needs no type; the other tops match whatever type there is.
    tops = terms.TOPS if own else {terms.ANY_PERSON}
    types = set(own).union(tops, *map(read.broader, own))
    found = []
    for reading, facts in read.shared.facts.items():
        named = body in facts.get(terms.HOLDER, ())
        if named or not types.isdisjoint(facts.get(terms.HOLDER_TYPE, ())):
            silent = terms.HOLDER_TYPE_EXCLUDED in facts.get(terms.NOT_STATED, ())
            plain = named or not (silent or facts.get(terms.HOLDER_TYPE_EXCLUDED))
            if plain or is_holder(read, reading, body).outcome is Outcome.MET:
                found.append(reading)
    return found


def _applies(read: Record, reading: str, body: str) -> bool:
    return in_nation(read, reading, body).outcome is not Outcome.NOT_MET


def _text(read: Record, reading: str) -> str:
    texts = (*read.values(reading, terms.READING_TEXT), *read.values(reading, terms.TRIGGER_TEXT))
    return " ".join(text if isinstance(text, str) else text.value for text in texts)


def _contacts(found: Found) -> Section:
    rows: dict[str, list[Item]] = defaultdict(list)
    for post in posts(found.source, found.iri):
        label = found.namer.title(post.role) if post.role else "Role not recorded"
        note = f"{post.reach}; {EXAMPLE}" if post.example else post.reach
        rows[label].append(found.namer.thing(post.iri, note))
    note = "" if rows else capital(absence(found.values, terms.ORG_HAS_POST)) + "."
    return Section(
        "Contacts by role",
        note,
        rows=tuple(Row(role, tuple(items)) for role, items in sorted(rows.items())),
    )


def _history(found: Found) -> Section:
    """What it came from and what came of it."""
    events: dict[str, tuple[str, set[str], set[str]]] = {}
    for event, when, before, after in found.source.rows(
        "page/organisation-history", organisation=found.iri
    ):
        known = events.setdefault(event.value, (day(when) or NOT_RECORDED, set(), set()))
        known[1].update({before.value} if before else set())
        known[2].update({after.value} if after else set())
    namer = found.namer
    lines = tuple(
        (
            (namer.thing(event),),
            (Item(when),),
            unique(namer.thing(iri) for iri in before) or (Item(NOT_RECORDED),),
            unique(namer.thing(iri) for iri in after) or (Item(NOT_RECORDED),),
        )
        for event, (when, before, after) in events.items()
    )
    if not lines:
        return Section("History", "No restructure is recorded.")
    headings = ("What happened", "When", "Before", "After")
    return Section("History", tables=(Table("Restructures", headings, lines),))
