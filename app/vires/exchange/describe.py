"""The statements about one thing as Turtle, N-Triples, RDF/XML or JSON-LD."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from vires import terms
from vires.content import content_root
from vires.decide.gather import Source

FORMATS: Final = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
"""Each format that a description comes in, by file extension, with rdflib's name for it."""

_PREFIXES: Final = {
    "vires": terms.VIRES,
    "altr": "http://www.w3.org/ns/dx/connegp/altr#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": terms.ORG,
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": terms.RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": terms.SKOS,
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": terms.XSD,
}


def describe(source: Source, iri: str, format_: str) -> bytes:
    """What the record states of a thing, with the labels of all that it points to.

    Of an ontology it is the whole graph that declares it. `format_` is a key of `FORMATS`; a thing
    that is not in the record gives an empty document.
    """
    rows = source.rows("page/ontology", thing=iri) or source.rows("page/description", thing=iri)
    return _written(_graph(rows), iri, format_)


def alternates(source: Source, iri: str, document: str, format_: str) -> bytes:
    """The representations of the document about a thing: format and profile of each."""
    rows = source.rows("describe/alternates", thing=iri, document=document)
    return _written(_graph(rows), iri, format_)


def catalogued(source: Source, iri: str, document: str, format_: str) -> bytes:
    """The document about a thing as DCAT has it: its title, licence and files."""
    rows = source.rows("describe/document", thing=iri, document=document)
    return _written(_graph(rows), document, format_)


def _written(graph: Graph, iri: str, format_: str) -> bytes:
    if format_ == "jsonld":
        return _framed(graph, iri)
    text = graph.serialize(format=FORMATS[format_])
    if format_ == "nt":
        text = "".join(sorted(text.splitlines(keepends=True)))
    return text.encode()


@cache
def context() -> bytes:
    """The JSON-LD context that the documents name."""
    return (content_root() / "ontology" / "context.jsonld").read_bytes()


@cache
def context_version() -> str:
    """The version of the context: a hash of what it says, so that it can never change."""
    return hashlib.sha256(context()).hexdigest()[:16]


def context_iri() -> str:
    """The address of this version of the context, the same on every host."""
    return f"{terms.BASE}context/{context_version()}.jsonld"


def _graph(rows: Sequence[tuple[Any, ...]]) -> Graph:
    """A graph of rows (subject, property, value), which are in order.

    The store is the one of rdflib that keeps the order; its usual one answers from sets.
    """
    graph = Graph(store="SimpleMemory", bind_namespaces="none")
    for prefix, namespace in _PREFIXES.items():
        graph.bind(prefix, namespace)
    for row in rows:
        subject, prop, value = (node(term) for term in row)
        graph.add((subject, prop, value))
    return graph


def node(term: Any) -> Node:
    """A term of the store as rdflib has it, spelt as it is on record."""
    if (datatype := getattr(term, "datatype", None)) is not None:
        if term.language:
            return Literal(term.value, lang=term.language)
        plain = datatype.value == terms.XSD + "string"
        return Literal(
            term.value, datatype=None if plain else URIRef(datatype.value), normalize=False
        )
    return BNode(term.value) if str(term).startswith("_:") else URIRef(term.value)


def _framed(graph: Graph, iri: str) -> bytes:
    """JSON-LD with the thing outermost and each named thing inside where it is first pointed to."""
    text = graph.serialize(format="json-ld", context=json.loads(context())["@context"])
    found = json.loads(text)
    del found["@context"]
    nodes = found.get("@graph", [found])
    by_id = {node["id"]: node for node in nodes if "id" in node}
    root = by_id.pop(iri, {"id": iri})
    used: set[str] = set()
    framed = {key: _embedded(value, by_id, used) for key, value in sorted(root.items())}
    left = [node for key, node in sorted(by_id.items()) if key not in used]
    body = {"@context": context_iri(), **framed}
    if left:
        body["@included"] = left
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def _embedded(value: Any, by_id: dict[str, Any], used: set[str]) -> Any:
    if isinstance(value, list):
        found = [_embedded(one, by_id, used) for one in value]
        return sorted(found, key=lambda one: json.dumps(one, sort_keys=True))
    iri = value.get("id") if isinstance(value, dict) else value
    if isinstance(iri, str) and iri in by_id and iri not in used:
        used.add(iri)
        return {key: by_id[iri][key] for key in sorted(by_id[iri])}
    return value
