"""A query that was not answered, in words: the urgent statement, what happened, how to mend it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any, Final

from flask import Request, Response

from vires.decide import URGENT
from vires.errors import (
    FairUseError,
    QueryError,
    QueryStoppedError,
    QuerySyntaxError,
    SandboxBusyError,
)
from vires.sandbox.formats import Format
from vires.web.api import PROBLEM_TYPES
from vires.web.negotiation import best

TIPS: Final = (
    "Add LIMIT, and ask for the variables that you need instead of *.",
    "Join patterns through a shared variable: patterns that share none are multiplied.",
    "Start from a thing or class by its IRI, and leave out paths such as (a|b)*.",
)
FAIR_USE: Final = "/fair-use"
"""Where the limits stand in words."""

_RETRY: Final = {QueryStoppedError: 30, SandboxBusyError: 2}
_PROBLEM: Final = Format(
    "problem", "Problem", "application/problem+json", "", "json", ("application/json",)
)
_TEXT: Final = Format("text", "Text", "text/plain", "", "txt", ("text/html",))
TITLES: Final = {
    400: "The query cannot be answered as it stands",
    403: "This query would call another server",
    406: "Not in that format",
    413: "The query is too long",
    415: "Not a query in a known format",
    429: "Your share of query time is used up",
    503: "The query was not finished",
}


class NotAcceptableError(QueryError):
    """An answer that none of the formats asked for can hold."""

    code = "not-acceptable"
    status = 406

    def __init__(self, offers: Sequence[Format]) -> None:
        names = ", ".join(f"{offer.key} ({offer.media})" for offer in offers)
        super().__init__(f"this query is answered as {names}; ask for one of them")


def retry_after(error: QueryError) -> int | None:
    """After how many seconds it is worth asking again; None where it is not."""
    if isinstance(error, FairUseError):
        return error.wait
    return next((wait for kind, wait in _RETRY.items() if isinstance(error, kind)), None)


def tips(error: QueryError) -> tuple[str, ...]:
    """What would make the query lighter, where that is the trouble."""
    return TIPS if isinstance(error, QueryStoppedError) else ()


def answer(error: QueryError, request: Request) -> Response:
    """The error as a problem, or as text where the client would rather have that."""
    instance = uuid.uuid4().urn
    form = best(request.headers.get("Accept"), (_PROBLEM, _TEXT)) or _PROBLEM
    body = _problem(error, instance) if form is _PROBLEM else _text(error, instance)
    response = Response(body, status=error.status, mimetype=form.media)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Vary"] = "Accept"
    if error.status in (413, 429, 503):
        response.headers["Link"] = f'<{FAIR_USE}>; rel="help"'
    if (wait := retry_after(error)) is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _problem(error: QueryError, instance: str) -> str:
    body: dict[str, Any] = {
        "type": PROBLEM_TYPES + error.code,
        "title": TITLES[error.status],
        "status": error.status,
        "detail": str(error),
        "instance": instance,
        "urgent": {"statement": URGENT},
    }
    if error.line:
        body |= {"line": error.line, "column": error.column, "shown": error.shown}
    if lighter := tips(error):
        body["tips"] = lighter
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def _text(error: QueryError, instance: str) -> str:
    lines = [URGENT, "", f"{TITLES[error.status]}.", str(error)]
    if error.line:
        lines += ["", *pointed(error)]
    if isinstance(error, QuerySyntaxError):
        lines += ["", "Mend the query at that place, and send it again."]
    return "\n".join([*lines, *(f"- {tip}" for tip in tips(error)), "", instance, ""])


def pointed(error: QueryError) -> tuple[str, str]:
    """The line with the fault, and a mark below its column; a long line is cut around it."""
    start = max(0, error.column - 61)
    shown = error.shown[start : start + 120].expandtabs(1)
    return shown, " " * (error.column - 1 - start) + "^"
