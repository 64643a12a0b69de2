"""What a cell of a reference table becomes in the graph, and how both are read.

Written from the meaning of the columns alone, never from the graph. The tables are read from the
folder that ``VIRES_SHARED`` names: they are the material that the graph was written from, so the
proof needs them, and without them it fails.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, SKOS, XSD
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
ONTOLOGY = ROOT / "ontology"
BASE = "https://w3id.org/vires/"
V = Namespace(BASE + "ns#")

Row = dict[str, str]
Facts = set[tuple[Node, Node]]
Column = Callable[[str, Row], Facts]

TRUE = Literal("true", datatype=XSD.boolean)
FALSE = Literal("false", datatype=XSD.boolean)


def iri(kind: str, key: str) -> URIRef:
    """The IRI of a reference thing."""
    return URIRef(f"{BASE}{kind}/{key}")


@cache
def table(name: str) -> tuple[Row, ...]:
    """The rows of one table; fails, and does not skip, where the tables are not at hand."""
    folder = os.environ.get("VIRES_SHARED")
    if not folder:
        pytest.fail(
            "VIRES_SHARED is not set: set it to the folder that holds reference/*.csv, the "
            "tables that data/reference/ was written from"
        )
    path = Path(folder) / "reference" / f"{name}.csv"
    if not path.is_file():
        pytest.fail(f"{path} does not exist: VIRES_SHARED must name the folder above reference/")
    with path.open(newline="", encoding="utf-8") as handle:
        return tuple(csv.DictReader(handle))


@cache
def turtle(path: Path) -> Graph:
    """One file as a graph; no prefix is bound but the file's own."""
    return Graph(bind_namespaces="none").parse(path, format="turtle")


@cache
def reference() -> Graph:
    """All of data/reference/ as one graph."""
    graph = Graph(bind_namespaces="none")
    for path in sorted((DATA / "reference").rglob("*.ttl")):
        for triple in turtle(path):
            graph.add(triple)
    return graph


def values(cell: str) -> list[str]:
    """The values of a cell; a blank cell has none."""
    return [value for value in cell.split("|") if value]


def facts(prop: URIRef, *objects: Node) -> Facts:
    return {(prop, obj) for obj in objects}


def text(prop: URIRef) -> Column:
    return lambda cell, _: facts(prop, Literal(cell, lang="en")) if cell else set()


def code(prop: URIRef) -> Column:
    return lambda cell, _: facts(prop, Literal(cell)) if cell else set()


def day(prop: URIRef) -> Column:
    return lambda cell, _: facts(prop, Literal(cell, datatype=XSD.date)) if cell else set()


def link(prop: URIRef, kind: str) -> Column:
    return lambda cell, _: facts(prop, *(iri(kind, value) for value in values(cell)))


def address(prop: URIRef) -> Column:
    return lambda cell, _: facts(prop, *(URIRef(value) for value in values(cell)))


def truth(prop: URIRef) -> Column:
    """yes and no are stated; unclear is recorded silence."""

    def column(cell: str, _: Row) -> Facts:
        if cell == "unclear":
            return facts(V.notStated, prop)
        return facts(prop, {"yes": TRUE, "no": FALSE}[cell])

    return column


def data_categories(prop: URIRef) -> Column:
    def column(cell: str, _: Row) -> Facts:
        if cell == "uncoded":
            return facts(V.notStated, prop)
        return facts(prop, *(iri("category", value) for value in values(cell)))

    return column


def verified(cell: str, _: Row) -> Facts:
    status = {"yes": "verified", "no": "not-verified"}[cell]
    return facts(V.verificationStatus, iri("verification", status))


def citation(cell: str, _: Row) -> Facts:
    if cell.startswith("https://"):
        return facts(V.citation, URIRef(cell))
    return facts(DCTERMS.bibliographicCitation, Literal(cell, lang="en"))


def recipients(cell: str, _: Row) -> Facts:
    """any-person is the open recipient, and no type."""
    types = [value for value in values(cell) if value != "any-person"]
    found = facts(V.recipientType, *(iri("org-type", value) for value in types))
    return found | (facts(V.openRecipient, TRUE) if len(types) < len(values(cell)) else set())


def nothing(_: str, __: Row) -> Facts:
    """A column that is carried by the node's own IRI or by another column's facts."""
    return set()


MARKS: dict[str, Column] = {
    "verified": verified,
    "seen_in": address(DCTERMS.source),
    "note": text(SKOS.note),
}
CONCEPT: dict[str, Column] = {
    "id": code(SKOS.notation),
    "label": text(SKOS.prefLabel),
    "definition": text(SKOS.definition),
    "dpv_close_match": address(SKOS.closeMatch),
}


def tree(kind: str, **more: Column) -> dict[str, Column]:
    return CONCEPT | {"broader": link(SKOS.broader, kind)} | more


@cache
def instrument(key: str) -> URIRef:
    row = next(row for row in table("legislation") if row["id"] == key)
    return URIRef(row["legislation_uri"]) if row["legislation_uri"] else iri("law", key)


@cache
def organisation(key: str) -> URIRef:
    """The IRI of a body: its checked register code, else its own key."""
    row = next(row for row in table("organisations") if row["id"] == key)
    if row["register"] in ("ODS", "GSS") and row["register_key_verified"] == "yes":
        return iri("org", f"{row['register'].lower()}-{row['register_key']}")
    return iri("org", key)
