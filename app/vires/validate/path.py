"""A SHACL property path as the SPARQL property path that it means.

Source: SHACL, section 2.3.1.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from vires import terms
from vires.errors import RuleError
from vires.validate.graph import ShapeGraph, Term

_SUFFIX: Final = {
    terms.SH + "zeroOrMorePath": "*",
    terms.SH + "oneOrMorePath": "+",
    terms.SH + "zeroOrOnePath": "?",
}


def sparql_path(graph: ShapeGraph, node: Term, where: str) -> str:
    """The path as SPARQL writes it, every step in full; the same for the same path, always.

    Errors: `RuleError` where it is no path of SHACL.
    """
    if isinstance(node, ox.NamedNode) and node.value != terms.RDF + "nil":
        return str(node)
    if members := graph.list(node):
        return "(" + "/".join(sparql_path(graph, m, where) for m in members) + ")"
    if (inner := graph.one(node, terms.SH + "inversePath")) is not None:
        return f"^{sparql_path(graph, inner, where)}"
    if (inner := graph.one(node, terms.SH + "alternativePath")) is not None:
        steps = sorted(sparql_path(graph, m, where) for m in graph.list(inner))
        if steps:
            return "(" + "|".join(steps) + ")"
    for prop, suffix in _SUFFIX.items():
        if (inner := graph.one(node, prop)) is not None:
            return f"({sparql_path(graph, inner, where)}){suffix}"
    raise RuleError(f"{where}: `sh:path` is no path of SHACL; name a property or build one of them")
