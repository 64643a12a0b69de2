"""The record of processing: one flow a row, what the record states of it, silence in words."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from functools import cache
from html import unescape

import openpyxl
import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import DAY, facts, snapshot
from tests.pages import assert_page
from tests.test_health import first_in_header, small
from vires import terms
from vires.addresses import path_of
from vires.decide import URGENT, labels
from vires.exchange.profiles import exported
from vires.processing import LIMITS, TITLE, address, processing
from vires.registers import lines as sheet_lines

COUNCIL = terms.BASE + "org/gss-E08000031"
POLICE = terms.BASE + "org/gss-E23000014"
MASH = "https://wolverhampton.vires.example/id/agreement/mash/v/1/flow/1"


@cache
def flows() -> dict[str, set[str]]:
    """The flows of each body, by the sides that name it."""
    found: dict[str, set[str]] = defaultdict(set)
    for node, stated in list(facts().items()):
        for side in stated[terms.HAS_SIDE]:
            for body in facts()[side][terms.SIDE_ORGANISATION]:
                found[body].add(node)
    return found


def lines(client: FlaskClient, body: str, asked: str = "") -> list[dict[str, str]]:
    """The rows of a body's record, from its CSV."""
    response = client.get(f"/{address(body)}.csv{asked}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.text)))


def named(*iris: str) -> set[str]:
    found = labels(snapshot(), iris)
    return {found[iri] for iri in iris}


def test_several_values_of_a_cell_can_be_told_apart() -> None:
    whole = processing(snapshot(), COUNCIL, DAY)
    assert whole
    columns = {column.title: column for column in whole.table.view.shown}
    header, *found = sheet_lines(whole.table, whole.table.rows)
    several = 0
    for row, line in zip(whole.table.rows, found, strict=True):
        for title, cell in zip(header[1:-1], line[1:-1], strict=True):
            held = row.cell(columns[title])
            several += len(held) > 1
            single = len(held) < 2 and title != "Powers and duties"
            assert single or len(cell.split("; ")) == max(1, len(held)), (row.name, title, cell)
    assert several > 100


# Where it is found


def test_the_page_of_every_body_on_a_side_leads_to_its_record(client: FlaskClient) -> None:
    assert len(flows()) > 10
    for body in flows():
        page = client.get(path_of(body) or "").text
        assert f'href="/{address(body)}">{TITLE}</a>' in page
        assert "Article 30" in TITLE
    for other in ("/doc/agreement/mash", "/doc/nation/england"):
        assert "Article 30" not in client.get(other).text


def test_the_front_page_leads_to_the_record_of_every_body_on_a_side(client: FlaskClient) -> None:
    assert 'href="/article-30"' in client.get("/").text
    page = assert_page(client.get("/article-30"))
    listed = [a["href"] for _, a in page.tags if (a.get("href") or "").startswith("/article-30/")]
    assert sorted(listed) == sorted(f"/{address(body)}" for body in flows())
    assert named(*flows()) <= set(page.words)


@pytest.mark.parametrize(
    "asked", ["ROPA", "article 30", "record of processing", "Records of Processing Activities"]
)
def test_the_search_leads_to_the_records(client: FlaskClient, asked: str) -> None:
    page = assert_page(client.get("/search", query_string={"q": asked}))
    assert "/article-30" in [a.get("href") for _, a in page.tags]
    for other in ("article 6", "record of police", "processing zzzz"):
        page = assert_page(client.get("/search", query_string={"q": other}))
        assert "/article-30" not in [a.get("href") for _, a in page.tags]


def test_the_page_of_the_rdf_leads_to_the_record_for_people(client: FlaskClient) -> None:
    link = f'href="/{address(COUNCIL)}">{TITLE}</a>'
    assert link in client.get("/export/dpv/org/gss-E08000031").text
    assert "/article-30/" not in client.get("/export/dpv/agreement/mash").text
    assert "/article-30/" not in client.get("/export/odrl/agreement/mash").text


def test_the_record_leads_to_its_forms(client: FlaskClient) -> None:
    page = client.get(f"/{address(COUNCIL)}").text
    for href in (
        f"/{address(COUNCIL)}.csv",
        f"/{address(COUNCIL)}.xlsx",
        "/export/dpv/org/gss-E08000031",
        path_of(COUNCIL),
    ):
        assert f'href="{href}"' in page
        assert client.get(href or "").status_code == 200


def test_the_sheet_has_a_name_without_gaps(client: FlaskClient) -> None:
    data = client.get(f"/{address(COUNCIL)}.xlsx").data
    (name, _) = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    assert name == "Record of processing City of Wo"


def test_a_post_that_is_an_example_is_marked_on_the_page_and_in_the_sheet() -> None:
    whole = processing(snapshot(), COUNCIL, DAY)
    assert whole
    marked = {one.iri for one in whole.contacts if one.reach.endswith(" (example data)")}
    posts = facts()[COUNCIL][terms.ORG_HAS_POST]
    assert marked == {post for post in posts if "true" in facts()[post][terms.ILLUSTRATIVE]}
    assert marked


def test_the_page_says_how_much_is_illustrative_and_how_much_in_force(client: FlaskClient) -> None:
    every, running = lines(client, COUNCIL), lines(client, COUNCIL, "?status=in-force")
    assert {row["Example data"] for row in every} == {"Example data"}
    assert 0 < len(running) < len(every)
    page = " ".join(assert_page(client.get(f"/{address(COUNCIL)}")).words)
    assert f"All of the {len(every)} flows are illustrative" in page
    assert f"{len(running)} of the {len(every)} flows are of an agreement in force today" in page
    link = f'href="/{address(COUNCIL)}?status=in-force"'
    assert link in client.get(f"/{address(COUNCIL)}").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("org/nothing", 404),
        ("agreement/mash", 404),
        ("nation/england", 404),
        ("org/gss-E08000031.docx", 404),
        ("%00", 400),
        ("org/gss-E08000031?status=nonsense", 400),
        ("org/gss-E08000031.csv?status=nonsense", 400),
        ("org/gss-E08000031.csv?page=2", 400),
    ],
)
def test_what_is_not_there_is_said(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(f"/article-30/{path}")
    assert response.status_code == status
    assert first_in_header(response.text).startswith(URGENT)


# What a row holds


def test_one_flow_is_one_row(client: FlaskClient) -> None:
    for body, own in flows().items():
        rows = lines(client, body)
        assert {row["IRI"] for row in rows} == own
        assert len(rows) == len(own)
        whole = exported(snapshot(), body, "dpv")
        assert whole is not None
        assert len(rows) == len(whole.parts)  # the RDF beside it has as many processes


def test_a_row_holds_what_the_record_states_of_the_flow(client: FlaskClient) -> None:
    for body, own in flows().items():
        rows = {row["IRI"]: row for row in lines(client, body)}
        for flow in own:
            row, stated = rows[flow], facts()[flow]
            sides = stated[terms.HAS_SIDE]
            (mine,) = (s for s in sides if body in facts()[s][terms.SIDE_ORGANISATION])
            gives = terms.DISCLOSING_SIDE in facts()[mine][terms.TYPE]
            for column, prop in (
                ("Purposes", terms.FOR_PURPOSE),
                ("Categories of people", terms.ABOUT_SUBJECTS),
                ("Categories of personal data", terms.SHARES_CATEGORY),
            ):
                assert set(row[column].split("; ")) == named(*stated[prop]), (flow, column)
            wanted = terms.RECEIVING_SIDE if gives else terms.DISCLOSING_SIDE
            others = {
                other
                for side in sides
                if wanted in facts()[side][terms.TYPE]
                for other in facts()[side][terms.SIDE_ORGANISATION]
            }
            held, empty = (
                ("Recipients", "Received from") if gives else ("Received from", "Recipients")
            )
            assert set(row[held].split("; ")) == named(*others)
            assert row[empty].startswith("none: it ")
            for relied in facts()[mine][terms.RELIES_ON_BASIS]:
                assert next(iter(named(relied))) in row["Article 6 basis"]
            for relied in facts()[mine][terms.RELIES_ON_CONDITION]:
                assert next(iter(named(relied))) in row["Conditions"]
            assert row["Organisation"] == next(iter(named(body)))
            assert row["In this flow it"] == ("Shares" if gives else "Receives")


def test_a_row_says_where_in_the_law_a_basis_stands(client: FlaskClient) -> None:
    row = next(row for row in lines(client, POLICE) if row["IRI"] == MASH)
    assert "DPA 2018 s.35(2)(b): Necessary for a law enforcement task" in row["Conditions"]
    assert row["Regime"] == "Law enforcement"
    assert row["Article 6 basis"] == "not asked: the regime is law enforcement"
    assert "Children Act 2004 s.16H (must share if ...)" in row["Powers and duties"]
    assert row["Agreement today"] == "In force"
    assert row["Example data"] == "Example data"


def test_the_page_shows_every_value_of_a_cell(client: FlaskClient) -> None:
    text = ""
    whole = processing(snapshot(), COUNCIL, DAY)
    assert whole is not None
    for number in range(1, -(-len(whole.table.rows) // whole.table.size) + 1):
        text += client.get(f"/{address(COUNCIL)}?page={number}").text
    assert " more</span>" not in text
    for row in lines(client, COUNCIL):
        for column in (
            "Categories of personal data",
            "Recipients",
            "Conditions",
            "Security measures",
        ):
            for value in row[column].split("; "):
                assert value in unescape(text), (row["IRI"], column)


def test_filters_and_their_counts_hold(client: FlaskClient) -> None:
    every = lines(client, COUNCIL)
    shares = lines(client, COUNCIL, "?way=shares")
    assert {row["In this flow it"] for row in shares} == {"Shares"}
    assert 0 < len(shares) < len(every)
    force = lines(client, COUNCIL, "?status=in-force")
    assert force == [row for row in every if row["Agreement today"] == "In force"]


# Silence, roles and what lies outside the shipped record

SMALL = """ex:v a v:SharingAgreementVersion ; v:versionOf ex:a ; skos:prefLabel "The version"@en ;
    v:notStated v:dpia , v:statesControl .
ex:a a v:InformationSharingAgreement ; skos:prefLabel "The agreement"@en .
ex:f a v:DataFlow ; v:flowOf ex:v ; skos:prefLabel "The flow"@en ; v:hasSide ex:s , ex:t , ex:u ;
    v:notStated v:aboutSubjects , v:retention .
ex:s a v:DisclosingSide ; v:sideOrganisation ex:o ; v:sideRole <https://w3id.org/vires/role/joint-controller> ;
    v:jointArrangement ex:arrangement ; v:notStated v:transferMechanism , v:reliesOnBasis .
ex:t a v:ReceivingSide ; v:sideOrganisation ex:p ; v:sideRole <https://w3id.org/vires/role/joint-controller> ;
    v:transferMechanism ex:regulations .
ex:u a v:ReceivingSide ; v:notStated v:sideOrganisation .
ex:o a v:PublicBody ; skos:prefLabel "The council"@en ; org:hasPost ex:dpo .
ex:p a v:PublicBody ; skos:prefLabel "The trust"@en .
ex:dpo org:role <https://w3id.org/vires/role/dpo> ; v:howToContact "Through the contact centre"@en .
ex:arrangement skos:prefLabel "The arrangement"@en . ex:regulations skos:prefLabel "The regulations"@en .
<https://w3id.org/vires/role/dpo> skos:prefLabel "Data protection officer"@en .
<https://w3id.org/vires/role/joint-controller> skos:prefLabel "joint controller"@en .
"""


BODY = "https://example.org/id/o"


def test_silence_and_absence_are_told_apart() -> None:
    (row,) = lines(small(SMALL), BODY)
    silent, absent = "not stated in the source", "not recorded"
    assert row["Categories of people"] == silent
    assert row["Time limits for erasure"] == silent
    assert row["Transfers outside the UK"] == silent
    assert row["Article 6 basis"] == silent
    assert row["Security measures"] == silent  # the version is silent on controls
    assert row["Data protection impact assessment"] == silent
    assert row["Purposes"] == absent
    assert row["Categories of personal data"] == absent
    assert row["Powers and duties"] == absent
    text = SMALL.replace(", v:reliesOnBasis", "")
    (row,) = lines(small(text), BODY)
    assert row["Article 6 basis"] == absent
    page = small(SMALL).get(f"/{address(BODY)}").text
    assert page.count(silent) > 5


def test_joint_controllers_arrangement_and_contact_are_named() -> None:
    (row,) = lines(small(SMALL), BODY)
    assert row["Role"] == "Joint controller"
    assert row["Joint controllers"] == "The trust"
    assert row["Arrangement or contract"] == "The arrangement"
    assert row["Recipients"] == "The trust"
    assert (
        row["Contacts of the organisation"] == "Data protection officer: Through the contact centre"
    )
    page = assert_page(small(SMALL).get(f"/{address(BODY)}"))
    assert "Data protection officer" in page.words
    assert "Representative" in page.words
    (other,) = lines(small(SMALL), "https://example.org/id/p")
    assert other["Transfers outside the UK"] == "The regulations"
    assert other["Contacts of the organisation"] == "Data protection officer: not recorded"


def test_a_recipient_that_the_source_does_not_name_is_told() -> None:
    text = SMALL.replace("ex:s , ex:t , ex:u", "ex:s , ex:u")
    (row,) = lines(small(text), BODY)
    assert row["Recipients"] == "not stated in the source"


@pytest.mark.parametrize(
    ("facts_", "word"),
    [
        ('ex:v v:commencesOn "2025-01-06"^^xsd:date .', "In force"),
        ('ex:v v:commencesOn "2025-01-06"^^xsd:date ; v:endsOn "2025-12-31"^^xsd:date .', "Ended"),
        (
            "ex:a v:hadStatusEvent ex:e . ex:e v:resultsInStatus <https://w3id.org/vires/status/draft> ."
            "<https://w3id.org/vires/status/draft> skos:prefLabel 'draft'@en ; v:isLive false .",
            "Draft",
        ),
    ],
)
def test_how_the_agreement_stands_is_in_words(facts_: str, word: str) -> None:
    (row,) = lines(small(SMALL + facts_), BODY)
    assert row["Agreement today"] == word


def test_a_side_whose_role_nobody_recorded_has_a_record_all_the_same() -> None:
    text = SMALL.replace(
        "v:sideRole <https://w3id.org/vires/role/joint-controller>", "v:regime ex:r"
    )
    (row,) = lines(small(text), BODY)
    assert row["Role"] == "not recorded"
    page = assert_page(small(text).get(f"/{address(BODY)}"))
    assert "Role in its flows not recorded" in " ".join(page.words)


def test_each_version_of_a_flow_stands_as_its_own_agreement_does() -> None:
    text = (
        SMALL
        + """ex:f v:flowOf ex:v2 . ex:v2 a v:SharingAgreementVersion ; v:versionOf ex:b ;
    v:commencesOn "2019-01-01"^^xsd:date ; v:endsOn "2020-01-01"^^xsd:date .
    ex:b a v:InformationSharingAgreement ; skos:prefLabel "Another agreement"@en .
    ex:a v:hadStatusEvent ex:e . ex:e v:resultsInStatus <https://w3id.org/vires/status/draft> .
    <https://w3id.org/vires/status/draft> skos:prefLabel 'draft'@en ; v:isLive false ."""
    )
    (row,) = lines(small(text), BODY)
    assert row["Agreement"] == "Another agreement; The agreement"
    assert row["Agreement today"] == "Draft; Ended"


def test_formulas_do_not_run_in_a_spreadsheet() -> None:
    text = SMALL.replace('"The flow"@en', '"=HYPERLINK(1)"@en').replace(
        "v:notStated v:aboutSubjects , v:retention", "v:retention ex:kept"
    )
    text += 'ex:kept <http://purl.org/dc/terms/description> "@SUM(A1)"@en .'
    (row,) = lines(small(text), BODY)
    assert row["Flow"] == "'=HYPERLINK(1)"
    assert row["Time limits for erasure"] == "'@SUM(A1)"
    book = openpyxl.load_workbook(io.BytesIO(small(text).get(f"/{address(BODY)}.xlsx").data))
    cells = [cell for line in book.worksheets[0].iter_rows() for cell in line]
    assert "'=HYPERLINK(1)" in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} == {"s"}


# Words and weight


def test_the_page_and_the_workbook_say_what_is_not_held(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/{address(COUNCIL)}"))
    text = " ".join(page.words)
    assert page.first_in_header == URGENT
    assert "Example data" in text
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/{address(COUNCIL)}.xlsx").data))
    told = {cell for row in book.worksheets[1].iter_rows(values_only=True) for cell in row}
    for limit in LIMITS:
        assert limit in text
        assert limit in told
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 1 + len(lines(client, COUNCIL))


def test_every_page_of_every_record_is_light(client: FlaskClient) -> None:
    for body in flows():
        whole = processing(snapshot(), body, DAY)
        assert whole is not None
        for number in range(1, -(-len(whole.table.rows) // whole.table.size) + 1):
            response = client.get(f"/{address(body)}?page={number}")
            assert response.status_code == 200
            assert len(response.data) < 100_000, (body, number)
