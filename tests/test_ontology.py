"""The ontology is OWL 2 DL and RL at once, points at real terms, and names what Python names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef

from vires import content, terms

ROOT = content.content_root()
MODULES = sorted((ROOT / "ontology").glob("*.ttl"))
ALIGNED = {
    "http://www.w3.org/ns/org#": "org.ttl",
    "http://www.w3.org/ns/prov#": "prov-o.ttl",
    "http://www.w3.org/ns/dcat#": "dcat3.ttl",
    "http://www.w3.org/2004/02/skos/core#": "skos.rdf",
    "http://purl.org/dc/terms/": "dcterms.ttl",
    "http://www.w3.org/ns/odrl/2/": "odrl22.ttl",
    "https://w3id.org/force/compliance-report#": "compliance-report-model.ttl",
    "https://w3id.org/dpv#": "dpv-2.3/dpv.ttl",
    "https://w3id.org/dpv/pd#": "dpv-2.3/pd.ttl",
    "https://w3id.org/dpv/legal/eu/gdpr#": "dpv-2.3/eu-gdpr.ttl",
    "https://w3id.org/dpv/sector/publicservices#": "dpv-2.3/sector-publicservices-purposes.ttl",
}


@pytest.fixture(scope="module")
def ontology() -> Graph:
    graph = Graph()
    for path in MODULES:
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def vocabularies() -> Path:
    shared = os.environ.get("VIRES_SHARED")
    assert shared, "VIRES_SHARED is not set: name the folder that holds `vocab/`"
    return Path(shared) / "vocab"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_re_serialises_byte_for_byte(path: Path) -> None:
    assert Graph().parse(path).serialize(format="longturtle", canon=True) == path.read_text()


def test_the_modules_are_those_of_the_design() -> None:
    assert {path.stem for path in MODULES} == {
        "vires", "align-org", "align-prov", "align-eli", "align-semic",
        "map-dpv", "map-odrl", "map-report",
    }  # fmt: skip


def test_nothing_is_imported(ontology: Graph) -> None:
    assert not list(ontology.subject_objects(OWL.imports))


def test_no_construct_outside_the_profile(ontology: Graph) -> None:
    for kind in (
        OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.AsymmetricProperty,
        OWL.IrreflexiveProperty, OWL.ReflexiveProperty,
    ):  # fmt: skip
        assert not [s for s in ontology.subjects(RDF.type, kind) if str(s).startswith(terms.VIRES)]
    for prop in (
        OWL.allValuesFrom, OWL.hasValue, OWL.cardinality, OWL.minCardinality, OWL.maxCardinality,
        OWL.qualifiedCardinality, OWL.unionOf, OWL.complementOf, OWL.oneOf, OWL.hasKey, OWL.sameAs,
        OWL.onDatatype, OWL.disjointUnionOf,
    ):  # fmt: skip
        assert not list(ontology.subject_objects(prop)), prop
    for restriction in ontology.subjects(RDF.type, OWL.Restriction):
        assert not list(ontology.subjects(RDFS.subClassOf, restriction)), "only on the left"
        assert not list(ontology.subjects(OWL.equivalentClass, restriction))


def test_no_date_is_a_range(ontology: Graph) -> None:
    ranges = {str(o) for o in ontology.objects(None, RDFS.range)}
    assert terms.XSD_DATE not in ranges


def test_blank_nodes_stand_only_where_owl_needs_them(ontology: Graph) -> None:
    for node in {s for s in ontology.subjects() if isinstance(s, BNode)}:
        kinds = set(ontology.objects(node, RDF.type))
        listed = bool(list(ontology.objects(node, RDF.first)))
        assert listed or kinds & {OWL.AllDisjointClasses, OWL.Restriction}


def test_what_python_names_is_declared(ontology: Graph) -> None:
    known = {str(s) for s in ontology.subjects()}
    for path in (ROOT / "data" / "reference").rglob("*.ttl"):
        known |= {str(s) for s in Graph().parse(path).subjects() if not isinstance(s, BNode)}
    named = {
        value
        for key, value in vars(terms).items()
        if key.isupper() and isinstance(value, str) and value.startswith("https://w3id.org/vires/")
    } - {terms.VIRES, terms.BASE}
    assert not sorted(named - known)


def test_outside_terms_exist(ontology: Graph, vocabularies: Path) -> None:
    pointed = {str(o) for o in ontology.objects() if isinstance(o, URIRef)}
    pointed |= {str(p) for p in ontology.predicates()}
    pointed |= {str(s) for s in ontology.subjects() if isinstance(s, URIRef)}
    for base, file in ALIGNED.items():
        used = {iri for iri in pointed if iri.startswith(base) and "/" not in iri[len(base) :]}
        if not used:
            continue
        vocabulary = Graph().parse(vocabularies / file)
        known = {str(s) for s in vocabulary.subjects()}
        assert not sorted(used - known), file


def test_the_context_maps_every_term(ontology: Graph) -> None:
    context = json.loads((ROOT / "ontology" / "context.jsonld").read_text())["@context"]
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty):
        for term in ontology.subjects(RDF.type, kind):
            name = str(term).removeprefix(terms.VIRES)
            if name == str(term):
                continue
            entry = context[name]
            assert (entry if isinstance(entry, str) else entry["@id"]) == f"vires:{name}"
            if kind == OWL.ObjectProperty:
                assert entry["@type"] == "@id"
