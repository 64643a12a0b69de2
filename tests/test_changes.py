"""Changes: what is told between two releases is exactly what makes one of the other."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from tests.browser.shipped import DAY, application
from tests.pages import assert_headers, assert_page
from tests.test_downloads import graph, tree
from vires.config import Settings
from vires.exchange import changes
from vires.store import Reader, Snapshot, commit
from vires.web import create_app

AS = Namespace("https://www.w3.org/ns/activitystreams#")
TREE = Namespace("https://w3id.org/tree#")
LDES = Namespace("https://w3id.org/ldes#")
PROV = Namespace("http://www.w3.org/ns/prov#")
ATOM = "{http://www.w3.org/2005/Atom}"
HOME = "https://vires.example.org/"
NAME = "<http://www.w3.org/2004/02/skos/core#prefLabel>"

FIRST = f"""
<https://a.example/id/kept> {NAME} "Kept" ; <https://a.example/p> 1 .
<https://a.example/id/changed> {NAME} "Changed" ; <https://a.example/p> "old" , [ <https://a.example/q> "in" ] .
<https://a.example/id/gone> {NAME} "Gone & lost" ; <https://a.example/p> 2 .
"""
SECOND = f"""
<https://a.example/id/kept> {NAME} "Kept" ; <https://a.example/p> 1 .
<https://a.example/id/changed> {NAME} "Changed" ; <https://a.example/p> "new" , [ <https://a.example/q> "out" ] .
<https://a.example/id/new> {NAME} "New" .
"""
MOVED = '<https://a.example/id/moved> <https://a.example/p> "same" .'


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was written three times, once for staff alone."""
    path = tmp_path_factory.mktemp("state")
    commit(path, [graph("a", FIRST + MOVED), graph("b", "")])
    commit(path, [graph("a", SECOND), graph("b", MOVED)])
    commit(path, [graph("a", SECOND), graph("b", MOVED), graph("c", FIRST, "staff")])
    return path


@pytest.fixture(scope="module")
def kept(state: Path) -> tuple[Snapshot, ...]:
    return Reader(Settings(state=state)).kept()


@pytest.fixture(scope="module")
def client(state: Path) -> FlaskClient:
    return create_app(Settings(state=state, home=HOME), today=lambda: DAY).test_client()


def test_each_thing_that_changed_is_told_once(kept: tuple[Snapshot, ...]) -> None:
    (step,) = changes.steps(kept)
    told = {
        c.thing.rpartition("/")[2]: (c.kind, len(c.added), len(c.removed)) for c in step.changes
    }
    assert told == {"changed": ("Update", 2, 2), "gone": ("Delete", 0, 2), "new": ("Create", 1, 0)}
    by_kind = {c.kind: c for c in step.changes}
    assert by_kind["Update"].summary == "2 statements added, 2 statements removed"
    assert by_kind["Create"].summary == "1 statement added"


def test_the_changes_make_the_new_record_of_the_old(kept: tuple[Snapshot, ...]) -> None:
    (step,) = changes.steps(kept)
    record = {quad.triple for quad in step.before.quads()}
    for change in step.changes:
        assert record >= set(change.removed)
        record -= set(change.removed)
        record |= set(change.added)
    assert record == {quad.triple for quad in step.after.quads()}


def test_a_change_has_the_same_name_in_every_build(
    tmp_path: Path, kept: tuple[Snapshot, ...]
) -> None:
    commit(tmp_path, [graph("a", FIRST + MOVED), graph("b", "")])
    commit(tmp_path, [graph("b", MOVED), graph("a", SECOND)])
    again = changes.steps(Reader(Settings(state=tmp_path)).kept())
    assert [c.iri for s in again for c in s.changes] == [
        c.iri for s in changes.steps(kept) for c in s.changes
    ]


# The stream


def followed(client: FlaskClient) -> Graph:
    """The stream and every part that it leads to."""
    graph = Graph().parse(data=client.get("/changes.ttl").data, format="turtle")
    for node in list(graph.objects(None, TREE.node)):
        path = urlsplit(str(node)).path
        reply = client.get(path, headers={"Accept": "text/turtle"})
        assert reply.status_code == 200
        graph.parse(data=reply.data, format="turtle")
    return graph


