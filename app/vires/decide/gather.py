"""Runs the decision queries and turns their rows into a record.

Each query of `queries/decide/` names, by joins and paths, the nodes that some conditions rest on,
and gives their facts as rows (node, property, value). What the facts mean is for the conditions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Protocol

from vires.decide.law import Asked
from vires.decide.record import Facts, Record, Shared, Text, Value
from vires.once import Once

_SHARED: Final = (
    "decide/readings",
    "decide/concepts",
    "decide/restructures",
    "decide/loose-ends",
)
_VERSION: Final = ("decide/tiers", "decide/revisions", "decide/signatures", "decide/participations")

QUERIES: Final = (
    "decide/broader",
    "decide/candidates",
    "decide/flow",
    "decide/organisation",
    *_SHARED,
    *_VERSION,
)
"""The views that every answer rests on."""


class Source(Protocol):
    """What is asked of a snapshot: its identity, and the rows of a view."""

    @property
    def data_version(self) -> str:
        """The content hash of what is read, as `sha256:` and 64 hexadecimal digits."""
        ...

    def rows(self, view_key: str, **params: Any) -> Sequence[tuple[Any, ...]]:
        """The rows of a view in its SELECT order, with parameters bound as terms."""
        ...


def value_of(term: Any) -> Value:
    """A term of the store as a value: an IRI as a string, a literal as a text."""
    datatype = getattr(term, "datatype", None)
    if datatype is None:
        return str(term.value)
    return Text(term.value, datatype.value, term.language or "")


def _facts(rows: Sequence[tuple[Any, ...]], into: dict[str, dict[str, list[Value]]]) -> None:
    for node, prop, value in rows:
        values = into[node.value].setdefault(prop.value, [])
        found = value_of(value)
        if found not in values:
            values.append(found)


def _frozen(facts: dict[str, dict[str, list[Value]]]) -> Facts:
    return {
        node: {prop: tuple(sorted(values, key=repr)) for prop, values in props.items()}
        for node, props in facts.items()
    }


@lru_cache(maxsize=8)
def _shared(key: Once[Source]) -> Shared:
    """What every question of one data version reads, read once: a snapshot never changes."""
    facts: dict[str, dict[str, list[Value]]] = defaultdict(dict)
    for view in _SHARED:
        _facts(key.source.rows(view), facts)
    broader: dict[str, set[str]] = defaultdict(set)
    narrower: dict[str, set[str]] = defaultdict(set)
    for concept, other in key.source.rows("decide/broader"):
        broader[concept.value].add(other.value)
        narrower[other.value].add(concept.value)
    return Shared(
        _frozen(facts),
        {concept: frozenset(others) for concept, others in broader.items()},
        {concept: frozenset(others) for concept, others in narrower.items()},
    )


def candidates(source: Source, asked: Asked) -> list[tuple[str, str]]:
    """Every flow between the two bodies with its version, as pairs of IRIs in order."""
    rows = source.rows("decide/candidates", **{"from": asked.from_, "to": asked.to})
    return sorted({(flow.value, version.value) for flow, version in rows})


def record(
    source: Source, bodies: Iterable[str], routes: Collection[tuple[str, str]] = ()
) -> Record:
    """All that the conditions may read of some bodies, and of routes: flows with their versions."""
    key = Once(source)
    found = _found(key, {version for _, version in routes}, bodies)
    for flow in sorted({flow for flow, _ in routes}):
        found |= _read(key, "decide/flow", "flow", flow)
    return Record(_shared(key), found)


def _found(
    key: Once[Source], versions: Iterable[str], organisations: Iterable[str]
) -> dict[str, Mapping[str, tuple[Value, ...]]]:
    found: dict[str, Mapping[str, tuple[Value, ...]]] = {}
    for organisation in organisations:
        found |= _read(key, "decide/organisation", "organisation", organisation)
    for version in sorted(set(versions)):
        for view in _VERSION:
            found |= _read(key, view, "version", version)
    return found


def whole(source: Source, on: date | None = None) -> Record:
    """What the conditions read of every instrument, who takes part and who signed, for lists.

    What is found for a day `on` is remembered until other days have been asked about.
    """
    return _whole_on(Once(source), on)


@lru_cache(maxsize=4)
def _whole_on(key: Once[Source], on: date | None) -> Record:
    read = _whole(key)
    return Record(read.shared, read.found, read.pointed)


@lru_cache(maxsize=8)
def _whole(key: Once[Source]) -> Record:
    facts: dict[str, dict[str, list[Value]]] = defaultdict(dict)
    _facts(key.source.rows("standing/record"), facts)
    return Record(_shared(key), _frozen(facts))


@lru_cache(maxsize=4096)
def _read(key: Once[Source], view: str, name: str, value: str) -> Facts:
    """The facts of one view for one thing; every view gives each node with all its facts."""
    facts: dict[str, dict[str, list[Value]]] = defaultdict(dict)
    _facts(key.source.rows(view, **{name: value}), facts)
    return _frozen(facts)
