"""What every response of open data carries: who may read it, and on what terms."""

from __future__ import annotations

from flask import Response

from vires import terms


def opened(response: Response, *links: str) -> Response:
    """The same response, to be read by the pages of others, with its links and its licence."""
    shared(response).headers["Link"] = ", ".join((*links, f'<{terms.LICENCE}>; rel="license"'))
    return response


def shared(response: Response) -> Response:
    """The same response, to be read by the pages of others with the headers that say what it is."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Link, ETag, Content-Location"
    return response
