"""The pages of the law: readings, the Acts and provisions they rest on, and conditions."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from vires import terms
from vires.decide.gather import record
from vires.decide.record import Record
from vires.decide.words import NOT_RECORDED
from vires.explain.standing import Standing
from vires.explain.thing.generic import Found, Richer
from vires.explain.thing.naming import capital, day, text_of
from vires.explain.thing.parts import Item, Register, Row, Section, Table
from vires.explain.thing.read import (
    FUNCTION,
    MAY,
    MUST,
    RESTRICTION,
    effect,
    iris,
    row,
    rows,
    stated_rows,
    unique,
)
from vires.explain.thing.read import agreement as example

READINGS: Final = terms.READING_CLASSES
LAW: Final = (terms.VIRES + "LegalInstrument", terms.VIRES + "LegalProvision")
CONDITIONS: Final = tuple(
    terms.VIRES + name
    for name in (
        "LegalCondition",
        "Article6Basis",
        "Article9Condition",
        "Article10Basis",
        "Schedule1Condition",
        "LawEnforcementCondition",
        "ConfidentialityBasis",
    )
)
OFFICIAL: Final = "https://www.legislation.gov.uk/"
_IDENTIFIER: Final = "http://www.legislation.gov.uk/id/"
_WHO: Final = (terms.HOLDER, terms.HOLDER_TYPE)
_TO: Final = (terms.RECIPIENT, terms.RECIPIENT_TYPE, terms.OPEN_RECIPIENT)
_BESIDE_WHO: Final = (terms.HOLDER_TYPE_EXCLUDED, terms.HUB_TYPE)
_WHAT: Final = (terms.PERMITS_PURPOSE, terms.PERMITS_DATA, terms.DATA_FORM)
_SCOPE: Final = (terms.VIRES + "dataScope",)
_LIMIT: Final = (terms.RESTRICTION_KIND, terms.RESTRICTS_DATA, terms.LIMITS, terms.LIFTED_BY)
_WHEN: Final = (
    terms.COMMENCEMENT_STATUS,
    terms.IN_FORCE_FROM,
    terms.IN_FORCE_UNTIL,
    terms.START_BASIS,
)
_POINTING: Final = {
    terms.LIMITS: "Restrictions that limit it",
    terms.LIFTED_BY: "Restrictions that it lifts",
    terms.NEEDS_READING: "Conditions that need it",
}
_NEEDS: Final = (
    terms.NEEDS_DUTY,
    terms.NEEDS_FUNCTION_OR_POWER,
    terms.NEEDS_OVERRIDING_POWER,
    terms.NEEDS_READING,
    terms.REQUIRES_COMPANION,
    terms.COMPANION_MODE,
    terms.ONLY_FOR_PURPOSE,
    terms.EXCLUDED_FOR_PUBLIC_TASKS,
    terms.CASE_BY_CASE,
)
_LISTED: Final = (terms.SKOS + "inScheme", terms.SKOS + "topConceptOf")
_POLICY: Final = (terms.NEEDS_POLICY_DOCUMENT, terms.POLICY_DOCUMENT_EXCEPTION)


def reading(found: Found) -> Richer:
    """A reading of the law: what it does, for whom, of what, since when, and who relies on it."""
    namer, values = found.namer, found.values
    word = effect(_law(found), found.iri)
    power = word in (MAY, MUST, FUNCTION)
    parties: tuple[Row, ...] = (
        *_either(found, "Holder", _WHO),
        *stated_rows(namer, values, _BESIDE_WHO),
        *(_either(found, "Recipient", _TO) if power else stated_rows(namer, values, _TO)),
        *stated_rows(namer, values, (terms.DIRECTION,)),
    )
    what = (*rows(namer, values, _WHAT), *stated_rows(namer, values, _SCOPE)) if power else ()
    if not power:
        what = stated_rows(namer, values, (*_WHAT, *_SCOPE))
    return Richer(
        sections=(
            _effect(found, word),
            Section("Who, and to whom", rows=parties),
            Section("For what, and what information", rows=what),
            Section("What it limits", rows=stated_rows(namer, values, _LIMIT)),
            Section("When and where", rows=rows(namer, values, (*_WHEN, terms.APPLIES_IN))),
            *_pointing(found),
            relied_on(found, "Agreements that rely on it"),
        ),
        status=Standing(found.source, found.today).reading(found.iri),
        kinds=("Function",) if word == FUNCTION else (),
        shown=frozenset(
            (
                *(*_WHO, *_TO, *_BESIDE_WHO, *_WHAT, *_SCOPE, *_LIMIT, *_WHEN),
                *(terms.DIRECTION, terms.APPLIES_IN, terms.STRENGTH, terms.MANDATORY),
                *(terms.TRIGGER, terms.TRIGGER_TEXT),
            )
        ),
        told=frozenset({*_POINTING, *_RELYING}),
        trail=tuple(namer.thing(iri) for iri in iris(values, terms.DERIVED_FROM)[:1]),
        views=("page/limits", "page/relied-on"),
    )


_RELYING: Final = (
    terms.CITES_POWER,
    terms.RELIES_ON_POWER,
    terms.RELIES_ON_CONDITION,
    terms.RELIES_ON_BASIS,
    terms.CROSSING_BASIS,
)


def _law(found: Found) -> Record:
    return record(found.source, (found.iri,))


def _effect(found: Found, word: str) -> Section:
    """What the reading does, in the words of decision.md section 7, marked as our reading."""
    namer, values = found.namer, found.values
    said = {
        MAY: "A power: the holder may share. It is no duty.",
        MUST: f"A duty: the holder must share if {_trigger(found)}.",
        FUNCTION: "A function of the body: what it is there to do; by itself no power to share.",
        RESTRICTION: "A restriction on sharing.",
    }
    kinds = [namer.label(iri) for iri in iris(values, terms.TYPE) if iri not in _COMMON]
    note = said.get(word) or f"{capital(', '.join(kinds))}: neither a power nor a duty to share."
    facts = [*stated_rows(namer, values, (terms.STRENGTH, terms.MANDATORY))]
    if word in (MAY, MUST, FUNCTION):
        facts += stated_rows(namer, values, (terms.TRIGGER, terms.TRIGGER_TEXT))
    texts = [Item("Read it on legislation.gov.uk", text_of(v)) for v in _citations(found)]
    facts.append(Row("Official text", tuple(texts) or (Item(NOT_RECORDED),)))
    return Section("What it does, in our reading", note, rows=tuple(facts))


_COMMON: Final = frozenset({terms.VIRES + "LegalReading"})


def _trigger(found: Found) -> str:
    """What brings a duty about: its text, else what its trigger means."""
    if text := found.first(terms.TRIGGER_TEXT):
        return text.rstrip(".")
    for trigger in iris(found.values, terms.TRIGGER):
        for prop, value in found.source.rows("page/statements", thing=trigger):
            if prop.value == terms.SKOS + "definition":
                return text_of(value).rstrip(".").lower()
    return NOT_RECORDED


def _citations(found: Found) -> tuple[object, ...]:
    return tuple(
        term
        for term in found.values.get(terms.CITATION, ())
        if text_of(term).startswith(("https://", "http://"))
    )


def _either(found: Found, label: str, props: tuple[str, ...]) -> tuple[Row, ...]:
    """Properties that say one thing in several ways; absence is said once, of all of them."""
    known = stated_rows(found.namer, found.values, props)
    return known or (Row(label, row(found.namer, found.values, props[0]).items),)


def _pointing(found: Found) -> tuple[Section, ...]:
    """What else of the law points at the reading."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for prop, other in found.source.rows("page/limits", thing=found.iri):
        groups[prop.value].append(found.namer.thing(other.value))
    return tuple(
        Section(heading, items=unique(groups[prop]))
        for prop, heading in _POINTING.items()
        if groups[prop]
    )


