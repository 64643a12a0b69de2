"""Where the site shows a thing: from its IRI to the path of its page, and back.

`/doc/{path}` shows what an area names `{base}id/{path}` or the reference data names
`https://w3id.org/vires/{path}`; a provision of the law stands under `/doc/legislation/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote

from vires import terms

LEGISLATION: Final = "http://www.legislation.gov.uk/id/"
_AREA: Final = re.compile(r"(https?://[^/]+/)id/(.+)")
_GRAPH: Final = re.compile(r"(https?://[^/]+/)graph/.+")
_SAFE: Final = "/:@!$&'()*+,;=-._~"


def path_of(iri: str) -> str | None:
    """The path of the page about a thing; None where it is not ours to show.

    Whether the record holds the thing is for the caller: the path follows from the IRI alone.
    """
    if iri == terms.VIRES.rstrip("#"):
        return "/doc/ns"
    if iri.startswith(terms.VIRES):
        return f"/doc/ns/{_quoted(iri.removeprefix(terms.VIRES))}"
    if iri.startswith(terms.BASE):
        document, mark, part = iri.removeprefix(terms.BASE).partition("#")
        return f"/doc/{_quoted(document)}{mark}{part}"
    if iri.startswith(LEGISLATION):
        return f"/doc/legislation/{_quoted(iri.removeprefix(LEGISLATION))}"
    if area := _AREA.fullmatch(iri):
        return f"/doc/{_quoted(area[2])}"
    return None


def document_of(iri: str) -> str | None:
    """The IRI of the document about a thing, which names no host but the data's own base."""
    path = path_of(iri)
    if path is None:
        return None
    area = _AREA.fullmatch(iri)
    foreign = iri.startswith((terms.BASE, LEGISLATION))
    return (area[1] if area and not foreign else terms.BASE) + path.removeprefix("/")


def iris_of(path: str, bases: Iterable[str]) -> tuple[str, ...]:
    """Every IRI that the page at `path` (after `/doc/`) could be about, in order of preference.

    `bases` are those of the areas on record, each ending in `/`.
    """
    plain = unquote(path)
    if plain == "ns":
        return (terms.VIRES.rstrip("#"),)
    if plain.startswith("ns/"):
        return (terms.VIRES + plain.removeprefix("ns/"),)
    if plain.startswith("legislation/"):
        return (LEGISLATION + plain.removeprefix("legislation/"),)
    return (terms.BASE + plain, *(f"{base}id/{plain}" for base in sorted(bases)))


def bases_of(graphs: Iterable[str]) -> frozenset[str]:
    """The bases of the areas whose graphs are on record, each ending in `/`."""
    found = (_GRAPH.fullmatch(graph) for graph in graphs)
    return frozenset(area[1] for area in found if area)


def _quoted(path: str) -> str:
    return quote(path, safe=_SAFE)
