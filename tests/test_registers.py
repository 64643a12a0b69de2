"""The registers: rows, facets and downloads against counts over the plain statements."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode

import openpyxl
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from tests.browser.payloads import PAYLOADS
from tests.browser.shipped import DAY, facts, snapshot
from tests.pages import Page, assert_page
from vires import library, terms
from vires.addresses import path_of
from vires.config import Settings
from vires.decide import Question, ask
from vires.errors import ContentError
from vires.explain.standing import Standing
from vires.registers import (
    Branch,
    Option,
    Row,
    Table,
    branches,
    choose,
    facets,
    lines,
    read,
    registers,
    rows,
    table,
)
from vires.registers.model import SILENT
from vires.registers.rules import review_window
from vires.sheets import to_csv, to_xlsx
from vires.store import Snapshot, from_quads
from vires.web import create_app

V = terms.VIRES
BASE = terms.BASE
BROADER = terms.SKOS + "broader"
NAMES = sorted(registers())
LISTS = [name for name in NAMES if not table(snapshot(), name, DAY).tree]
SUMMARY = re.compile(r"(\d+)(?: of (\d+))? on record")


def of_class(*classes: str) -> set[str]:
    wanted = {V + name for name in classes}
    return {node for node, props in facts().items() if wanted & props.get(terms.TYPE, set())}


def all_above(concept: str) -> set[str]:
    """A concept and every one that is broader."""
    found, edge = set(), {concept}
    while edge:
        found |= edge
        edge = {b for c in edge for b in facts().get(c, {}).get(BROADER, ())} - found
    return found


def shipped(name: str) -> Table:
    return table(snapshot(), name, DAY)


def by_facet(name: str, facet: str) -> dict[str, set[str]]:
    """The IRIs of the rows for each key of a facet."""
    found: dict[str, set[str]] = defaultdict(set)
    column = shipped(name).column(facet)
    assert column is not None
    for row in shipped(name).rows:
        for value in row.facet(column):
            found[value.iri or value.key].add(row.iri)
    return found


# Rows and counts against the plain statements


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        (
            "agreements",
            ["PrinciplesFramework", "InformationCommunityAgreement", "InformationSharingAgreement"],
        ),
        ("organisations", ["Organisation", "PublicBody", "PrivateBody"]),
        ("law", ["LegalReading", "LegalPower", "PermissivePower", "SharingDuty", "Definition"]),
        ("purposes", ["Purpose"]),
        ("categories", ["DataCategory"]),
        ("conditions", ["LegalCondition"]),
        ("communities", ["InformationCommunity"]),
        ("restructures", ["RestructureEvent", "Merger", "Dissolution", "Renaming", "Split"]),
        ("flows", ["DataFlow"]),
    ],
)
def test_a_register_holds_every_thing_of_its_kind(name: str, classes: list[str]) -> None:
    assert {row.iri for row in shipped(name).rows} == of_class(*classes)
    assert len(shipped(name).rows) == len(of_class(*classes))


def test_every_register_is_tested() -> None:
    assert {
        "agreements", "organisations", "law", "purposes", "categories", "conditions",
        "communities", "restructures", "flows",
    } == set(NAMES)  # fmt: skip


STATED = [
    ("agreements", "community", "forCommunity"),
    ("agreements", "level", "functionalLevel"),
    ("organisations", "nation", "inNation"),
    ("law", "checked", "verificationStatus"),
    ("conditions", "group", "inGroup"),
    ("restructures", "after", terms.ORG_RESULTING),
    ("flows", "trigger", "flowTrigger"),
]


@pytest.mark.parametrize(("name", "facet", "prop"), STATED)
def test_a_facet_of_a_stated_fact_counts_its_statements(name: str, facet: str, prop: str) -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    stated = prop if prop.startswith("http") else V + prop
    for row in shipped(name).rows:
        props = facts()[row.iri]
        for value in props.get(stated, ()):
            wanted[value].add(row.iri)
        if not props.get(stated):
            silent = stated in props.get(terms.NOT_STATED, ())
            wanted["not-stated" if silent else "not-recorded"].add(row.iri)
    assert by_facet(name, facet) == wanted


def test_parties_are_those_of_the_participations() -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    for props in facts().values():
        for version in props.get(terms.PARTICIPATES_IN, ()):
            for agreement in facts()[version].get(terms.VERSION_OF, ()):
                parties = (terms.PARTICIPANT, V + "participantClass")
                for party in (p for prop in parties for p in props.get(prop, ())):
                    wanted[party].add(agreement)
    found = by_facet("agreements", "party")
    assert {k: v for k, v in found.items() if k not in SILENT} == wanted


def test_law_is_told_apart_by_act_effect_and_holder() -> None:
    acts: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in shipped("law").rows:
        props = facts()[row.iri]
        for provision in props.get(V + "derivedFrom", ()):
            for act in facts()[provision].get(V + "provisionOf", {provision}):
                acts[act].add(row.iri)
        for above in {a for t in props.get(terms.HOLDER_TYPE, ()) for a in all_above(t)}:
            holders[above].add(row.iri)
    found = by_facet("law", "act")
    assert {k: v for k, v in found.items() if k not in SILENT} == acts
    found = by_facet("law", "kind")
    assert {k: v for k, v in found.items() if k not in SILENT} == holders
    effects = by_facet("law", "effect")
    functions = {
        node for node in of_class("PermissivePower")
        if terms.STRENGTH_FUNCTION in facts()[node].get(terms.STRENGTH, ())
    }  # fmt: skip
    assert effects["duty-must-share-if"] == of_class("SharingDuty")
    assert effects["function"] == functions
    assert effects["power-may-share"] == of_class("PermissivePower") - functions
    assert effects["restriction"] == of_class("SharingRestriction")


def test_no_power_is_shown_as_a_duty() -> None:
    says = shipped("law").column("says")
    assert says is not None
    for row in shipped("law").rows:
        text = " ".join(value.text for value in row.cell(says))
        assert text.startswith("Must share if ") == (row.iri in of_class("SharingDuty"))
        assert (text == "May share") <= (row.iri in of_class("PermissivePower"))


def test_what_relies_on_a_reading_is_what_its_flows_state() -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    relies = ("reliesOnPower", "reliesOnBasis", "reliesOnCondition", "crossingBasis")
    for flow in of_class("DataFlow"):
        for version in facts()[flow][V + "flowOf"]:
            for agreement in facts()[version][terms.VERSION_OF]:
                for side in facts()[flow].get(terms.HAS_SIDE, ()):
                    for basis in (b for p in relies for b in facts()[side].get(V + p, ())):
                        wanted[basis].add(agreement)
    for name in ("law", "conditions"):
        column = shipped(name).column("relying")
        assert column is not None
        for row in shipped(name).rows:
            assert {value.iri for value in row.cell(column)} == wanted.get(row.iri, set())
        use = by_facet(name, "use")
        assert use["relied-on"] == {row.iri for row in shipped(name).rows if row.iri in wanted}


@pytest.mark.parametrize(
    ("name", "permits", "states"),
    [
        ("purposes", terms.PERMITS_PURPOSE, terms.FOR_PURPOSE),
        ("categories", terms.PERMITS_DATA, terms.SHARES_CATEGORY),
    ],
)
def test_a_tree_counts_a_concept_with_its_narrower_ones(
    name: str, permits: str, states: str
) -> None:
    flows: dict[str, set[str]] = defaultdict(set)
    powers: dict[str, set[str]] = defaultdict(set)
    agreements: dict[str, set[str]] = defaultdict(set)
    for flow in of_class("DataFlow"):
        for above in {a for c in facts()[flow].get(states, ()) for a in all_above(c)}:
            flows[above].add(flow)
            for version in facts()[flow][V + "flowOf"]:
                agreements[above] |= facts()[version][terms.VERSION_OF]
    for power in of_class("LegalPower", "PermissivePower", "SharingDuty"):
        for above in {a for c in facts()[power].get(permits, ()) for a in all_above(c)}:
            powers[above].add(power)
    if name == "purposes":
        for version in [v for v, props in facts().items() if props.get(terms.VERSION_OF)]:
            for purpose in facts()[version].get(terms.STATES_PURPOSE, ()):
                for above in all_above(purpose):
                    agreements[above] |= facts()[version][terms.VERSION_OF]
    for row in shipped(name).rows:
        shown = [
            int(row.cells[column][0].text) if row.cells[column] else 0
            for column in ("agreements", "powers", "flows")
        ]
        assert shown == [len(pool[row.iri]) for pool in (agreements, powers, flows)], row.name


def test_every_concept_stands_under_each_broader_one() -> None:
    def walk(those: tuple[Branch, ...], above: str) -> Iterator[tuple[str, str]]:
        for branch in those:
            yield branch.row.iri, above
            yield from walk(branch.below, branch.row.iri)

    for name in ("purposes", "categories"):
        found = set(walk(branches(shipped(name)), ""))
        wanted = {
            (row.iri, above)
            for row in shipped(name).rows
            for above in facts()[row.iri].get(BROADER, {""})
        }
        assert found == wanted


# Where things stand is what the answer says


def test_status_is_what_an_answer_finds_of_the_version() -> None:
    standing = Standing(snapshot(), DAY)
    seen: dict[str, set[str]] = defaultdict(set)
    for flow in sorted(of_class("DataFlow")):
        sides = facts()[flow].get(terms.HAS_SIDE, ())
        giver = [s for s in sides if terms.DISCLOSING_SIDE in facts()[s][terms.TYPE]]
        taker = [s for s in sides if terms.RECEIVING_SIDE in facts()[s][terms.TYPE]]
        for give, take in zip(giver, taker, strict=False):
            question = Question(
                min(facts()[give][terms.SIDE_ORGANISATION]),
                min(facts()[take][terms.SIDE_ORGANISATION]),
                min(facts()[flow][terms.FOR_PURPOSE]),
                min(facts()[flow].get(terms.SHARES_CATEGORY, {terms.CATEGORY_ANY})),
                None,
                DAY,
            )
            for route in ask(snapshot(), question, near_misses=False).routes:
                agreement = min(facts()[route.version][terms.VERSION_OF])
                found = standing.instrument(agreement)
                condition = route.conditions["version-in-force"]
                assert found.version == route.version
                assert (found.word in ("In force", "Under review")) == (condition.outcome == "met")
                assert (found.word == "Cannot tell if in force") == (
                    condition.outcome == "cannot-tell"
                )
                seen[found.word].add(agreement)
                signed = standing.signed(agreement, (question.from_, question.to))
                met = route.conditions["signed"].outcome
                assert (signed == "Signed by every party") == (met == "met")
    assert {"In force", "Draft", "Ended"} <= set(seen)


def test_what_the_page_of_wolverhampton_says_is_in_development_is_so_shown() -> None:
    found = {row.name: row.cells["status"][0].text for row in shipped("agreements").rows}
    assert found["Children's Information Community Agreement"] == "In development"
    assert found["Adults' Information Community Agreement"] == "In development"


WORLD = """
PREFIX : <https://a.vires.example/id/>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vires: <https://w3id.org/vires/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
:a a vires:InformationSharingAgreement ; skos:prefLabel "{label}"@en .
:v1 vires:versionOf :a ; vires:commencesOn "2020-01-01"^^xsd:date ;
  vires:reviewDueOn "2021-01-01"^^xsd:date ; vires:endsOn "2024-12-31"^^xsd:date .
