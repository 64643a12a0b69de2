"""Reads the examples of the rules: the data, the days of the check, and the results they carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from vires import ingest, terms
from vires.store import Snapshot, from_quads
from vires.validate import day
from vires.validate.graph import ShapeGraph
from vires.validate.path import sparql_path

Result = tuple[str, str, str, str, str]
"""Rule, focus, path, value and severity of a result."""


@dataclass(frozen=True)
class Example:
    """One example file."""

    snapshot: Snapshot
    days: day.Days
    expected: frozenset[Result]


def read(path: Path) -> Example:
    """An example: its results are no part of its data, nor are the days of its check."""
    quads = ingest.file_quads(path)
    graph = ShapeGraph(quads)
    result = ox.NamedNode(terms.SH + "ValidationResult")
    results = {q.subject for q in quads if q.object == result}
    check = ox.NamedNode(day.CHECK)
    days = day.Days(
        tuple(
            sorted(
                (q.predicate.value, date.fromisoformat(q.object.value))
                for q in quads
                if q.subject == check
            )
        )
    )
    apart = {*results, *_paths(graph, results), check}
    data = [ox.Quad(q.subject, q.predicate, q.object) for q in quads if q.subject not in apart]
    return Example(from_quads(data), days, frozenset(_result(graph, node) for node in results))


def _paths(graph: ShapeGraph, results: set[object]) -> set[object]:
    """The blank nodes that a path of some result is made of."""
    found: set[object] = set()
    todo = [value for node in results for value in graph.all(node, terms.SH + "resultPath")]
    while todo:
        node = todo.pop()
        if isinstance(node, ox.BlankNode) and node not in found:
            found.add(node)
            todo += [v for prop in graph.properties(node) for v in graph.all(node, prop)]
    return found


def _result(graph: ShapeGraph, node: object) -> Result:
    def said(name: str) -> str:
        return str(graph.one(node, terms.SH + name) or "")

    path = graph.one(node, terms.SH + "resultPath")
    return (
        said("sourceShape")[1:-1],
        said("focusNode"),
        "" if path is None else sparql_path(graph, path, "an example"),
        said("value"),
        said("resultSeverity")[1:-1].removeprefix(terms.SH),
    )
