"""Which focus nodes of which rules a change can touch: its dependants, parties and powers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import pyoxigraph as ox

from vires.store import Snapshot
from vires.validate.catalogue import Rule
from vires.validate.graph import Term
from vires.validate.reads import Link, Read, Step, reads

Touched = Mapping[Rule, frozenset[Term] | None]
"""The focus nodes of each rule that a change may touch; None for any of them."""


@dataclass(frozen=True, slots=True)
class Change:
    """The statements that one record has and another has not."""

    added: frozenset[ox.Triple]
    removed: frozenset[ox.Triple]

    @property
    def all(self) -> frozenset[ox.Triple]:
        """Everything that changed."""
        return self.added | self.removed


def between(before: Snapshot, now: Snapshot) -> Change:
    """The change from one record to the next: of the graphs that are not the same."""
    names = {
        iri
        for iri in {*before.graphs, *now.graphs}
        if before.graphs.get(iri) != now.graphs.get(iri)
    }
    old = {quad.triple for iri in names & before.graphs.keys() for quad in before.graph(iri)}
    new = {quad.triple for iri in names & now.graphs.keys() for quad in now.graph(iri)}
    return Change(frozenset(new - old), frozenset(old - new))


def touched(snapshot: Snapshot, pool: tuple[Rule, ...], changed: Iterable[ox.Triple]) -> Touched:
    """The focus nodes that statements added to a record, or taken from it, may touch.

    `snapshot` is the record after the change, or before: the way from a changed statement to the
    focus node is the same in both. Rules that are not touched are left out.
    """
    walker = _Walker(snapshot)
    by_prop = _index(pool)
    found: dict[Rule, frozenset[Term] | None] = {rule: None for rule in pool if reads(rule) is None}
    for triple in changed:
        reading = (*by_prop.get(triple.predicate.value, ()), *by_prop.get(None, ()))
        for read, rules in reading:
            nodes = walker.foci(read, triple)
            for rule in rules:
                kept = found.get(rule, frozenset())
                found[rule] = None if nodes is None or kept is None else kept | nodes
    return {rule: nodes for rule, nodes in found.items() if nodes is None or nodes}


@cache
def _index(pool: tuple[Rule, ...]) -> dict[str | None, tuple[tuple[Read, tuple[Rule, ...]], ...]]:
    """What is read along each property, and by which rules."""
    readers: dict[Read, list[Rule]] = defaultdict(list)
    for rule in pool:
        for read in reads(rule) or ():
            readers[read].append(rule)
    found: dict[str | None, dict[Read, tuple[Rule, ...]]] = defaultdict(dict)
    for read, rules in readers.items():
        for step in read.link.steps:
            found[step.prop][read] = tuple(rules)
    return {prop: tuple(rows.items()) for prop, rows in found.items()}


@dataclass(slots=True)
class _Walker:
    """Walks from changed statements back to focus nodes; each step from a node is taken once."""

    snapshot: Snapshot
    _known: dict[tuple[Term, str | None, bool], set[Term]] = field(default_factory=dict)

    def foci(self, read: Read, triple: ox.Triple) -> frozenset[Term] | None:
        """The focus nodes that see a statement through a link; None for any."""
        nodes = set(self._ends(read, triple))
        if not nodes or read.way is None:
            return None if nodes else frozenset()
        for link, back in read.way:
            nodes = self._walk(nodes, link, back)
        return frozenset(nodes)

    def _ends(self, read: Read, triple: ox.Triple) -> Iterator[Term]:
        """The nodes at the near end of a link that a statement is part of."""
        link = read.link
        for step in link.steps:
            if step.prop not in (None, triple.predicate.value):
                continue
            ends = (triple.subject, triple.object)
            start, end = ends[::-1] if step.against else ends
            assert not isinstance(start, ox.Triple) and not isinstance(end, ox.Triple)
            near = start if read.near else end
            if link.long:
                yield from self._walk({near}, link, read.near)
            elif _may_be(link.start, start) and _may_be(link.end, end):
                yield near

    def _walk(self, nodes: set[Term], link: Link, back: bool) -> set[Term]:
        """What nodes lead to along a link, from its end to its start where `back`."""
        found = set(nodes) if link.long else set()
        edge = nodes
        while edge:
            steps = [self._step(node, step, back) for node in edge for step in link.steps]
            edge = set().union(*steps) - found
            found |= edge
            if not link.long:
                break
        return found

    def _step(self, node: Term, step: Step, back: bool) -> set[Term]:
        against = step.against != back
        key = (node, step.prop, against)
        if key not in self._known:
            self._known[key] = self.snapshot.linked(node, step.prop, against=against)
        return self._known[key]


def _may_be(name: str, term: Term) -> bool:
    """Whether a term of a pattern may be matched by one of a statement."""
    return name.startswith("?") or not name.startswith("<") or name == str(term)
