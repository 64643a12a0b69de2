"""The query library as operations: `GET /api/{family}/{view}`, JSON, CSV and XLSX."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, render_template, request
from werkzeug.datastructures import MultiDict

from vires import listing
from vires.decide import URGENT
from vires.library import View
from vires.listing import Cell, Listing, ParameterError
from vires.sandbox.formats import Format
from vires.sheets import CSV, XLSX, to_csv, to_xlsx
from vires.web import openapi
from vires.web.api import problem
from vires.web.asking import Problem
from vires.web.negotiation import best
from vires.web.site import site

blueprint = Blueprint("rest", __name__, url_prefix="/api")

PER_PAGE: Final = 100
MOST_PER_PAGE: Final = 1000
MOST_PAGES: Final = 100_000
JSON_FORM: Final = Format("json", "JSON", "application/json", "application/json", "json")
FORMS: Final = (
    JSON_FORM,
    Format("csv", "CSV", "text/csv", CSV, "csv"),
    Format("xlsx", "XLSX", XLSX, XLSX, "xlsx"),
)
_OWN: Final = ("format", "page", "per_page")


@blueprint.get("")
def overview() -> str:
    """The operations, each with its parameters and something to try."""
    return render_template("vires/api.html", families=families(), example=example)


@blueprint.get("/openapi.json")
def description() -> Response:
    """The operations as OpenAPI 3.1."""
    return _shared(jsonify(openapi.document(listing.offered(), request.host_url.rstrip("/"))))


@blueprint.get("/<family>/<name>")
def view(family: str, name: str) -> Response:
    """The rows of a view, page by page as JSON, all of them as CSV or XLSX."""
    found = listing.find(f"{family}/{name}")
    if found is None:
        abort(404)
    problems = [*_strange(found, request.args), *_wrong(found, request.args)]
    page, per_page = (_number(n, d, m, problems) for n, d, m in _PAGING)
    form = _form(problems)
    if form is None:
        return problem(
            406, "not-acceptable", "Not in that format",
            detail="This is answered as JSON, CSV or XLSX; ask for one of them.",
        )  # fmt: skip
    if problems:
        return problem(400, "wrong-parameters", "The view cannot be run as asked", problems)
    rows = listing.run(site().snapshot(), found, request.args)
    if form is JSON_FORM:
        return _json(rows, page, per_page)
    return _file(rows, form)


_PAGING: Final = (("page", 1, MOST_PAGES), ("per_page", PER_PAGE, MOST_PER_PAGE))


def families() -> dict[str, list[View]]:
    """The views on offer, by family; those for analysts first."""
    found: dict[str, list[View]] = {"analyst": []}
    for one in listing.offered():
        found.setdefault(one.key.split("/")[0], []).append(one)
    return found


def example(one: View) -> str:
    """The address of a view with the example of each parameter; without one, its plain address."""
    pairs = [(p.name, p.example) for p in one.parameters if p.example]
    return f"/api/{one.key}" + (f"?{urlencode(pairs)}" if pairs else "")


def _strange(found: View, given: MultiDict[str, str]) -> Iterator[Problem]:
    """A misspelt parameter would change the answer in silence, and so would a second value."""
    known = {*_OWN, *(p.name for p in found.parameters)}
    for name in given:
        shown = name[:80]
        if name not in known:
            yield Problem(shown, f"There is no parameter '{shown}'")
        elif len(given.getlist(name)) > 1:
            yield Problem(shown, f"Give '{shown}' once")


def _wrong(found: View, given: MultiDict[str, str]) -> Iterator[Problem]:
    for parameter in found.parameters:
        try:
            listing.term(parameter, given.get(parameter.name, ""))
        except ParameterError as error:
            yield Problem(parameter.name, str(error))


def _number(name: str, default: int, most: int, problems: list[Problem]) -> int:
    text = request.args.get(name, str(default))
    if text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= most:
        return int(text)
    problems.append(Problem(name, f"Give `{name}` as a whole number from 1 to {most}"))
    return default


def _form(problems: list[Problem]) -> Format | None:
    if "format" not in request.args:
        return best(request.headers.get("Accept"), FORMS)
    wanted = request.args["format"]
    if found := next((form for form in FORMS if form.key == wanted), None):
        return found
    problems.append(Problem("format", "Give `format` as json, csv or xlsx"))
    return JSON_FORM


def _json(rows: Listing, page: int, per_page: int) -> Response:
    start = (page - 1) * per_page
    shown = rows.rows[start : start + per_page]
    names = [column.name for column in rows.columns]
    links = {
        "previous": _page(page - 1, per_page) if page > 1 else None,
        "next": _page(page + 1, per_page) if start + per_page < len(rows.rows) else None,
    }
    body = {
        "view": rows.view.iri,
        "title": rows.view.title,
        "question": rows.view.question,
        "urgent": {"statement": URGENT},
        "parameters": {p.name: request.args[p.name] for p in rows.view.parameters},
        "columns": [{"name": column.name, "kind": column.kind} for column in rows.columns],
        "rows": [dict(zip(names, map(_cell, row), strict=True)) for row in shown],
        "total": len(rows.rows),
        "page": page,
        "per_page": per_page,
        **links,
        "data_version": rows.data_version,
    }
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    response = Response(text, mimetype="application/json")
    told = [
        f'<{to}>; rel="{"prev" if rel == "previous" else rel}"' for rel, to in links.items() if to
    ]
    if told:
        response.headers["Link"] = ", ".join(told)
    return _shared(response)


def _cell(cell: Cell | None) -> dict[str, str] | None:
    if cell is None:
        return None
    found = {"type": cell.kind, "value": cell.value}
    for name in ("label", "datatype", "language"):
        if said := getattr(cell, name):
            found[name] = said
    return found


def _page(number: int, per_page: int) -> str:
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k not in ("page", "per_page")]
    pairs += [("page", str(number)), ("per_page", str(per_page))]
    return f"{request.path}?{urlencode(pairs)}"


def _file(rows: Listing, form: Format) -> Response:
    lines = list(lines_of(rows))
    if form.key == "csv":
        body = to_csv(lines)
    else:
        given = [(p.name, request.args.get(p.name, "")) for p in rows.view.parameters]
        body = to_xlsx(rows.view.title, lines, [*about(rows), *given])
    response = Response(body, content_type=form.header)
    name = rows.view.key.replace("/", "-")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="vires-{name}.{form.extension}"'
    )
    response.headers["Vary"] = "Accept"
    return _shared(response)


def lines_of(rows: Listing) -> Iterator[list[str]]:
    """The rows as texts, a header first; beside each column of IRIs one of their labels."""
    labelled = {
        i
        for i, _ in enumerate(rows.columns)
        if any(row[i] is not None and row[i].label for row in rows.rows)  # type: ignore[union-attr]
    }
    header = []
    for i, column in enumerate(rows.columns):
        header += [column.name, f"{column.name}_label"] if i in labelled else [column.name]
    yield header
    for row in rows.rows:
        line = []
        for i, cell in enumerate(row):
            line.append(cell.value if cell else "")
            if i in labelled:
                line.append(cell.label if cell else "")
        yield line


def about(rows: Listing) -> list[tuple[str, str]]:
    """What a workbook says of itself, so that a copy of it can be judged without the site."""
    return [
        ("Urgent", URGENT),
        ("View", rows.view.title),
        ("Question", rows.view.question),
        ("Rows", str(len(rows.rows))),
        ("Query", rows.view.iri),
        ("Data version", rows.data_version),
        ("Meaning", "Reports what is documented; a person decides."),
    ]


def _shared(response: Response) -> Response:
    """Public data may be read by the pages of others; it carries no cookie and no sign-in."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers.setdefault("Vary", "Accept")
    return response
