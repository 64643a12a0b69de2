"""The statements: true to the record and the tests, and a way to report that carries what is meant."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.browser import test_pages as browser
from tests.browser.shipped import DAY, Held, query, questions, snapshot
from tests.pages import untagged
from vires import config
from vires.config import Settings
from vires.decide import URGENT
from vires.errors import SettingError
from vires.explain import trust
from vires.registers import table
from vires.store import from_quads
from vires.web import create_app

PATHS = ("/about", "/accessibility", "/privacy", "/cookies", "/licence")
CONTACT = "records+vires@council.example"


@pytest.fixture(scope="module")
def reachable() -> FlaskClient:
    app = create_app(Settings(contact=CONTACT), Held(), today=lambda: DAY)
    return app.test_client()


def _text(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


@pytest.mark.parametrize("path", ["/", "/ask", "/search", "/guidance", "/no-such-page", *PATHS])
def test_the_footer_of_every_page_leads_to_every_statement(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    footer = page[page.index("<footer") :]
    for statement in (*PATHS, "/guidance"):
        assert f'href="{statement}"' in footer


def test_about_counts_what_the_record_holds(client: FlaskClient) -> None:
    found = {one.title: one for one in trust(snapshot())}
    assert found["Organisations"].total == len(table(snapshot(), "organisations", DAY).rows)
    assert found["Agreements"].illustrative > found["Agreements"].verified > 0
    assert found["Readings of the law"].total == len(table(snapshot(), "law", DAY).rows)
    assert found["Readings of the law"].not_verified > 0
    assert found["Guidance for staff"].not_verified == found["Guidance for staff"].total == 9
    text = _text(client.get("/about").text)
    for one in found.values():
        shown = (
            f"{one.title} All: {one.total} Illustrative: {one.illustrative} "
            f"Real, checked at a source: {one.verified} "
            f"Real, not checked: {one.not_verified + one.silent}"
        )
        assert shown in text
    assert snapshot().data_version in text


def test_trust_of_an_empty_record_is_nought() -> None:
    assert [one.total for one in trust(from_quads([]))] == [0] * 5


def test_about_says_that_it_decides_nothing_and_what_is_open(client: FlaskClient) -> None:
    text = _text(client.get("/about").text)
    assert "decides nothing" in text
    assert "that is not a refusal" in text
    assert "in development" in text
    assert "the council has not checked it" in text


def test_the_accessibility_statement_says_what_the_tests_do(client: FlaskClient) -> None:
    text = _text(client.get("/accessibility").text)
    assert "at {} and {} pixels".format(*browser.WIDTHS) in text
    assert set(browser.AXE["runOnly"]) == {
        "wcag2a",
        "wcag2aa",
        "wcag21aa",
        "wcag22aa",
        "best-practice",
    }
    for test, words in {
        "test_axe_finds_nothing": "the axe engine",
        "test_nothing_scrolls_sideways_at_320_pixels": "no sideways scrolling at 320 pixels",
        "test_the_question_can_be_asked_by_keyboard": "by keyboard alone",
        "test_the_question_can_be_asked_without_script": "JavaScript switched off",
        "test_problems_come_first_and_have_the_focus": "problems in a form",
        "test_paper_keeps_the_urgent_statement_and_the_answer": "paper",
        "test_forced_colours_keep_the_box": "forced colours",
    }.items():
        assert hasattr(browser, test)
        assert words in text
    assert "has not been tested" in text
    assert "screen readers" in text


def test_no_page_sets_a_cookie_as_the_statement_says(client: FlaskClient) -> None:
    assert "sets no cookie" in client.get("/cookies").text
    for path in ("/", "/search?q=police", f"/answer?{query(questions()['covered'])}", *PATHS):
        assert "Set-Cookie" not in client.get(path).headers


def test_without_an_address_each_page_says_so(client: FlaskClient) -> None:
    for path in ("/about", "/accessibility", "/privacy", "/guidance/emergency"):
        page = client.get(path).text
        assert "this operator has set no address" in page.lower()
        assert "mailto:" not in page


def test_a_report_carries_the_identifier_and_the_data_version(reachable: FlaskClient) -> None:
    page = reachable.get("/guidance/emergency").text
    (link,) = re.findall(r'href="(mailto:[^"]*)"', page)
    parts = urlsplit(link.replace("&amp;", "&"))
    assert unquote(parts.path) == CONTACT
    body = parse_qs(parts.query)["body"][0]
    assert "https://wolverhampton.vires.example/id/guidance/emergency" in body
    assert snapshot().data_version in body
    assert not re.search(r"[\r\n\s]", link)


def test_an_answer_can_be_reported(reachable: FlaskClient) -> None:
    page = reachable.get("/answer?" + query(questions()["covered"])).text
    assert "Report an error in this record" in page
    assert "%2Fflow%2F" in page


def test_an_address_of_the_operator_is_on_the_statements(reachable: FlaskClient) -> None:
    for path in ("/about", "/accessibility", "/privacy"):
        assert f'href="mailto:{CONTACT}"' in reachable.get(path).text


@pytest.mark.parametrize(
    "wrong",
    [
        "nobody",
        "a@b",
        "a@b.uk?subject=x",
        "a@b.uk,c@d.uk",
        'a"@b.uk',
        "a@b.uk\n",
        "javascript:alert(1)@b.uk",
        "a@" + "b" * 260 + ".uk",
    ],
)
def test_what_is_no_mail_address_is_a_setting_error(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRES_CONTACT", wrong)
    with pytest.raises(SettingError, match="VIRES_CONTACT"):
        config.load()


def test_statements_need_no_record_but_about() -> None:
    class Gone:
        def current(self) -> None:
            raise RuntimeError

    client = create_app(Settings(), Gone(), today=lambda: DAY).test_client()
    for path in PATHS:
        response = client.get(path)
        assert response.status_code == (503 if path == "/about" else 200)
        assert URGENT in untagged(response)
