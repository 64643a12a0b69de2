"""The areas: what is published is a fact with its source, what is illustrative says so."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, ORG, RDFS, SKOS

from vires import content
from vires.store.sources import read, readable

V = Namespace("https://w3id.org/vires/ns#")
ROOT = content.content_root()
AREAS = ROOT / "data" / "areas"
FILES = sorted(AREAS.rglob("*.ttl"))
TRUE = Literal(True)


@cache
def whole(area: str = "") -> Graph:
    graph = Graph()
    for path in sorted((AREAS / area).rglob("*.ttl")):
        graph.parse(path)
    return graph


@cache
def reference() -> Graph:
    graph = Graph()
    rules = (ROOT / "shapes").glob("*/*/rule.ttl")
    law = (ROOT / "data" / "reference").rglob("*.ttl")
    for path in (*law, *(ROOT / "ontology").glob("*.ttl"), *rules):
        graph.parse(path)
    return graph


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(AREAS)))
def test_a_file_re_serialises_byte_for_byte_without_blank_nodes(path: Path) -> None:
    graph = Graph().parse(path)
    assert graph.serialize(format="longturtle") == path.read_text()
    assert not [t for triple in graph for t in triple if isinstance(t, BNode)]


def test_every_reference_term_used_is_defined() -> None:
    known = {str(s) for s in reference().subjects()}
    used = {
        str(term)
        for triple in whole()
        for term in triple
        if isinstance(term, URIRef) and str(term).startswith("https://w3id.org/vires/")
    }
    assert not sorted(used - known)


@pytest.mark.parametrize("area", ["wolverhampton", "published"])
def test_every_graph_of_an_area_has_its_row(area: str) -> None:
    rows = {str(s) for s in whole(area).subjects(RDF.type, V.RecordGraph)}
    assert rows == {file.graph for file in content.graph_files() if file.area == area}


def test_the_published_agreements_of_communities_are_in_development() -> None:
    graph = whole("wolverhampton")
    real = [
        s
        for s in graph.subjects(RDF.type, V.InformationCommunityAgreement)
        if (s, V.illustrative, TRUE) not in graph
    ]
    assert len(real) == 2
    for instrument in real:
        (event,) = graph.objects(instrument, V.hadStatusEvent)
        status = graph.value(event, V.resultsInStatus)
        assert str(status) == "https://w3id.org/vires/status/in-development"
        assert graph.value(instrument, DCTERMS.source)
        assert not list(graph.subjects(V.versionOf, instrument))


def test_everything_that_is_not_published_says_that_it_is_illustrative() -> None:
    graph = whole("wolverhampton")
    for kind in (
        V.PrinciplesFramework, V.InformationCommunityAgreement, V.InformationSharingAgreement,
        V.PrinciplesVersion, V.CommunityAgreementVersion, V.SharingAgreementVersion, V.DataFlow,
        V.Participation, V.Signature, V.CommunityMembership, V.LifecycleEvent,
        V.AppropriatePolicyDocument,
    ):  # fmt: skip
        for thing in graph.subjects(RDF.type, kind):
            published = graph.value(thing, DCTERMS.source) is not None
            assert published != ((thing, V.illustrative, TRUE) in graph), thing
            if not published:
                assert "llustrative" in str(graph.value(thing, DCTERMS.description)), thing


def test_there_are_sixteen_process_agreements_and_three_above() -> None:
    graph = whole("wolverhampton")
    assert len(set(graph.subjects(RDF.type, V.SharingAgreementVersion))) >= 16
    above = set(graph.subjects(RDF.type, V.CommunityAgreementVersion))
    withdrawn = URIRef(
        "https://wolverhampton.vires.example/id/agreement/example-integrated-care/v/1"
    )
    assert len(above - {withdrawn}) == 3, "one for each community, and a withdrawn one"
    communities = {
        graph.value(graph.value(version, V.versionOf), V.forCommunity)
        for version in above - {withdrawn}
    }
    assert len(communities) == 3
    assert len(set(graph.subjects(RDF.type, V.PrinciplesVersion))) == 1


def test_every_flow_has_both_sides_of_parties_to_its_version() -> None:
    graph = whole("wolverhampton")
    for flow in graph.subjects(RDF.type, V.DataFlow):
        version = graph.value(flow, V.flowOf)
        parties = {graph.value(p, V.participant) for p in graph.subjects(V.participatesIn, version)}
        kinds = set()
        for side in graph.objects(flow, V.hasSide):
            kinds |= set(graph.objects(side, RDF.type))
            # None: a party that is named only as a class of bodies
            assert parties & {graph.value(side, V.sideOrganisation), None}
        assert kinds == {V.DisclosingSide, V.ReceivingSide}


def test_imperfections_are_explained() -> None:
    graph = whole("wolverhampton")
    told = [s for s, text in graph.subject_objects(RDFS.comment) if "on purpose" in str(text)]
    assert len({str(s).split("/v/")[0] for s in told}) >= 12


def test_signatures_name_a_role_and_no_person() -> None:
    graph = whole("wolverhampton")
    for signature in graph.subjects(RDF.type, V.Signature):
        assert str(graph.value(signature, V.inCapacity)).startswith("https://w3id.org/vires/role/")


def test_only_staff_see_which_post_signed() -> None:
    rows = whole("wolverhampton")
    found = 0
    for file in content.graph_files():
        if file.area != "wolverhampton":
            continue
        posts = list(Graph().parse(file.path).subject_objects(V.signedBy))
        if not posts:
            continue
        found += 1
        assert file.graph.endswith("-posts")
        access = rows.value(URIRef(file.graph), V.accessClass)
        assert str(access) == "https://w3id.org/vires/access/staff"
        for signature, post in posts:
            assert rows.value(post, ORG.role) == rows.value(signature, V.inCapacity)
    assert found == 2


def test_a_draft_is_in_a_draft_graph_and_out_of_the_record() -> None:
    base = "https://wolverhampton.vires.example/"
    graph = whole("wolverhampton")
    drafts = {str(s) for s in graph.subjects(V.isDraft, TRUE)}
    assert drafts == {f"{base}graph/agreements/missing-children/v2"}
    read_for_staff = readable(read(content.graph_files()), "staff")
    assert not drafts & {one.iri for one in read_for_staff}
    draft = URIRef(f"{base}id/agreement/missing-children/v/2")
    assert (draft, V.revises, URIRef(f"{base}id/agreement/missing-children/v/1")) in graph


def test_the_published_cases_are_facts_with_source_and_silence() -> None:
    graph = whole("published")
    assert not list(graph.subjects(V.illustrative, TRUE))
    versions = sorted(graph.subjects(RDF.type, V.SharingAgreementVersion))
    assert len(versions) == 4, "three cases, and the Tier 1 that one of them stands on"
    for version in versions:
        assert graph.value(version, DCTERMS.source)
        assert (version, V.notStated, V.reviewDueOn) in graph
    signed = [str(x) for x in graph.objects(None, V.signedOn)]
    assert len(signed) == 12
    assert min(signed) > "2016-04-01", (
        "every approval of the Warrington agreement came after it began"
    )
    assert any("July 2024" in str(x) for x in graph.objects(None, V.statedDate))


def test_every_body_of_a_published_case_has_the_name_that_is_printed() -> None:
    graph = whole("published")
    names = {str(x) for x in graph.objects(None, SKOS.prefLabel)}
    assert {"Cheshire Probation", "Cheshire National Probation Service"} <= names
    assert "Independent Domestic Violence Advisors (IDVA) Service" in names