def relied_on(found: Found, heading: str) -> Section:
    """The agreements whose text cites a reading or condition, or whose sides rely on it."""
    standing = Standing(found.source, found.today)
    uses: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for version, agreement, prop, body in found.source.rows("page/relied-on", thing=found.iri):
        key = (text_of(agreement) or version.value, version.value)
        how, bodies = uses.setdefault(key, (set(), set()))
        how.add(prop.value)
        bodies.update({body.value} if body else set())
    namer = found.namer
    lines = [
        (
            (example(namer, agreement),),
            unique(Item(namer.title(prop)) for prop in how),
            unique(namer.thing(body) for body in bodies) or (Item("no side named"),),
            (Item(standing.version_word(version, agreement)),),
        )
        for (agreement, version), (how, bodies) in uses.items()
    ]
    if not lines:
        return Section(heading, "None on record.")
    lines.sort(key=lambda line: line[0][0].text.casefold())
    headings = ("Agreement", "How", "Organisations", "Status")
    table = Table(heading, headings, tuple(lines))
    register = Register("agreements", "basis", found.iri)
    return Section(heading, tables=(table,), register=register)


def act(found: Found) -> Richer:
    """An Act or a provision: its provisions, our readings of them, and the official text."""
    standing, law = Standing(found.source, found.today), _law(found)
    lines: dict[str, list[tuple[Item, str, str]]] = defaultdict(list)
    for provision, reading in found.source.rows("page/provision-readings", law=found.iri):
        held = lines[provision.value]
        if reading is not None:
            word = effect(law, reading.value)
            item = found.namer.thing(reading.value)
            held.append((item, word or _kind(found, law, reading.value), reading.value))
    table_rows = tuple(
        (
            (found.namer.thing(provision),),
            tuple(item for item, _, _ in held) or (Item(NOT_RECORDED),),
            tuple(Item(capital(word) + (" ..." if word == MUST else "")) for _, word, _ in held)
            or (Item(NOT_RECORDED),),
            tuple(Item(standing.reading(iri)) for _, _, iri in held) or (Item(NOT_RECORDED),),
        )
        for provision, held in sorted(lines.items(), key=lambda p: _order(found.namer.label(p[0])))
    )
    headings = ("Provision", "Reading", "Effect", "Status")
    tables = (Table("Readings", headings, table_rows),) if table_rows else ()
    register = Register("law", "act", found.iri)
    note = "Our readings, each marked with how far it was checked." if tables else "None on record."
    return Richer(
        sections=(_official(found), Section("Readings", note, tables=tables, register=register)),
        told=frozenset({terms.DERIVED_FROM, terms.PROVISION_OF}),
        trail=tuple(found.namer.thing(iri) for iri in iris(found.values, terms.PROVISION_OF)),
        views=("page/provision-readings",),
    )


