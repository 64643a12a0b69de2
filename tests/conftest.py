"""Fixtures that many files of tests share; a file may have its own of any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from tests.browser.shipped import application
from tests.serving import Server, serving
from tests.strangers import LIMIT, Canary


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A visitor of the site of the shipped record, on the day that tests are run as."""
    return application().test_client()


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