:v2 vires:versionOf :a ; vires:revises :v1 ; vires:commencesOn "2025-01-01"^^xsd:date ;
  vires:reviewDueOn "2027-01-01"^^xsd:date .
{more}
"""
EVENT = (
    ":a vires:hadStatusEvent :e . :e vires:resultsInStatus :s ; vires:occurredOn "
    '"2026-01-01"^^xsd:date {about}. :s vires:isLive {live} ; skos:prefLabel "{word}"@en .'
)


def world(more: str = "", label: str = "An agreement") -> Snapshot:
    text = WORLD.replace("{label}", label).replace("{more}", more)
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in ox.parse(text, ox.RdfFormat.TURTLE)]
    return from_quads(quads)


def the_row(source: Snapshot, on: date = DAY) -> Row:
    return table(source, "agreements", on).rows[0]


def test_a_row_is_about_the_version_that_stands() -> None:
    assert [value.plain for value in the_row(world()).cells["due"]] == ["2027-01-01"]
    earlier = the_row(world(), date(2022, 6, 1))
    assert [value.plain for value in earlier.cells["due"]] == ["2021-01-01"]
    assert earlier.cells["review"][0].text == "Overdue"


@pytest.mark.parametrize(
    ("more", "on", "word"),
    [
        ("", DAY, "In force"),
        ("", date(2019, 1, 1), "Not yet signed"),
        (":x vires:signs :v2 .", date(2019, 1, 1), "Not yet started"),
        (":v2 vires:notStated vires:signs .", date(2019, 1, 1), "Not yet started"),
        (':v2 vires:endsOn "2026-02-01"^^xsd:date .', DAY, "Ended"),
        (EVENT.format(about="", live="false", word="suspended"), DAY, "Suspended"),
        (EVENT.format(about="", live="false", word="suspended"), date(2025, 6, 1), "In force"),
        (
            EVENT.format(about="; vires:aboutVersion :v2 ", live="false", word="withdrawn"),
            DAY,
            "Withdrawn",
        ),
        (
            ":v3 vires:revises :v2 ; vires:versionOf :b ; vires:commencesOn "
            '"2026-01-01"^^xsd:date .',
            DAY,
            "Superseded",
        ),
        (':v2 vires:commencesOn "2025-02-01"^^xsd:date .', DAY, "Cannot tell if in force"),
    ],
)
def test_a_status_says_why(more: str, on: date, word: str) -> None:
    assert the_row(world(more), on).cells["status"][0].text == word


@pytest.mark.parametrize(
    ("days", "word"),
    [(-1, "Overdue"), (0, "Within 90 days"), (90, "Within 90 days"), (91, "Later")],
)
def test_the_review_window_includes_its_ends(days: int, word: str) -> None:
    assert review_window([(DAY + timedelta(days)).isoformat()], DAY) == word
    assert review_window([terms.NOT_STATED], DAY) == "Not stated"
    assert review_window([], DAY) == "Not recorded"


def test_a_statement_counts_over_silence() -> None:
    cells = the_row(world(":v2 vires:notStated vires:reviewDueOn, vires:endsOn .")).cells
    assert [value.plain for value in cells["due"]] == ["2027-01-01"]
    assert [value.text for value in cells["ends"]] == ["not stated in the source"]


def test_a_list_is_read_once_for_a_data_version_and_day() -> None:
    assert shipped("law") is shipped("law")
    assert table(snapshot(), "law", DAY + timedelta(1)) is not shipped("law")
    assert table(world(), "agreements", DAY).rows != shipped("agreements").rows


def test_an_empty_record_has_empty_lists() -> None:
    site = create_app(Settings(), _Held(from_quads([])), today=lambda: DAY).test_client()
    for name in NAMES:
        assert table(from_quads([]), name, DAY).rows == ()
        page = assert_page(site.get(f"/{name}"))
        assert "Nothing in the record matches" in page.text
    assert_page(site.get("/"))


class _Held:
    """A reader of one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def current(self) -> Snapshot:
        return self.snapshot


