"""The query library as operations: every view, its parameters, its files and its description."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from urllib.parse import urlencode

import openpyxl
import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.browser.payloads import PAYLOADS
from tests.browser.shipped import snapshot
from vires import library, listing
from vires.decide import URGENT
from vires.library import View
from vires.sandbox.guard import check
from vires.sheets import to_csv, to_xlsx

OFFERED = listing.offered()
RUNNABLE = [view for view in OFFERED if all(p.example for p in view.parameters)]
WITH_PARAMETERS = [view for view in RUNNABLE if view.parameters]
ANALYST = [view for view in OFFERED if view.key.startswith("analyst/")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CWC = "https://w3id.org/vires/org/gss-E08000031"


def examples(view: View) -> dict[str, str]:
    return {p.name: p.example for p in view.parameters}


def address(view: View, **more: str) -> str:
    return f"/api/{view.key}?{urlencode({**examples(view), **more})}"


# Every view


def test_what_is_for_the_system_is_not_offered(client: FlaskClient) -> None:
    hidden = [view for view in library.views() if view.audience == "system"]
    assert hidden
    assert len(OFFERED) + len(hidden) == len(library.views())
    for view in hidden:
        reply = client.get(f"/api/{view.key}")
        assert reply.status_code == 404
        assert reply.json["urgent"]["statement"] == URGENT


@pytest.mark.parametrize("view", RUNNABLE, ids=lambda view: view.key)
def test_every_view_answers_with_its_rows(client: FlaskClient, view: View) -> None:
    body = client.get(address(view, per_page="1000")).json
    bound = {p.name: listing.term(p, p.example) for p in view.parameters}
    rows = snapshot().rows(view.key, **bound)
    if "ORDER BY" not in view.text:
        rows.sort(key=lambda row: tuple(str(value or "") for value in row))
    assert body["total"] == len(rows)
    assert [c["name"] for c in body["columns"]] == [c.name for c in view.columns]
    assert body["view"] == view.iri
    assert body["data_version"] == snapshot().data_version
    assert body["urgent"]["statement"] == URGENT
    found = [
        [None if row[c.name] is None else row[c.name]["value"] for c in view.columns]
        for row in body["rows"]
    ]
    assert found == [[None if v is None else v.value for v in row] for row in rows[:1000]]


@pytest.mark.parametrize("view", ANALYST, ids=lambda view: view.key)
def test_an_analysts_view_has_an_example_and_can_be_changed(view: View) -> None:
    assert all(p.about and p.example for p in view.parameters)
    text = listing.as_query(view)
    assert check(text, ()).text == text
    bound = {p.name: listing.term(p, p.example) for p in view.parameters}
    rows = snapshot().rows(view.key, **bound)
    names = [f"?{p.name}" for p in view.parameters]
    assert all(f"VALUES {name} " in text for name in names)
    if view.parameters:
        assert rows, "the example gives nothing"


def test_labels_stand_beside_identifiers(client: FlaskClient) -> None:
    view = library.view("analyst/signed-by-an-organisation")
    first = client.get(address(view)).json["rows"][0]
    assert first["agreement"]["label"] != first["agreement"]["value"]
    assert first["agreement"]["type"] == "iri"
    assert first["signed"]["datatype"].endswith("#date")
    rows = list(
        csv.DictReader(io.StringIO(client.get(address(view, format="csv")).text, newline=""))
    )
    assert rows[0]["agreement"] == first["agreement"]["value"]
    assert rows[0]["agreement_label"] == first["agreement"]["label"]


# Parameters


@pytest.mark.parametrize("value", [CWC, "org/gss-E08000031"])
def test_a_thing_is_named_in_full_or_by_its_path(client: FlaskClient, value: str) -> None:
    reply = client.get(
        "/api/analyst/signed-by-an-organisation", query_string={"organisation": value}
    )
    assert reply.status_code == 200
    assert reply.json["total"] > 5


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("agreements-due-for-review", {"before"}),
        ("agreements-due-for-review?before=", {"before"}),
        ("agreements-due-for-review?before=2026-02-30", {"before"}),
        ("agreements-due-for-review?before=tomorrow&foo=1", {"before", "foo"}),
        ("agreements-due-for-review?before=2026-01-01&before=2027-01-01", {"before"}),
        ("agreements-due-for-review?before=2026-01-01&page=0", {"page"}),
        ("agreements-due-for-review?before=2026-01-01&page=x&per_page=1001", {"page", "per_page"}),
        ("agreements-due-for-review?before=2026-01-01&format=odt", {"format"}),
        ("flows-between-two?from=a b&to=javascript:alert(1)", {"from", "to"}),
        ("flows-between-two?from=file:///etc/passwd&to=data:text/html,x", {"from", "to"}),
        ("flows-between-two?from=org/gss-E08000031&to=" + "urn:a:" + "x" * 3000, {"to"}),
    ],
)
def test_every_wrong_parameter_is_named(client: FlaskClient, path: str, fields: set[str]) -> None:
    reply = client.get(f"/api/analyst/{path}")
    assert reply.status_code == 400
    assert reply.mimetype == "application/problem+json"
    assert {error["field"] for error in reply.json["errors"]} == fields
    assert reply.json["urgent"]["statement"] == URGENT


@pytest.mark.parametrize("view", WITH_PARAMETERS, ids=lambda view: view.key)
def test_a_hostile_value_is_a_term_or_refused(client: FlaskClient, view: View) -> None:
    """What a value is bound as is what it says, whatever it holds: rows are those of the term."""
    for payload in [
        *PAYLOADS,
        "> } # ",
        '" . ?s ?p ?o . #',
        "{}",
        "urn:x:y",
        "\\u0022",
        "?s",
        "<urn:a>",
    ]:
        for parameter in view.parameters:
            asked = {**examples(view), parameter.name: payload}
            reply = client.get(f"/api/{view.key}", query_string=asked)
            if reply.status_code == 200:
                bound = {p.name: listing.term(p, asked[p.name]) for p in view.parameters}
                assert reply.json["total"] == len(snapshot().rows(view.key, **bound)) == 0
            else:
                assert reply.status_code == 400
                assert [e["field"] for e in reply.json["errors"]] == [parameter.name]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.from_regex(re.compile(listing.IRI_PATTERN, re.ASCII), fullmatch=True))
def test_what_the_description_calls_an_iri_is_one(text: str) -> None:
    parameter = library.Parameter("x", "iri")
    assert listing.term(parameter, text).value.endswith(text)


# Pages and files


@pytest.mark.parametrize("key", ["analyst/powers-by-agreement", "register/purposes"])
def test_pages_hold_every_row_once(client: FlaskClient, key: str) -> None:
    whole = client.get(f"/api/{key}?per_page=1000").json
    found, path, pages = [], f"/api/{key}?per_page=7", 0
    while path:
        reply = client.get(path)
        found += reply.json["rows"]
        path, pages = reply.json["next"], pages + 1
        assert ('rel="next"' in reply.headers.get("Link", "")) == bool(path)
        assert ('rel="prev"' in reply.headers.get("Link", "")) == (pages > 1)
    assert found == whole["rows"]
    assert pages == -(-whole["total"] // 7)
    beyond = client.get("/api/analyst/powers-by-agreement?page=9999").json
    assert (beyond["rows"], beyond["next"]) == ([], None)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        (f"{XLSX}, application/json;q=0.5", XLSX),
        ("text/html", None),
    ],
)
def test_the_format_by_accept(client: FlaskClient, accept: str | None, media: str | None) -> None:
    headers = {"Accept": accept} if accept else {}
    reply = client.get("/api/analyst/powers-by-agreement", headers=headers)
    assert reply.status_code == (200 if media else 406)
    assert reply.mimetype == (media or "application/problem+json")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


def test_the_files_hold_the_same_rows(client: FlaskClient) -> None:
    path = "/api/analyst/powers-by-agreement"
    text = client.get(f"{path}?format=csv")
    rows = list(csv.reader(io.StringIO(text.text, newline="")))
    assert len(rows) == client.get(path).json["total"] + 1
    assert "attachment" in text.headers["Content-Disposition"]
    book = client.get(f"{path}?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.data))
    cells = [[cell.value or "" for cell in row] for row in sheet.worksheets[0].rows]
    assert cells == rows
    about = {row[0].value: row[1].value for row in sheet["About this list"].rows}
    assert about["Data version"] == snapshot().data_version
    assert about["Urgent"] == URGENT
    assert client.get(f"{path}?format=xlsx").data == book.data


FORMULAS = [
    f"{lead}{rest}"
    for lead in "=+-@\t\r\n"
    for rest in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "")
] + list(PAYLOADS)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text: str) -> None:
    (cell,) = next(
        csv.reader(
            io.StringIO(
                to_csv(
                    [
                        [
                            text,
                        ]
                    ]
                ).decode(),
                newline="",
            )
        ),
        [""],
    )
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell in (text, "'" + text)
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx("[a/b]", [["x"], [text]])))
    found = book.worksheets[0]["A2"]
    assert found.data_type in ("s", "n", "inlineStr")
    assert found.hyperlink is None
    assert not str(found.value or "").startswith(("=", "+", "-", "@"))


# The description


def test_the_description_names_every_operation(client: FlaskClient) -> None:
    found = client.get("/api/openapi.json").json
    assert found["openapi"] == "3.1.0"
    assert set(found["paths"]) == {"/api/ask", *(f"/api/{view.key}" for view in OFFERED)}
    for view in OFFERED:
        operation = found["paths"][f"/api/{view.key}"]["get"]
        assert operation["summary"] == view.title
        names = [p["name"] for p in operation["parameters"]]
        assert names == [*(p.name for p in view.parameters), "page", "per_page", "format"]
    assert len({p["get"]["operationId"] for p in found["paths"].values()}) == len(found["paths"])


def test_the_overview_leads_to_answers(client: FlaskClient) -> None:
    page = unescape(client.get("/api").text)
    for view in ANALYST:
        assert view.title in page
    links = re.findall(r'href="(/api/analyst/[^"]*format=json)"', page)
    assert len(links) == len(ANALYST)
    for link in links:
        assert client.get(link).status_code == 200
