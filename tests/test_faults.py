"""What goes wrong: every error under the urgent statement, and what is hostile stays text."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from flask.testing import FlaskClient

from tests.browser.payloads import PAYLOADS
from tests.browser.shipped import (
    DAY,
    application,
)
from tests.pages import (
    GOOD,
    STEPS,
    Page,
    assert_headers,
    assert_page,
)
from vires.config import Settings
from vires.decide import URGENT
from vires.errors import StoreMissingError
from vires.web import create_app
from vires.web import errors as web_errors


class Gone:
    """A reader whose store is gone; its message holds what no page may show."""

    def current(self) -> None:
        raise RuntimeError("/secret/place marker-9f3")


class Empty:
    """A reader of a state folder into which nothing was loaded."""

    def current(self) -> None:
        raise StoreMissingError("/secret/place marker-9f3: nothing is loaded")


@pytest.fixture(params=[Gone, Empty])
def broken(request: pytest.FixtureRequest) -> FlaskClient:
    return create_app(Settings(), request.param(), today=lambda: DAY).test_client()


def test_the_urgent_statement_stands_with_the_store_gone(broken: FlaskClient) -> None:
    for path in (
        "/",
        "/ask",
        "/ask/to",
        "/tiers",
        "/tiers/mash",
        "/check",
        f"/check?{GOOD}",
        f"/answer?{GOOD}",
    ):
        response = broken.get(path)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "30"
        page = assert_page(response)
        assert re.search(r"id [0-9a-f-]{36}", page.text)
        assert "marker" not in response.text
        assert "Traceback" not in response.text
    for path in (f"/api/ask?{GOOD}", "/healthz"):
        response = broken.get(path)
        assert response.status_code == 503
        assert response.mimetype == "application/problem+json"
        assert response.json["urgent"]["statement"] == URGENT
        assert "marker" not in response.text


@pytest.mark.parametrize("status", web_errors.WORDS)
def test_every_error_page(status: int) -> None:
    app = application()
    with app.test_request_context("/"):
        response = web_errors._answer(status, web_errors.uuid.uuid4())
    assert response.status_code == status
    page = Page(response.get_data(as_text=True))
    assert page.first_in_header == URGENT
    assert web_errors.WORDS[status].heading in page.text


def test_a_fault_shows_no_stack_and_logs_no_words_of_the_asker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("mark" + "er-9f3")

    monkeypatch.setattr("vires.web.pages.ask", fail)
    with caplog.at_level(logging.ERROR):
        response = application().test_client().get(f"/answer?{GOOD}&note=marker-9f3")
    assert response.status_code == 500
    page = assert_page(response)
    assert "Traceback" not in response.text
    assert "marker" not in response.text
    identifier = re.search(r"id ([0-9a-f-]{36})", page.text)
    assert identifier is not None
    assert identifier[1] in caplog.text
    assert "ValueError" in caplog.text
    assert "marker" not in caplog.text


def test_the_urgent_statement_stands_with_the_templates_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("vires.web.errors.render_template", fail)
    response = application().test_client().get("/no-such-page")
    assert response.status_code == 404
    assert Page(response.text).first_in_header == URGENT
    assert_headers(response)


# Hostile parameters


@pytest.fixture(scope="module")
def fields() -> Iterator[tuple[str, ...]]:
    yield ("from", "to", "purpose", "category", "subjects", "on", "on-day", "on-year", "other")


def test_hostile_parameters_stay_text(client: FlaskClient, fields: tuple[str, ...]) -> None:
    assert len(PAYLOADS) == 40
    good = dict(parse_qsl(GOOD))
    for payload in PAYLOADS:
        assert_page(client.get("/ask/all?" + urlencode(dict.fromkeys(fields, payload))))
        for field in fields:
            asked = urlencode({**good, field: payload})
            for path in ("/check", "/ask", f"/ask/{STEPS[fields.index(field) % len(STEPS)]}"):
                response = client.get(f"{path}?{asked}")
                if (path, field) == ("/ask", "other"):
                    assert response.headers["Location"].startswith("/check?from=cwc&to=wmp&")
                    continue
                assert response.status_code in (200, 400)
                assert_page(response)
            answer = client.get(f"/api/ask?{asked}")
            assert answer.status_code == 400
            assert json.loads(answer.data)["urgent"]["statement"] == URGENT
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_hostile_paths_stay_text(client: FlaskClient) -> None:
    for payload in PAYLOADS:
        response = client.get("/" + quote(payload, safe=""))
        assert response.status_code in (400, 404, 308)
        assert_page(response)
        for path in ("/tiers", "/tiers/matrix"):
            response = client.get(f"{path}/{quote(payload, safe='')}")
            assert response.status_code in (400, 404, 308)
            assert_page(response)
        asked = urlencode({"from": payload, "to": "cwc"})
        assert client.get(f"/tiers/matrix/children/flows?{asked}").status_code == 404
