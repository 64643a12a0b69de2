"""What every response of open data carries: who may read it, and on what terms."""

from __future__ import annotations

from typing import Final

from flask import Response

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"


def opened(response: Response, *links: str) -> Response:
    """The same response, to be read by the pages of others, with its links and its licence."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Link, ETag, Content-Location"
    response.headers["Link"] = ", ".join((*links, f'<{LICENCE}>; rel="license"'))
    return response
