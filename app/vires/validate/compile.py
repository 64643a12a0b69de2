"""Compiles a rule's shape into set-based SELECTs: each asks for every violating node at once.

Source: the SPARQL definitions of the SHACL recommendation. What is not supported is refused by
name; pyshacl, in `reference`, is the measure of what is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox

from vires import terms
from vires.errors import RuleError
from vires.store import Snapshot
from vires.validate import sparql
from vires.validate.catalogue import Rule, extra_names, prefixes
from vires.validate.core import TYPE_PATH, Patterns, Violation, fill
from vires.validate.graph import ShapeGraph, Term
from vires.validate.steps import stepped
from vires.validate.token import text_of, tokens

_SPARQL: Final = terms.SH + "SPARQLConstraintComponent"
_UNDER: Final = terms.RDFS + "subClassOf"
_TARGETS: Final = {
    "targetClass": f"?this {TYPE_PATH} %t .",
    "targetNode": "VALUES ?this { %t }",
    "targetSubjectsOf": "?this %t ?target .",
    "targetObjectsOf": "?target %t ?this .",
}
_OF_ALL: Final = "SELECT DISTINCT ?this %columns WHERE { %target %pattern }"


@dataclass(frozen=True, slots=True)
class Check:
    """One constraint of a rule: its component, the path it is on, and its SELECT.

    `query` has `%target` where the pattern that finds the focus nodes goes. `of_node` where the
    value of a result is the focus node, unless the SELECT returns another.
    """

    component: str
    path: str | None
    query: str
    of_node: bool


@dataclass(frozen=True, slots=True)
class Target:
    """What a rule is about: a class, a node, or what has, or is, a value of a property."""

    kind: str
    term: Term

    @property
    def pattern(self) -> str:
        """The pattern that binds `?this` to the focus nodes.

        Source: SHACL, section 2.1.3.
        """
        return fill(_TARGETS[self.kind], t=str(self.term))

    def holds(self, snapshot: Snapshot, node: Term) -> bool:
        """Whether a node is one of its focus nodes."""
        name = self.term.value
        if self.kind == "targetNode":
            return node == self.term
        if self.kind != "targetClass":
            return bool(snapshot.linked(node, name, against=self.kind == "targetObjectsOf"))
        seen: set[Term] = set()
        edge = snapshot.linked(node, terms.TYPE)
        while edge and self.term not in edge:
            seen |= edge
            edge = {up for kind in edge for up in snapshot.linked(kind, _UNDER)} - seen
        return bool(edge)


@dataclass(frozen=True, slots=True)
class Plan:
    """A rule as queries: its targets, its checks, and its two other outcomes."""

    rule: Rule
    targets: tuple[Target, ...]
    checks: tuple[Check, ...]
    applies: str | None
    unknown: str | None


@cache
def compiled(rule: Rule) -> Plan:
    """The queries of a rule.

    Errors: `RuleError` naming the rule and what of it is malformed or not supported.
    """
    graph = ShapeGraph(rule.quads)
    shape = ox.NamedNode(rule.iri)
    where = f"rule `{rule.key}`"
    if graph.one(shape, terms.SH + "property") is not None:
        raise RuleError(f"{where}: `sh:property` in a rule is not supported; the rule is the shape")
    patterns = Patterns(graph, where)
    path = patterns.path(shape)
    returning = False
    checks = [_core(violation, path) for violation in patterns.violations(shape, "?this")]
    for node in graph.all(shape, terms.SH + "sparql"):
        text = graph.text(node, terms.SH + "select")
        if not isinstance(node, ox.NamedNode) or text is None:
            raise RuleError(f"{where}: `sh:sparql` names a node with an IRI and a `sh:select`")
        found = sparql.read(_with_path(text, path), prefixes(), where)
        lacking = set(extra_names(rule)) - set(found.columns)
        if lacking:
            raise RuleError(
                f"{where}: its message names `{min(lacking)}`, which it does not return"
            )
        checks.append(Check(_SPARQL, path, found.of_all(), path is None))
        returning = True
    if not checks:
        raise RuleError(f"{where}: it constrains nothing")
    if extra_names(rule) and not returning:
        raise RuleError(f"{where}: its message may name `$this`, `?value` and `?path` only")
    return Plan(
        rule,
        _targets(graph, shape, where),
        tuple(checks),
        _select(rule.applies_when, f"{where}, appliesWhen"),
        _select(rule.cannot_tell_when, f"{where}, cannotTellWhen"),
    )


def _with_path(text: str, path: str | None) -> str:
    """The SELECT of a property shape with its path in the place of `$PATH`."""
    return text if path is None else text.replace("$PATH", path)


def _core(violation: Violation, path: str | None) -> Check:
    """A constraint of SHACL Core as one SELECT."""
    of_node = violation.value == "?this"
    value = "" if of_node or violation.value is None else f"({violation.value} AS ?value)"
    text = fill(_OF_ALL, columns=value, target=sparql.TARGET, pattern=violation.pattern)
    return Check(violation.component, path, text_of(stepped(tokens(text))), of_node)


def _select(text: str | None, where: str) -> str | None:
    return None if text is None else sparql.read(text, prefixes(), where).of_all()


def _targets(graph: ShapeGraph, shape: ox.NamedNode, where: str) -> tuple[Target, ...]:
    found = tuple(
        Target(kind, target) for kind in _TARGETS for target in graph.all(shape, terms.SH + kind)
    )
    if not found:
        raise RuleError(f"{where}: it has no target; a shape without one checks nothing")
    return found
