"""Reads a shape: the few things asked of a small graph of shapes, over plain statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyoxigraph as ox

from vires import terms

Term = ox.NamedNode | ox.BlankNode | ox.Literal
"""A term of a shape; triples as terms are refused by `ingest`."""


class ShapeGraph:
    """The statements of one shape, asked by subject."""

    __slots__ = ("_said",)

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._said: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for quad in quads:
            assert not isinstance(quad.subject, ox.Triple)
            assert not isinstance(quad.object, ox.Triple)
            self._said[quad.subject][quad.predicate.value].append(quad.object)

    def all(self, subject: Term, prop: str) -> tuple[Term, ...]:
        """Every value of a property, in order of their text."""
        return tuple(sorted(self._said.get(subject, {}).get(prop, ()), key=str))

    def one(self, subject: Term, prop: str) -> Term | None:
        """The first value of a property; None where there is none."""
        return next(iter(self.all(subject, prop)), None)

    def text(self, subject: Term, prop: str) -> str | None:
        """The text of a property's first value."""
        found = self.one(subject, prop)
        return found.value if found is not None else None

    def properties(self, subject: Term) -> tuple[str, ...]:
        """The IRIs of every property that a subject has, in order."""
        return tuple(sorted(self._said.get(subject, {})))

    def list(self, head: Term) -> tuple[Term, ...]:
        """The members of an RDF list, in its order; a list that turns back on itself ends there."""
        found: list[Term] = []
        seen: set[Term] = set()
        node: Term | None = head
        while node is not None and node not in seen and node != ox.NamedNode(terms.RDF + "nil"):
            seen.add(node)
            first = self.one(node, terms.RDF + "first")
            if first is not None:
                found.append(first)
            node = self.one(node, terms.RDF + "rest")
        return tuple(found)

    def subjects(self) -> tuple[Term, ...]:
        """Everything that something is said of, in order."""
        return tuple(sorted(self._said, key=str))
