"""The reference engine: pyshacl, over the same statements. Slow, and the measure of what is meant.

The only importer of pyshacl and the only user of rdflib's SPARQL: inference off, advanced features
off, nothing fetched.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import pyoxigraph as ox
import rdflib
from pyshacl import validate
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Identifier

from vires import content, ingest, terms
from vires.store import Snapshot
from vires.validate.catalogue import Rule, extra_names, prefixes
from vires.validate.day import CHECK, Days
from vires.validate.evidence import Evidence, Hit, apart
from vires.validate.graph import ShapeGraph, Term
from vires.validate.path import sparql_path

_SH = rdflib.Namespace(terms.SH)


class _Asked(rdflib.Graph):
    """A graph that parses each query once: a constraint is asked anew for every focus node."""

    def query(self, query_object: Any, *args: Any, **named: Any) -> rdflib.query.Result:
        if isinstance(query_object, str):
            given = tuple(sorted((named.pop("initNs", None) or {}).items()))
            query_object = _prepared(query_object, given)
        return super().query(query_object, *args, **named)


@lru_cache(maxsize=1024)
def _prepared(text: str, given: tuple[tuple[str, str], ...]) -> Query:
    return prepareQuery(text, initNs=dict(given))


class Record:
    """The statements of a snapshot as rdflib holds them, with the day of the check among them."""

    def __init__(self, snapshot: Snapshot, days: Days) -> None:
        logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # ill-typed data is expected
        self.graph = graph_of(snapshot.quads())
        for prop, day in days.facts:
            stated = rdflib.Literal(day.isoformat(), datatype=rdflib.XSD.date)
            self.graph.add((rdflib.URIRef(CHECK), rdflib.URIRef(prop), stated))

    def evidence(self, rule: Rule, only: frozenset[Term] | None = None) -> Evidence:
        """What pyshacl finds of a rule: of every focus node, or of those given."""
        foci = frozenset(self._foci(rule)) if only is None else frozenset(self._foci(rule)) & only
        applies = self._asked(rule.applies_when)
        unknown = self._asked(rule.cannot_tell_when) or frozenset()
        hits = [hit for hit in self._hits(rule) if only is None or hit.focus in only]
        return Evidence(
            foci, foci if applies is None else foci & applies, foci & unknown, apart(hits)
        )

    def _foci(self, rule: Rule) -> Iterator[Term]:
        """The focus nodes, found as SHACL says (section 2.1.3), without the compiler."""
        shapes, shape, graph = graph_of(rule.quads), rdflib.URIRef(rule.iri), self.graph
        for target in shapes.objects(shape, _SH.targetNode):
            yield term_of(target)
        for target in shapes.objects(shape, _SH.targetSubjectsOf):
            yield from (term_of(node) for node in graph.subjects(target))
        for target in shapes.objects(shape, _SH.targetObjectsOf):
            yield from (term_of(node) for node in graph.objects(None, target))
        for target in shapes.objects(shape, _SH.targetClass):
            for kind in graph.transitive_subjects(rdflib.RDFS.subClassOf, target):
                yield from (term_of(n) for n in graph.subjects(rdflib.RDF.type, kind))

    def _asked(self, text: str | None) -> frozenset[Term] | None:
        if text is None:
            return None
        found = self.graph.query(text, initNs=prefixes())
        return frozenset(term_of(row[rdflib.Variable("this")]) for row in found.bindings)

    def _hits(self, rule: Rule) -> Iterator[Hit]:
        shapes = graph_of((*rule.quads, *_prefixes()))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, report, _ = validate(
                self.graph, shacl_graph=shapes, inference="none", advanced=False, inplace=True,
                meta_shacl=False, do_owl_imports=False,
            )  # fmt: skip
        assert isinstance(report, rdflib.Graph)
        said = ShapeGraph(quads_of(report))
        for node in report.objects(None, _SH.result):  # and not those inside, in `sh:detail`
            yield self._hit(rule, said, term_of(node))

    def _hit(self, rule: Rule, said: ShapeGraph, result: Term) -> Hit:
        shape = said.text(result, terms.SH + "sourceShape")
        assert shape == rule.iri, f"{shape} is not {rule.iri}"
        focus = said.one(result, terms.SH + "focusNode")
        assert focus is not None
        path = said.one(result, terms.SH + "resultPath")
        value = said.one(result, terms.SH + "value")
        return Hit(
            focus,
            None if path is None else sparql_path(said, path, rule.key),
            value,
            said.text(result, terms.SH + "sourceConstraintComponent") or "",
            self._extra(rule, focus, value),
        )

    def _extra(self, rule: Rule, focus: Term, value: Term | None) -> tuple[Term | None, ...]:
        """What else the message names: pyshacl reports no bindings, so the SELECT is run again."""
        names = extra_names(rule)
        if not names:
            return ()
        rows: list[tuple[Term | None, ...]] = []
        shape = ShapeGraph(rule.quads)
        for node in shape.all(ox.NamedNode(rule.iri), terms.SH + "sparql"):
            text = shape.text(node, terms.SH + "select")
            assert text is not None
            found = self.graph.query(
                text, initNs=prefixes(), initBindings={"this": rdflib_of(focus)}
            )
            for row in found.bindings:
                seen = row.get(rdflib.Variable("value"))
                if value is None or seen is None or term_of(seen) == value:
                    got = (row.get(rdflib.Variable(name)) for name in names)
                    rows.append(tuple(None if one is None else term_of(one) for one in got))
        return min(rows, key=str, default=tuple(None for _ in names))


def graph_of(quads: Iterable[ox.Quad]) -> rdflib.Graph:
    """The statements as one rdflib graph, whatever graphs they stand in."""
    graph = _Asked()
    for quad in quads:
        assert not isinstance(quad.subject, ox.Triple)
        assert not isinstance(quad.object, ox.Triple)
        subject, prop = rdflib_of(quad.subject), rdflib_of(quad.predicate)
        graph.add((subject, prop, rdflib_of(quad.object)))
    return graph


def quads_of(graph: rdflib.Graph) -> Iterator[ox.Quad]:
    """The statements of an rdflib graph."""
    for subject, prop, value in graph:
        yield ox.Quad(term_of(subject), term_of(prop), term_of(value))  # type: ignore[arg-type]


def rdflib_of(term: Term) -> Identifier:
    """A term as rdflib holds it, as it is written: nothing is made canonical."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    kind = term.datatype.value
    datatype = None if kind == terms.XSD + "string" else rdflib.URIRef(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an ill-typed boolean is expected
        return rdflib.Literal(term.value, datatype=datatype, normalize=False)


def term_of(term: object) -> Term:
    """A term of rdflib as the store holds it."""
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    assert isinstance(term, rdflib.Literal)
    if term.language:
        return ox.Literal(str(term), language=term.language)
    if term.datatype is None:
        return ox.Literal(str(term))
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)))


def _prefixes() -> tuple[ox.Quad, ...]:
    return ingest.file_quads(content.content_root() / "shapes" / "prefixes.ttl")


def conforms_to(data: Iterable[ox.Quad], shapes: Iterable[ox.Quad]) -> tuple[bool, str]:
    """Whether statements conform to other shapes, with the report as text: for shapes of shapes."""
    ok, _, text = validate(
        graph_of(data), shacl_graph=graph_of(shapes), inference="none", advanced=False
    )
    return bool(ok), str(text)
