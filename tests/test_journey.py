"""The question: one a page, checked before it is asked, and kept while it is mended."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode

import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import (
    snapshot,
)
from tests.pages import (
    GOOD,
    STEPS,
    Page,
    assert_headers,
    assert_page,
    untagged,
)
from vires.decide import HEADINGS, URGENT, choices


def test_answers_given_are_kept_and_every_problem_is_named(client: FlaskClient) -> None:
    response = client.get("/check?from=cwc&to=west+midlands+polise&on-day=30&on-month=2&on-year=x")
    page = assert_page(response)
    assert response.status_code == 400
    chosen = [a["value"] for tag, a in page.tags if tag == "option" and "selected" in a]
    assert "cwc" in chosen
    for text in (
        "The record has no organisation called 'west midlands polise'",
        "Select why the information would be shared",
        "Select what kind of information it is",
        "Enter a real date, such as 27 3 2026",
    ):
        assert page.text.count(text) == 2, text
    assert "Error: " in page.text
    ids = {a.get("id") for _, a in page.tags}
    summary = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("#")]
    assert {href[1:] for href in summary} <= ids
    links = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/ask/all?")]
    near = [dict(parse_qsl(link.partition("?")[2])) for link in links]
    assert {"https://w3id.org/vires/org/gss-E23000014"} <= {given.get("to") for given in near}
    assert all(given["from"] == "cwc" for given in near)


def _form(page: Page) -> tuple[str, list[tuple[str, str]]]:
    """Where the last form of a page goes, and its fields as a browser sends them, none chosen."""
    last = max(place for place, (tag, _) in enumerate(page.tags) if tag == "form")
    action, fields = page.tags[last][1]["action"], page.tags[last:]
    named = [a for tag, a in fields if tag in ("input", "select") and a.get("name")]
    sent = [a for a in named if a.get("type") not in ("radio", "checkbox")]
    return action, [(a["name"], a.get("value") or "") for a in sent]


def test_one_question_a_page_leads_to_the_check(client: FlaskClient) -> None:
    path, answers = "/ask", {"from": "cwc", "to": "wmp", "purpose": "prevent", "category": "name"}
    for number, (field, answer) in enumerate(answers.items(), 1):
        page = assert_page(client.get(path))
        assert f"Question {number} of 4" in page.text
        action, sent = _form(page)
        refused = client.get(f"{action}?{urlencode(sent)}")
        assert refused.status_code == 400
        assert assert_page(refused).text.startswith("Error: ")
        assert f"Question {number} of 4" in refused.text
        path = f"{action}?{urlencode([*sent, (field, answer)])}"
    response = client.get(path)
    assert response.status_code == 303
    where, _, query_ = response.headers["Location"].partition("?")
    assert where == "/check"
    assert dict(parse_qsl(query_)) == answers


def test_back_leads_to_the_question_before_and_keeps_the_answers(client: FlaskClient) -> None:
    page = assert_page(client.get("/ask?from=cwc&to=wmp"))
    backs = [a["href"] for _, a in page.tags if a.get("class") == "govuk-back-link"]
    assert backs == ["/ask/to?from=cwc&to=wmp"]
    before = assert_page(client.get(backs[0]))
    assert "wmp" in [a["value"] for tag, a in before.tags if tag == "option" and "selected" in a]
    first = assert_page(client.get("/ask"))
    assert [a["href"] for _, a in first.tags if a.get("class") == "govuk-back-link"] == ["/"]


def test_a_changed_answer_leads_back_to_the_check(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/check?{GOOD}&category=health&subjects=child"))
    links = [a for tag, a in page.tags if tag == "a" and a.get("class") != "govuk-back-link"]
    changes = [a["href"] for a in links if "/ask/" in a["href"]]
    assert [href.split("?")[0] for href in changes] == [f"/ask/{step}" for step in STEPS]
    for href in changes:
        step = assert_page(client.get(href))
        backs = [a["href"] for _, a in step.tags if a.get("class") == "govuk-back-link"]
        assert backs[0].startswith("/check?")
        action, sent = _form(step)
        chosen = [(a["name"], a["value"]) for tag, a in step.tags if "checked" in a]
        own = {"from": "hmrc", "to": "hmrc", "purpose": "prevent", "subjects": "adult"}
        name = next((name for name, value in sent if not value and name != "find"), "")
        given = [p for p in sent if p[0] != name]
        new = [(name, own[name])] if name in own else []
        response = client.get(f"{action}?{urlencode([*given, *chosen, *new])}")
        assert response.status_code == 303, href
        assert response.headers["Location"].startswith("/check?")
        kept = parse_qsl(response.headers["Location"].partition("?")[2])
        assert {v for k, v in kept if k == "category"} == {"name", "health"}
        assert ("on-year", "2026") in kept


def test_a_long_list_is_grouped_and_narrowed_to_what_is_near(client: FlaskClient) -> None:
    page = assert_page(client.get("/ask"))
    named = [a["label"] for tag, a in page.tags if tag == "optgroup"]
    assert {"NHS body", "Local authority", "Government department"} <= set(named)
    offered = [a["value"] for tag, a in page.tags if tag == "option" and a["value"]]
    assert len(offered) == len(set(offered)) == len(choices(snapshot())["organisation"])
    for text in ("police", "polise", "POLICE  west"):
        page = assert_page(client.get("/ask/from?" + urlencode({"find": text})))
        near = [a["value"] for tag, a in page.tags if a.get("type") == "radio"]
        assert "wmp" in near
        assert len(near) <= 12
        assert "cwc" not in near
    page = assert_page(client.get("/ask/from?find=zzzz"))
    assert "Nothing is near 'zzzz'" in page.text
    assert "optgroup" in [tag for tag, _ in page.tags]


@pytest.mark.parametrize(
    ("path", "text", "meant"),
    [
        ("/ask/from?", "wolves council", "cwc"),
        ("/ask/to?from=cwc&", "Wolves Council", "cwc"),
        ("/ask/purpose?from=cwc&to=wmp&", "child protection", "child-safeguarding"),
    ],
)
def test_narrowing_finds_what_the_search_of_the_site_finds(
    client: FlaskClient, path: str, text: str, meant: str
) -> None:
    page = assert_page(client.get(path + urlencode({"find": text})))
    near = [a["value"] for tag, a in page.tags if a.get("type") == "radio"]
    assert meant in near[:3]
    assert "Nothing is near" not in page.text


def test_of_several_receivers_those_of_the_holder_come_first(client: FlaskClient) -> None:
    page = assert_page(client.get("/ask/to?from=cwc&find=police"))
    near = [a["value"] for tag, a in page.tags if a.get("type") == "radio"]
    assert near[0] == "wmp"
    assert "receive from City of Wolverhampton Council in an agreement on record" in page.text
    for other in ("/ask/from?find=police", "/ask/to?find=police", "/ask/to?from=dwp&find=police"):
        page = assert_page(client.get(other))
        assert sorted(a["value"] for _, a in page.tags if a.get("type") == "radio") == sorted(near)
        assert "come first" not in page.text


def test_narrowing_keeps_what_is_chosen(client: FlaskClient) -> None:
    asked = "from=cwc&to=wmp&purpose=prevent&category=name&category=address&find=helth"
    page = assert_page(client.get(f"/ask/information?{asked}"))
    ticked = [a["value"] for _, a in page.tags if a.get("type") == "checkbox" and "checked" in a]
    assert sorted(ticked) == ["address", "name"]
    hidden = [a["name"] for _, a in page.tags if a.get("type") == "hidden" and a["value"]]
    assert hidden == ["from", "to", "purpose"]
    assert "health" in [a["value"] for _, a in page.tags if a.get("type") == "checkbox"]


def test_what_narrowed_one_list_does_not_narrow_the_next(client: FlaskClient) -> None:
    page = assert_page(client.get("/ask?from=cwc&find=wolverhampton"))
    assert "wmp" in [a.get("value") for tag, a in page.tags if tag == "option"]


def test_a_value_may_be_a_key_a_label_or_an_iri(client: FlaskClient) -> None:
    for body in (
        "cwc",
        "city of wolverhampton council",
        "https://w3id.org/vires/org/gss-E08000031",
    ):
        page = Page(client.get("/ask/from?" + urlencode({"from": body})).text)
        assert "cwc" in [a["value"] for tag, a in page.tags if tag == "option" and "selected" in a]
        wanted = GOOD.replace("from=cwc", urlencode({"from": body}))
        assert client.get(f"/api/ask?{wanted}").data == client.get(f"/api/ask?{GOOD}").data


@pytest.mark.parametrize("extra", ["from=wmp", "purpose=prevent", "subjects=a&subjects=b"])
def test_one_value_a_field_but_for_information(client: FlaskClient, extra: str) -> None:
    response = client.get(f"/answer?{GOOD}&{extra}")
    assert response.status_code == 400
    assert "not several" in assert_page(response).text


def test_check_shows_the_question_with_ways_to_change_it(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/check?{GOOD}"))
    for text in ("City of Wolverhampton Council", "West Midlands Police", "22 November 2026"):
        assert text in page.text
    assert page.text.count("Change ") == 6
    hidden = {a["name"]: a["value"] for tag, a in page.tags if tag == "input"}
    assert hidden["from"] == "https://w3id.org/vires/org/gss-E08000031"
    assert hidden["on"] == "2026-11-22"


WRONG_DATES = [
    "2026-02-30",
    "2026-13-01",
    "2026-1-2",
    "26-01-01",
    "20260101",
    "2026-W01-1",
    "2026-01-01T00:00",
    "today",
    "2026/01/01",
    "01-01-2026",
    "0000-01-01",
    "+2026-01-01",
    "2026-01-01Z",
    "٢٠٢٦-01-01",
]


@pytest.mark.parametrize("on", WRONG_DATES)
def test_a_wrong_date_is_said_to_be_one(client: FlaskClient, on: str) -> None:
    asked = GOOD.replace("on=2026-11-22", "on=" + quote(on))
    for path in ("/answer", "/check"):
        response = client.get(f"{path}?{asked}")
        assert response.status_code == 400
        assert "Enter a real date" in assert_page(response).text
    problem = client.get(f"/api/ask?{asked}")
    assert problem.status_code == 400
    assert [e["field"] for e in problem.json["errors"]] == ["on"]


@pytest.mark.parametrize(
    ("parts", "shown"),
    [(("5", "4", "2025"), "5 April 2025"), (("29", "02", "2028"), "29 February 2028")],
)
def test_a_date_in_three_parts(
    client: FlaskClient, parts: tuple[str, str, str], shown: str
) -> None:
    asked = GOOD.replace("&on=2026-11-22", "")
    given = urlencode(dict(zip(("on-day", "on-month", "on-year"), parts, strict=True)))
    assert shown in assert_page(client.get(f"/check?{asked}&{given}")).text
    assert client.get(f"/check?{asked}&{given}&on=2026-11-22").status_code == 400


def test_no_date_is_today(client: FlaskClient) -> None:
    asked = GOOD.replace("&on=2026-11-22", "")
    assert "22 November 2026 (today)" in Page(client.get(f"/check?{asked}").text).text
    assert client.get(f"/api/ask?{asked}").json["as_at"] == "2026-11-22"


def test_several_kinds_of_information_are_asked_one_by_one(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/answer?{GOOD}&category=physical-health"))
    links = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/answer?")]
    assert len(links) == 2
    for link in links:
        alone = client.get(link)
        assert alone.status_code == 200
        heading = client.get(link.replace("/answer", "/api/ask")).json["verdict"]
        assert HEADINGS[heading] in page.text
        assert HEADINGS[heading] in Page(alone.text).text
    many = "&".join(f"category=k{n}" for n in range(11))
    assert "at most 10" in client.get(f"/answer?{GOOD}&{many}").text


def test_a_wrong_kind_among_several_is_mended_alone(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/answer?{GOOD}&category=helth"))
    links = [a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("/ask/all?")]
    kinds = [[v for k, v in parse_qsl(link.partition("?")[2]) if k == "category"] for link in links]
    assert ["name", "https://w3id.org/vires/category/health"] in kinds


def test_two_names_of_one_kind_are_one_question(client: FlaskClient) -> None:
    page = assert_page(client.get(f"/answer?{GOOD}&category=https://w3id.org/vires/category/name"))
    assert "Record this" in page.text


def test_an_endless_address_is_not_read(client: FlaskClient) -> None:
    for path in ("/ask", "/api/ask"):
        response = client.get(f"{path}?from={'A' * 20_000}")
        assert response.status_code == 414
        assert URGENT in untagged(response)
        assert_headers(response)