# Facets


@pytest.mark.parametrize("name", NAMES)
def test_every_value_of_every_facet_gives_the_count_it_states(name: str) -> None:
    found = shipped(name)
    for facet in facets(found, choose(found, [])):
        for option in facet.options:
            chosen = choose(found, [(facet.column.name, option.value.key)])
            assert not chosen.problems
            assert len(rows(found, chosen)) == option.count > 0
            if option.value.iri:
                by_iri = choose(found, [(facet.column.name, option.value.iri)])
                assert by_iri.facets == chosen.facets


@pytest.mark.parametrize("name", LISTS)
def test_the_page_of_a_facet_states_the_count(client: FlaskClient, name: str) -> None:
    found = shipped(name)
    for facet in facets(found, choose(found, [])):
        for option in (facet.options[0], facet.options[-1]):
            query = urlencode({facet.column.name: option.value.key})
            page = assert_page(client.get(f"/{name}?{query}"))
            match = SUMMARY.search(page.text)
            assert match is not None
            assert (int(match[1]), int(match[2])) == (option.count, len(found.rows))
            assert option.value.text in page.words


def test_counts_are_under_the_other_facets_and_several_values_add_up() -> None:
    found = shipped("agreements")
    chosen = choose(found, [("community", "children"), ("status", "in-force"), ("status", "ended")])
    both = rows(found, chosen)
    assert {row.cells["status"][0].key for row in both} == {"in-force", "ended"}
    for facet in facets(found, chosen):
        for option in facet.options:
            assert _given(found, chosen.facets, facet.column.name, option) == option.count
    alone = [
        rows(found, choose(found, [("community", "children"), ("status", s)]))
        for s in ("in-force", "ended")
    ]
    assert len(both) == sum(len(one) for one in alone)


