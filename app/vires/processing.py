"""What agreements record of the processing of one organisation, in the manner of Article 30.

A row is a flow that the organisation shares or receives, as a list with the facets, order, pages
and downloads of a register. It reports what is documented: a person keeps the organisation's own
record, and answers for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from vires import library, terms
from vires.addresses import path_of
from vires.decide import names
from vires.decide.gather import Source
from vires.decide.words import NOT_RECORDED
from vires.explain.examples import examples
from vires.explain.posts import posts
from vires.explain.standing import IN_FORCE, INSTRUMENT_WORDS, Standing
from vires.explain.thing.flow import relied
from vires.library import Column
from vires.once import Once
from vires.registers import SILENCE, Row, Table, Value, named, settled, word
from vires.registers.model import natural
from vires.registers.sheet import BETWEEN

NAME: Final = "article-30"
"""What addresses call the record, before the path of the organisation."""

TITLE: Final = "Record of processing (Article 30 UK GDPR)"

_VIEW: Final = "processing/article-30"
_SHARES: Final = "Shares"
_RECEIVES: Final = "Receives"

_COLUMNS: Final = (
    Column("flow", "thing", "Flow", sort=True),
    Column("agreement", "named", "Agreement", facet="one", sort=True),
    Column("status", "tag", "Agreement today", facet="several"),
    Column("way", "word", "In this flow it", facet="several"),
    Column("controller", "named", "Organisation", place="sheet"),
    Column("contact", "text", "Contacts of the organisation", place="sheet"),
    Column("role", "word", "Role", facet="several"),
    Column("regime", "word", "Regime"),
    Column("joint", "named", "Joint controllers", empty="none recorded"),
    Column("arrangement", "named", "Arrangement or contract", empty="none recorded"),
    Column("purposes", "named", "Purposes", facet="one"),
    Column("people", "named", "Categories of people"),
    Column("data", "named", "Categories of personal data"),
    Column("excluded", "named", "Left out of the flow", empty="nothing recorded as left out"),
    Column("recipients", "named", "Recipients"),
    Column("sources", "named", "Received from"),
    Column("transfers", "named", "Transfers outside the UK"),
    Column("basis", "named", "Article 6 basis"),
    Column("conditions", "named", "Conditions", empty="none recorded"),
    Column("powers", "text", "Powers and duties"),
    Column("policy", "named", "Appropriate policy document", empty="none recorded"),
    Column("retention", "text", "Time limits for erasure"),
    Column("security", "text", "Security measures"),
    Column("dpia", "named", "Data protection impact assessment"),
    Column("example", "word", "Example data", place="sheet", facet="several"),
)
_TEXTS: Final = frozenset({"retention", "security"})
"""Columns that hold words of the source, with the names of methods among them."""

_CITED: Final = frozenset({"basis", "conditions"})
"""Columns whose values are named with where in the law they stand."""

_PART_3: Final = "not asked: the regime is law enforcement"
"""What stands for a basis under Article 6 where Part 3 of the Data Protection Act 2018 applies."""

_SIZE: Final = 12
"""How many rows a page shows: each has a cell for all that Article 30 asks."""

_NONE: Final = {
    _SHARES: ("sources", "none: it shares"),
    _RECEIVES: ("recipients", "none: it receives"),
}
"""The column that a flow has nothing in, by what the organisation does in it."""

LIMITS: Final = (
    "It holds only what agreements on record describe, one row for each flow of information "
    "between organisations. Processing that no agreement describes, and what an organisation does "
    "with the information inside its own walls, is not here.",
    "Of contacts it holds posts, never people: the data protection officer and the representative "
    "that Article 30(1)(a) asks for are named only where a post is recorded.",
    "'Not recorded' means that nobody has entered it here; 'not stated in the source' that the "
    "agreement was read for it and is silent. Neither means that there is none: that holds for "
    "transfers outside the United Kingdom too.",
    "Security is the ways of sending, and the security controls that the agreement or one above it "
    "states; not what the organisation does itself (Article 32(1)).",
    "Every version of an agreement is listed, drafts and those that ended among them, with how it "
    "stands today in words. Filter by 'Agreement today' for those in force.",
    "Where its role is processor, Article 30(2) asks for other things: the controllers on whose "
    "behalf it acts, and the kinds of processing. Where the regime is law enforcement, section 61 "
    "of the Data Protection Act 2018 asks for the record, and for profiling, which is not held.",
    "It does not say that the processing takes place, or that it accords with the law. The "
    "organisation keeps the record that Article 30 asks for, and answers for it.",
)
"""What the record does not hold, in words."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A role at the organisation, the IRI of the post that has it ('' for none), and its reach."""

    role: str
    iri: str
    reach: str