def test_a_client_that_follows_the_stream_gets_every_change(
    client: FlaskClient, kept: tuple[Snapshot, ...]
) -> None:
    graph = followed(client)
    stream = URIRef(changes.STREAM)
    assert (stream, RDF.type, LDES.EventStream) in graph
    assert graph.value(stream, LDES.timestampPath) == AS.published
    assert graph.value(stream, LDES.versionOfPath) == AS.object
    view = graph.value(stream, TREE.view)
    assert str(view) == HOME + "changes"
    assert set(graph.objects(view, TREE.relation)) == set(graph.subjects(TREE.node, None))
    (step,) = changes.steps(kept)
    members = set(graph.objects(stream, TREE.member))
    assert {str(member) for member in members} == {change.iri for change in step.changes}
    for change in step.changes:
        node = URIRef(change.iri)
        assert (node, RDF.type, AS[change.kind]) in graph
        assert graph.value(node, AS.object) == URIRef(change.thing)
        moment = graph.value(node, AS.published)
        assert datetime.fromisoformat(str(moment)) == step.after.made
        for prop, wanted in ((PROV.generated, change.added), (PROV.invalidated, change.removed)):
            statements = set(graph.objects(node, prop))
            assert len(statements) == len(wanted)
            assert {graph.value(s, RDF.predicate) for s in statements} == {
                URIRef(t.predicate.value) for t in wanted
            }


def test_what_was_removed_is_not_stated(client: FlaskClient) -> None:
    graph = followed(client)
    assert not set(graph.predicate_objects(URIRef("https://a.example/id/gone")))


def test_staff_changes_are_told_to_staff_alone(state: Path, client: FlaskClient) -> None:
    staff = create_app(Settings(state=state, access="staff"), today=lambda: DAY).test_client()
    assert len(Reader(Settings(state=state, access="staff")).kept()) == 3
    assert "Added: <a" in staff.get("/changes").text
    for path in ("/changes", "/changes.atom", "/changes.nt"):
        theirs, ours = client.get(path).text, staff.get(path).text
        key = Reader(Settings(state=state, access="staff")).current().data_version[7:19]
        assert key in ours
        assert key not in theirs
        assert client.get(f"/changes/{key}.ttl").status_code == 404


@pytest.mark.parametrize("short", ["ttl", "nt", "rdf", "jsonld"])
def test_every_form_holds_the_same(client: FlaskClient, short: str) -> None:
    for path in ("/changes", f"/changes/{_key(client)}"):
        reply = client.get(f"{path}.{short}")
        assert_headers(reply)
        assert reply.headers["Content-Location"] == f"{path}.{short}"
        form = ox.RdfFormat.from_media_type(reply.mimetype)
        plain = client.get(path, headers={"Accept": "application/n-triples"})
        assert plain.headers["Vary"] == "Accept"
        assert len(set(ox.parse(reply.data, format=form))) == len(
            set(ox.parse(plain.data, format=ox.RdfFormat.N_TRIPLES))
        )


def _key(client: FlaskClient) -> str:
    text = client.get("/changes.nt").text
    return text.split("#changes-to-")[1].split(">")[0]


# The feed and the page


def test_the_feed_is_atom(client: FlaskClient, kept: tuple[Snapshot, ...]) -> None:
    reply = client.get("/changes.atom")
    assert reply.mimetype == "application/atom+xml"
    assert_headers(reply)
    root = tree(reply.data)
    (step,) = changes.steps(kept)
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(ATOM + name)) == 1, name
    links = {link.get("rel"): link.get("href") for link in root.findall(ATOM + "link")}
    assert links == {"self": HOME + "changes.atom", "alternate": HOME + "changes"}
    entries = root.findall(ATOM + "entry")
    assert len(entries) == 1 + len(step.changes)
    ids = [entry.findtext(ATOM + "id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert {change.iri for change in step.changes} < set(ids)
    titles = {entry.findtext(ATOM + "title") for entry in entries}
    assert {"Removed: Gone & lost", "Added: New", "Changed: Changed"} < titles
    for entry in entries:
        assert datetime.fromisoformat(entry.findtext(ATOM + "updated")) == step.after.made  # type: ignore[arg-type]
        assert entry.findtext(ATOM + "summary")
        link = entry.find(ATOM + "link").get("href")
        assert client.get(urlsplit(link).path).status_code in (200, 303)


def test_the_page_says_what_changed(client: FlaskClient) -> None:
    page = assert_page(client.get("/changes"))
    text = " ".join(page.words)
    assert "3 things changed" in text
    assert "Removed: Gone & lost" in page.text
    sent = client.get(f"/changes/{_key(client)}", headers={"Accept": "text/html"})
    assert (sent.status_code, sent.headers["Location"]) == (303, f"/changes#to-{_key(client)}")
    assert f'id="to-{_key(client)}"' in client.get("/changes").text


def test_one_release_has_nothing_to_compare_with() -> None:
    alone = application().test_client()
    assert "No earlier release is kept here" in assert_page(alone.get("/changes")).text
    root = tree(alone.get("/changes.atom").data)
    assert root.findall(ATOM + "entry") == []
    assert root.findtext(ATOM + "updated") == "2026-11-22T00:00:00Z"
    graph = Graph().parse(data=alone.get("/changes.nt").data, format="nt")
    assert (URIRef(changes.STREAM), RDF.type, LDES.EventStream) in graph
    assert not set(graph.subjects(TREE.relation, None))
    assert Literal("Changes of the record", lang="en") in set(graph.objects())