def _given(found: Table, stated: dict[str, tuple[str, ...]], facet: str, option: Option) -> int:
    pairs = [(n, k) for n, keys in stated.items() if n != facet for k in keys]
    return len(rows(found, choose(found, [*pairs, (facet, option.value.key)])))


def test_every_count_of_a_page_links_to_as_many_rows(client: FlaskClient) -> None:
    for name in ("purposes", "categories", "communities", "organisations"):
        page = Page(client.get(f"/{name}").text)
        counted = 0
        for row in shipped(name).rows:
            for column in shipped(name).view.shown:
                if column.kind == "number" and row.cell(column):
                    register, _, facet = column.rows_of.partition("/")
                    value = row.cell(column)[0]
                    chosen = choose(shipped(register), [(facet, value.key)])
                    assert len(rows(shipped(register), chosen)) == int(value.text)
                    counted += 1
        links = [a["href"] for tag, a in page.tags if tag == "a" and "?" in (a["href"] or "")]
        assert counted > 0
        for link in links[:10]:
            assert client.get(link).status_code == 200


# Pages, order, and what is wrong with an address


@pytest.mark.parametrize("name", LISTS)
def test_pages_hold_every_row_once_and_stay_small(client: FlaskClient, name: str) -> None:
    found = shipped(name)
    seen: list[str] = []
    last = -(-len(found.rows) // 25)
    for number in range(1, last + 1):
        response = client.get(f"/{name}?page={number}")
        page = assert_page(response)
        links = [a.get("href") for tag, a in page.tags if tag == "a"]
        heads = [a for tag, a in page.tags if tag == "th" and a.get("scope") == "row"]
        assert len(heads) <= 25
        shown = found.rows[(number - 1) * 25 :][: len(heads)]
        assert {path_of(row.iri) for row in shown} <= set(links)
        seen += [row.iri for row in shown]
    assert seen == [row.iri for row in found.rows]
    page = assert_page(client.get(f"/{name}?page={last + 1}"))
    assert f"There is no page {last + 1}" in page.text


def test_a_row_links_to_the_page_of_its_thing(client: FlaskClient) -> None:
    for name in NAMES:
        page = assert_page(client.get(f"/{name}"))
        links = {a.get("href") for tag, a in page.tags if tag == "a"}
        for row in shipped(name).rows[:10]:
            path = path_of(row.iri)
            assert path is not None
            assert path in links, row.iri


@pytest.mark.parametrize("name", LISTS)
def test_rows_come_in_the_order_asked_for(client: FlaskClient, name: str) -> None:
    found = shipped(name)
    for column in (c for c in found.view.shown if c.sort):
        up = rows(found, choose(found, [("sort", column.name)]))
        down = rows(found, choose(found, [("sort", f"-{column.name}")]))
        assert {row.iri for row in up} == {row.iri for row in down} == {r.iri for r in found.rows}
        if column.kind == "date":
            days = [d for row in up for d in [v.plain for v in row.cell(column)][:1]]
            days = [day for day in days if day[:1].isdigit()]
            assert days == sorted(days)
        silent = [not [v for v in row.cell(column) if v.key not in SILENT] for row in down]
        assert silent == sorted(silent), "what is not recorded comes last"
        page = Page(client.get(f"/{name}?sort=-{column.name}").text)
        heads = [a for tag, a in page.tags if tag == "th" and "aria-sort" in a]
        assert [a["aria-sort"] for a in heads] == (
            ["descending"] if column.place == "column" else []
        )


def test_sections_come_in_the_order_of_their_numbers() -> None:
    names = [r.name for r in shipped("law").rows if r.name.startswith("Care Act 2014 s.")]
    assert names.index("Care Act 2014 s.6") < names.index("Care Act 2014 s.42")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("status=foo", "Status: the list has no value 'foo'"),
        ("status=in-forse", "Did you mean 'in-force'?"),
        ("stauts=in-force", "This list has no filter called 'stauts'. Did you mean 'status'?"),
        ("page=0", "'0' is no page number"),
        ("page=-1", "'-1' is no page number"),
        ("page=x", "'x' is no page number"),
        ("page=1&page=2", "is no page number"),
        ("page=٢", "is no page number"),
        ("page=99999999999", "is no page number"),
        ("sort=party", "cannot be put in order of 'party'"),
        ("sort=tier&sort=due", "cannot be put in order of"),
        ("community=children&community=adults", "Community: choose one value, not several"),
    ],
)
def test_a_wrong_address_is_told_what_is_wrong(client: FlaskClient, query: str, words: str) -> None:
    response = client.get(f"/agreements?{query}")
    page = assert_page(response)
    assert response.status_code == 400
    assert words in page.text
    assert "Error: " in page.text
    ids = {a.get("id") for _, a in page.tags}
    targets = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("#")]
    assert {target[1:] for target in targets if target} <= ids
    if "page" not in query:
        assert client.get(f"/agreements.csv?{query}").status_code == 400


