"""Reads a request of the SPARQL 1.1 Protocol: the query, its graphs and the format wanted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from flask import Request

from vires.errors import QueryError, QueryRefusedError, QueryTooLongError
from vires.sandbox.guard import MAX_BYTES

FORM: Final = "application/x-www-form-urlencoded"
DIRECT: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
MAX_BODY: Final = 3 * MAX_BYTES + 16 * 1024
"""A query whose every byte is percent-encoded, and the graphs beside it."""

MAX_FIELDS: Final = 200


class MediaTypeError(QueryError):
    """A body that is no query, or not in UTF-8."""

    code = "unsupported-media-type"
    status = 415


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: the query, the graphs that replace its own, the format by name."""

    query: str
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None
    format: str


def read(request: Request, held: Collection[str]) -> Asked | None:
    """What a request asks of a record that holds the graphs `held`; None for no query by GET.

    Errors: `QueryRefusedError` for no, two or unreadable queries, updates and graphs that are not
    held, `MediaTypeError` for other bodies, `QueryTooLongError`.
    """
    request.max_content_length = MAX_BODY
    given, direct = _pairs(request.query_string), None
    if request.method == "POST":
        form, direct = _body(request)
        given += form
    if any(name == "update" for name, _ in given):
        raise QueryRefusedError("the record is read here, never written; ask a query")
    queries = _all(given, "query") + ([] if direct is None else [direct])
    if not queries and request.method != "POST":
        return None
    if len(queries) != 1:
        raise QueryRefusedError(f"{len(queries) or 'no'} queries were sent; send exactly one")
    default = _graphs("default-graph-uri", given, held)
    named = _graphs("named-graph-uri", given, held)
    if default is None and named is None:
        return Asked(queries[0], None, None, _format(given))
    return Asked(queries[0], default or (), named or (), _format(given))


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    """The fields of a form or address, in order; bytes that are no UTF-8 are refused."""
    try:
        return parse_qsl(
            encoded.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError as error:
        raise QueryRefusedError("the request is not in UTF-8; encode it so") from error
    except ValueError as error:
        raise QueryRefusedError(f"more than {MAX_FIELDS} fields; send fewer") from error


def _all(given: list[tuple[str, str]], wanted: str) -> list[str]:
    return [value for name, value in given if name == wanted]


def _body(request: Request) -> tuple[list[tuple[str, str]], str | None]:
    """The form, or the query, that a body holds."""
    media = request.mimetype
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if (request.content_length or 0) > MAX_BODY:
        raise QueryTooLongError(f"the request is longer than {MAX_BODY} bytes; shorten it")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise MediaTypeError(f"the charset `{charset[:40]}` is not read here; send UTF-8")
    if media == UPDATE:
        raise QueryRefusedError("the record is read here, never written; ask a query")
    if media == FORM:
        return _pairs(request.get_data()), None
    if media == DIRECT:
        try:
            return [], request.get_data().decode("utf-8")
        except UnicodeDecodeError as error:
            raise QueryRefusedError("the query is not in UTF-8; encode it so") from error
    raise MediaTypeError(
        f"a body of type `{media[:80]}` is not read here; send `{DIRECT}` with the query, or "
        f"`{FORM}` with a field `query`"
    )


def _graphs(
    name: str, given: list[tuple[str, str]], held: Collection[str]
) -> tuple[str, ...] | None:
    values = _all(given, name)
    for value in values:
        if value not in held:
            raise QueryRefusedError(
                f"{name} `{value[:200]}`: the record holds no graph of that name, and none is "
                "fetched; name one that the service description lists"
            )
    return tuple(values) or None


def _format(given: list[tuple[str, str]]) -> str:
    return next((value for name, value in given if name in ("format", "output") and value), "")
