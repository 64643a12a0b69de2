"""The operations as OpenAPI 3.1, from the headers of the query library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from vires import __version__
from vires.decide import URGENT
from vires.library import Parameter, View
from vires.listing import IRI_PATTERN, MAX_VALUE
from vires.sheets import XLSX

_SCHEMAS: Final[dict[str, dict[str, Any]]] = {
    "iri": {"type": "string", "pattern": IRI_PATTERN, "maxLength": MAX_VALUE},
    "date": {"type": "string", "format": "date"},
    "integer": {"type": "integer", "minimum": -(10**17), "maximum": 10**17},
    "text": {"type": "string", "minLength": 1, "maxLength": MAX_VALUE},
}
_TEXT: Final = {"type": "string"}


def document(views: Iterable[View], server: str) -> dict[str, Any]:
    """The description of every view on offer, and of the question."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vires",
            "version": __version__,
            "summary": "Who may share what, with whom and for which purpose, as documented.",
            "description": URGENT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "paths": {
            "/api/ask": {"get": _ask()},
            **{f"/api/{view.key}": {"get": _operation(view)} for view in views},
        },
        "components": {
            "schemas": {"Problem": _problem(), "Cell": _cell()},
            "responses": {
                "Problem": {
                    "description": "What went wrong, where, why and how to mend it",
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                }
            },
        },
    }


def _operation(view: View) -> dict[str, Any]:
    return {
        "operationId": view.key.replace("/", "-"),
        "summary": view.title,
        "description": view.question,
        "tags": [view.key.split("/")[0]],
        "parameters": [*(_parameter(p) for p in view.parameters), *_paging()],
        "responses": {
            "200": {
                "description": view.question,
                "content": {
                    "application/json": {"schema": _rows(view)},
                    "text/csv": {"schema": _TEXT},
                    XLSX: {"schema": {"type": "string", "contentEncoding": "binary"}},
                },
            },
            **_refused("400", "406", "414", "503"),
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "required": True,
        "description": parameter.about or parameter.name,
        "schema": _SCHEMAS[parameter.type],
    }
    if parameter.example:
        found["example"] = parameter.example
    return found


def _paging() -> list[dict[str, Any]]:
    def one(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "in": "query", "description": about, "schema": schema}

    whole = {"type": "integer", "minimum": 1}
    return [
        one("page", "Which page of rows, of JSON", {**whole, "maximum": 100_000, "default": 1}),
        one("per_page", "Rows a page, of JSON", {**whole, "maximum": 1000, "default": 100}),
        one("format", "Instead of Accept", {"type": "string", "enum": ["json", "csv", "xlsx"]}),
    ]


def _rows(view: View) -> dict[str, Any]:
    cell = {"oneOf": [{"$ref": "#/components/schemas/Cell"}, {"type": "null"}]}
    names = [column.name for column in view.columns]
    row = {"type": "object", "properties": dict.fromkeys(names, cell), "required": names}
    link = {"type": ["string", "null"]}
    properties = {
        "view": _TEXT,
        "title": _TEXT,
        "question": _TEXT,
        "urgent": _urgent(),
        "parameters": {"type": "object", "additionalProperties": _TEXT},
        "columns": {"type": "array", "items": {"type": "object"}},
        "rows": {"type": "array", "items": row},
        "total": {"type": "integer", "minimum": 0},
        "page": {"type": "integer", "minimum": 1},
        "per_page": {"type": "integer", "minimum": 1},
        "previous": link,
        "next": link,
        "data_version": _TEXT,
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _cell() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "type": {"enum": ["iri", "literal", "blank"]},
            "value": _TEXT,
            "label": _TEXT,
            "datatype": _TEXT,
            "language": _TEXT,
        },
        "required": ["type", "value"],
        "additionalProperties": False,
    }


def _urgent() -> dict[str, Any]:
    return {"type": "object", "properties": {"statement": {"const": URGENT}}}


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "instance": _TEXT,
            "urgent": _urgent(),
            "errors": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["type", "title", "status", "detail", "instance", "urgent"],
    }


def _refused(*statuses: str) -> dict[str, Any]:
    return {status: {"$ref": "#/components/responses/Problem"} for status in statuses}


def _ask() -> dict[str, Any]:
    fields = {
        "from": ("Who holds the information", True),
        "to": ("Who would receive it", True),
        "purpose": ("What for", True),
        "category": ("What information", True),
        "subjects": ("Whom it is about", False),
        "on": ("The day asked about, YYYY-MM-DD; else today", False),
    }
    parameters = [
        {"name": name, "in": "query", "required": required, "description": about, "schema": _TEXT}
        for name, (about, required) in fields.items()
    ]
    flag = {"type": "boolean", "default": True}
    parameters.append(
        {"name": "near_misses", "in": "query", "description": "Say what would have to change",
         "schema": flag}
    )  # fmt: skip
    return {
        "operationId": "ask",
        "summary": "Can I share this?",
        "description": "What the record documents about one question. A value is an IRI, a key or "
        "an exact label, an organisation also another name of it, or that of a site or part of "
        "it; one that the record does not know is a 400 that lists near matches.",
        "tags": ["question"],
        "parameters": parameters,
        "responses": {
            "200": {
                "description": "The answer",
                "content": {"application/json": {"schema": {"type": "object"}}},
            },
            **_refused("400", "414", "503"),
        },
    }
