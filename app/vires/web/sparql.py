"""The SPARQL 1.1 Protocol at `/sparql`, read-only."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from flask import Blueprint, Response, request

from vires.errors import QueryError, QueryRefusedError
from vires.exchange.catalogue import service
from vires.sandbox import Answer, Guarded
from vires.sandbox.formats import (
    GRAPH,
    JSON_LD,
    N_TRIPLES,
    RDF_XML,
    ROWS,
    TURTLE,
    Format,
    named,
    offered,
)
from vires.store import Snapshot
from vires.web import departure, refusal
from vires.web.negotiation import best
from vires.web.protocol import Asked, read
from vires.web.site import site

blueprint = Blueprint("sparql", __name__)

METHODS: Final = "GET, HEAD, OPTIONS, POST"
EXPOSED: Final = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Vires-Truncated"
DESCRIBED: Final = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
_PAGE: Final = Format("html", "HTML", "text/html", "", "html", ("application/xhtml+xml",))
_SMALL: Final = 1400
"""Bytes that fit one packet; compressing fewer gains nothing."""


@blueprint.route("/sparql", methods=["GET", "POST", "OPTIONS"])
def endpoint() -> Response:
    """A query by GET, POST form or POST direct; without one, what the service is."""
    if request.method == "OPTIONS":
        return _options()
    try:
        return _shared(_answer(site().snapshot()))
    except QueryError as error:
        return _limited(refusal.answer(error, request))


def _answer(snapshot: Snapshot) -> Response:
    asked = read(request, snapshot.graphs)
    if asked is None:
        return _described(snapshot)
    box = site().sandbox
    query = box.guard(asked.query, snapshot)
    form = _format(asked, query)
    if form is _PAGE:
        target = "/query?" + request.query_string.decode("latin-1")
        return _vary(Response(status=303, headers={"Location": target}))
    etag = _etag(asked, query, form, snapshot)
    if etag and etag in request.if_none_match and request.method in ("GET", "HEAD"):
        return _vary(Response(status=304, headers={"ETag": f'"{etag}"'}))
    found = box.run(
        query,
        form,
        snapshot,
        client=request.remote_addr or "",
        gone=departure.watch(request.environ),
        default=asked.default,
        named=asked.named,
    )
    response = _sent(found, form)
    if etag:
        response.set_etag(etag)
    return _limited(response)


def _format(asked: Asked, query: Guarded) -> Format:
    """The format wanted by name, else by Accept.

    Errors: `QueryRefusedError` for a name that is none, `NotAcceptableError`.
    """
    offers = offered(query.form)
    if asked.format:
        if found := named(asked.format, offers):
            return found
        if named(asked.format, (*ROWS, *GRAPH)):
            raise refusal.NotAcceptableError(offers)
        raise QueryRefusedError(
            f"`{asked.format[:40]}` is no format; name one of "
            + ", ".join(offer.key for offer in offers)
        )
    pages = (_PAGE,) if request.method != "POST" else ()
    header = request.headers.get("Accept")
    # A page comes first where a client says so, and last where anything will do.
    found = best(header, (*pages, *offers)) if header and "html" in header else best(header, offers)
    if found is None:
        raise refusal.NotAcceptableError(offers)
    return found


def _etag(asked: Asked, query: Guarded, form: Format, snapshot: Snapshot) -> str:
    """Names the answer before it is known: the same query on the same data, in one format."""
    if not query.lasting:
        return ""
    limits = site().sandbox.limits
    parts = (
        snapshot.data_version, snapshot.access, form.key, str(_zipped()), query.text,
        repr(asked.default), repr(asked.named), str(limits.rows), str(limits.bytes),
    )  # fmt: skip
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _sent(found: Answer, form: Format) -> Response:
    body: Iterable[bytes] = found.chunks()
    headers = {"Content-Type": form.header}
    if _zipped() and found.length > _SMALL:
        body = _compressed(body)
        headers["Content-Encoding"] = "gzip"
    else:
        headers["Content-Length"] = str(found.length)
    if form.key in ("csv", "tsv"):
        headers["Content-Disposition"] = f'attachment; filename="vires.{form.extension}"'
    if found.truncated:
        headers["Vires-Truncated"] = found.truncated
    if request.method == "HEAD":
        found.close()
        body = ()
    return _vary(Response(body, headers=headers))


def _zipped() -> bool:
    return request.accept_encodings["gzip"] > 0


def _compressed(parts: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()


def _described(snapshot: Snapshot) -> Response:
    """What the service offers, as RDF; for a browser the query page."""
    form = best(request.headers.get("Accept"), (*DESCRIBED, _PAGE))
    if form is None:
        raise refusal.NotAcceptableError(DESCRIBED)
    if form is _PAGE:
        return _vary(Response(status=303, headers={"Location": "/query"}))
    body = service(snapshot, site().address("sparql"), form.extension)
    return _vary(Response(body, headers={"Content-Type": form.header}))


def _options() -> Response:
    return Response(
        status=204,
        headers={
            "Allow": METHODS,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
            "Access-Control-Max-Age": "86400",
        },
    )


def _vary(response: Response) -> Response:
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


def _shared(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def _limited(response: Response) -> Response:
    """With what the client has left of its query time, in the manner of the IETF's RateLimit."""
    share = site().sandbox.share(request.remote_addr or "")
    response.headers["RateLimit-Policy"] = f'"query-seconds";q={share.quota};w=60'
    response.headers["RateLimit"] = f'"query-seconds";r={share.left};t={share.full_in}'
    return _shared(response)