def _order(label: str) -> list[tuple[int, int, str]]:
    """Labels in order of the numbers in them: section 9 before section 10."""
    parts = "".join(c if c.isdigit() else f" {c} " for c in label).split()
    found: list[tuple[int, int, str]] = []
    for part in parts:
        found.append((0, int(part), "") if part.isdigit() else (1, 0, part.casefold()))
    return found


def _kind(found: Found, law: Record, reading: str) -> str:
    kinds = [found.namer.label(c) for c in law.iris(reading, terms.TYPE) if c not in _COMMON]
    return ", ".join(sorted(kinds))


def _official(found: Found) -> Section:
    if not found.iri.startswith(_IDENTIFIER):
        return Section("")
    address = OFFICIAL + found.iri.removeprefix(_IDENTIFIER)
    return Section(
        "Official text",
        items=(Item(f"{found.namer.label(found.iri)} on legislation.gov.uk", address),),
    )


def condition(found: Found) -> Richer:
    """A condition of data protection or confidence: what it needs, and who relies on it."""
    namer, values = found.namer, found.values
    documents = [
        namer.thing(
            document.value,
            " ".join(
                part
                for part in (
                    f"from {day(start)}" if start else "",
                    f"until {day(end)}" if end else "",
                )
                if part
            ),
        )
        for document, _, start, end in found.source.rows("page/policy-documents", thing=found.iri)
    ]
    policy = list(rows(namer, values, _POLICY[:1])) + list(stated_rows(namer, values, _POLICY[1:]))
    policy.append(Row("Documents on record that cover it", unique(documents) or (Item("none"),)))
    validity = (terms.VALID_FROM, terms.VALID_UNTIL)
    return Richer(
        sections=(
            Section("What it needs", rows=stated_rows(namer, values, _NEEDS)),
            Section("Appropriate policy document", rows=tuple(policy)),
            Section("When it holds", rows=rows(namer, values, validity)),
            relied_on(found, "Agreements that rely on it"),
        ),
        shown=frozenset((*_NEEDS, *_POLICY, *validity, *_LISTED)),
        told=frozenset({*_RELYING, terms.COVERS_CONDITION}),
        trail=tuple(namer.thing(iri) for iri in iris(values, terms.IN_GROUP)[:1]),
        views=("page/policy-documents", "page/relied-on"),
    )
