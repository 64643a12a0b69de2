"""The shipped content as graphs, each with the access class that may read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from vires import ingest, terms
from vires.content import GraphFile
from vires.errors import FrozenGraphError
from vires.store.snapshot import TRUE, drafts, graph_hash

CLASSES: Final = ("public", "partner", "staff")
"""The access classes, lowest first; a higher one reads the graphs of the lower ones."""


@dataclass(frozen=True, slots=True)
class Graph:
    """One named graph: its IRI, its statements, their hash and the class that may read it."""

    iri: str
    quads: tuple[ox.Quad, ...]
    digest: str
    access: str


def read(
    files: Iterable[GraphFile],
    *,
    illustrative: bool = True,
    progress: Callable[[], None] = lambda: None,
) -> tuple[Graph, ...]:
    """Read Turtle files into graphs, in order of IRI.

    Graphs that are drafts are left out, and illustrative agreements unless `illustrative`.
    Errors: `IngestError` for a file that cannot be read, `FrozenGraphError` for a graph that is
    not what its recorded content hash says.
    """
    parsed: list[tuple[GraphFile, tuple[ox.Quad, ...]]] = []
    for file in files:
        parsed.append((file, ingest.file_quads(file.path, graph=file.graph)))
        progress()
    everything = [quad for _, quads in parsed for quad in quads]
    draft = drafts(everything)
    access = _stated(everything, terms.VIRES + "accessClass")
    hashes = _stated(everything, terms.VIRES + "contentHash")
    unreal = _illustrative(parsed)
    found = []
    for file, quads in parsed:
        if file.graph in draft:
            continue
        if not illustrative and (file.graph in unreal or (file.area, file.agreement) in unreal):
            continue
        digest = graph_hash(quads)
        if hashes.get(file.graph, digest) != digest:
            raise FrozenGraphError(
                f"{file.path}: its content hash is {digest}, and the record of graphs says "
                f"{hashes[file.graph]}; make a new version instead of changing a frozen one"
            )
        found.append(Graph(file.graph, quads, digest, _class_of(file, access)))
    return tuple(sorted(found, key=lambda graph: graph.iri))


def _stated(quads: Iterable[ox.Quad], prop: str) -> dict[str, str]:
    return {
        q.subject.value: q.object.value.rsplit("/", 1)[-1]
        for q in quads
        if q.predicate.value == prop
        and isinstance(q.subject, ox.NamedNode)
        and isinstance(q.object, ox.NamedNode | ox.Literal)
    }


def _class_of(file: GraphFile, access: dict[str, str]) -> str:
    """Public outside the areas; inside, what the row of the graph says, else staff."""
    if file.area is None:
        return "public"
    stated = access.get(file.graph, "staff")
    return stated if stated in CLASSES else "staff"


def _illustrative(
    parsed: Iterable[tuple[GraphFile, tuple[ox.Quad, ...]]],
) -> set[str | tuple[str | None, str | None]]:
    """The graphs and agreement folders (area, key) that hold something illustrative."""
    found: set[str | tuple[str | None, str | None]] = set()
    for file, quads in parsed:
        if any(q.predicate.value == terms.ILLUSTRATIVE and q.object in TRUE for q in quads):
            found.add((file.area, file.agreement) if file.agreement else file.graph)
    return found


def readable(graphs: Iterable[Graph], access: str) -> tuple[Graph, ...]:
    """The graphs that an access class may read."""
    allowed = CLASSES[: CLASSES.index(access) + 1]
    return tuple(graph for graph in graphs if graph.access in allowed)
