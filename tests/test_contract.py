"""The operations keep what their description promises, whatever calls schemathesis makes up."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.browser.shipped import application
from vires import listing
from vires.decide import URGENT

CALLS = int(os.environ.get("VIRES_CALLS", "2000"))
PATHS = ["/api/ask", *(f"/api/{view.key}" for view in listing.offered())]
MODES = list(schemathesis.GenerationMode)


@cache
def described() -> Any:
    """The description as schemathesis reads it."""
    return schemathesis.openapi.from_wsgi("/api/openapi.json", application())


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("path", PATHS)
def test_no_call_breaks_the_contract(path: str, mode: schemathesis.GenerationMode) -> None:
    operation = described()[path]["GET"]

    @settings(
        max_examples=-(-CALLS // (len(PATHS) * len(MODES))),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        reply = case.call()
        # A well-formed question may name what nobody has recorded; an address may be too long.
        left_out = [positive_data_acceptance] if path == "/api/ask" else []
        if reply.status_code == 414:
            left_out.append(negative_data_rejection)
        case.validate_response(reply, excluded_checks=left_out)
        if reply.status_code >= 400:
            assert reply.json()["urgent"]["statement"] == URGENT

    call()
