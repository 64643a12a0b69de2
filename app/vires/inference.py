"""Derives what the ontology means, by SPARQL rules, to a fixed point (ontology.md section 6).

Each rule is `queries/infer/{claim}/insert.rq`, with a SELECT twin that gives what it would add.
Nothing that depends on a date is derived, and an answer never needs what is derived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox

from vires import content, library

CONTRADICTION: Final = "infer/nothing-in-two-disjoint-classes"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the claim it is named by, its INSERT, and the view that is its SELECT twin."""

    claim: str
    insert: str
    view: library.View


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in order of claim."""
    root = content.content_root() / "queries" / "infer"
    return tuple(
        Rule(
            path.parent.name,
            path.read_text(encoding="utf-8"),
            library.view(f"infer/{path.parent.name}"),
        )
        for path in sorted(root.glob("*/insert.rq"))
    )


def infer(quads: Iterable[ox.Quad], graph: str) -> tuple[ox.Quad, ...]:
    """Every statement that the rules derive from `quads` and that is not among them.

    Runs the rules on a copy until none adds anything; the new statements are in the graph named.
    """
    store = ox.Store()
    given = {ox.Quad(q.subject, q.predicate, q.object) for q in quads}
    store.extend(given)
    size = -1
    while len(store) != size:
        size = len(store)
        for rule in rules():
            store.update(rule.insert)
    target = ox.NamedNode(graph)
    new = sorted(set(store) - given, key=str)
    return tuple(ox.Quad(q.subject, q.predicate, q.object, target) for q in new)


def contradictions(store: ox.Store) -> list[tuple[str, str, str]]:
    """Each thing that is in two disjoint classes, with both, as IRIs in order."""
    found = store.query(library.view(CONTRADICTION).text, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return sorted((r[0].value, r[1].value, r[2].value) for r in found)
