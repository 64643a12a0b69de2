"""Statements of a view as RDF, the same bytes for the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import pyoxigraph as ox

from vires import terms

FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
"""Each format that statements come in, by file extension."""

PREFIXES: Final = {
    **terms.PREFIXES,
    "as": "https://www.w3.org/ns/activitystreams#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "ldes": "https://w3id.org/ldes#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "rdfs": terms.RDFS,
    "spdx": "http://spdx.org/rdf/terms#",
    "tree": "https://w3id.org/tree#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
}
"""The prefixes that exports are written with."""

Row = Sequence[Any]
"""A statement: its subject, predicate and object."""


def text(value: str) -> ox.Literal:
    """A plain text, as a value of a view's parameter."""
    return ox.Literal(value)


def typed(value: str, datatype: str) -> ox.Literal:
    """A value of a datatype of XML Schema, by its name."""
    return ox.Literal(value, datatype=ox.NamedNode(terms.XSD + datatype))


def serialised(rows: Iterable[Row], short: str) -> bytes:
    """Statements in a format of `FORMATS`, each once, subject by subject."""
    ordered = sorted(rows, key=lambda row: tuple(map(str, row)))
    triples = dict.fromkeys(ox.Triple(*row) for row in ordered)
    names = {term.value for row in ordered for term in row if isinstance(term, ox.NamedNode)}
    used = {
        prefix: namespace
        for prefix, namespace in PREFIXES.items()
        if any(name.startswith(namespace) for name in names)
    }
    return ox.serialize(triples, format=FORMATS[short], prefixes=used) or b""
