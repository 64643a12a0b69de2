"""The site: every route and page, its headers, and the source of its pages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import (
    DAY,
    Held,
    application,
    snapshot,
)
from tests.pages import (
    GOOD,
    PAGES,
    Page,
    assert_headers,
    assert_page,
    untagged,
)
from vires.config import Settings
from vires.decide import URGENT
from vires.explain import uk_date
from vires.library import views
from vires.registers import registers
from vires.web import create_app
from vires.web import errors as web_errors

WEB = Path(web_errors.__file__).parent


# Every route, and what each method answers. A method that is not stated answers 405.
ROUTES = {
    "/": {"GET": 200, "HEAD": 200},
    "/ask": {"GET": 200, "HEAD": 200},
    "/ask/all": {"GET": 200, "HEAD": 200},
    "/ask/<any(from, to, purpose, information, about, date):path>": {"GET": 200, "HEAD": 200},
    "/tiers": {"GET": 200, "HEAD": 200},
    "/tiers/<key>": {"GET": 200, "HEAD": 200},
    "/tiers/map": {"GET": 200, "HEAD": 200},
    "/tiers/matrix": {"GET": 200, "HEAD": 200},
    "/tiers/matrix/<key>": {"GET": 200, "HEAD": 200},
    "/tiers/matrix/<key>/flows": {"GET": 404, "HEAD": 404},
    "/check": {"GET": 400, "HEAD": 400},
    "/answer": {"GET": 400, "HEAD": 400},
    "/api/ask": {"GET": 400, "HEAD": 400},
    "/search": {"GET": 200, "HEAD": 200},
    "/api/search": {"GET": 400, "HEAD": 400},
    "/about": {"GET": 200, "HEAD": 200},
    "/accessibility": {"GET": 200, "HEAD": 200},
    "/privacy": {"GET": 200, "HEAD": 200},
    "/cookies": {"GET": 200, "HEAD": 200},
    "/licence": {"GET": 200, "HEAD": 200},
    "/guidance": {"GET": 200, "HEAD": 200},
    "/guidance/<key>": {"GET": 200, "HEAD": 200},
    "/.well-known/security.txt": {"GET": 404, "HEAD": 404},
    "/.well-known/void": {"GET": 303, "HEAD": 303},
    "/dataset": {"GET": 200, "HEAD": 200},
    "/dataset.<any(ttl, jsonld, rdf, nt):short>": {"GET": 200, "HEAD": 200},
    "/robots.txt": {"GET": 200, "HEAD": 200},
    "/sitemap.xml": {"GET": 200, "HEAD": 200},
    "/sitemap-<int:number>.xml": {"GET": 200, "HEAD": 200},
    "/downloads": {"GET": 200, "HEAD": 200},
    "/downloads/<name>": {"GET": 404, "HEAD": 404},
    "/downloads/latest.<any(ttl, trig, nq, jsonld):short>.gz": {"GET": 302, "HEAD": 302},
    "/downloads/tables.json": {"GET": 200, "HEAD": 200},
    "/downloads/tables/<key>.csv": {"GET": 404, "HEAD": 404},
    "/downloads/tables/<key>.csv-metadata.json": {"GET": 404, "HEAD": 404},
    "/export/<any(dpv, odrl):key>/<path:path>": {"GET": 200, "HEAD": 200},
    "/article-30": {"GET": 200, "HEAD": 200},
    "/article-30/<path:path>": {"GET": 200, "HEAD": 200},
    "/changes": {"GET": 200, "HEAD": 200},
    "/changes.<any(ttl, jsonld, rdf, nt):short>": {"GET": 200, "HEAD": 200},
    "/changes.atom": {"GET": 200, "HEAD": 200},
    "/changes/<key>": {"GET": 404, "HEAD": 404},
    "/changes/<key>.<any(ttl, jsonld, rdf, nt):short>": {"GET": 404, "HEAD": 404},
    "/health-check": {"GET": 200, "HEAD": 200},
    "/health-check.<any(csv, xlsx):form>": {"GET": 200, "HEAD": 200},
    "/health-check.<any(atom, ics):form>": {"GET": 200, "HEAD": 200},
    "/rules": {"GET": 200, "HEAD": 200},
    "/rules/<key>/<name>": {"GET": 200, "HEAD": 200},
    "/healthz": {"GET": 200, "HEAD": 200},
    "/api": {"GET": 200, "HEAD": 200},
    "/query": {"GET": 200, "HEAD": 200},
    "/fair-use": {"GET": 200, "HEAD": 200},
    "/query.xlsx": {"GET": 400, "HEAD": 400},
    "/api/openapi.json": {"GET": 200, "HEAD": 200},
    "/api/<family>/<name>": {"GET": 200, "HEAD": 200},
    **{f"/{name}": {"GET": 200, "HEAD": 200} for name in registers()},
    **{f"/{name}.<any(csv, xlsx):form>": {"GET": 200, "HEAD": 200} for name in registers()},
    "/sparql": {"GET": 200, "HEAD": 200, "OPTIONS": 204, "POST": 415},
    "/static/<path:filename>": {"GET": 200, "HEAD": 200},
    "/context.jsonld": {"GET": 200, "HEAD": 200},
    "/context/<version>.jsonld": {"GET": 404, "HEAD": 404},
    "/model": {"GET": 200, "HEAD": 200},
    "/ns": {"GET": 200, "HEAD": 200},
    "/ns.<short>": {"GET": 200, "HEAD": 200},
    "/ns/<version>": {"GET": 200, "HEAD": 200},
    "/doc/<path:path>": {"GET": 200, "HEAD": 200},
    "/doc/query/<path:key>": {"GET": 200, "HEAD": 200},
    "/id/<path:path>": {"GET": 303, "HEAD": 303},
    "/<kind>/<path:key>": {"GET": 303, "HEAD": 303},
}
FILLED = {
    "/article-30/<path:path>": "/article-30/org/gss-E08000031",
    "/<path:path>": "/agreement/mash",
    "<int:number>": "1",
    "<path:filename>": "vires.css",
    "/doc/<path:path>": "/doc/agreement/mash",
    "/doc/query/<path:key>": "/doc/query/answer/law",
    "/id/<path:path>": "/id/agreement/mash",
    "<kind>/<path:key>": "reading/cda1998-s115",
    "<family>/<name>": "analyst/powers-by-agreement",
    "<any(csv, xlsx):form>": "xlsx",
    "<any(atom, ics):form>": "atom",
    "/rules/<key>/<name>": "/rules/side-has-one-role/pass-processor",
    "/guidance/<key>": "/guidance/emergency",
    "/tiers/matrix/<key>": "/tiers/matrix/children",
    "/tiers/<key>": "/tiers/mash",
    "<short>": "ttl",
    "<version>": "0.1.0",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def path_of(rule: str) -> str:
    for part, filled in FILLED.items():
        rule = rule.replace(part, filled)
    return re.sub(r"<any\((\w+).*?>", r"\1", rule)


# Routes


def test_every_route_is_stated() -> None:
    assert {rule.rule for rule in application().url_map.iter_rules()} == set(ROUTES)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", ROUTES)
def test_every_method_of_every_route(client: FlaskClient, rule: str, method: str) -> None:
    response = client.open(path_of(rule), method=method, buffered=True)
    assert response.status_code == ROUTES[rule].get(method, 405)
    assert_headers(response)
    if method not in ROUTES[rule]:
        assert set(response.headers["Allow"].split(", ")) == set(ROUTES[rule])
        assert method == "HEAD" or URGENT in untagged(response)
    if method == "HEAD":
        assert not response.data


# Pages


@pytest.mark.parametrize(("path", "status"), PAGES.items())
def test_every_page(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    if status == 303:
        assert_headers(response)
        return
    page = assert_page(response)
    titles = [
        tag for tag, a in page.tags if tag == "title" and "id" not in a
    ]  # a picture's has one
    assert len(titles) == 1
    assert response.headers["Cache-Control"] == ("no-cache" if status < 400 else "no-store")


def test_a_page_that_did_not_change_is_not_sent_twice(client: FlaskClient) -> None:
    first = client.get(f"/answer?{GOOD}")
    again = client.get(f"/answer?{GOOD}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.data
    assert_headers(again)


def test_files_are_kept_under_an_address_that_names_their_content(client: FlaskClient) -> None:
    page = Page(client.get("/").text)
    files = [a["href"] for tag, a in page.tags if tag == "link"]
    assert len(files) == 3
    for file in files:
        response = client.get(file, buffered=True)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert_headers(response)
    plain = client.get("/static/vires.css", buffered=True)
    assert plain.headers["Cache-Control"] == "no-cache"


def test_styles_call_for_nothing_from_outside() -> None:
    for file in (WEB / "static").glob("*.css"):
        text = file.read_text(encoding="utf-8")
        assert "url(" not in text
        assert "@import" not in text
        assert "GDS Transport" not in text
    assert "MIT License" in (WEB / "static/govuk-frontend-LICENSE.txt").read_text("utf-8")


def test_home_counts_what_the_record_holds(client: FlaskClient) -> None:
    page = assert_page(client.get("/"))
    assert uk_date(DAY) in page.text
    assert snapshot().data_version in page.text
    assert ("a", "/ask") in {(tag, a.get("href")) for tag, a in page.tags}
    assert not re.search(r"(?<![\d,])0 (organisations|sharing agreements)", page.text)


def test_health_says_which_record_is_read(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok", "data_version": snapshot().data_version}


# The source


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_pages_hold_no_store_and_no_query() -> None:
    explain = WEB.parent / "explain"
    for path in [*WEB.rglob("*.py"), *explain.rglob("*.py")]:
        assert not _imports(path) & {"rdflib", "pyoxigraph", "pyshacl", "sqlite3"}, path
        assert "SELECT" not in path.read_text(encoding="utf-8")


def test_answer_views_give_what_their_headers_say() -> None:
    found = [view for view in views() if view.key.startswith("answer/")]
    assert len(found) == 8
    for view in found:
        selected = re.search(r"^SELECT (?:DISTINCT )?(.*)$", view.text, re.MULTILINE)
        assert selected is not None
        names = re.findall(r"\?(\w+)(?=\)|\s|$)", re.sub(r"\(COUNT.*? AS", "", selected[1]))
        stated = [p.name for p in view.parameters] + [c.name for c in view.columns]
        assert names == stated, view.key


def test_templates_hold_nothing_unescaped_or_inline() -> None:
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\|\s*safe|autoescape|<script(?! src=\"\{\{ asset\('[\w.-]+'\) \}\}\" defer></script>)|<style|style=|\son\w+=",
            text,
        ), path
    for path in WEB.glob("*.py"):
        assert "Markup" not in path.read_text(encoding="utf-8")


def test_a_restricted_record_is_kept_by_no_cache_and_read_by_no_other_site() -> None:
    client = create_app(Settings(access="staff"), Held(), today=lambda: DAY).test_client()
    for path in ("/", "/api/search?q=police", "/doc/agreement/mash.ttl", "/health-check.atom"):
        response = client.get(path)
        assert response.status_code == 200, path
        assert response.headers["Cache-Control"] == "private, no-cache"
        assert "Access-Control-Allow-Origin" not in response.headers
