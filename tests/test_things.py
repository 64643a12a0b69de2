"""Pages about things say what the record says, each compared with the statements themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qsl

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import DAY, facts, snapshot
from tests.pages import Page, assert_page
from vires import terms
from vires.addresses import path_of
from vires.decide import names
from vires.explain import uk_date
from vires.explain.standing import Standing
from vires.explain.thing import Section, Thing, find_thing
from vires.explain.thing.naming import Namer, key_of
from vires.store import from_quads

AREA = "https://wolverhampton.vires.example/id/"
PUBLISHED = "https://published.vires.example/id/"
COUNCIL = terms.BASE + "org/gss-E08000031"
BROADER = terms.SKOS + "broader"


def of_class(*classes: str) -> list[str]:
    return sorted(iri for iri, props in facts().items() if props[terms.TYPE] & set(classes))


def thing(iri: str) -> Thing:
    found = find_thing(snapshot(), iri, DAY)
    assert isinstance(found, Thing)
    return found


def section(page: Thing, heading: str) -> Section:
    return next(part for part in page.sections if part.heading.startswith(heading))


def shared(page: Thing) -> tuple[Section, ...]:
    """The flows that an agreement or a version shows; none where it is of a tier above sharing."""
    return next((p.below for p in page.sections if p.heading.startswith("What is shared")), ())


def cells(part: Section, column: int) -> list[set[str]]:
    """The texts of one column of a section's tables, a set for each line."""
    return [{i.text for i in line[column]} for table in part.tables for line in table.rows]


def label(iri: str) -> str:
    return names(snapshot())[iri]


def widened(iri: str) -> set[str]:
    """A concept and all above it, walked by hand."""
    seen, left = set(), [iri]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += facts()[one][BROADER]
    return seen


# Agreements

READINGS = of_class(*terms.READING_CLASSES)
INSTRUMENTS = of_class(
    *(terms.VIRES + c for c in ("PrinciplesFramework", "InformationCommunityAgreement", "InformationSharingAgreement"))
)  # fmt: skip
VERSIONS = sorted(iri for iri, props in facts().items() if props[terms.VERSION_OF])


def test_there_are_agreements_to_look_at() -> None:
    assert len(INSTRUMENTS) > 30
    assert len(VERSIONS) > 30


@pytest.mark.parametrize("iri", VERSIONS)
def test_a_version_shows_its_parties_its_signatures_and_its_flows(iri: str) -> None:
    page, record = thing(iri), facts()
    parts = [s for s, p in record.items() if iri in p[terms.PARTICIPATES_IN]]
    bodies = {label(b) for s in parts for b in record[s][terms.PARTICIPANT]}
    listed = set().union(*cells(section(page, "Parties"), 0)) if parts else set()
    assert bodies <= listed
    signed = {
        label(b)
        for s, p in record.items()
        if iri in p[terms.SIGNS]
        for b in record[s][terms.ON_BEHALF_OF]
    }
    for line in (row for t in section(page, "Parties").tables for row in t.rows):
        if line[0][0].text in signed:
            assert line[4][0].text == "Signed"
    flows = {s for s, p in record.items() if iri in p[terms.FLOW_OF]}
    shown = shared(page)
    assert {label(f) for f in flows} == {
        i.text for part in shown for row in part.rows if row.label == "Flow" for i in row.items
    }
    for flow in flows:
        part = next(p for p in shown if p.rows[0].items[0].text == label(flow))
        for side in record[flow][terms.HAS_SIDE]:
            for body in record[side][terms.SIDE_ORGANISATION]:
                line = next(r for t in part.tables for r in t.rows if r[0][0].text == label(body))
                relied = {label(b) for p in (terms.RELIES_ON_BASIS, terms.RELIES_ON_CONDITION) for b in record[side][p]}  # fmt: skip
                assert relied <= {
                    i.text for r in part.tables[0].rows if r[0][0].text == label(body) for i in r[2]
                }
                powers = {label(b) for b in record[side][terms.RELIES_ON_POWER]}
                assert powers <= {
                    i.text for r in part.tables[0].rows if r[0][0].text == label(body) for i in r[3]
                }
                assert line[0][0].note in ("holder", "receiver")


