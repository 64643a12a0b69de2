"""A report in the forms of others: a SHACL validation report, and SARIF for code hosts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pyoxigraph as ox

from vires import __version__, ingest, terms
from vires.validate.catalogue import Rule
from vires.validate.graph import Term
from vires.validate.report import Finding, Report

_LEVELS: Final = {"Violation": "error", "Warning": "warning", "Info": "note"}
_PREFIXES: Final = {"sh": terms.SH, "vires": terms.VIRES, "xsd": terms.XSD, "prov": terms.PROV}


def as_turtle(report: Report, pool: dict[str, Rule]) -> str:
    """The SHACL report as Turtle; each thing a rule cannot tell of is a `vires:Finding` beside it.

    `pool` has the rules by key, for their paths. Accepted findings stay, each with its last day.
    Source: SHACL, section 3.6.
    """
    text = ox.serialize(_statements(report, pool), format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES)
    assert text is not None
    return text.decode()


def _statements(report: Report, pool: dict[str, Rule]) -> Iterator[ox.Triple]:
    top = ox.BlankNode("report")
    yield _says(top, terms.TYPE, _sh("ValidationReport"))
    yield _says(top, terms.SH + "conforms", ox.Literal(report.conforms))
    day = ox.Literal(report.on.isoformat(), datatype=ox.NamedNode(terms.XSD_DATE))
    yield _says(top, terms.AS_AT, day)
    for number, finding in enumerate(report.findings, 1):
        node = ox.BlankNode(f"result{number}")
        yield _says(top, terms.SH + "result", node)
        yield from _result(node, finding, pool[finding.rule])
    for number, silence in enumerate(report.silences, 1):
        node = ox.BlankNode(f"silence{number}")
        yield _says(node, terms.TYPE, ox.NamedNode(terms.VIRES + "Finding"))
        yield _says(node, terms.VIRES + "appliesRule", ox.NamedNode(pool[silence.rule].iri))
        yield _says(node, terms.VIRES + "evidence", _node(silence.focus))
        yield _says(node, terms.VIRES + "outcome", ox.NamedNode(terms.BASE + "outcome/cannot-tell"))


def _result(node: ox.BlankNode, finding: Finding, rule: Rule) -> Iterator[ox.Triple]:
    yield _says(node, terms.TYPE, _sh("ValidationResult"))
    yield _says(node, terms.SH + "focusNode", _node(finding.focus))
    yield _says(node, terms.SH + "resultSeverity", _sh(finding.severity))
    yield _says(node, terms.SH + "sourceShape", ox.NamedNode(rule.iri))
    component = ox.NamedNode(finding.component)
    yield _says(node, terms.SH + "sourceConstraintComponent", component)
    yield _says(node, terms.SH + "resultMessage", ox.Literal(finding.message, language="en"))
    if finding.value is not None:
        yield _says(node, terms.SH + "value", _term(finding.value))
    if finding.path is not None:
        yield from _path(node, finding.path, rule)
    if finding.accepted is not None:
        last = finding.accepted.until.isoformat()
        until = ox.Literal(last, datatype=ox.NamedNode(terms.XSD_DATE))
        yield _says(node, terms.VIRES + "acceptedUntil", until)


def _path(node: ox.BlankNode, path: str, rule: Rule) -> Iterator[ox.Triple]:
    """The path of a result: a property, or the whole of the shape's own path."""
    if path.startswith("<") and path.endswith(">"):
        yield _says(node, terms.SH + "resultPath", ox.NamedNode(path[1:-1]))
        return
    said = list(rule.quads)
    todo = [q.object for q in said if q.predicate.value == terms.SH + "path"]
    yield _says(node, terms.SH + "resultPath", _labelled(todo[0], node))
    seen: set[Term] = set()
    while todo:
        step = todo.pop()
        if isinstance(step, ox.BlankNode) and step not in seen:
            seen.add(step)
            for quad in said:
                if quad.subject == step:
                    own = _labelled(step, node)
                    assert isinstance(own, ox.BlankNode)
                    yield _says(own, quad.predicate.value, _labelled(quad.object, node))
                    todo.append(quad.object)


def _labelled(term: Term | ox.Triple, result: ox.BlankNode) -> Term:
    """A blank node of a path, apart for each result; any other term as it is."""
    assert not isinstance(term, ox.Triple)
    if isinstance(term, ox.BlankNode):
        return ox.BlankNode(f"{result.value}{term.value}")
    return term


def _node(name: str) -> Term:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else _term(name)


def _term(text: str) -> Term:
    """A term from its text: as SPARQL writes it, or a bare IRI."""
    if not text.startswith(("<", '"', "_:")):
        return ox.NamedNode(text)
    line = f"<urn:s> <urn:p> {text} .".encode()
    (quad,) = ingest.quads(line, ox.RdfFormat.N_TRIPLES, "a value of the report")
    assert not isinstance(quad.object, ox.Triple)
    return quad.object


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(terms.SH + name)


def _says(subject: ox.BlankNode, prop: str, value: Term) -> ox.Triple:
    return ox.Triple(subject, ox.NamedNode(prop), value)


def as_sarif(report: Report, pool: dict[str, Rule]) -> str:
    """The report as SARIF 2.1.0; what a rule cannot tell is of the kind `open`.

    Source: OASIS SARIF 2.1.0, sections 3.27.9 (kind) and 3.27.23 (suppressions).
    """
    places = {row.key: number for number, row in enumerate(report.rows)}
    results = [_sarif_result(finding, places) for finding in report.findings]
    results += [
        {
            "ruleId": s.rule,
            "ruleIndex": places[s.rule],
            "kind": "open",
            "level": "none",
            "message": {"text": f"The record is silent on {s.focus_label}: the rule cannot tell."},
            "locations": [_location(s.focus, s.focus_label)],
        }
        for s in report.silences
    ]
    driver = {
        "name": "vires",
        "version": __version__,
        "rules": [_sarif_rule(pool[row.key]) for row in report.rows],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _sarif_rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.key,
        "shortDescription": {"text": rule.claim},
        "fullDescription": {"text": f"{rule.definition} {rule.why}"},
        "help": {"text": rule.fix},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _sarif_result(finding: Finding, places: dict[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": places[finding.rule],
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding.focus, finding.focus_label)],
    }
    if finding.accepted is not None:
        found["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{finding.accepted.role}: {finding.accepted.reason}",
            }
        ]
    return found


def _location(focus: str, label: str) -> dict[str, Any]:
    return {"logicalLocations": [{"name": label, "fullyQualifiedName": focus}]}
