"""Search: what is typed finds what is meant, whatever is typed does no harm, nothing leaks."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from tests.browser.payloads import PAYLOADS
from tests.browser.shipped import snapshot
from tests.pages import untagged
from vires import search as module
from vires import terms
from vires.addresses import path_of
from vires.decide import URGENT
from vires.search import KINDS, MAX_HITS, MAX_QUERY, search, words_of
from vires.store import Snapshot, from_quads
from vires.web.searching import PAGES, SitePage

QUERIES = tomllib.loads((Path(__file__).parent / "search" / "queries.toml").read_text())["query"]
BASE = "https://a.vires.example/id/"


@pytest.mark.parametrize("one", QUERIES, ids=lambda one: one["name"])
def test_a_named_query_finds_its_thing_among_the_first_three(one: dict[str, str]) -> None:
    assert one["finds"] in [hit.iri for hit in search(snapshot(), one["search"])[:3]]


def test_there_are_enough_named_queries_each_with_its_own_name() -> None:
    assert len({one["name"] for one in QUERIES}) == len(QUERIES) >= 60


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s.47", ("s47",)),
        ("S 47", ("s47",)),
        ("Section 47(9)-(11)", ("s47", "9", "11")),
        ("sections 16LA", ("s16la",)),
        ("Art. 9(2)(c)", ("art9", "2", "c")),
        ("Schedule 1 paragraph 18", ("sch1", "para18")),
        ("reg.3(4)", ("reg3", "4")),
        ("Children's", ("childrens",)),
        ("Children\u2019s", ("childrens",)),
        ("caf\u00e9 & bar", ("cafe", "and", "bar")),
        ("class 4, users 5", ("class", "4", "users", "5")),
        ("()*:\"'-^", ()),
    ],
)
def test_every_way_to_cite_a_part_is_one_word(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def _quad(thing: str, prop: str, value: ox.Term, graph: str = "urn:g") -> ox.Quad:
    subject, predicate = ox.NamedNode(BASE + thing), ox.NamedNode(prop)
    return ox.Quad(subject, predicate, value, ox.NamedNode(graph))


def _body(thing: str, label: str) -> list[ox.Quad]:
    return [
        _quad(thing, terms.TYPE, ox.NamedNode(terms.VIRES + "Organisation")),
        _quad(thing, terms.PREF_LABEL, ox.Literal(label, language="en")),
    ]


def _event(old: str, new: str) -> list[ox.Quad]:
    return [
        _quad(f"{old}-{new}", terms.ORG_ORIGINAL, ox.NamedNode(BASE + old)),
        _quad(f"{old}-{new}", terms.ORG_RESULTING, ox.NamedNode(BASE + new)),
    ]


def _small(*parts: list[ox.Quad]) -> Snapshot:
    return from_quads(quad for part in parts for quad in part)


def test_a_body_is_found_by_every_body_before_it_and_says_so() -> None:
    record = _small(
        _body("one", "Ashby Trust"), _body("two", "Brent Trust"), _body("three", "Corby Trust"),
        _event("one", "two"), _event("two", "three"),
    )  # fmt: skip
    found = {hit.iri: hit for hit in search(record, "ashby")}
    assert set(found) == {BASE + "one", BASE + "two", BASE + "three"}
    assert search(record, "ashby")[0].iri == BASE + "one"
    assert (found[BASE + "one"].how, found[BASE + "one"].by) == ("label", "")
    assert (found[BASE + "three"].how, found[BASE + "three"].by) == ("earlier", "Ashby Trust")


def test_a_name_written_exactly_comes_before_one_that_holds_it() -> None:
    record = _small(_body("a", "Ashby Trust Estates and Buildings"), _body("b", "Ashby Trust"))
    assert [hit.iri for hit in search(record, "ashby trust")][:1] == [BASE + "b"]


def test_a_section_is_never_taken_for_its_neighbour() -> None:
    record = _small(_body("a", "Care Act s.45"), _body("b", "Care Act s.47"))
    assert [hit.iri for hit in search(record, "s.45")] == [BASE + "a"]


@pytest.mark.parametrize(
    "typed",
    [
        "wolverhapton",
        "wolvrehampton",
        "wolverhamptin",
        "wolverhamptonn",
        "wlverhampton",
        "volverhampton",
    ],
)
def test_one_slip_in_a_word_is_forgiven(typed: str) -> None:
    """A letter left out, swapped, wrong, doubled, at the front."""
    record = _small(_body("a", "Wolverhampton Homes"), _body("b", "Warrington Homes"))
    assert [hit.iri for hit in search(record, typed)] == [BASE + "a"]


def test_equal_names_keep_a_total_order_and_the_record_its_own_index() -> None:
    many = [_body(f"b{number:03}", "Ashby Trust") for number in range(150)]
    record = _small(*many)
    found = [hit.iri for hit in search(record, "ashby")]
    assert found == sorted(found)
    assert len(found) == MAX_HITS
    assert found == [hit.iri for hit in search(_small(*reversed(many)), "ashby")]
    assert not search(_small(_body("a", "Brent")), "ashby")


def test_what_a_class_does_not_hold_is_not_in_its_index() -> None:
    public = _small(_body("a", "Ashby Trust"))
    staff = _small(_body("a", "Ashby Trust"), _body("z", "Zebra marker"))
    assert search(staff, "zebra")
    assert not search(public, "zebra")


def test_an_empty_record_finds_nothing() -> None:
    assert search(_small(), "ashby") == ()


def test_every_kind_of_the_view_is_known_and_every_hit_has_a_page() -> None:
    kinds = {row[1].value for row in snapshot().rows("search/things")}
    assert kinds <= set(KINDS)
    for one in QUERIES:
        for hit in search(snapshot(), one["search"]):
            assert path_of(hit.iri)
            assert hit.how in ("label", "also", "earlier", "code", "citation", "text")


def test_no_more_than_the_bound_is_read() -> None:
    beyond = "x" * 5 + " " * MAX_QUERY + "Wolverhampton"
    assert search(snapshot(), beyond) == search(snapshot(), "xxxxx")
    assert search(snapshot(), " ".join(f"w{n}" for n in range(5000))) == ()


def test_hostile_text_does_no_harm(client: FlaskClient) -> None:
    before = search(snapshot(), "RL4")
    extra = (
        '"',
        '" OR "a"',
        "NEAR(a b)",
        "a*",
        "^a",
        "col:a",
        "'; DROP TABLE names; --",
        "\ud800"[:0],
    )
    for text in (*PAYLOADS, *extra):
        search(snapshot(), text)
        for path in (f"/search?{urlencode({'q': text})}", f"/search?q=police&kind={quote(text)}"):
            response = client.get(path)
            assert response.status_code in (200, 400, 414)
            assert URGENT in untagged(response)
            assert "<script" not in response.text
    assert search(snapshot(), "RL4") == before


# The page


def test_the_page_says_what_each_thing_is_and_why_it_was_found(client: FlaskClient) -> None:
    text = client.get("/search?q=wolverhampton+ccg").text
    assert "NHS Wolverhampton Clinical Commissioning Group" in text
    assert "Earlier name, or body before it: " in text
    assert 'href="/doc/org/ods-06A"' in text
    assert "Organisations</a> (" in text
    assert 'value="wolverhampton ccg"' in text, "the box keeps what was typed"


def test_the_page_of_one_kind_lists_that_kind_alone(client: FlaskClient) -> None:
    text = client.get("/search?q=wolverhampton&kind=organisation").text
    assert "Organisations for 'wolverhampton'" in text
    assert '<h2 class="govuk-heading-m">' not in text
    assert "/doc/event/" not in text


def test_example_data_is_marked(client: FlaskClient) -> None:
    assert "Example data</strong>" in client.get("/search?q=example+mash").text


def test_nothing_found_is_no_refusal(client: FlaskClient) -> None:
    text = client.get("/search?q=xylophone").text
    assert "Nothing in the record comes near. That says nothing about whether to share." in text


def test_a_text_too_long_is_one_clear_error(client: FlaskClient) -> None:
    response = client.get("/search?q=" + "a" * (MAX_QUERY + 1))
    assert response.status_code == 400
    assert response.text.count("Search for at most 100 characters") == 1
    assert "<title>Error: " in response.text


def test_the_box_is_on_every_page_and_error(client: FlaskClient) -> None:
    for path in ("/", "/ask", "/search", "/no-such-page"):
        text = client.get(path).text
        assert text.count('role="search"') == 1
        assert '<label class="govuk-label govuk-visually-hidden" for="site-search">' in text


# The operation


def test_the_operation_gives_what_the_page_lists(client: FlaskClient) -> None:
    body = client.get("/api/search?q=care+act+s45&limit=3").json
    hits = search(snapshot(), "care act s45")
    assert body["total"] == len(hits)
    assert [one["iri"] for one in body["results"]] == [hit.iri for hit in hits[:3]]
    assert body["results"][0]["path"] == path_of(hits[0].iri)
    assert body["data_version"] == snapshot().data_version
    assert body["urgent"]["statement"] == URGENT
    one = client.get("/api/search?q=wolverhampton&kind=community").json
    assert {hit["kind"] for hit in one["results"]} <= {"community"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("", "q"),
        ("q=+", "q"),
        ("q=" + "a" * 101, "q"),
        ("q=a&kind=nothing", "kind"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=51", "limit"),
        ("q=a&limit=-1", "limit"),
        ("q=a&limit=\u0663", "limit"),
        ("q=a&limit=9999999999999999", "limit"),
        ("q=a&query=b", "query"),
    ],
)
def test_a_wrong_search_is_a_problem_that_names_its_field(
    client: FlaskClient, asked: str, field: str
) -> None:
    response = client.get(f"/api/search?{asked}")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    body = json.loads(response.data)
    assert [error["field"] for error in body["errors"]] == [field]
    assert body["urgent"]["statement"] == URGENT


def test_the_index_cannot_be_written() -> None:
    index = module._index(module.Once(snapshot()))
    with pytest.raises(module.sqlite3.OperationalError):
        index.base.execute("DELETE FROM names")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_each_page_of_the_site_is_there_and_found_by_its_title(
    client: FlaskClient, page: SitePage
) -> None:
    assert client.get(page.path).status_code == 200
    found = client.get("/search?" + urlencode({"q": page.title})).text
    assert f'<a class="govuk-link" href="{page.path}">{page.title}</a>' in found