def test_a_flow_of_a_version_shows_each_property_that_its_own_page_shows() -> None:
    namer = Namer(snapshot())
    apart = {"Version of flow", "Flow of", namer.property(terms.FLOW_OF)}
    seen = 0
    for flow, props in list(facts().items()):
        if not props[terms.FLOW_OF]:
            continue
        (version,) = props[terms.FLOW_OF]
        shown = shared(thing(version))
        part = next((p for p in shown if label(flow) in {i.text for r in p.rows for i in r.items if r.label == "Flow"}), None)  # fmt: skip
        if part is not None:
            seen += 1
            labels = [row.label for row in part.rows]
            assert {row.label for row in thing(flow).facts} - apart <= set(labels)
            assert len(labels) == len(set(labels))
    assert seen > 30


def test_a_side_says_how_what_it_relies_on_stands_where_that_is_in_doubt() -> None:
    standing, announced = Standing(snapshot(), DAY), 0
    for iri in VERSIONS:
        for part in shared(thing(iri)):
            for power in (i for t in part.tables for line in t.rows for i in line[3] if i.href):
                reading = next(r for r in READINGS if path_of(r) == power.href)
                word = standing.reading(reading)
                assert (word.lower() in power.note.lower()) == (word != "In force")
                announced += word == "Announced"
    assert announced


@pytest.mark.parametrize("iri", VERSIONS)
def test_a_version_shows_the_tiers_and_where_each_control_is_inherited_from(iri: str) -> None:
    page, record = thing(iri), facts()
    above, left = [], [iri]
    while left:
        for upper in record[left.pop()][terms.UNDERPINNED_BY]:
            above.append(upper)
            left.append(upper)
    stands = section(page, "Place in the tiers").rows[0]
    assert stands.label == "Stands on"
    silent = terms.UNDERPINNED_BY in record[iri][terms.NOT_STATED]
    none = {"not stated in the source" if silent else "not recorded"}
    assert {i.text for i in stands.items} == ({label(a) for a in above} or none)
    expected = {
        (label(c), "This version" if v == iri else f"Inherited from {label(v)}")
        for v in (iri, *above)
        for prop in (terms.STATES_CONTROL, terms.STATES_PRINCIPLE)
        for c in record[v][prop]
    }
    got = {
        (line[0][0].text, by.text)
        for table in section(page, "Controls").tables
        for line in table.rows
        for by in line[2]
    }
    assert got == expected
    for table in section(page, "Controls").tables:
        links = [line[0][0].href for line in table.rows]
        assert len(links) == len(set(links))


@pytest.mark.parametrize("iri", INSTRUMENTS)
def test_an_agreement_says_how_it_stands_today(iri: str, client: FlaskClient) -> None:
    page = thing(iri)
    status = Standing(snapshot(), DAY).instrument(iri)
    assert page.status == status.word
    shown = assert_page(client.get(path_of(iri)))
    assert status.word in shown.words
    versions = {v for v in VERSIONS if iri in facts()[v][terms.VERSION_OF]}
    assert sum(len(t.rows) for t in section(page, "Versions").tables) == len(versions)
    events = facts()[iri][terms.HAD_STATUS_EVENT]
    assert sum(len(t.rows) for t in section(page, "History").tables) == len(events)


def test_published_agreements_in_development_are_shown_so(client: FlaskClient) -> None:
    page = assert_page(client.get("/doc/agreement/childrens-ica"))
    assert "In development" in page.words
    assert "Tier 2 information community agreement" in page.text
    assert "Not stated in the source." in page.text


def test_silence_is_shown_where_the_source_is_silent(client: FlaskClient) -> None:
    page = thing(PUBLISHED + "agreement/council-tax-debt-mou/v/1")
    dates = {row.label: row.items[0].text for row in section(page, "Dates").rows}
    assert dates["Commences on"] == "not stated in the source"
    stated = next(row for row in section(page, "Dates").rows if row.label == "Stated date")
    assert "Commences on: 2021" in {item.text for item in stated.items}


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/doc/agreement/mash/2026-03-11", "/doc/agreement/mash/v/1"),
        ("/doc/agreement/mash/2026-03-11.ttl", "/doc/agreement/mash/v/1.ttl"),
    ],
)
def test_a_day_leads_to_the_version_in_force_then(
    client: FlaskClient, path: str, there: str
) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["Location"]) == (303, there)


