"""Hostile queries: each ends in time with the right status; none reaches out; none stays behind."""

from __future__ import annotations

import json
import os
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from tests.serving import Server, read, serving, wait_for
from tests.strangers import LIMIT, SECRET, Canary, busy, leave, post
from vires.decide import URGENT
from vires.errors import QueryError
from vires.sandbox import Limits
from vires.sandbox.guard import BASE, check
from vires.sandbox.job import Job
from vires.sandbox.pool import Pool

QUERIES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "hostile" / "queries.toml").read_text(encoding="utf-8")
)
FETCHING = {name: entry for name, entry in QUERIES.items() if entry.get("fetches")}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small store, so that an unguarded query reaches what it wants to reach."""
    folder = str(tmp_path_factory.mktemp("store"))
    made = ox.Store(folder)
    node = ox.NamedNode("urn:a")
    made.add(ox.Quad(node, node, ox.Literal(1), ox.NamedNode("urn:g")))
    made.flush()
    del made
    yield folder


def text_of(entry: dict[str, Any], canary: Canary) -> str:
    text = (
        str(entry["query"]).replace("§", entry["fill"] * entry["times"])
        if "fill" in entry
        else str(entry["query"])
    )
    return text.replace("CANARY", canary.address).replace("FILE", canary.file.as_uri())


def test_the_corpus_is_large_and_each_query_has_its_story() -> None:
    assert len(QUERIES) >= 60
    assert len(FETCHING) >= 30
    stories = [entry["story"] for entry in QUERIES.values()]
    assert all("\n" not in story and 8 <= len(story) < 100 for story in stories)


@pytest.mark.parametrize("name", QUERIES)
def test_a_hostile_query_ends_in_time_with_its_status(
    server: Server, canary: Canary, name: str
) -> None:
    entry, before = QUERIES[name], canary.hits
    began = time.monotonic()
    status, headers, body = post(server, text_of(entry, canary))
    took = time.monotonic() - began
    assert status in entry["status"]
    assert took < LIMIT + 0.5
    if status == 200:
        assert headers.get("Vires-Truncated") == entry.get("truncated")
    assert canary.hits == before
    assert SECRET.encode() not in body
    if status >= 400:
        assert json.loads(body)["urgent"]["statement"] == URGENT
    if status == 503:
        assert int(headers["Retry-After"]) > 0
        assert len(json.loads(body)["tips"]) == 3


def test_the_server_lives_and_answers_after_the_whole_corpus(server: Server) -> None:
    assert "vires" in read(server.pid, "cmdline")
    assert post(server, "ASK {}")[0] == 200


@pytest.mark.parametrize("name", [n for n, e in FETCHING.items() if e.get("live")])
def test_the_canary_hears_what_neither_layer_stops(store: str, canary: Canary, name: str) -> None:
    before = canary.hits
    with suppress(OSError):
        run_unguarded(store, text_of(QUERIES[name], canary))
    wait_for(lambda: canary.hits > before, 5)


def run_unguarded(store: str, text: str) -> list[str]:
    found = ox.Store.read_only(store).query(text, use_default_graph_as_union=True, base_iri=BASE)
    return [] if isinstance(found, ox.QueryBoolean) else [str(row) for row in found]


@pytest.mark.parametrize("name", FETCHING)
def test_the_guard_alone_keeps_the_canary_silent(store: str, canary: Canary, name: str) -> None:
    text, before = text_of(QUERIES[name], canary), canary.hits
    try:
        guarded = check(text, {"urn:g"})
    except QueryError:
        return
    try:
        said = run_unguarded(store, guarded.text)
    except (OSError, SyntaxError, ValueError, RuntimeError):
        said = []
    assert SECRET not in "".join(said)
    assert canary.hits == before


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with closing(Pool(1, Limits().memory)) as found:
        yield found


@pytest.mark.parametrize("name", FETCHING)
def test_the_sandbox_alone_keeps_the_canary_silent(
    store: str, canary: Canary, pool: Pool, name: str
) -> None:
    text, before = text_of(QUERIES[name], canary), canary.hits
    form = "turtle" if "CONSTRUCT" in text or "DESCRIBE" in text else "json"
    _, body = pool.run(Job(store, text, form, BASE, Limits(seconds=5)), lambda: False)
    with body:
        assert SECRET.encode() not in body.read()
    time.sleep(0.02)
    assert canary.hits == before


def test_fifty_clients_that_leave_leave_nothing_behind(server: Server) -> None:
    wait_for(lambda: not busy(server), 5)
    for _ in range(50):
        leave(server, 0.05)
    wait_for(lambda: not busy(server), LIMIT + 5)
    assert len(server.children()) <= 4
    assert post(server, "ASK {}")[0] == 200


def test_the_pages_come_before_the_children(server: Server) -> None:
    """Niceness counts within a session alone, where the kernel groups by session."""
    children = server.children()
    assert children
    for child in children:
        assert os.getsid(child) == os.getsid(server.pid)
        assert os.getpgid(child) != os.getpgid(server.pid)
        assert os.getpriority(os.PRIO_PROCESS, child) >= 10
    assert os.getpriority(os.PRIO_PROCESS, server.pid) == os.getpriority(os.PRIO_PROCESS, 0)


def test_a_client_that_leaves_frees_its_child(tmp_path: Path) -> None:
    with serving(tmp_path / "state", query_seconds="60", workers="1") as server:
        first = set(server.children())
        leave(server, 0.5)
        wait_for(lambda: not busy(server), 2)
        assert set(server.children()) != first
        assert post(server, "ASK {}")[0] == 200


def test_a_server_that_is_killed_leaves_no_child(tmp_path: Path) -> None:
    with serving(tmp_path / "state", query_seconds="2", workers="1") as server:
        children = server.children()
        assert len(children) == 4
        leave(server, 0.3)
    assert [pid for pid in children if "child" in read(pid, "cmdline")] == []