def test_an_empty_value_of_a_form_is_no_filter(client: FlaskClient) -> None:
    page = assert_page(client.get("/agreements?community=&party=&sort=agreement"))
    match = SUMMARY.search(page.text)
    assert match is not None
    assert int(match[1]) == len(shipped("agreements").rows)
    assert "Filters in use" not in page.text


def test_a_known_value_without_rows_gives_advice_and_no_error(client: FlaskClient) -> None:
    response = client.get("/agreements?status=ended&review=later")
    page = assert_page(response)
    assert response.status_code == 200
    assert "Nothing in the record matches" in page.text
    assert "That says nothing about whether to share" in page.text
    links = [
        a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/agreements?")
    ]
    assert links
    for link in links:
        assert client.get(link).status_code == 200
        assert parse_qsl(link.partition("?")[2])
    assert client.get("/agreements?review=within-90-days").status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_hostile_parameters_are_told_so_and_run_nothing(client: FlaskClient, name: str) -> None:
    fields = [*(column.name for column in shipped(name).facets), "sort", "page", "x"]
    for payload in PAYLOADS:
        query = urlencode(dict.fromkeys(fields, payload))
        response = client.get(f"/{name}?{query}")
        assert response.status_code == (414 if len(query) > 16 * 1024 else 400)
        assert_page(response)
        for form in ("csv", "xlsx"):
            assert client.get(f"/{name}.{form}?{query}").status_code == response.status_code
        query = urlencode({payload[:1000]: "1"})
        assert client.get(f"/{name}?{query}").status_code == 400


