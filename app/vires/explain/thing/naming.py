"""Names things, properties and values in words, and says where each is shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, Final

from vires import terms
from vires.addresses import path_of
from vires.decide import choices, labels
from vires.decide.gather import Source
from vires.explain.shown import uk_date
from vires.explain.thing.parts import Item, Row
from vires.once import Once

_BORROWED: Final = {
    "http://purl.org/dc/terms/": {
        "bibliographicCitation": "Citation",
        "created": "Created",
        "creator": "Written by",
        "date": "Date",
        "description": "Description",
        "identifier": "Identifier",
        "isReplacedBy": "Replaced by",
        "license": "Licence",
        "relation": "Related",
        "source": "Source",
        "title": "Title",
    },
    "http://xmlns.com/foaf/0.1/": {"homepage": "Website"},
    terms.RDF: {"type": "Kind of thing", "Property": "Property"},
    "http://www.w3.org/2000/01/rdf-schema#": {
        "Datatype": "Datatype",
        "comment": "Note",
        "domain": "Is a property of",
        "isDefinedBy": "Defined in",
        "label": "Name",
        "range": "Leads to",
        "seeAlso": "See also",
        "subClassOf": "Is a kind of",
        "subPropertyOf": "Is a special case of",
        "Literal": "Text or value",
    },
    terms.SKOS: {
        "Concept": "Concept",
        "ConceptScheme": "Code list",
        "altLabel": "Also called",
        "broader": "Broader",
        "closeMatch": "Close to, elsewhere",
        "definition": "Definition",
        "exactMatch": "The same, elsewhere",
        "example": "Example",
        "hasTopConcept": "Top concept",
        "inScheme": "Code list",
        "notation": "Key",
        "note": "Note",
        "prefLabel": "Name",
        "relatedMatch": "Related, elsewhere",
        "scopeNote": "How to use it",
        "topConceptOf": "At the top of",
    },
    terms.ORG: {
        "OrganizationalCollaboration": "Partnership",
        "Post": "Post",
        "Site": "Site",
        "hasPost": "Posts",
        "identifier": "Registered identifier",
        "member": "Member",
        "memberOf": "Member of",
        "originalOrganization": "Organisation before",
        "resultingOrganization": "Organisation after",
        "role": "Role",
        "siteOf": "Site of",
        "subOrganizationOf": "Part of",
    },
    "http://www.w3.org/2002/07/owl#": {
        "AnnotationProperty": "Annotation property",
        "Class": "Class",
        "DatatypeProperty": "Property with a value",
        "ObjectProperty": "Property that links",
        "Ontology": "Ontology",
        "TransitiveProperty": "Transitive property",
        "disjointWith": "Is never also",
        "equivalentClass": "Is the same class as",
        "equivalentProperty": "Is the same property as",
        "inverseOf": "Read backwards",
        "versionIRI": "This version",
        "versionInfo": "Version",
    },
    "http://www.w3.org/ns/prov#": {"Entity": "Document", "wasDerivedFrom": "Derived from"},
    "http://www.w3.org/2003/06/sw-vocab-status/ns#": {"term_status": "Status of the term"},
    terms.XSD: {"boolean": "True or false", "date": "Date", "string": "Text", "integer": "Number"},
}
"""What terms of other vocabularies are called on a page; our own say it themselves."""

_WORDS: Final = {
    name + local: words for name, locals_ in _BORROWED.items() for local, words in locals_.items()
}
_SAID: Final = {
    terms.PERMITS_DATA: "Of this information",
    terms.PERMITS_PURPOSE: "For these purposes",
}
"""What a page says instead of a label that would sound like a verdict (decision.md section 7)."""

_TRUTH: Final = {
    "true": "applies",
    "1": "applies",
    "yes": "applies",
    "false": "does not apply",
    "0": "does not apply",
    "no": "does not apply",
}
_STATED: Final = {
    terms.MANDATORY: {"true": "stated to be so", "1": "stated to be so"}
    | {"false": "stated not to be so", "0": "stated not to be so"}
}
"""What a truth is called of a property of which 'applies' would say something else."""

_CODE: Final = re.compile(r"[a-z]+(-[a-z]+)+")
_KEYS: Final = frozenset({terms.NOTATION, terms.PREF_LABEL})
"""Properties whose value is a name to be kept as it stands, not a code to be read as words."""


class Namer:
    """Names what a page of one snapshot shows."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def label(self, iri: str) -> str:
        """What a thing is called: its label, the words for a borrowed term, or its IRI in words."""
        return labels(self.source, (iri,)).get(iri) or _WORDS.get(iri) or _spelt(iri)

    def title(self, iri: str) -> str:
        """The label with a capital."""
        return capital(self.label(iri))

    def property(self, prop: str) -> str:
        """What a row calls a property."""
        return _SAID.get(prop) or self.title(prop)

    def href(self, iri: str) -> str:
        """Where a thing is shown: our page, else its own address; '' where it has neither."""
        own = path_of(iri)
        if own is not None:
            return own if self._held(iri) else ""
        return iri if iri.startswith(("https://", "http://")) else ""

    def _held(self, iri: str) -> bool:
        if labels(self.source, (iri,)):
            return True
        return bool(self.source.rows("page/statements", thing=iri))

    def thing(self, iri: str, note: str = "") -> Item:
        """A thing by its name, with a link."""
        return Item(self.label(iri), self.href(iri), note)

    def value(self, term: Any) -> Item:
        """A value of a property, as a person reads it."""
        datatype = getattr(term, "datatype", None)
        if datatype is None:
            return self.thing(str(term.value))
        text = str(term.value)
        if datatype.value == terms.XSD_DATE:
            return Item(day(term))
        if datatype.value == terms.XSD_BOOLEAN or text in ("yes", "no"):
            return Item(_TRUTH.get(text, text))
        register = labels(self.source, (datatype.value,)).get(datatype.value, "")
        return Item(text, note=register)

    def stated_date(self, term: Any) -> Item:
        """A date as the source words it, `commencesOn: July 2024`, with its property in words."""
        name, colon, words = text_of(term).partition(": ")
        known = labels(self.source, (terms.VIRES + name,)).get(terms.VIRES + name)
        return Item(f"{capital(known)}: {words}" if colon and known else text_of(term))

    def row(self, prop: str, values: Iterable[Any]) -> Row:
        """A property with its values, in order of their text."""
        read = self.stated_date if prop == terms.STATED_DATE else self.value
        found = {_worded(prop, value) or read(value) for value in values}
        items = sorted(found, key=lambda i: i.text.casefold())
        return Row(self.property(prop), tuple(items))


