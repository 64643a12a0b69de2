"""Things with more than one home: SHACL knows no graphs, so this is asked in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from vires import terms
from vires.store.sources import Graph

_SHARED = (f"{terms.BASE}graph/ontology/", f"{terms.BASE}graph/shapes/")
"""Graphs that say more of what others define: alignments, and rules."""


def strays(graphs: Iterable[Graph]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each thing that several graphs say is something, with those graphs, in order of name.

    The home of a thing is the graph that states its class; others may add to it, as the posts of
    staff add who signed, but do not say again what it is.
    """
    homes: dict[str, set[str]] = defaultdict(set)
    for graph in graphs:
        if graph.iri.startswith(_SHARED):
            continue
        for quad in graph.quads:
            if quad.predicate.value == terms.TYPE and isinstance(quad.subject, ox.NamedNode):
                homes[quad.subject.value].add(graph.iri)
    for thing, found in sorted(homes.items()):
        if len(found) > 1:
            yield thing, tuple(sorted(found))