# Downloads


def sheets(client: FlaskClient, path: str) -> list[list[list[str]]]:
    """The same list as CSV and as XLSX, cells as texts."""
    name, _, query = path.partition("?")
    text = client.get(f"{name}.csv?{query}")
    book = client.get(f"{name}.xlsx?{query}")
    for response, form in ((text, "csv"), (book, "xlsx")):
        assert response.status_code == 200
        wanted = f'attachment; filename="vires-{name[1:]}-2026-11-22.{form}"'
        assert response.headers["Content-Disposition"] == wanted
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert text.mimetype == "text/csv"
    sheet = openpyxl.load_workbook(io.BytesIO(book.data)).worksheets[0]
    cells = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [list(csv.reader(io.StringIO(text.text, newline=""))), cells]


def _text(cell: object) -> str:
    return cell.date().isoformat() if hasattr(cell, "date") else str(cell or "")


@pytest.mark.parametrize(
    "path",
    [
        *(f"/{name}" for name in NAMES),
        "/agreements?status=in-force&community=children&sort=-due",
        "/law?effect=duty-must-share-if&use=relied-on",
        "/organisations?status=dissolved&sort=-organisation",
        "/agreements?status=ended&review=later",
    ],
)
def test_downloads_hold_exactly_the_rows_of_the_pages(client: FlaskClient, path: str) -> None:
    name, _, query = path[1:].partition("?")
    found = shipped(name)
    wanted = rows(found, choose(found, parse_qsl(query)))
    text, book = sheets(client, path)
    assert text == book
    titles = [c.title for c in found.view.shown if c.place != "none"]
    assert text[0] == [*titles, "IRI"]
    assert [line[-1] for line in text[1:]] == [row.iri for row in wanted]
    assert [line[0] for line in text[1:]] == [row.name for row in wanted]
    days = [
        i
        for i, c in enumerate(c for c in found.view.shown if c.place != "none")
        if c.kind == "date"
    ]
    for line in text[1:]:
        for i in days:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d|not (stated in the source|recorded)", line[i])


