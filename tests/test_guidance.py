"""Guidance for staff: complete, sourced, careful in its words, and harmless as HTML."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, SKOS

from tests.browser.payloads import PAYLOADS
from tests.browser.shipped import query, questions, snapshot
from vires.addresses import path_of
from vires.content import content_root
from vires.decide import URGENT
from vires.guidance import guidance, guidance_on, to_html
from vires.search import search
from vires.store import from_quads

V = Namespace("https://w3id.org/vires/ns#")
BASE = "https://w3id.org/vires/"
FOLDER = content_root() / "data" / "areas" / "wolverhampton" / "guidance"
FILES = sorted(FOLDER.glob("*.ttl"))
KEYS = {
    "emergency", "without-consent", "must-or-may", "special-category", "confidentiality",
    "golden-rules", "recording", "information-community-agreements", "reading-an-answer",
}  # fmt: skip
NEVER = re.compile(
    r"\b(yes|allowed|permitted|denied|unlawful|lawful|refused|forbidden|consent needed"
    r"|not need consent|illegal|legal to share|prohibited)\b",
    re.IGNORECASE,
)


def test_every_text_of_the_issue_is_there() -> None:
    assert {one.key for one in guidance(snapshot())} == KEYS == {path.stem for path in FILES}
    assert guidance(snapshot())[0].key == "emergency"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_text_is_dated_owned_sourced_and_says_what_it_is(path) -> None:  # type: ignore[no-untyped-def]
    graph = Graph().parse(path)
    (thing,) = graph.subjects(RDF.type, V.StaffGuidance)
    assert str(thing).endswith(f"/id/guidance/{path.stem}")
    for prop in (
        SKOS.prefLabel, SKOS.definition, DCTERMS.description, DCTERMS.created, DCTERMS.source,
        V.ownerRole, V.audience, V.explains, V.dateSeen,
    ):  # fmt: skip
        assert graph.value(thing, prop) is not None, prop
    note = str(graph.value(thing, SKOS.note))
    assert "Our own words" in note
    assert "Not published, adopted or checked by City of Wolverhampton Council" in note
    assert str(graph.value(thing, V.verificationStatus)) == BASE + "verification/not-verified"
    assert all(isinstance(source, URIRef) for source in graph.objects(thing, DCTERMS.source))


@pytest.mark.parametrize("key", sorted(KEYS))
def test_its_words_give_no_verdict_and_quote_nobody(key: str) -> None:
    one = next(one for one in guidance(snapshot()) if one.key == key)
    text = re.sub("<[^>]+>", "", one.text)
    assert not NEVER.search(f"{one.title} {one.summary} {text}")
    assert '"' not in text
    assert "\u201c" not in text


def test_a_power_may_and_a_duty_must_if() -> None:
    for one in guidance(snapshot()):
        for sentence in re.split(r"(?<=[.:])\s|\n", re.sub("<[^>]+>", "", one.text)):
            if re.search(r"\bmust (share|supply|assist|refer|notify|disclose)\b", sentence):
                assert re.search(r"\bif\b", sentence), sentence


def test_what_it_explains_is_in_the_record_with_a_label_and_a_page() -> None:
    known = {quad.subject.value for quad in snapshot().quads()}
    for one in guidance(snapshot()):
        assert one.explains
        for target in (*one.explains, *one.audience):
            assert target.iri in known
            assert target.label != target.iri
            assert path_of(target.iri)


def test_tiers_powers_and_conditions_are_explained() -> None:
    explained = {target.iri for one in guidance(snapshot()) for target in one.explains}
    for iri in (
        "level/principles", "level/purposes", "level/processes", "reading/cda1998-s115",
        "reading/careact2014-s45", "condition/art9-2-g", "condition/clc-public-interest",
        "sensitivity/criminal-offence", "principle/caldicott-7", "decision-basis/emergency",
    ):  # fmt: skip
        assert BASE + iri in explained, iri


def test_each_is_found_by_its_title() -> None:
    for one in guidance(snapshot()):
        assert one.iri in [hit.iri for hit in search(snapshot(), one.title)[:3]]


# Rendering


def test_markdown_is_plain_html_with_the_classes_of_the_site() -> None:
    html = to_html("## A\n\nb **c** *d*\n\n- e\n\n1. f\n\n[g](https://example.org/)")
    assert '<h2 class="govuk-heading-m">A</h2>' in html
    assert '<p class="govuk-body">b <strong>c</strong> <em>d</em></p>' in html
    assert '<ul class="govuk-list govuk-list--bullet">' in html
    assert '<ol class="govuk-list govuk-list--number">' in html
    assert '<a href="https://example.org/" class="govuk-link">g</a>' in html


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize(
    "form", ["{}", "[x]({})", "![x]({})", "<{}>", "## {}", "`{}`", "[x]: {}\n\n[x]"]
)
def test_hostile_markdown_is_text(payload: str, form: str) -> None:
    html = str(to_html(form.format(payload)))
    tags = set(re.findall(r"<\s*/?\s*([a-z][a-z0-9]*)", html, re.IGNORECASE))
    assert tags <= {"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a"}
    for attributes in re.findall(r"<[a-z][a-z0-9]*([^>]*)>", html):
        assert set(re.findall(r"([\w-]+)=\"", attributes)) <= {"class", "href"}
    for address in re.findall(r'href="([^"]*)"', html):
        scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", address, re.IGNORECASE)
        assert scheme is None or scheme[1].lower() in {"http", "https"}, address


def test_no_other_module_marks_text_as_safe() -> None:
    package = content_root() / "app" / "vires"
    marking = {p.name for p in package.rglob("*.py") if "Markup(" in p.read_text()}
    assert marking == {"guidance.py"}


# Pages


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_page_shows_the_text_and_what_stands_behind_it(client: FlaskClient, key: str) -> None:
    one = next(one for one in guidance(snapshot()) if one.key == key)
    page = client.get(f"/guidance/{key}").text
    assert one.text in page
    assert "Our own words" in page
    assert one.owner in page
    assert "25 November 2026" in page
    assert one.iri in page
    before = re.sub(r"<[^>]*>", "", page.partition("<main")[0])  # the number is a link
    assert URGENT in before
    for target in one.explains:
        assert f'href="{path_of(target.iri)}"' in page


def test_the_list_leads_to_each(client: FlaskClient) -> None:
    page = client.get("/guidance").text
    assert all(f'href="/guidance/{key}"' in page for key in KEYS)


@pytest.mark.parametrize("verdict", ["covered", "gap", "not-found"])
def test_an_answer_shows_the_guidance_on_what_it_holds(client: FlaskClient, verdict: str) -> None:
    page = client.get("/answer?" + query(questions()[verdict])).text
    beside = page[page.index('id="guides"') :]
    assert 'href="/guidance/emergency"' in beside
    assert 'href="/guidance/reading-an-answer"' in beside
    assert "/guidance/information-community-agreements" not in beside


def test_guidance_is_chosen_by_what_it_explains() -> None:
    found = guidance_on(snapshot(), [BASE + "reading/cda1998-s115"])
    assert [one.key for one in found] == ["must-or-may"]
    assert guidance_on(snapshot(), [BASE + "reading/la2011-s2", "", "urn:x"]) == ()
    every = [target.iri for one in guidance(snapshot()) for target in one.explains]
    assert len(guidance_on(snapshot(), every, most=3)) == 3


def test_a_record_without_guidance_says_so(client: FlaskClient) -> None:
    assert guidance(from_quads([])) == ()
    assert client.get("/guidance/nothing").status_code == 404


def test_search_leads_to_the_page_to_read(client: FlaskClient) -> None:
    assert 'href="/guidance/golden-rules"' in client.get("/search?q=golden+rules").text
    first = client.get("/api/search?q=golden+rules").json["results"][0]
    assert first["path"] == "/guidance/golden-rules"
