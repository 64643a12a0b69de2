"""What agreements document in two vocabularies of others, with what is lost on the way.

The Data Privacy Vocabulary gives a record of processing in the manner of Article 30 of the UK GDPR;
ODRL 2.2 gives an agreement as a policy. Both say in words, also in the data, what they do not say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import pyoxigraph as ox

from vires import ingest, terms
from vires.content import content_root
from vires.exchange.write import Row, serialised, text
from vires.once import Once
from vires.store import Snapshot

_COMMENT: Final = ox.NamedNode(terms.RDFS + "comment")
_TITLE: Final = ox.NamedNode(terms.DCTERMS + "title")
_LABEL: Final = ox.NamedNode(terms.SKOS + "prefLabel")
_LISTED: Final = frozenset(
    {"https://w3id.org/dpv#hasProcess", "http://www.w3.org/ns/odrl/2/permission"}
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A vocabulary that the record is exported in.

    `meaning` says what a statement of the export is, `losses` what the record says and the export
    does not.
    """

    key: str
    name: str
    title: str
    meaning: str
    losses: tuple[str, ...]
    rows: Callable[[Snapshot, str], list[Row]]


@dataclass(frozen=True, slots=True)
class Export:
    """What one thing gives in one profile: its statements, and the name of each part."""

    profile: Profile
    thing: str
    parts: tuple[str, ...]
    illustrative: bool
    _rows: tuple[Row, ...]

    def serialised(self, short: str) -> bytes:
        """The statements in a format of `write.FORMATS`."""
        return serialised(self._rows, short)


def exported(snapshot: Snapshot, iri: str, key: str) -> Export | None:
    """A thing in a profile; None where it has no flow with sides to export."""
    return _exported(Once(snapshot), iri, key)


@lru_cache(maxsize=32)
def _exported(held: Once[Snapshot], iri: str, key: str) -> Export | None:
    """Worked out once for each data version: a body with many flows asks for each of them."""
    profile = PROFILES[key]
    rows = profile.rows(held.source, iri)
    if not rows:
        return None
    found = {row[2].value for row in rows if row[1].value in _LISTED}
    names = {row[0].value: row[2].value for row in rows if row[1] in (_TITLE, _LABEL)}
    parts = sorted(names.get(part) or _sides(rows, part, names) for part in found)
    marked = any(row[1].value == terms.ILLUSTRATIVE for row in rows)
    return Export(profile, iri, tuple(parts), marked, tuple(rows))


def profiles_of(snapshot: Snapshot, iri: str) -> tuple[Profile, ...]:
    """The profiles that a thing can be exported in."""
    views = {"dpv": "export/sides", "odrl": "export/policies"}
    return tuple(PROFILES[key] for key, view in views.items() if snapshot.rows(view, thing=iri))


def _dpv(snapshot: Snapshot, iri: str) -> list[Row]:
    sides = snapshot.rows("export/sides", thing=iri)
    if not sides:
        return []
    record = f"{iri}#record-of-processing"
    profile = PROFILES["dpv"]
    rows: list[Row] = [
        *snapshot.rows(
            "export/record-of-processing",
            thing=iri,
            version=text(snapshot.data_version),
            meaning=text(profile.meaning),
        ),
        *_said(record, profile),
    ]
    for flow, side in sides:
        assert isinstance(flow, ox.NamedNode)
        assert isinstance(side, ox.NamedNode)
        rows += snapshot.rows("export/process", flow=flow, side=side, record=record)
    named = {row[2] for row in rows}
    return rows + [row for row in _matches() if row[0] in named]


def _odrl(snapshot: Snapshot, iri: str) -> list[Row]:
    profile = PROFILES["odrl"]
    rows: list[Row] = []
    for (version,) in snapshot.rows("export/policies", thing=iri):
        assert isinstance(version, ox.NamedNode)
        rows += snapshot.rows(
            "export/policy",
            version=version,
            data=text(snapshot.data_version),
            meaning=text(profile.meaning),
        )
        rows += _said(f"{version.value}#odrl", profile)
    return rows


def _said(node: str, profile: Profile) -> Iterable[Row]:
    """What is lost, as comments of the export itself."""
    subject = ox.NamedNode(node)
    return [(subject, _COMMENT, ox.Literal(loss, language="en")) for loss in profile.losses]


@cache
def _matches() -> tuple[Row, ...]:
    """Terms of the vocabulary that are close to one of ours, by our own mapping."""
    path = content_root() / "ontology" / "map-dpv.ttl"
    match = terms.SKOS + "closeMatch"
    quads = (quad for quad in ingest.file_quads(path) if quad.predicate.value == match)
    return tuple((quad.subject, quad.predicate, quad.object) for quad in quads)


def _sides(rows: list[Row], part: str, names: dict[str, str]) -> str:
    """A part that has no name of its own, by the bodies on its sides."""

    def body(role: str) -> Any:
        wanted = f"http://www.w3.org/ns/odrl/2/{role}"
        return next(row[2].value for row in rows if row[0].value == part and row[1].value == wanted)

    giver, taker = body("assigner"), body("assignee")
    return f"{names.get(giver, giver)} to {names.get(taker, taker)}"


PROFILES: Final = {
    "dpv": Profile(
        "dpv",
        "Data Privacy Vocabulary 2.3",
        "Record of processing",
        "What agreements on record document of processing, in the manner of Article 30 of the UK "
        "GDPR: one process for each side of each flow. It reports what is documented. It does not "
        "say that the processing takes place, or that it accords with the law.",
        (
            "Article 30 also asks for the contact details of the controller, its representative "
            "and its data protection officer, for transfers abroad and their safeguards, and for "
            "a general description of security. Contacts and transfers are left out; of security, "
            "the ways of sending and the controls of that kind that a version or one above it "
            "states are listed. Controls of other kinds are left out.",
            "Of processing for law enforcement the record is asked for by section 61 of the Data "
            "Protection Act 2018, which also asks for profiling; the regime of each side is left "
            "out.",
            "Every version of an agreement is listed, drafts and those that ended among them, with "
            "no word on which is in force on a day, who signed it, or which agreements it stands "
            "on.",
            "A legal basis is named without its kind: Article 6, Article 9, Schedule 1, Part 3 and "
            "confidentiality look the same. Matches to terms of the EU GDPR are close, not exact.",
            "Of a power or a duty only the provision is named: whether it says may or must, for "
            "whom and for what, is left out, as are restrictions.",
            "What a flow leaves out, what sets it off, its data form and how the best interests of "
            "children were weighed are left out.",
            "Silence of a source looks the same as a fact that is not recorded.",
        ),
        _dpv,
    ),
    "odrl": Profile(
        "odrl",
        "ODRL 2.2",
        "Policy",
        "What a version of an agreement documents, as an ODRL agreement. A permission here is a "
        "documented flow from one body to another, and no more: it grants nothing, and never says "
        "that an act of sharing accords with the law. A person decides.",
        (
            "Legal bases, conditions, powers, duties and restrictions are left out: a permission "
            "without them is not a route.",
            "Whether the version is in force, who signed it and which agreements it stands on are "
            "left out; only its first and last day are given, where they are stated.",
            "Whom the information is about, what a flow leaves out, what sets it off, how it is "
            "sent and how long it is kept are left out.",
            "Each kind of information is a target of its own; a narrower or a broader kind is not "
            "told from it.",
            "A flow without a body on each side is left out.",
            "Silence of a source looks the same as a fact that is not recorded.",
        ),
        _odrl,
    ),
}
"""The profiles, by the name that addresses use."""
