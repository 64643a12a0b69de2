"""The page of a thing stays small however much points at it, and nothing of it is out of reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import DAY, Held, application, snapshot
from tests.pages import assert_page, links, with_lists
from vires import terms
from vires.addresses import path_of
from vires.config import Settings
from vires.decide.gather import record
from vires.decide.law import is_holder
from vires.decide.logic import Outcome
from vires.explain.thing import bounded, find_thing
from vires.explain.thing.organisation import ORGANISATIONS, _held
from vires.store import Snapshot, from_quads
from vires.web import create_app

AREA = "https://wolverhampton.vires.example/id/"
COUNCIL = terms.BASE + "org/gss-E08000031"
POLICE = terms.BASE + "org/gss-E23000014"
PURPOSE = terms.BASE + "purpose/child-safeguarding"
CATEGORY = terms.BASE + "category/contact"
READING = terms.BASE + "reading/ca2004-s16h"
TYPE = terms.BASE + "org-type/police"
SCHEME = terms.BASE + "scheme/method"
CROWD = AREA + "agreement/crowd"
EVENT = AREA + "event/merger-of-many"
MANY = 500
SMALL = 100_000
WELL_BELOW = 80_000
ROWS_OF_A_REGISTER = 25


def made() -> Iterator[ox.Quad]:
    """500 agreements of one council, each with a flow, and one agreement of 500 bodies."""
    graph = ox.NamedNode(AREA + "graph/many")

    def say(subject: str, prop: str, value: str | ox.Literal) -> ox.Quad:
        value = ox.NamedNode(value) if isinstance(value, str) else value
        return ox.Quad(ox.NamedNode(subject), ox.NamedNode(prop), value, graph)

    def agreement(iri: str, name: str) -> Iterator[ox.Quad]:
        yield say(iri, terms.TYPE, terms.VIRES + "InformationSharingAgreement")
        yield say(iri, terms.PREF_LABEL, ox.Literal(name, language="en"))
        yield say(iri, terms.TIER_LABEL, ox.Literal("Tier 3"))
        yield say(iri + "/v/1", terms.TYPE, terms.VIRES + "SharingAgreementVersion")
        yield say(iri + "/v/1", terms.VERSION_OF, iri)

    yield from agreement(CROWD, "Agreement of a crowd")
    for number in range(MANY):
        iri = f"{AREA}agreement/many-{number:03}"
        body = f"{terms.BASE}org/made-{number:03}"
        yield from agreement(iri, f"Made agreement {number:03} & <more>")
        yield say(body, terms.TYPE, terms.VIRES + "PublicBody")
        yield say(body, terms.PREF_LABEL, ox.Literal(f"Made body {number:03}", language="en"))
        yield say(body, terms.HAS_TYPE, TYPE)
        yield say(EVENT, terms.ORG_ORIGINAL, body)
        for of, party in ((iri, COUNCIL), (CROWD, body)):
            part = f"{of}/v/1/party/{number}"
            yield say(part, terms.PARTICIPANT, party)
            yield say(part, terms.PARTICIPATES_IN, of + "/v/1")
        # Each flow to another body, one in two of them to the police as well.
        for of, takers in ((iri, (body, POLICE) if number % 2 else (body,)), (CROWD, (body,))):
            flow = f"{of}/v/1/flow/{number}"
            yield say(flow, terms.FLOW_OF, of + "/v/1")
            yield say(flow, terms.FOR_PURPOSE, PURPOSE)
            yield say(flow, terms.SHARES_CATEGORY, CATEGORY)
            yield say(flow, terms.HAS_SIDE, flow + "/from")
            yield say(flow + "/from", terms.TYPE, terms.DISCLOSING_SIDE)
            yield say(flow + "/from", terms.SIDE_ORGANISATION, COUNCIL)
            yield say(flow + "/from", terms.RELIES_ON_POWER, READING)
            for taker in takers:
                to = f"{flow}/to/{taker.rpartition('/')[2]}"
                yield say(flow, terms.HAS_SIDE, to)
                yield say(to, terms.TYPE, terms.RECEIVING_SIDE)
                yield say(to, terms.SIDE_ORGANISATION, taker)
        concept = f"{terms.BASE}method/made-{number:03}"
        yield say(concept, terms.PREF_LABEL, ox.Literal(f"Made way {number:03}", language="en"))
        yield say(concept, terms.SKOS + "inScheme", SCHEME)
    yield say(EVENT, terms.TYPE, terms.VIRES + "Merger")
    yield say(EVENT, terms.ORG_RESULTING, COUNCIL)


@cache
def crowded() -> Snapshot:
    return from_quads([*snapshot().quads(), *made()])


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(Settings(), Held(crowded()), today=lambda: DAY).test_client()


def reached(client: FlaskClient, path: str) -> set[str]:
    """Every link of a page and of the lists it leads to, page by page."""
    found: set[str] = set()
    for page in with_lists(client, path):
        assert len(page.data) < SMALL, page.request.url
        found |= links(page.text)
    return found


THINGS = {
    COUNCIL: {f"{AREA}agreement/many-{n:03}" for n in range(MANY)},
    POLICE: {f"{AREA}agreement/many-{n:03}" for n in range(1, MANY, 2)},
    CROWD: {f"{terms.BASE}org/made-{n:03}" for n in range(MANY)}
    | {f"{CROWD}/v/1/flow/{n}" for n in range(MANY)},
    CROWD + "/v/1": {f"{terms.BASE}org/made-{n:03}" for n in range(MANY)},
    EVENT: {f"{terms.BASE}org/made-{n:03}" for n in range(MANY)},
    PURPOSE: {f"{AREA}agreement/many-{n:03}" for n in range(MANY)},
    CATEGORY: {f"{CROWD}/v/1/flow/{n}" for n in range(MANY)},
    READING: {f"{AREA}agreement/many-{n:03}" for n in range(MANY)},
    TYPE: {f"{terms.BASE}org/made-{n:03}" for n in range(MANY)},
    SCHEME: {f"{terms.BASE}method/made-{n:03}" for n in range(MANY)},
    terms.VIRES + "PublicBody": {f"{terms.BASE}org/made-{n:03}" for n in range(MANY)},
}
"""Things that much points at, and what their pages must lead to."""


@pytest.mark.parametrize("iri", THINGS)
def test_a_page_is_small_and_leads_to_everything(client: FlaskClient, iri: str) -> None:
    path = path_of(iri)
    assert path is not None
    path = path.partition("#")[0]
    page = assert_page(client.get(path))
    assert len(client.get(path).data) < WELL_BELOW
    assert re.search(r"All (1,)?\d{3}\b", " ".join(page.words))
    assert {path_of(one) for one in THINGS[iri]} <= reached(client, path)


def test_data_stay_whole(client: FlaskClient) -> None:
    path = path_of(EVENT)
    text = client.get(f"{path}.nt?list=facts.organisation-before&page=2").text
    assert all(f"/org/made-{n:03}>" in text for n in range(MANY))


def test_a_list_leads_to_the_register_that_has_it(client: FlaskClient) -> None:
    page = client.get(path_of(COUNCIL)).text
    register = next(link for link in links(page) if link.startswith("/agreements?party="))
    listed = client.get(register).text
    count = int(re.search(r"Agreements as a register[^<]*: ([\d,]+)<", page)[1].replace(",", ""))  # type: ignore[index]
    assert count >= MANY
    assert re.search(rf"{count} of \d+ on record", listed)
    last = client.get(f"{register}&page={-(-count // ROWS_OF_A_REGISTER)}")
    assert last.status_code == 200
    assert "Made agreement" in last.text


def test_what_is_all_on_the_page_leads_nowhere_else() -> None:
    client = application().test_client()
    page = client.get("/doc/agreement/adults-ica").text
    assert "?list=" not in page
    assert "as a register" not in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("list=nonsense", "has no list 'nonsense'"),
        ("list=", "has no list ''"),
        ("list=agreements.tier-3&page=99", "has no page '99'"),
        ("list=agreements.tier-3&page=0", "has no page '0'"),
        ("list=agreements.tier-3&page=x", "has no page 'x'"),
        ("list=agreements.tier-3&page=99999999999999999999", "has no page '9999"),
    ],
)
def test_a_wrong_list_says_so(client: FlaskClient, query: str, words: str) -> None:
    answer = client.get(f"{path_of(COUNCIL)}?{query}")
    assert answer.status_code == 404
    page = assert_page(answer)
    assert words in " ".join(page.words)
    assert path_of(COUNCIL) in links(answer.text)


def test_a_list_says_how_long_it_is_and_where_one_is(client: FlaskClient) -> None:
    page = assert_page(client.get(f"{path_of(COUNCIL)}?list=agreements.tier-3&page=2"))
    assert re.search(
        r"5\d\d in the list, 51 to 100 shown. As at 22 November 2026", " ".join(page.words)
    )
    assert "Agreements, Tier 3" in page.words


def test_two_properties_of_one_label_lead_to_a_list_each() -> None:
    """'Derived from' is what two properties are called."""
    ways = {"http://www.w3.org/ns/prov#wasDerivedFrom": "prov", terms.VIRES + "derivedFrom": "own"}
    graph = ox.NamedNode(AREA + "graph/ways")
    stated = [
        ox.Quad(ox.NamedNode(f"{AREA}agreement/{way}-{n:02}"), ox.NamedNode(prop), ox.NamedNode(PURPOSE), graph)
        for prop, way in ways.items()
        for n in range(40)
    ]  # fmt: skip

    class Both(Held):
        def current(self) -> Snapshot:
            return from_quads([*snapshot().quads(), *stated])

    site = create_app(Settings(), Both(), today=lambda: DAY).test_client()
    path = path_of(PURPOSE)
    assert path is not None
    wanted = {path_of(quad.subject.value) for quad in stated}  # type: ignore[union-attr]
    assert wanted <= reached(site, path)


def test_a_list_is_in_one_place_for_good() -> None:
    """The key of a list does not hang on how much of it the page has room for."""
    found = find_thing(crowded(), COUNCIL, DAY)
    assert found is not None
    shown = bounded(found)
    addresses = {table.rest.href for part in shown.sections for table in part.tables if table.rest}
    assert f"{path_of(COUNCIL)}?list=agreements.tier-3" in addresses


def test_the_holder_of_law_is_who_the_conditions_say() -> None:
    bodies = [
        quad.subject.value
        for quad in snapshot().quads()
        if quad.predicate.value == terms.TYPE and quad.object.value in ORGANISATIONS
    ]
    assert len(bodies) > 40
    some = 0
    for body in bodies:
        read = record(snapshot(), (body,))
        wanted = [
            reading
            for reading in read.shared.facts
            if is_holder(read, reading, body).outcome is Outcome.MET
        ]
        assert _held(read, body) == wanted
        some += len(wanted)
    assert some > 1000