@pytest.mark.parametrize("lead", ["=", "+", "-", "@", "\\t=", "\\r=", "\\n="])
def test_no_cell_of_a_download_is_a_formula(lead: str) -> None:
    source = world(label=f"{lead}HYPERLINK(1)")
    found = table(source, "agreements", DAY)
    line = list(csv.reader(io.StringIO(to_csv(lines(found, found.rows)).decode(), newline="")))[1]
    assert line[0].startswith("'")
    data = to_xlsx("List", lines(found, found.rows), (("Filters", "=1+1"),), found.on)
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("name", sorted(registers()))
def test_several_values_of_a_cell_can_be_told_apart(name: str) -> None:
    found = table(snapshot(), name, DAY)
    shown = {column.title: column for column in found.view.shown[1:]}
    header, *lines_ = lines(found, found.rows)
    for row, line in zip(found.rows, lines_, strict=True):
        for title, cell in zip(header[1:-1], line[1:-1], strict=True):
            held = row.cell(shown[title])
            assert len(held) < 2 or len(cell.split("; ")) == len(held), (row.name, title, cell)


def test_the_same_list_is_the_same_file_and_too_long_a_cell_says_so() -> None:
    found = table(world(label="x" * 40_000), "agreements", DAY)
    data = to_xlsx("List", lines(found, found.rows), (), found.on)
    assert data == to_xlsx("List", lines(found, found.rows), (), found.on)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    cell = str(sheet.cell(2, 1).value)
    assert len(cell) == 32_767
    assert cell.endswith("(cut: longer than a spreadsheet cell)")


def test_a_workbook_says_what_it_is(client: FlaskClient) -> None:
    book = client.get("/agreements.xlsx?status=draft")
    notes = openpyxl.load_workbook(io.BytesIO(book.data))["About this list"]
    told = {str(row[0]): str(row[1]) for row in notes.iter_rows(values_only=True)}
    assert told["Filters"] == "Status: Draft"
    assert told["As at"] == "22 November 2026"
    assert told["Data version"] == snapshot().data_version


# Example data, and home


