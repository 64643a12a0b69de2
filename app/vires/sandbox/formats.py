"""The formats of an answer: their keys, media types and other names, by kind of answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its key, what it is called over HTTP, and the other names it answers to."""

    key: str
    title: str
    media: str
    header: str
    extension: str
    aliases: tuple[str, ...] = ()


_UTF8: Final = "; charset=utf-8"
_JSON: Final = "application/sparql-results+json"
_XML: Final = "application/sparql-results+xml"

JSON: Final = Format("json", "JSON", _JSON, _JSON, "srj", ("application/json", "text/json", "srj"))
XML: Final = Format("xml", "XML", _XML, _XML, "srx", ("application/xml", "text/xml", "srx"))
CSV: Final = Format("csv", "CSV", "text/csv", f"text/csv{_UTF8}; header=present", "csv")
TSV: Final = Format(
    "tsv", "TSV", "text/tab-separated-values", f"text/tab-separated-values{_UTF8}", "tsv"
)
TURTLE: Final = Format(
    "turtle", "Turtle", "text/turtle", f"text/turtle{_UTF8}", "ttl",
    ("application/x-turtle", "application/turtle", "ttl", "n3", "text/n3", "text/rdf+n3"),
)  # fmt: skip
N_TRIPLES: Final = Format(
    "ntriples", "N-Triples", "application/n-triples", "application/n-triples", "nt",
    ("text/plain", "nt", "n-triples"),
)  # fmt: skip
JSON_LD: Final = Format(
    "jsonld", "JSON-LD", "application/ld+json", "application/ld+json", "jsonld",
    ("application/json", "json-ld", "json"),
)  # fmt: skip
RDF_XML: Final = Format(
    "rdf", "RDF/XML", "application/rdf+xml", "application/rdf+xml", "rdf",
    ("application/xml", "text/xml", "xml", "rdfxml", "rdf+xml", "rdf xml"),
)  # fmt: skip
TRIG: Final = Format("trig", "TriG", "application/trig", "application/trig", "trig")
N_QUADS: Final = Format(
    "nquads", "N-Quads", "application/n-quads", "application/n-quads", "nq",
    ("nq", "n-quads", "text/x-nquads"),
)  # fmt: skip

ROWS: Final = (JSON, XML, CSV, TSV)
TRUTH: Final = (JSON, XML)
GRAPH: Final = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, TRIG, N_QUADS)


def offered(form: str) -> tuple[Format, ...]:
    """The formats of the answer to a query of a form, the first being the default."""
    return {"SELECT": ROWS, "ASK": TRUTH}.get(form, GRAPH)


def named(name: str, among: tuple[Format, ...]) -> Format | None:
    """The format of a key, media type or other name."""
    wanted = name.strip().lower()
    for form in among:
        if wanted in (form.key, form.media, form.extension):
            return form
    return next((form for form in among if wanted in form.aliases), None)
