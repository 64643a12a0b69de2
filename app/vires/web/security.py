"""The bounds of every request, and the headers of every response, errors and files included."""

from __future__ import annotations

import re
from typing import Final

from flask import Flask, Response, abort, request

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "microphone=(), payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
"""Sent with every response, exactly so."""

SCRIPT: Final = "; script-src 'self'"
FETCH: Final = SCRIPT + "; connect-src 'self'"

SCRIPTED: Final = {
    "querying.page": SCRIPT,
    "journey.next_question": FETCH,
    "journey.one_question": FETCH,
    "journey.all_questions": FETCH,
    "journey.check": FETCH,
    "pages.answer": FETCH,
}
"""The pages that run scripts, all files of ours, and what their policy adds; others run none.

An answer runs none either; where its question is wrong, its address shows the form.
"""

FILE_CACHE: Final = "public, max-age=31536000, immutable"
PAGE_CACHE: Final = "no-cache"
ERROR_CACHE: Final = "no-store"

MAX_QUERY: Final = 16 * 1024
"""The longest query string read, in bytes: ten long IRIs and more, less than a flood."""

MAX_PATH: Final = 400
"""The longest path of a thing, in characters: twice the longest on record."""

_SEGMENT: Final = re.compile(r"""[^\s\x00-\x20\x7f-\x9f<>"{}|\\^`/?#\[\]\ud800-\udfff\ufffd]+""")


def register(app: Flask, *, public: bool) -> None:
    """Bound every request, and set the headers on every response, of the application.

    What is not of the public record is kept by no shared cache, and read by no other site.
    """
    app.before_request(_bound)
    app.after_request(_finish if public else lambda response: _restricted(_finish(response)))


def _bound() -> None:
    if len(request.query_string) > MAX_QUERY:
        abort(414)


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers["Content-Security-Policy"] += SCRIPTED.get(request.endpoint or "", "")
    response.headers["Cache-Control"] = _cache(response)
    plain = response.status_code == 200 and not response.direct_passthrough
    if plain and request.method in ("GET", "HEAD"):
        response.add_etag()
        response.make_conditional(request)
    return response


def _restricted(response: Response) -> Response:
    response.headers.pop("Access-Control-Allow-Origin", None)
    if request.endpoint != "static" and response.status_code < 400:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _cache(response: Response) -> str:
    if response.status_code >= 400:
        return ERROR_CACHE
    # Only an address that names a version of what it gives never changes its content.
    if response.cache_control.immutable:
        return FILE_CACHE
    return FILE_CACHE if request.endpoint == "static" and "v" in request.args else PAGE_CACHE


def refuse_malformed(path: str) -> None:
    """A malformed path is a 400: no IRI could have it, so nothing is looked for."""
    segments = path.split("/")
    wellformed = all(_SEGMENT.fullmatch(s) and s not in (".", "..") for s in segments)
    if not wellformed or len(path) > MAX_PATH:
        abort(400)
