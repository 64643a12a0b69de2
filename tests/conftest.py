"""Fixtures of the tests that send what is hostile; a file of tests may have its own of either."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.serving import Server, serving
from tests.strangers import LIMIT, Canary


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canary]:
    with closing(Canary(tmp_path_factory.mktemp("canary"))) as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shipped record, one second a query, and no limit of fair use in the way."""
    state = tmp_path_factory.mktemp("bounded") / "state"
    with serving(
        state, query_seconds=str(LIMIT), query_budget="100000", query_at_once="8", workers="1"
    ) as found:
        yield found