def _worded(prop: str, term: Any) -> Item | None:
    """A truth in the words for its property, or a code in words; None for any other value."""
    text, datatype = text_of(term), getattr(term, "datatype", None)
    if prop in _STATED and text in _STATED[prop]:
        return Item(_STATED[prop][text])
    plain = datatype is not None and datatype.value == terms.XSD + "string"
    if plain and prop not in _KEYS and _CODE.fullmatch(text):
        return Item(text.replace("-", " "))
    return None


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def key_of(source: Source, iri: str) -> str:
    """The shortest name by which a question may name a thing: its key, unless others share it."""
    return _keys(Once(source)).get(iri, iri)


@lru_cache(maxsize=8)
def _keys(held: Once[Source]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pool in choices(held.source).values():
        shared = Counter(choice.key for choice in pool)
        for choice in pool:
            found.setdefault(choice.iri, choice.key if shared[choice.key] == 1 else choice.iri)
    return found


def text_of(term: Any) -> str:
    """The text of a term; '' for none."""
    return "" if term is None else str(term.value)


def day(term: Any) -> str:
    """A date in words, or the text as it stands where it is no date; '' for none."""
    try:
        return uk_date(date.fromisoformat(text_of(term)))
    except ValueError:
        return text_of(term)


def _spelt(iri: str) -> str:
    """A name for what has none: an outside address without its scheme, or an IRI's end in words."""
    if path_of(iri) is None and iri.startswith(("http://", "https://")) and "#" not in iri:
        return re.sub(r"^https?://(www\.)?", "", iri).rstrip("/")
    end = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", end).replace("-", " ").lower() or iri