def test_what_stands_beside_a_thing_is_read_after_it_with_day_and_data_version(
    client: FlaskClient,
) -> None:
    page = client.get(path_of(COUNCIL)).text
    cited = page.index("Identifier to cite")
    assert cited > page.index("Mentioned by")
    beside = page[cited : page.index(">Source<")]
    assert f"As at {uk_date(DAY)}" in beside
    assert snapshot().data_version in beside
    for bare, path in ((True, "/doc/org/ods-06A"), (False, "/doc/reading/ca2004-s16la")):
        assert ("no source recorded" in client.get(path).text) == bare


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/doc/agreement/mash/2020-01-01", 404),
        ("/doc/agreement/mash/2026-02-30", 400),
        ("/doc/agreement/none/2026-03-11", 404),
        ("/doc/org/gss-E08000031/2026-03-11", 404),
    ],
)
def test_a_day_without_a_version_leads_nowhere(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


NEXT = """
PREFIX v: <https://w3id.org/vires/ns#> PREFIX c: <https://w3id.org/vires/> PREFIX a: <https://wolverhampton.vires.example/id/agreement/mash/v/>
a:2 a v:SharingAgreementVersion ; v:versionOf <https://wolverhampton.vires.example/id/agreement/mash> ; v:revises a:1 ;
  v:underpinnedBy <https://wolverhampton.vires.example/id/agreement/example-children/v/1> .
<urn:p> v:participatesIn a:2 ; v:participant <https://w3id.org/vires/org/gss-E08000031>, <https://w3id.org/vires/org/dwp> .
<urn:f> v:flowOf a:2 ; v:forPurpose <https://w3id.org/vires/purpose/multi-agency-front-door> ; v:sharesCategory <https://w3id.org/vires/category/contact>, <https://w3id.org/vires/category/offences> .
"""


def test_a_version_says_what_changed_from_the_one_before() -> None:
    later = ox.parse(NEXT, format=ox.RdfFormat.TURTLE)
    graph = ox.NamedNode(AREA + "graph/next")
    record = from_quads(
        [*snapshot().quads(), *(ox.Quad(q.subject, q.predicate, q.object, graph) for q in later)]
    )
    found = find_thing(record, AREA + "agreement/mash/v/2", DAY)
    assert isinstance(found, Thing)
    part = section(found, "What changed from Example multi-agency safeguarding hub agreement")
    got = {
        line[0][0].text: tuple({i.text for i in cell} - {"nothing"} for cell in line[1:])
        for table in part.tables
        for line in table.rows
    }
    added, left = got["Parties"]
    assert added == {"Department for Work and Pensions"}
    assert "West Midlands Police" in left
    assert label(COUNCIL) not in left
    assert got["Information"][0] == {label(terms.BASE + "category/offences")}
    assert "Identity" in got["Information"][1]
    assert "Contact details" not in got["Information"][1]
    assert "Purposes" not in got
    assert "Stands on" not in got


def test_examples_are_marked_on_pages_of_what_is_real(client: FlaskClient) -> None:
    page = assert_page(client.get(path_of(COUNCIL)))
    assert "Example data" in page.words
    listed = [
        line[0][0] for table in section(thing(COUNCIL), "Agreements").tables for line in table.rows
    ]
    assert listed
    assert all("example data" in item.note for item in listed)
    published = thing(terms.BASE + "reading/dea2017-s48")
    notes = {
        i.text: i.note
        for t in section(published, "Agreements").tables
        for r in t.rows
        for i in r[0]
    }
    assert "" in notes.values()


def test_a_community_agreement_shows_the_purposes_and_law_that_it_states() -> None:
    page, version = thing(AREA + "agreement/example-adults"), AREA + "agreement/example-adults/v/1"
    purposes, law = section(page, "Purposes and law that it states").rows
    props = facts()[version]
    assert {i.text for i in purposes.items} == {label(p) for p in props[terms.STATES_PURPOSE]}
    assert {i.text for i in law.items} == {label(p) for p in props[terms.CITES_POWER]}
    assert not [part for part in page.sections if part.heading.startswith("What is shared")]


def test_codes_are_shown_in_words_and_keys_as_they_are(client: FlaskClient) -> None:
    for iri in of_class(*terms.READING_CLASSES):
        for basis in facts()[iri][terms.START_BASIS]:
            row = next(
                r
                for r in section(thing(iri), "When").rows
                if r.label == Namer(snapshot()).property(terms.START_BASIS)
            )
            assert [item.text for item in row.items] == [basis.replace("-", " ")]
    key = next(r for r in thing(terms.BASE + "org/ods-06A").facts if r.label == "Key")
    assert [item.text for item in key.items] == ["wolverhampton-ccg"]


def test_a_function_is_called_one_and_what_is_mandatory_is_stated_to_be_so() -> None:
    functions = [r for r in READINGS if terms.STRENGTH_FUNCTION in facts()[r][terms.STRENGTH]]
    assert functions
    for iri in functions:
        assert thing(iri).kinds == ("Function",)
    mandatory = [r for r in READINGS if "true" in facts()[r][terms.MANDATORY]]
    assert mandatory
    for iri in mandatory:
        row = next(r for r in section(thing(iri), "What it does").rows if r.label == "Mandatory")
        assert [item.text for item in row.items] == ["stated to be so"]


# Organisations

ORGANISATIONS = of_class(*(terms.VIRES + c for c in ("Organisation", "OrganisationUnit")))


def flows_of(body: str, own: str, their: str) -> Iterator[tuple[str, str]]:
    """The other side and the version of each flow that a body is on one side of."""
    record = facts()
    for flow, props in record.items():
        sides = props[terms.HAS_SIDE]
        mine = [s for s in sides if own in record[s][terms.TYPE] and body in record[s][terms.SIDE_ORGANISATION]]  # fmt: skip
        if mine:
            for side in sides:
                if their in record[side][terms.TYPE]:
                    for other in record[side][terms.SIDE_ORGANISATION]:
                        yield other, next(iter(record[flow][terms.FLOW_OF]))


def signed_words(body: str, version: str) -> list[str]:
    """When a version was signed for a body, in words, from the statements alone."""
    record, held = facts(), {version}
    while more := {v for one in held for v in record[one][terms.CONTINUES_SIGNATURES_OF]} - held:
        held |= more

    def own(versions: set[str]) -> list[dict[str, set[str]]]:
        return [
            dict(props)
            for props in list(record.values())
            if props.get(terms.SIGNS, set()) & versions and body in props[terms.ON_BEHALF_OF]
        ]

    words = []
    for props in own(held):
        days = props.get(terms.SIGNED_ON) or {
            when
            for first in own(props.get(terms.DEEMED_BY, set()))
            for when in first.get(terms.SIGNED_ON, ())
        }
        silent = terms.SIGNED_ON in props.get(terms.NOT_STATED, ())
        absent = f"signed; day {'not stated in the source' if silent else 'not recorded'}"
        words.append(uk_date(date.fromisoformat(min(days))) if days else absent)
    silent = terms.SIGNS in record[version][terms.NOT_STATED]
    return words or ["not stated in the source" if silent else "Not yet signed"]


@pytest.mark.parametrize("iri", ORGANISATIONS)
def test_an_organisation_shows_what_was_signed_for_it_and_what_was_not(iri: str) -> None:
    record = facts()
    expected = []
    for props in list(record.values()):
        if iri in props.get(terms.PARTICIPANT, ()):
            for version in props[terms.PARTICIPATES_IN]:
                (agreement,) = record[version][terms.VERSION_OF]
                expected.append((label(agreement), sorted(signed_words(iri, version))))
    tables = section(thing(iri), "Agreements").tables
    assert all(table.headings == ("Agreement", "Takes part", "Signed on", "Status") for table in tables)  # fmt: skip
    got = [
        (line[0][0].text, sorted(item.text for item in line[2]))
        for table in tables
        for line in table.rows
    ]
    assert sorted(got) == sorted(expected)


def test_a_party_that_has_not_signed_is_told_from_one_that_has() -> None:
    fire = terms.BASE + "org/gss-E31000044"
    agreement, version = (
        AREA + "agreement/home-fire-safety",
        AREA + "agreement/home-fire-safety/v/1",
    )
    (line,) = [
        line
        for table in section(thing(fire), "Agreements").tables
        for line in table.rows
        if line[0][0].text == label(agreement)
    ]
    assert signed_words(fire, version) == ["Not yet signed"] == [item.text for item in line[2]]
    assert signed_words(COUNCIL, version) == ["20 October 2025"]


@pytest.mark.parametrize("iri", ORGANISATIONS)
def test_an_organisation_shows_whom_it_shares_with_both_ways(iri: str) -> None:
    page = thing(iri)
    for heading, own, their in (
        ("Agreements describe sharing by it", terms.DISCLOSING_SIDE, terms.RECEIVING_SIDE),
        ("Agreements describe sharing with it", terms.RECEIVING_SIDE, terms.DISCLOSING_SIDE),
    ):
        expected: dict[str, set[str]] = defaultdict(set)
        for other, version in flows_of(iri, own, their):
            (agreement,) = facts()[version][terms.VERSION_OF]
            expected[label(other)].add(label(agreement))
        parts = [p for p in page.sections if p.heading.startswith(heading)]
        got = {
            line[0][0].text: {item.text for item in line[1]}
            for part in parts
            for table in part.tables
            for line in table.rows
        }
        assert got == expected


@pytest.mark.parametrize("iri", ORGANISATIONS)
def test_an_organisation_shows_the_powers_it_holds_by_its_types(iri: str) -> None:
    record, page = facts(), thing(iri)
    types = {t for own in record[iri][terms.HAS_TYPE] for t in widened(own)} | {terms.ANY_PERSON}
    nations = record[iri][terms.IN_NATION]

    def holds(reading: str) -> bool:
        props = record[reading]
        typed = bool(types & props[terms.HOLDER_TYPE]) and not types & props[terms.HOLDER_TYPE_EXCLUDED]  # fmt: skip
        placed = not props[terms.APPLIES_IN] or not nations or nations & props[terms.APPLIES_IN]
        return bool((typed or iri in props[terms.HOLDER]) and placed)

    def listed(heading: str) -> set[str]:
        parts = [part for part in page.sections if part.heading.startswith(heading)]
        return {i.text for p in parts for t in p.tables for r in t.rows for i in r[0]}

    duties = {label(r) for r in of_class(terms.SHARING_DUTY) if holds(r)}
    powers = {
        label(r)
        for r in of_class(terms.PERMISSIVE_POWER)
        if holds(r) and terms.STRENGTH_FUNCTION not in record[r][terms.STRENGTH]
    }
    if Standing(snapshot(), DAY).gone(iri):
        assert not any(listed(h) for h in ("Duties", "Powers", "Functions", "Restrictions"))
        assert "by its types is not listed" in section(page, "Ended").note
        return
    assert listed("Duties") == duties
    assert listed("Powers") == powers
    assert not duties & powers


@pytest.mark.parametrize(
    ("body", "day", "after"),
    [("ods-06A", "31 March 2021", "ods-D2P2L"), ("bcpft", "31 March 2020", "ods-TAJ")],
)
def test_a_body_that_has_ended_leads_to_its_successor(
    body: str, day: str, after: str, client: FlaskClient
) -> None:
    ended = section(thing(terms.BASE + "org/" + body), "Ended")
    assert f"Ended on {day}; see its successor" in ended.note
    assert [item.href for item in ended.items] == [f"/doc/org/{after}"]
    assert "It holds these" not in assert_page(client.get(f"/doc/org/{body}")).text


@pytest.mark.parametrize("iri", ORGANISATIONS)
def test_a_way_to_ask_is_of_one_flow_and_of_bodies_that_still_are(iri: str) -> None:
    record, standing = facts(), Standing(snapshot(), DAY)
    flows = {(s, p) for s, p in ((s, frozenset(p[terms.FOR_PURPOSE])) for s, p in record.items() if p[terms.FLOW_OF])}  # fmt: skip
    for part in (p for p in thing(iri).sections if p.heading.startswith("Agreements describe")):
        for line in (line for table in part.tables for line in table.rows):
            (other,) = (o for o in ORGANISATIONS if path_of(o) == line[0][0].href)
            gone = bool(standing.gone(iri) or standing.gone(other))
            assert (line[3][0].href == "") == gone
            if gone:
                continue
            asked = dict(parse_qsl(line[3][0].href.partition("?")[2]))
            fitting = [
                version
                for flow, purposes in flows
                for version in record[flow][terms.FLOW_OF]
                if asked["purpose"] in {key_of(snapshot(), p) for p in purposes}
                and asked["category"]
                in {key_of(snapshot(), c) for c in record[flow][terms.SHARES_CATEGORY]}
            ]
            assert fitting
            if any(item.note.startswith("In force") for item in line[1]):
                assert any(standing.version(v).outcome.name == "MET" for v in fitting)


def test_each_way_to_ask_is_a_question_with_its_answers_filled_in(client: FlaskClient) -> None:
    page = thing(COUNCIL)
    links = [
        item.href
        for part in page.sections
        for table in part.tables
        for line in table.rows
        for item in line[-1]
        if item.href.startswith("/ask?")
    ]
    assert len(links) > 10
    for link in links:
        asked = dict(parse_qsl(link.partition("?")[2]))
        assert {"from", "to", "purpose", "category"} == set(asked)
        assert "cwc" in (asked["from"], asked["to"])
        answer = client.get(link.replace("/ask", "/answer"))
        assert answer.status_code == 200


def test_a_place_leads_to_a_question_about_the_organisation_whose_site_it_is(
    client: FlaskClient,
) -> None:
    (item,) = section(thing(terms.BASE + "org/new-cross"), "Ask").items
    body = item.text.removeprefix("Ask about sharing by ")
    assert body == "The Royal Wolverhampton NHS Trust"
    asked = assert_page(client.get(item.href))
    assert "Who would receive it?" in asked.text
    assert [a["value"] for _, a in asked.tags if a.get("name") == "from"] == ["rwt"]


def test_a_place_is_asked_about_by_whose_site_it_is_and_not_by_its_name() -> None:
    stated = """
        PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX org: <http://www.w3.org/ns/org#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX v: <https://w3id.org/vires/ns#>
        PREFIX w: <https://w3id.org/vires/org/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
        w:a a v:PublicBody ; skos:prefLabel "Civic Centre" . w:b a v:PublicBody ; skos:prefLabel "B" .
        w:s1 a org:Site ; skos:prefLabel "Civic Centre" ; org:siteOf w:a .
        w:s2 a org:Site ; skos:prefLabel "Civic Centre" ; org:siteOf w:b .
        w:s3 a org:Site ; org:siteOf w:b ; dcterms:isReplacedBy w:s2 .
        w:s4 a org:Site ; org:siteOf w:b ; v:validUntil "2020-01-01"^^xsd:date .
    """
    made = from_quads(ox.parse(stated, format=ox.RdfFormat.TURTLE))
    found = {}
    for site in ("s1", "s2", "s3", "s4"):
        page = find_thing(made, f"{terms.BASE}org/{site}", DAY)
        assert page is not None
        found[site] = [
            i.text for part in page.sections if part.heading == "Ask" for i in part.items
        ]
    about = "Ask about sharing by"
    assert found == {"s1": [f"{about} Civic Centre"], "s2": [f"{about} B"], "s3": [], "s4": []}


def test_an_organisation_shows_its_contacts_and_history(client: FlaskClient) -> None:
    page = thing(COUNCIL)
    roles = {row.label for row in section(page, "Contacts").rows}
    assert {"Caldicott Guardian", "Senior Information Risk Owner"} <= roles
    board = assert_page(client.get("/doc/org/ods-QUA"))
    assert (
        "NHS Black Country and West Birmingham CCG" in board.text or "CCG dissolved" in board.text
    )
    assert uk_date(DAY.replace(2022, 7, 1)) in board.text


@pytest.mark.parametrize("iri", ORGANISATIONS)
def test_a_post_is_marked_where_it_is_an_example_and_where_its_source_is_silent(iri: str) -> None:
    record = facts()
    expected = {}
    for post in record[iri][terms.ORG_HAS_POST]:
        props = record[post]
        silent = terms.HOW_TO_CONTACT in props[terms.NOT_STATED]
        absent = f"how to reach: {'not stated in the source' if silent else 'not recorded'}"
        words = [next(iter(props[terms.HOW_TO_CONTACT]), absent)]
        words += ["example data"] if "true" in props[terms.ILLUSTRATIVE] else []
        expected[label(post)] = "; ".join(words)
    rows = section(thing(iri), "Contacts").rows
    assert {item.text: item.note for row in rows for item in row.items} == expected


# The law


@pytest.mark.parametrize("iri", of_class(*terms.READING_CLASSES))
def test_a_reading_is_shown_as_what_it_is(iri: str, client: FlaskClient) -> None:
    """A power is never shown as a duty, a duty never as a power."""
    note = section(thing(iri), "What it does").note
    classes = facts()[iri][terms.TYPE]
    duty = terms.SHARING_DUTY in classes
    function = terms.STRENGTH_FUNCTION in facts()[iri][terms.STRENGTH]
    power = terms.PERMISSIVE_POWER in classes and not function
    assert ("must share if" in note) == duty
    assert ("may share" in note) == power
    assert ("restriction" in note) == (terms.SHARING_RESTRICTION in classes)
    assert "not recorded" not in note


def test_a_reading_shows_who_relies_on_it() -> None:
    reading = terms.BASE + "reading/ca2004-s16h"
    relying = set()
    for side, props in facts().items():
        if reading in props[terms.RELIES_ON_POWER]:
            for flow_props in facts().values():
                if side in flow_props[terms.HAS_SIDE]:
                    (version,) = flow_props[terms.FLOW_OF]
                    relying |= facts()[version][terms.VERSION_OF]
    for version in (v for v, props in facts().items() if reading in props[terms.CITES_POWER]):
        relying |= facts()[version][terms.VERSION_OF]
    listed = cells(section(thing(reading), "Agreements that rely"), 0)
    assert set().union(*listed) == {label(a) for a in relying} != set()


def test_an_act_leads_to_its_text_and_its_readings(client: FlaskClient) -> None:
    page = assert_page(client.get("/doc/legislation/ukpga/1998/37"))
    hrefs = {a["href"] for tag, a in page.tags if tag == "a"}
    assert "https://www.legislation.gov.uk/ukpga/1998/37" in hrefs
    assert "/doc/reading/cda1998-s115" in hrefs
    sections = [
        text for text in page.words if text.startswith("Crime and Disorder Act 1998, section")
    ]
    assert sections.index("Crime and Disorder Act 1998, section 17") < sections.index(
        "Crime and Disorder Act 1998, section 115"
    )


def test_a_condition_shows_what_it_needs(client: FlaskClient) -> None:
    page = thing(terms.BASE + "condition/art10-sch1")
    needs = {row.label: {i.text for i in row.items} for row in section(page, "What it needs").rows}
    assert label(terms.BASE + "condition-group/dpa-sch1-part2") in needs["Requires companion"]
    documents = section(thing(terms.BASE + "condition/sch1-18"), "Appropriate policy").rows[-1]
    assert len(documents.items) == len(
        [
            s
            for s, p in facts().items()
            if terms.BASE + "condition/sch1-18" in p[terms.COVERS_CONDITION]
        ]
    )


# Communities, concepts, terms


def test_a_community_shows_its_members_and_agreements() -> None:
    iri = AREA + "community/children"
    page = thing(iri)
    members = {b for p in facts().values() if iri in p[terms.IN_COMMUNITY] for b in p[terms.ORG_MEMBER]}  # fmt: skip
    listed = [line[0][0] for line in section(page, "Members").tables[0].rows]
    assert {item.text for item in listed} == {label(m) for m in members}
    assert {item.note for item in listed} == {"example data"}
    joined = section(thing(COUNCIL), "Member of these communities").items
    assert joined
    assert all(item.note.endswith("; example data") for item in joined)
    agreements = {a for a, p in facts().items() if iri in p[terms.FOR_COMMUNITY]}
    listed = section(page, "Agreements")
    assert set().union(*cells(listed, 0)) == {label(a) for a in agreements}
    assert [table.caption for table in listed.tables] == ["Tier 2", "Tier 3"]


@pytest.mark.parametrize(
    "iri", of_class(terms.VIRES + "Purpose", terms.VIRES + "DataCategory", terms.VIRES + "OrganisationType")
)  # fmt: skip
def test_a_concept_shows_what_is_above_and_below_it(iri: str) -> None:
    branches = list(section(thing(iri), "Broader and narrower").tree)
    seen: set[str] = set()
    below: set[str] = set()
    while branches:
        one = branches.pop()
        if one.here:
            below |= {b.item.text for b in one.below}
        else:
            seen.add(one.item.text)
            branches += one.below
            continue
    narrower = {label(c) for c, p in facts().items() if iri in p[BROADER]}
    assert below == narrower
    assert seen - narrower == {label(c) for c in widened(iri) - {iri}} - narrower


@pytest.mark.parametrize("iri", of_class(terms.SKOS + "ConceptScheme"))
def test_a_code_list_holds_all_its_concepts(iri: str) -> None:
    branches = [b for part in thing(iri).sections for b in part.tree]
    found: set[str] = set()
    while branches:
        one = branches.pop()
        found.add(one.item.href)
        branches += one.below
    members = {c for c, p in facts().items() if iri in p[terms.SKOS + "inScheme"]}
    assert found == {path_of(member) for member in members}


def test_the_data_model_shows_every_term_with_its_definition(client: FlaskClient) -> None:
    page = assert_page(client.get("/model"))
    ids = {a["id"] for _, a in page.tags if a.get("id")}
    defined = [
        iri
        for iri, props in facts().items()
        if iri.startswith(terms.VIRES) and props[terms.SKOS + "definition"]
        and any(t.startswith("http://www.w3.org/2002/07/owl#") for t in props[terms.TYPE])
    ]  # fmt: skip
    assert len(defined) > 250
    for iri in defined:
        assert iri.removeprefix(terms.VIRES) in ids
        assert next(iter(facts()[iri][terms.SKOS + "definition"])) in page.text
    assert client.get("/ns").data == client.get("/model").data
    assert client.get("/ns", headers={"Accept": "text/turtle"}).data == client.get("/ns.ttl").data
    assert client.get("/ns/0.1.0.ttl").data == client.get("/ns.ttl").data
    assert client.get("/ns/9.9.9").status_code == 404
    assert client.get("/ns.docx").status_code == 404


@pytest.mark.parametrize("name", ["LegalReading", "versionOf", "inForceFrom", "Signature"])
def test_a_term_shows_how_much_of_the_record_uses_it(name: str, client: FlaskClient) -> None:
    iri = terms.VIRES + name
    owl_class = "http://www.w3.org/2002/07/owl#Class" in facts()[iri][terms.TYPE]
    triples = {(q.subject.value, q.predicate.value, q.object.value) for q in snapshot().quads()}
    number = sum((p, o) == (terms.TYPE, iri) if owl_class else p == iri for _, p, o in triples)
    assert number > 10
    page = Page(client.get(path_of(iri)).text)
    assert f"{number} {'things' if owl_class else 'statements'} on record" in page.text
    example = next(iter(facts()[iri][terms.SKOS + "example"]))
    assert example.partition(" <http")[0] in page.text  # an IRI in brackets is the link


def test_an_agreement_whose_text_is_kept_back_shows_its_title_parties_and_purposes() -> None:
    """What R57 asks for: the graph of the version is closed, the one for its purposes is open."""
    agreement = AREA + "agreement/mash"
    closed = AREA.removesuffix("id/") + "graph/agreements/mash/v1"
    version, purpose = agreement + "/v/1", terms.BASE + "purpose/safeguarding"
    said = {(terms.VERSION_OF, agreement), (terms.STATES_PURPOSE, purpose)}
    beside = ox.NamedNode(closed + "-purposes")
    quads = [q for q in snapshot().quads() if q.graph_name != ox.NamedNode(closed)]
    quads += [ox.Quad(ox.NamedNode(version), *map(ox.NamedNode, two), beside) for two in said]
    page = find_thing(from_quads(quads), agreement, DAY)
    assert isinstance(page, Thing)
    assert page.label == label(agreement)
    parties = {name for line in cells(section(page, "Parties"), 0) for name in line}
    assert len(parties) == 5
    stated = section(page, "Purposes and law that it states")
    assert [item.text for row in stated.rows for item in row.items] == [label(purpose)]
    assert not shared(page)
