"""Which nodes a query may find something of, seen from the few statements that it requires of each.

Oxigraph needs a third of a millisecond to understand a query, and a microsecond to look up a
statement: where a few nodes are asked about, most queries need not be asked at all. What is not
looked at here (comparisons, UNION, OPTIONAL) may hold, so no node is left out that is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from vires.store import Snapshot
from vires.validate.graph import Term
from vires.validate.reads import Group, Link, group_of
from vires.validate.steps import OtherError
from vires.validate.token import THIS

MOST: Final = 256
"""So many statements are looked up for one node; where there are more, it is asked about."""

_Known = Mapping[str, Term]


class _WideError(Exception):
    """More statements stand around a node than are looked up."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What a group requires: links, each with whether it is walked from its end, and tests.

    A test is of a group inside, which must be found, or must not. `whole` where nothing else is
    required, so that what is found here is found by the query.
    """

    links: tuple[tuple[Link, bool], ...]
    tests: tuple[tuple[bool, _Part], ...]
    whole: bool


def sifted(snapshot: Snapshot, text: str, nodes: Iterable[Term]) -> list[Term]:
    """The nodes of which a query may find something: all that it finds, and now and then others."""
    try:
        part = _part_of(text)
    except OtherError:
        return list(nodes)
    return [node for node in nodes if _Look(snapshot).may_find(part, node)]


@lru_cache(maxsize=4096)
def _part_of(text: str) -> _Part:
    return _part(group_of(text).inside[0], frozenset({f"?{THIS}"}), frozenset())


def _part(group: Group, known: frozenset[str], loose: frozenset[str]) -> _Part:
    """A group as links in the order in which they can be walked from what is known.

    A variable is `loose` where something that is not looked at here binds it.
    """
    links, around = [], known
    left = list(group.links)
    while ready := next((one for one in left if {one.start, one.end} & around), None):
        left.remove(ready)
        links.append((ready, ready.start not in around))
        around |= _variables([ready])
    loose |= group.names | _variables(left)
    exact = all(link.plain and _is_exact(link, back) for link, back in links)
    free = _variables(group.links) - known
    tests = tuple((wanted, _part(inner, around, loose)) for wanted, inner in group.tests)
    return _Part(tuple(links), tests, exact and not (left or group.besides or free & loose))


def _is_exact(link: Link, back: bool) -> bool:
    """Whether the far end of a link is told from others by its name: not so for a literal."""
    return (link.start if back else link.end)[0] in "?<"


def _variables(links: Iterable[Link]) -> frozenset[str]:
    return frozenset(end for one in links for end in (one.start, one.end) if end[0] == "?")


@dataclass(slots=True)
class _Look:
    """A look at what stands around one node."""

    snapshot: Snapshot
    left: int = MOST

    def may_find(self, part: _Part, node: Term) -> bool:
        try:
            return self._found(part, {f"?{THIS}": node}) is not False
        except _WideError:
            return True

    def _found(self, part: _Part, known: _Known) -> bool | None:
        """Whether a group is found; None where that cannot be told here.

        Source: the three-valued logic of SPARQL 1.1, section 17.2.
        """
        best: bool | None = False
        for way in self._ways(part.links, known):
            said = self._tested(part, way)
            if said:
                return True
            best = best if said is False else None
        return best

    def _tested(self, part: _Part, known: _Known) -> bool | None:
        said: bool | None = part.whole or None
        for wanted, inner in part.tests:
            found = self._found(inner, known)
            if found is None:
                said = None
            elif found is not wanted:
                return False
        return said

    def _ways(self, links: Sequence[tuple[Link, bool]], known: _Known) -> Iterator[_Known]:
        """What the variables may stand for, where every link is there."""
        if not links:
            yield known
            return
        link, back = links[0]
        near, far = (link.end, link.start) if back else (link.start, link.end)
        for end in self._along(known[near], link, back):
            if far[0] == "?":
                if known.get(far, end) == end:
                    yield from self._ways(links[1:], {**known, far: end})
            elif far[0] != "<" or far == str(end):
                yield from self._ways(links[1:], known)

    def _along(self, node: Term, link: Link, back: bool) -> Iterator[Term]:
        """What a node leads to along a link, from its end to its start where `back`."""
        found = {node} if link.long else set()
        yield from found
        edge = [node]
        while edge:
            later: list[Term] = []
            for one in edge:
                for step in link.steps:
                    for end in self._step(one, step.prop, step.against != back):
                        if end not in found:
                            found.add(end)
                            later.append(end)
                            yield end
            edge = later if link.long else []

    def _step(self, node: Term, prop: str | None, against: bool) -> Iterator[Term]:
        for end in self.snapshot.along(node, prop, against=against):
            self.left -= 1
            if self.left < 0:
                raise _WideError
            yield end