@dataclass(frozen=True, slots=True, eq=False)
class Processing:
    """The record of processing of an organisation: who it is, in which roles, and each flow."""

    organisation: str
    name: str
    roles: tuple[str, ...]
    contacts: tuple[Contact, ...]
    table: Table

    @property
    def in_force(self) -> int:
        """How many of its flows are of an agreement that is in force today."""
        stands = [{value.text for value in row.cells["status"]} for row in self.table.rows]
        return stands.count({IN_FORCE})


def has_flows(source: Source, organisation: str) -> bool:
    """Whether an organisation is on a side of any flow."""
    return organisation in _organisations(Once(source))


@lru_cache(maxsize=8)
def _organisations(held: Once[Source]) -> frozenset[str]:
    return frozenset(row[0].value for row in held.source.rows("processing/organisations"))


@dataclass(frozen=True, slots=True)
class Kept:
    """An organisation of which there is a record of processing, and what addresses call that."""

    name: str
    address: str


def records(source: Source) -> tuple[Kept, ...]:
    """Every record of processing that can be read here, by the name of its organisation."""
    called = names(source)
    found = [
        Kept(called.get(iri, iri), address(iri))
        for iri in _organisations(Once(source))
        if path_of(iri)
    ]
    return tuple(sorted(found, key=lambda one: (natural(one.name), one.address)))


def address(organisation: str) -> str:
    """What addresses call the record of an organisation that has a page of its own."""
    path = path_of(organisation)
    assert path is not None  # an organisation of the record is ours to show
    return f"{NAME}/{path.removeprefix('/doc/')}"


def processing(source: Source, organisation: str, today: date) -> Processing | None:
    """The record of an organisation on a day; None where no flow names it. Read once for each."""
    if not has_flows(source, organisation):
        return None
    return _processing(Once(source), organisation, today)


@lru_cache(maxsize=16)
def _processing(held: Once[Source], organisation: str, today: date) -> Processing:
    return _Reader(held.source, organisation, today).read()


