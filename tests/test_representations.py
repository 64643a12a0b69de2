"""Representations of a document: profiles, JSON-LD read by another processor, versions, dates."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyld import jsonld
from rdflib import Graph, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from tests.browser.shipped import DAY, Held, snapshot
from tests.pages import assert_headers, assert_page
from tests.test_linked_data import AREA, identifier
from vires import library, terms
from vires.addresses import document_of, path_of
from vires.config import Settings
from vires.content import GraphFile
from vires.exchange import context, context_iri, context_version
from vires.store import Reader, commit, from_quads
from vires.store.sources import read
from vires.store.state import generations
from vires.web import create_app
from vires.web.negotiation import FORMS
from vires.web.profiles import DCAT as DCAT_PROFILE
from vires.web.profiles import PROFILES

ALTR = Namespace("http://www.w3.org/ns/dx/connegp/altr#")
MASH = "/doc/agreement/mash"
VERSION = AREA + "id/agreement/mash/v/1"
DATA = [form for form in FORMS if form.short != "html"]


def turtle(client: FlaskClient, address: str) -> Graph:
    response = client.get(address)
    assert response.status_code == 200, address
    return Graph().parse(data=response.text, format="turtle")


# Profiles


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.token)
def test_a_document_says_which_profile_it_keeps_to_and_which_others_there_are(
    client: FlaskClient, profile: Any
) -> None:
    for name in (profile.token, profile.iri, f"urn:none,{profile.token};q=0.5"):
        response = client.get(MASH + ".ttl", query_string={"_profile": name})
        assert response.status_code == 200
        link = response.headers["Link"]
        assert f'<{profile.iri}>; rel="profile"' in link
        for other in PROFILES:
            token = f'rel="type"; token="{other.token}"; anchor=<{other.iri}>'
            assert token in link
            assert (f'profile="{other.iri}"' in link) == (other is not profile)
    where = response.headers["Content-Location"]
    assert client.get(where).data == response.data


def test_what_the_link_header_names_is_there(client: FlaskClient) -> None:
    for profile in PROFILES:
        link = client.get(f"{MASH}?_profile={profile.token}").headers["Link"]
        found = re.findall(r'<(/[^>]+)>; rel="alternate"; type="([^"]+)"', link)
        assert len(found) >= 5
        for address, media in found:
            assert client.get(address).mimetype == media, address


def test_an_unknown_profile_is_400_and_says_which_there_are(client: FlaskClient) -> None:
    response = client.get(MASH + "?_profile=nonsense")
    assert response.status_code == 400
    page = assert_page(response)
    assert "There is no profile 'nonsense' here." in page.text
    assert "http://www.w3.org/ns/dx/connegp/altr" in page.text


def test_dcat_is_no_page(client: FlaskClient) -> None:
    for address, accept in ((MASH, "text/html"), (MASH + ".html", "*/*")):
        response = client.get(address + "?_profile=dcat", headers={"Accept": accept})
        assert response.status_code == 406
        assert f"{MASH}.ttl?_profile=dcat" in response.headers["Link"]
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    assert client.get(MASH + "?_profile=dcat", headers=browser).mimetype == "text/turtle"


def test_the_alternates_are_those_that_are_offered(client: FlaskClient) -> None:
    graph = turtle(client, MASH + ".ttl?_profile=alt")
    thing = URIRef(AREA + "id/agreement/mash")
    listed = {
        (str(rep), str(graph.value(rep, DCTERMS.format)), str(graph.value(rep, DCTERMS.conformsTo)))
        for rep in graph.objects(thing, ALTR.hasRepresentation)
    }
    assert {(media, profile) for _, media, profile in listed} == {
        (form.media, profile.iri) for profile in PROFILES for form in profile.forms
    }
    for address, media, _ in listed:
        assert address.startswith(AREA + "doc/")
        assert client.get(address.removeprefix(AREA.rstrip("/"))).mimetype == media, address
    default = graph.value(thing, ALTR.hasDefaultRepresentation)
    assert str(default) == f"{AREA}doc/agreement/mash.html"
    page = assert_page(client.get(MASH + "?_profile=alt"))
    links = {a["href"] for tag, a in page.tags if tag == "a"}
    assert {address.removeprefix(AREA.rstrip("/")) for address, _, _ in listed} <= links


def test_dcat_names_the_files(client: FlaskClient) -> None:
    graph = turtle(client, MASH + ".ttl?_profile=dcat")
    document = URIRef(f"{AREA}doc/agreement/mash")
    assert (document, RDF.type, DCAT.Dataset) in graph
    assert (document, FOAF.primaryTopic, URIRef(AREA + "id/agreement/mash")) in graph
    assert "multi-agency" in str(graph.value(document, DCTERMS.title))
    files = set(graph.objects(document, DCAT.distribution))
    assert len(files) == len(DCAT_PROFILE.forms)
    for file in files:
        assert graph.value(file, DCAT.downloadURL) == file
        media = str(graph.value(file, DCAT.mediaType))
        path = str(file).removeprefix(AREA.rstrip("/"))
        assert media.endswith("/" + client.get(path).mimetype)


@pytest.mark.parametrize("token", [profile.token for profile in PROFILES])
def test_any_host_gives_the_same_statements(client: FlaskClient, token: str) -> None:
    for iri in (AREA + "id/agreement/mash", terms.BASE + "reading/cda1998-s115", VERSION):
        for form in DATA:
            address = f"{path_of(iri)}.{form.short}?_profile={token}"
            hosts = ("localhost", "evil.example", "w3id.org", "wolverhampton.vires.example:8443")
            found = [client.get(address, headers={"Host": host}) for host in hosts]
            assert len({(one.data, one.headers["Link"]) for one in found}) == 1, address
            assert b"evil" not in found[1].data


# JSON-LD, by a processor that is not ours


@cache
def one_of_each_class() -> dict[str, str]:
    """For each class on record, the first thing of it that has a page."""
    found: dict[str, list[str]] = defaultdict(list)
    for quad in snapshot().quads():
        if quad.predicate.value == terms.TYPE and path_of(quad.subject.value):
            found[quad.object.value].append(quad.subject.value)
    return {kind: min(things) for kind, things in sorted(found.items())}


def loader(client: FlaskClient) -> Any:
    """Takes contexts from the site, as the world would; anything else is not there."""

    def load(address: str, options: Any) -> dict[str, Any]:
        assert address.startswith(terms.BASE), address
        response = client.get("/" + address.removeprefix(terms.BASE), follow_redirects=True)
        assert response.status_code == 200, address
        return {
            "contentType": response.mimetype,
            "contextUrl": None,
            "documentUrl": address,
            "document": json.loads(response.data),
        }

    return load


def test_every_class_is_tried() -> None:
    ours = [kind for kind in one_of_each_class() if kind.startswith(terms.VIRES)]
    assert len(ours) > 50


@pytest.mark.parametrize("kind", one_of_each_class(), ids=lambda kind: re.split("[#/]", kind)[-1])
def test_a_json_ld_processor_reads_what_turtle_says(client: FlaskClient, kind: str) -> None:
    iri = one_of_each_class()[kind]
    path = path_of(iri).partition("#")[0]  # type: ignore[union-attr]
    document = json.loads(client.get(path + ".jsonld").data)
    assert document["@context"] == context_iri()
    options = {"documentLoader": loader(client), "format": "application/n-quads"}
    quads = jsonld.to_rdf(document, options)
    stated = turtle(client, path + ".ttl")
    assert len(stated) > 1
    assert isomorphic(Graph().parse(data=quads, format="nt"), stated)
    # The thing is outermost: its document is framed on it.
    assert document["id"] == iri.partition("#")[0] if "#constraint" in iri else True
    assert jsonld.expand(document, options)[0]["@id"] == document["id"]


def test_a_context_never_changes_under_its_address(client: FlaskClient) -> None:
    address = "/context/" + context_version() + ".jsonld"
    assert context_iri() == "https://w3id.org/vires" + address
    response = client.get(address)
    assert response.data == context()
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/context.jsonld").headers["Cache-Control"] == "no-cache"
    earlier = client.get("/context/0123456789abcdef.jsonld")
    assert (earlier.status_code, earlier.headers["Location"]) == (302, "/context.jsonld")
    assert client.get("/context/latest.jsonld").status_code == 404


# Every IRI leads somewhere, by its path


def test_every_iri_of_each_kind_resolves(client: FlaskClient) -> None:
    """Terms, rules, shapes, readings, conditions, concepts: by path, as w3id.org sends them on."""
    counted: dict[str, int] = defaultdict(int)
    subjects = {quad.subject.value for quad in snapshot().quads() if path_of(quad.subject.value)}
    for iri in sorted(subjects):
        if not iri.startswith(terms.BASE):
            continue
        path = iri.removeprefix(terms.BASE).partition("#")[0]
        response = client.get("/" + path, follow_redirects=True)
        assert response.status_code == 200, iri
        counted["ns" if iri.startswith(terms.VIRES) else path.split("/")[0]] += 1
    for view in library.views():
        assert view.iri.startswith(terms.BASE)
        sent = client.get("/" + view.iri.removeprefix(terms.BASE), follow_redirects=True)
        assert sent.status_code == 200, view.iri
    wanted = {"ns", "rule", "reading", "condition", "purpose", "category", "org"}
    assert wanted <= set(counted), counted
    assert all(counted[kind] >= 15 for kind in wanted), counted


def test_every_term_is_in_the_document_that_its_iri_leads_to(client: FlaskClient) -> None:
    graph = turtle(client, "/ns.ttl")
    held = {quad.subject.value for quad in snapshot().quads()}
    wanted = {iri for iri in held if iri.startswith(terms.VIRES)}
    assert len(wanted) > 200
    assert wanted <= {str(subject) for subject in graph.subjects()}


def test_a_document_is_named_under_the_base_of_its_data() -> None:
    assert document_of(VERSION) == AREA + "doc/agreement/mash/v/1"
    assert document_of(terms.BASE + "nation/england") == terms.BASE + "doc/nation/england"
    assert document_of(terms.VIRES + "LegalPower") == terms.BASE + "doc/ns/LegalPower"
    act = "http://www.legislation.gov.uk/id/ukpga/1998/37"
    assert document_of(act) == terms.BASE + "doc/legislation/ukpga/1998/37"
    assert document_of("urn:x") is None
    assert identifier(VERSION) == "/id/agreement/mash/v/1"


# Versions and dates


def frozen(*graphs: str) -> FlaskClient:
    """The site on the shipped record with a content hash on record for some graphs."""
    prop = ox.NamedNode(terms.VIRES + "contentHash")
    rows = ox.NamedNode(AREA + "graph/graphs")
    held = snapshot()
    more = [
        ox.Quad(ox.NamedNode(graph), prop, ox.Literal(held.graphs[graph]), rows) for graph in graphs
    ]

    class Frozen(Held):
        def current(self):  # type: ignore[no-untyped-def]
            return record

    record = from_quads([*held.quads(), *more])
    return create_app(Settings(), Frozen(), today=lambda: DAY).test_client()


def test_the_data_of_a_frozen_version_may_be_kept_for_good(client: FlaskClient) -> None:
    kept = "public, max-age=31536000, immutable"
    version = frozen(AREA + "graph/agreements/mash/v1")
    for form in DATA:
        address = f"{MASH}/v/1.{form.short}"
        response = version.get(address)
        assert response.headers["Cache-Control"] == kept, address
        tag = response.headers["ETag"]
        again = version.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, kept)
        assert client.get(address).headers["Cache-Control"] == "no-cache"
    for address in (MASH + "/v/1", MASH + ".ttl", "/doc/agreement/channel/v/1.ttl"):
        assert version.get(address).headers["Cache-Control"] == "no-cache", address
    ontology = frozen(terms.BASE + "graph/ontology/vires")
    assert ontology.get("/ns/0.1.0.ttl").headers["Cache-Control"] == kept
    for address in ("/ns.ttl", "/ns/0.1.0", "/ns/0.2.0.ttl"):
        assert "immutable" not in ontology.get(address).headers["Cache-Control"]


def test_a_day_leads_to_the_version_in_force_on_it(client: FlaskClient) -> None:
    sent = client.get(MASH + "/2026-06-01.ttl")
    assert (sent.status_code, sent.headers["Location"]) == (303, MASH + "/v/1.ttl")
    assert sent.headers["Cache-Control"] == "no-cache"  # another version may take its place
    assert client.get(MASH + "/1999-01-01").status_code == 404
    assert client.get(MASH + "/2026-02-30").status_code == 400


def test_data_says_when_the_record_was_written(tmp_path: Path) -> None:
    source = tmp_path / "graph.ttl"
    source.write_text(
        "<https://w3id.org/vires/nation/x> "
        '<http://www.w3.org/2004/02/skos/core#prefLabel> "X"@en .\n'
    )
    state = tmp_path / "state"
    graph = GraphFile(source, terms.BASE + "graph/x", None, None)
    name = commit(state, read([graph]))
    written = (generations(state) / name / "manifest.json").stat().st_mtime
    settings = Settings(state=state)
    client = create_app(settings, Reader(settings), today=lambda: DAY).test_client()
    for form in DATA:
        response = client.get(f"/doc/nation/x.{form.short}")
        assert_headers(response)
        assert response.last_modified == datetime.fromtimestamp(int(written), UTC)
        since = {"If-Modified-Since": response.headers["Last-Modified"]}
        assert client.get(f"/doc/nation/x.{form.short}", headers=since).status_code == 304
        before = {"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"}
        assert client.get(f"/doc/nation/x.{form.short}", headers=before).status_code == 200
    # A page says what is in force today, so its record's age is not its own.
    assert "Last-Modified" not in client.get("/doc/nation/x").headers
