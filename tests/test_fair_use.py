"""Fair use of the endpoint: what a client may use, how it is told, and what it is counted by."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.shipped import DAY, Held
from tests.pages import Page
from vires.config import Settings
from vires.decide import URGENT
from vires.errors import FairUseError
from vires.sandbox import Ledger
from vires.web import create_app


def test_a_client_that_uses_its_share_waits() -> None:
    app = create_app(Settings(query_budget=0.02), Held(), today=lambda: DAY)
    client = app.test_client()
    replies = [client.get("/sparql?query=ASK{}") for _ in range(4)]
    assert replies[0].status_code == 200
    assert replies[0].headers["RateLimit-Policy"] == '"query-seconds";q=0;w=60'
    last = replies[-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0
    assert re.fullmatch(r'"query-seconds";r=0;t=\d+', last.headers["RateLimit"])
    assert last.json["urgent"]["statement"] == URGENT
    other = client.get("/sparql?query=ASK{}", environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert other.status_code == 200
    app.extensions["vires"].sandbox.close()


def test_the_limits_stand_in_words_as_the_headers_say_them() -> None:
    settings = Settings(
        query_seconds=7.5, query_memory=256, query_rows=1234, query_bytes=65_536,
        query_budget=42, query_at_once=2,
    )  # fmt: skip
    app = create_app(settings, Held(), today=lambda: DAY)
    client = app.test_client()
    reply = client.get("/sparql?query=ASK{}")
    text = Page(client.get("/fair-use").text).text
    for said in (
        "7.5 seconds",
        "256 MiB",
        "1,234 rows or 65,536 bytes",
        "42 seconds a minute",
        "2 queries",
    ):
        assert said in text, said
    assert f"RateLimit-Policy {reply.headers['RateLimit-Policy']}" in text
    left = int(re.search(r"r=(\d+)", reply.headers["RateLimit"])[1])  # type: ignore[index]
    assert f"Left to you now {left} seconds" in text
    app.extensions["vires"].sandbox.close()


def test_what_is_refused_for_its_cost_leads_to_the_limits() -> None:
    app = create_app(Settings(query_budget=0.02), Held(), today=lambda: DAY)
    client = app.test_client()
    last = [client.get("/sparql?query=ASK{}") for _ in range(4)][-1]
    assert (last.status_code, last.headers["Link"]) == (429, '</fair-use>; rel="help"')
    page = Page(client.get("/query?query=ASK{}").text)
    assert "Error: " in page.text
    links = [a.get("href") for tag, a in page.tags if tag == "a"]
    assert links.count("/fair-use") == 2  # in the error, and beside the form
    wrong = client.get("/sparql?query=ASK{", environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert (wrong.status_code, "Link" in wrong.headers) == (400, False)
    app.extensions["vires"].sandbox.close()


def test_a_client_runs_so_many_at_once(tmp_path: Path) -> None:
    shared = tmp_path / "ledger"
    shared.touch()
    first, second = Ledger(60, 3, shared), Ledger(60, 3, shared)  # two server processes
    leases = [ledger.take("192.0.2.1", 10) for ledger in (first, second, first)]
    with pytest.raises(FairUseError) as refused:
        second.take("192.0.2.1", 10)
    assert 0 < refused.value.wait <= 11
    other = second.take("192.0.2.2", 10)
    second.give_back(leases[0])
    first.give_back(second.take("192.0.2.1", 10))
    for lease in (*leases[1:], other):
        first.give_back(lease)
    assert first.share("192.0.2.1").left == 59


def test_an_address_of_the_next_version_is_a_network() -> None:
    ledger = Ledger(60, 1)
    ledger.take("2001:db8::1", 10)
    with pytest.raises(FairUseError):
        ledger.take("2001:db8::ffff", 10)
    ledger.take("2001:db8:0:1::1", 10)


def test_a_lease_ends_by_itself_and_the_table_never_fills() -> None:
    ledger = Ledger(60, 1)
    ledger.take("192.0.2.1", -2)  # as a process that died long ago left it
    ledger.give_back(ledger.take("192.0.2.1", 1))
    for number in range(10_000):
        ledger.give_back(ledger.take(f"10.0.{number // 256}.{number % 256}", 1))