@pytest.mark.parametrize("name", LISTS)
def test_example_data_is_said_in_words_in_every_row_it_concerns(
    client: FlaskClient, name: str
) -> None:
    marked = {n for n, p in facts().items() if "true" in p.get(terms.ILLUSTRATIVE, ())}
    found = shipped(name)
    assert {row.iri for row in found.rows if row.example} == marked & {r.iri for r in found.rows}
    for number in range(1, -(-len(found.rows) // 25) + 1):
        text = client.get(f"/{name}?page={number}").text
        body = text.partition("<tbody")[2].partition("</tbody>")[0]
        lines = body.split('<tr class="govuk-table__row">')[1:]
        for row, line in zip(found.rows[(number - 1) * 25 :], lines, strict=False):
            shown = [
                value
                for column in found.placed("column", "under")
                for value in row.cell(column)[:3]
                if column.kind != "number"
            ]
            others = [value for value in shown if value.example]
            if row.example or others:
                assert "xample data" in line, row.name
            else:
                assert "xample data" not in line, row.name


def test_every_count_of_the_front_page_links_to_as_many_rows(client: FlaskClient) -> None:
    page = assert_page(client.get("/"))
    wanted = {
        "/agreements?kind=InformationCommunityAgreement": len(
            of_class("InformationCommunityAgreement")
        ),
        "/agreements?kind=InformationSharingAgreement": len(
            of_class("InformationSharingAgreement")
        ),
        "/organisations": len(of_class("Organisation", "PublicBody", "PrivateBody")),
        "/law": len(of_class("LegalReading")),
    }
    text = page.text
    hrefs = [a["href"] for tag, a in page.tags if tag == "a"]
    overdue = next(h for h in hrefs if h and h.endswith("review=overdue"))
    running = ("In force", "Under review", "Cannot tell if in force")
    wanted[overdue] = sum(
        row.cells["review"][0].text == "Overdue" and row.cells["status"][0].text in running
        for row in shipped("agreements").rows
    )
    for link, number in wanted.items():
        assert link in hrefs
        match = SUMMARY.search(assert_page(client.get(link)).text)
        assert match is not None
        assert int(match[1]) == number > 0
        assert re.search(rf"\b{number}\b", text)
    relied = next(h for h in hrefs if h and h.startswith("/law?") and "use=relied-on" in h)
    plain = ("In force", "In force, not checked")
    stopped = [
        row
        for row in shipped("law").rows
        if row.cells["relying"] and row.cells["status"][0].text not in plain
    ]
    match = SUMMARY.search(assert_page(client.get(relied)).text)
    assert match is not None
    assert int(match[1]) == len(stopped) > 0
    assert ("form", "/search") in {(tag, a.get("action")) for tag, a in page.tags}


# The headers of the views


HEADER = """#+ title = "Things"
#+ question = "Which things?"
#+ audience = "everyone"
#+ columns = [
#+   {{ name = "thing", kind = "thing", title = "Thing" }},
#+   {{ name = "x", {marks} }},
#+ ]
SELECT ?thing ?x WHERE {{ ?thing a ?x }}
"""


@pytest.mark.parametrize(
    "marks",
    [
        'kind = "text", title = "X", facet = "many"',
        'kind = "text", title = "X", place = "left"',
        'kind = "text", title = "X", sort = "yes"',
        'kind = "text", title = 3',
        'kind = "text", facet = "one"',
        'kind = "text", sort = true',
        'kind = "text", rule = "dissolved", of = "thing"',
        'kind = "text", colour = "red"',
        'title = "X"',
    ],
)
def test_a_mark_of_a_column_that_is_not_known_is_a_fault(marks: str) -> None:
    with pytest.raises(ContentError, match=r"queries/register/x/view\.rq: .*mend it"):
        library.parse("register/x", HEADER.format(marks=marks))


@pytest.mark.parametrize(
    ("marks", "fault"),
    [
        ('kind = "picture", title = "X"', "kind `picture`"),
        ('kind = "text", title = "X", rule = "guess", of = "thing"', "rule `guess`"),
        ('kind = "text", title = "X", rule = "dissolved", of = "body"', "of `body`"),
        (
            'kind = "number", title = "X", rows_of = "agreements/colour"',
            "rows_of `agreements/colour`",
        ),
        ('kind = "number", title = "X", rows_of = "nothing/party"', "rows_of `nothing/party`"),
    ],
)
def test_a_header_that_names_what_is_not_there_is_a_fault(marks: str, fault: str) -> None:
    view = library.parse("register/x", HEADER.format(marks=marks))
    with pytest.raises(ContentError, match=re.escape(fault)):
        read.check(view, registers())


def test_computed_columns_are_no_part_of_the_query() -> None:
    marks = 'kind = "word", title = "X", rule = "dissolved", of = "thing"'
    view = library.parse("register/x", HEADER.format(marks=marks))
    assert [column.name for column in view.columns] == ["thing"]
    assert [column.name for column in view.shown] == ["thing", "x"]
