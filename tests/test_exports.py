"""Exports in other vocabularies: every term is theirs and used as they say, and losses are told."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

from tests.browser.shipped import application, snapshot
from tests.pages import assert_headers, assert_page
from vires import terms
from vires.addresses import path_of
from vires.decide import URGENT
from vires.exchange.profiles import PROFILES, exported, profiles_of

VOCAB = Path(os.environ["VIRES_SHARED"]) / "vocab"
DPV = Namespace("https://w3id.org/dpv#")
GDPR = Namespace("https://w3id.org/dpv/legal/eu/gdpr#")
ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
DCAM = Namespace("http://purl.org/dc/dcam/")
AREA = "https://wolverhampton.vires.example/id/"
MASH = AREA + "agreement/mash"
COUNCIL = terms.BASE + "org/gss-E08000031"


@cache
def dpv() -> Graph:
    graph = Graph()
    for name in ("dpv.ttl", "eu-gdpr.ttl"):
        graph.parse(VOCAB / "dpv-2.3" / name)
    return graph


@cache
def odrl() -> Graph:
    return Graph().parse(VOCAB / "odrl22.ttl")


@cache
def keys() -> dict[str, set[str]]:
    """The profiles of each thing on record that can be exported."""
    subjects = {q.subject.value for q in snapshot().quads() if isinstance(q.subject, ox.NamedNode)}
    return {iri: {p.key for p in profiles_of(snapshot(), iri)} for iri in subjects}


@cache
def things(key: str) -> tuple[str, ...]:
    """Everything on record that is exported in a profile."""
    return tuple(sorted(iri for iri, found in keys().items() if key in found))


@cache
def export(key: str, iri: str) -> Graph:
    found = exported(snapshot(), iri, key)
    assert found is not None
    return Graph().parse(data=found.serialised("nt"), format="nt")


@cache
def whole(key: str) -> Graph:
    """Every export of a profile together."""
    graph = Graph()
    for iri in things(key):
        graph += export(key, iri)
    return graph


def above(vocabulary: Graph, term: URIRef) -> set[object]:
    """A class or concept and all that is broader."""
    found = {term}
    todo = [term]
    while todo:
        one = todo.pop()
        for prop in (RDFS.subClassOf, SKOS.broader, RDF.type):
            for more in vocabulary.objects(one, prop):
                if more not in found:
                    found.add(more)  # type: ignore[arg-type]
                    todo.append(more)  # type: ignore[arg-type]
    return found


# What is exported


def test_what_is_exported() -> None:
    assert MASH in things("dpv")
    assert COUNCIL in things("dpv")
    assert MASH + "/v/1/flow/1" in things("dpv")
    assert {MASH, MASH + "/v/1"} <= set(things("odrl"))
    assert COUNCIL not in things("odrl")
    assert exported(snapshot(), AREA + "agreement/principles", "odrl") is None


def test_a_flow_of_the_record_is_a_permission_with_all_that_it_states() -> None:
    graph = export("odrl", MASH)
    flow = URIRef(MASH + "/v/1/flow/1")
    stated = {(q.subject.value, q.predicate.value, q.object.value) for q in snapshot().quads()}

    def of(node: str, prop: str) -> set[str]:
        return {o for s, p, o in stated if s == node and p == prop}

    sides = of(str(flow), terms.HAS_SIDE)
    giving = {s for s in sides if terms.DISCLOSING_SIDE in of(s, terms.TYPE)}
    taking = {s for s in sides if terms.RECEIVING_SIDE in of(s, terms.TYPE)}
    pairs = {
        (a, b)
        for give in giving
        for take in taking
        for a in of(give, terms.SIDE_ORGANISATION)
        for b in of(take, terms.SIDE_ORGANISATION)
    }
    permissions = set(graph.subjects(URIRef(terms.DCTERMS + "source"), flow))
    assert len(permissions) == len(pairs) == 3
    assert {
        (str(graph.value(p, ODRL.assigner)), str(graph.value(p, ODRL.assignee)))
        for p in permissions
    } == pairs
    for permission in permissions:
        targets = {str(t) for t in graph.objects(permission, ODRL.target)}
        assert targets == of(str(flow), terms.SHARES_CATEGORY)
        limits = {
            str(value)
            for constraint in graph.objects(permission, ODRL.constraint)
            if graph.value(constraint, ODRL.leftOperand) == ODRL.purpose
            for value in graph.objects(constraint, ODRL.rightOperand)
        }
        assert limits == of(str(flow), terms.FOR_PURPOSE)


def test_a_body_has_its_own_sides_and_their_bases_alone() -> None:
    graph = export("dpv", COUNCIL)
    processes = set(graph.subjects(RDF.type, DPV.Process))
    assert len(processes) > 20
    for process in processes:
        controllers = {
            *graph.objects(process, DPV.hasDataController),
            *graph.objects(process, DPV.hasJointDataControllers),
            *graph.objects(process, DPV.hasDataProcessor),
        }
        assert controllers == {URIRef(COUNCIL)}
        side = str(process).removesuffix("#process")
        relied = {
            q.object.value
            for q in snapshot().quads()
            if q.subject.value == side
            and q.predicate.value in (terms.RELIES_ON_BASIS, terms.RELIES_ON_CONDITION)
        }
        assert {str(b) for b in graph.objects(process, DPV.hasLegalBasis)} == relied


def test_the_kinds_of_article_30_are_there() -> None:
    graph = export("dpv", MASH)
    record = URIRef(MASH + "#record-of-processing")
    processes = set(graph.objects(record, DPV.hasProcess))
    assert processes == set(graph.subjects(RDF.type, DPV.Process))
    for prop in ("hasPurpose", "hasPersonalData", "hasDataSubject", "hasStorageCondition"):
        for process in processes:
            assert set(graph.objects(process, DPV[prop])), (process, prop)
    controls = {
        q.subject.value: q.object.value.rpartition("/")[2]
        for q in snapshot().quads()
        if q.predicate.value == terms.VIRES + "controlKind"
    }
    security = MASH.rpartition("/")[0] + "/example-protocol/v/1/control/security"
    for process in processes:
        measures = {str(m) for m in graph.objects(process, DPV.hasTechnicalOrganisationalMeasure)}
        assert security in measures  # stated by the agreement above, as are the other kinds
        assert {controls[m] for m in measures & controls.keys()} == {"security"}
        action = graph.value(process, DPV.hasProcessing)
        other = DPV.hasRecipient if action == DPV.Disclose else DPV.hasDataSource
        assert set(graph.objects(process, other))


# The vocabularies


def test_every_term_of_dpv_is_of_dpv_and_of_the_right_kind() -> None:
    graph = whole("dpv")
    own = (str(DPV), str(GDPR))
    for _, prop, value in graph:
        for term in (prop, value):
            if str(term).startswith(own):
                assert (term, RDF.type, None) in dpv(), term
        if str(prop).startswith(own):
            assert (prop, RDF.type, RDF.Property) in dpv()
            for wanted in dpv().objects(prop, DCAM.rangeIncludes):
                if str(value).startswith(own):
                    kinds = above(dpv(), value)  # type: ignore[arg-type]
                else:
                    types = graph.objects(value, RDF.type)
                    kinds = set().union(*(above(dpv(), t) for t in types))  # type: ignore[arg-type]
                assert wanted in kinds, (prop, value)
        if prop == RDF.type and str(value).startswith(own):
            assert (value, RDF.type, RDFS.Class) in dpv(), value


def test_our_mapping_to_dpv_names_what_is_there() -> None:
    ours = Graph().parse(Path(__file__).parent.parent / "ontology" / "map-dpv.ttl")
    known = {quad.subject.value for quad in snapshot().quads() if quad.subject}
    pairs = list(ours.subject_objects(SKOS.closeMatch))
    assert len(pairs) > 20
    for own, other in pairs:
        assert str(own) in known
        assert (other, RDF.type, RDFS.Class) in dpv()


def test_every_term_of_odrl_is_of_odrl_and_of_the_right_kind() -> None:
    graph = whole("odrl")
    for subject, prop, value in graph:
        for term in (prop, value):
            if str(term).startswith(str(ODRL)):
                assert (term, RDF.type, None) in odrl(), term
                assert (term, OWL.deprecated, Literal(True)) not in odrl(), term
        if not str(prop).startswith(str(ODRL)):
            continue
        for domain in odrl().objects(prop, RDFS.domain):
            kinds = set().union(*(above(odrl(), t) for t in graph.objects(subject, RDF.type)))  # type: ignore[arg-type]
            union = set(odrl().objects(domain, OWL.unionOf / (RDF.rest * "*") / RDF.first))
            assert domain in kinds or union & kinds, (subject, prop)
        for wanted in odrl().objects(prop, RDFS.range):
            if str(wanted).startswith(str(ODRL)) and prop != ODRL.rightOperand:
                types = [*graph.objects(value, RDF.type), *odrl().objects(value, RDF.type)]
                kinds = set().union(*(above(odrl(), t) for t in types))  # type: ignore[arg-type]
                assert wanted in kinds, (prop, value)


def test_every_policy_is_an_agreement_as_the_information_model_wants_it() -> None:
    graph = whole("odrl")
    policies = set(graph.subjects(RDF.type, ODRL.Agreement))
    assert len(policies) > 15
    for policy in policies:
        assert list(graph.objects(policy, ODRL.uid)) == [policy]
        assert set(graph.objects(policy, ODRL.permission))
    for permission in graph.subjects(RDF.type, ODRL.Permission):
        for prop in (ODRL.action, ODRL.assigner, ODRL.assignee):
            assert len(set(graph.objects(permission, prop))) == 1, (permission, prop)
        assert set(graph.objects(permission, ODRL.target)), permission
    for constraint in graph.subjects(RDF.type, ODRL.Constraint):
        assert len(set(graph.objects(constraint, ODRL.leftOperand))) == 1
        assert len(set(graph.objects(constraint, ODRL.operator))) == 1
        assert set(graph.objects(constraint, ODRL.rightOperand))


# What is lost, and what a permission is not


@pytest.mark.parametrize("key", PROFILES)
def test_the_data_and_the_page_say_what_is_lost(client: FlaskClient, key: str) -> None:
    page = assert_page(client.get(f"/export/{key}/agreement/mash"))
    graph = export(key, MASH)
    said = {str(text) for text in graph.objects(None, RDFS.comment)}
    assert said == set(PROFILES[key].losses)
    text = " ".join(page.words)
    for sentence in (PROFILES[key].meaning, *PROFILES[key].losses):
        assert sentence in text
    assert "Example data" in text
    assert page.first_in_header == URGENT
    heads = set(graph.subjects(RDFS.comment, None))
    for head in heads:
        assert (
            str(graph.value(head, URIRef(terms.DCTERMS + "description"))) == PROFILES[key].meaning
        )
        assert str(graph.value(head, OWL.versionInfo)) == snapshot().data_version


def test_a_permission_claims_nothing() -> None:
    assert "it grants nothing" in PROFILES["odrl"].meaning
    assert "A person decides" in PROFILES["odrl"].meaning


def test_what_is_illustrative_says_so_in_the_data() -> None:
    for key in PROFILES:
        graph = export(key, MASH)
        assert Literal(True) in set(graph.objects(None, URIRef(terms.ILLUSTRATIVE)))


# Where it is found


def test_every_export_is_linked_from_its_page(client: FlaskClient) -> None:
    for iri in (MASH, COUNCIL, MASH + "/v/1", MASH + "/v/1/flow/1"):
        page = client.get(path_of(iri)).text
        for profile in profiles_of(snapshot(), iri):
            address = f"/export/{profile.key}/{path_of(iri).removeprefix('/doc/')}"  # type: ignore[union-attr]
            assert f'href="{address}"' in page
            assert client.get(address).status_code == 200
    assert "In other vocabularies" not in client.get("/doc/nation/england").text


@pytest.mark.parametrize("short", ["ttl", "nt", "rdf", "jsonld"])
@pytest.mark.parametrize("key", PROFILES)
def test_every_form_holds_the_same(client: FlaskClient, key: str, short: str) -> None:
    reply = client.get(f"/export/{key}/agreement/mash.{short}")
    assert_headers(reply)
    assert reply.headers["Content-Location"] == f"/export/{key}/agreement/mash.{short}"
    assert f'<{MASH}>; rel="describes"' in reply.headers["Link"]
    form = ox.RdfFormat.from_media_type(reply.mimetype)
    plain = client.get(f"/export/{key}/agreement/mash", headers={"Accept": "application/n-triples"})
    assert set(ox.parse(reply.data, format=form)) == set(
        ox.parse(plain.data, format=ox.RdfFormat.N_TRIPLES)
    )
    assert client.get(f"/export/{key}/agreement/mash.{short}").data == reply.data


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("odrl/agreement/principles", 404),
        ("odrl/agreement/nothing", 404),
        ("dpv/nation/england", 404),
        ("xacml/agreement/mash", 404),
        ("dpv/agreement/mash?_mediatype=docx", 400),
        ("dpv/agreement/mash?_mediatype=ttl", 200),
    ],
)
def test_what_cannot_be_exported_is_said(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(f"/export/{path}").status_code == status
    wish = {"Accept": "application/pdf"}
    assert client.get("/export/dpv/agreement/mash", headers=wish).status_code == 406


@pytest.mark.parametrize("path", ["%00", "a%20b", "../agreement/mash", "x" * 401])
def test_a_malformed_path_is_400(path: str) -> None:
    for key in ("dpv", "odrl"):
        assert application().test_client().get(f"/export/{key}/{path}").status_code in (400, 404)
    assert application().test_client().get("/export/dpv/%00").status_code == 400