class _Reader:
    """Reads the record of one organisation on one day."""

    def __init__(self, source: Source, organisation: str, today: date) -> None:
        self.source, self.organisation, self.today = source, organisation, today
        self.names = names(source)
        self.standing = Standing(source, today)
        self.examples = examples(source)
        self.citations: dict[str, list[str]] = defaultdict(list)
        for condition, citation in source.rows("processing/citations"):
            self.citations[condition.value].append(citation.value)

    def read(self) -> Processing:
        contacts = tuple(self.contacts())
        found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for flow, cell, value in self.source.rows(_VIEW, organisation=self.organisation):
            found[flow.value][cell.value].append(value)
        rows = [self.row(flow, cells, contacts) for flow, cells in found.items()]
        rows.sort(key=lambda row: (natural(row.name), row.iri))
        roles = {value.text for row in rows for value in row.cells.get("role", ())}
        return Processing(
            self.organisation,
            self.label(self.organisation),
            tuple(sorted(roles)),
            contacts,
            self.table(tuple(rows)),
        )

    def table(self, rows: tuple[Row, ...]) -> Table:
        name = self.label(self.organisation)
        view = replace(
            library.view(_VIEW),
            title=f"Record of processing: {name}",
            question=(
                f"What do agreements on record describe of the processing of {name}, in the "
                "manner of Article 30 of the UK GDPR?"
            ),
            shown=_COLUMNS,
        )
        words = {"status": tuple(map(word, INSTRUMENT_WORDS))}
        words["way"] = (word(_SHARES), word(_RECEIVES))
        return Table(
            address(self.organisation),
            view,
            rows,
            self.today,
            self.source.data_version,
            words,
            size=_SIZE,
        )

    def row(self, flow: str, cells: dict[str, list[Any]], contacts: tuple[Contact, ...]) -> Row:
        plain = {column.name for column in _COLUMNS} - {"way", "powers"}
        found = {
            name: settled(self.value(name, term) for term in terms_)
            for name, terms_ in cells.items()
            if name in plain
        }
        found["agreement"], found["status"] = self.agreement(cells)
        ways = {_way(term.value) for term in cells["way"]}
        found["way"] = tuple(word(one) for one in (_SHARES, _RECEIVES) if one in ways)
        if len(ways) == 1:
            column, words = _NONE[next(iter(ways))]
            found[column] = (word(words),)
        regimes = {term.value for term in cells["regime"]}
        if not found.get("basis") and regimes == {terms.REGIME_LAW_ENFORCEMENT}:
            found["basis"] = (word(_PART_3),)
        found["powers"] = settled(self.power(term.value) for term in cells["powers"])
        found["controller"] = (self.thing(self.organisation),)
        found["contact"] = tuple(word(f"{one.role}: {one.reach}") for one in contacts)
        example = flow in self.examples
        found["example"] = (word("Example data" if example else "Not example data"),)
        return Row(flow, self.label(flow), example, found)

    def agreement(self, cells: dict[str, list[Any]]) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        """The agreement of a flow, and how its version stands today; those of several."""
        agreements = [term.value for term in cells["agreement"]]
        versions = [term.value for term in cells["version"]]
        status = {self.version_word(version) for version in versions}
        found = settled(self.thing(iri) for iri in agreements or versions)
        return found, tuple(map(word, sorted(status)))

    def version_word(self, version: str) -> str:
        """How a version stands today, as one of its own agreement."""
        instruments = self.standing.record.iris(version, terms.VERSION_OF)
        return self.standing.version_word(version, min(instruments, default=""))

    def power(self, reading: str) -> Value:
        """A power or duty, with what it says of sharing: may, or must if."""
        if reading == terms.NOT_STATED:
            return SILENCE
        words = _within(relied(self.standing, reading))
        return word(f"{self.label(reading)} ({words})" if words else self.label(reading))

    def value(self, name: str, term: Any) -> Value:
        """A term as a value of a column."""
        if term.value == terms.NOT_STATED:
            return SILENCE
        if getattr(term, "datatype", None) is not None:
            return word(str(term.value))
        if name in _TEXTS or name in ("role", "regime"):
            label = self.label(term.value)
            return word(label[:1].upper() + label[1:])
        if name in _CITED and (citations := self.citations.get(term.value)):
            text = _within(BETWEEN.join(citations))
            return named(term.value, f"{text}: {self.label(term.value)}")
        return self.thing(term.value)

    def thing(self, iri: str) -> Value:
        """A thing as a value, by its name."""
        return named(iri, self.label(iri))

    def contacts(self) -> Iterator[Contact]:
        """The posts by role, that of the data protection officer first, recorded or not."""
        officer = terms.BASE + "role/dpo"
        held = posts(self.source, self.organisation)
        if not any(post.role == officer for post in held):
            yield Contact(self.label(officer), "", NOT_RECORDED)
        found = [
            (
                post.role != officer,
                self.label(post.role) if post.role else "Role not recorded",
                post.iri,
                f"{post.reach} (example data)" if post.example else post.reach,
            )
            for post in held
        ]
        for _, role, iri, reach in sorted(found):
            yield Contact(role, iri, reach)

    def label(self, iri: str) -> str:
        """What a thing is called; the end of its IRI in words where the record does not say."""
        return self.names.get(iri) or iri.rstrip("/").rsplit("/", 1)[-1].replace("-", " ")


def _within(text: str) -> str:
    """A text as a part of a value: in a sheet '; ' stands between one value and the next."""
    return text.replace(BETWEEN, ", ")


def _way(side: str) -> str:
    return _SHARES if side == terms.DISCLOSING_SIDE else _RECEIVES
