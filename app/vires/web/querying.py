"""The query page: SPARQL of one's own, examples beside it, and answers as a table."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from vires import listing
from vires.addresses import path_of
from vires.decide import URGENT, labels
from vires.errors import QueryError, QueryRefusedError
from vires.sandbox import Answer, Guarded
from vires.sandbox.formats import GRAPH, JSON, ROWS, TRUTH, Format, offered
from vires.sandbox.guard import MAX_BYTES, MAX_DEPTH
from vires.sheets import XLSX, to_xlsx
from vires.store import Snapshot
from vires.terms import PREFIXES
from vires.web import departure, refusal
from vires.web.protocol import Asked, read
from vires.web.rest import families
from vires.web.site import site

blueprint = Blueprint("querying", __name__)

SHOWN: Final = 100
"""How many rows the page shows; a download has every one."""

LONGEST: Final = 200
"""How many letters of a text the page shows."""

START: Final = "analyst/powers-by-agreement"
"""The view whose text the form begins with."""


VOCABULARY: Final = "describe/vocabulary"
_VOCABULARIES: Final[dict[str, dict[str, list[str]]]] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """One value of a row as the page shows it: its words, and where they lead."""

    text: str
    href: str = ""
    iri: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """An answer for the page: rows, a truth or statements, and how it came about."""

    count: int
    milliseconds: int
    truncated: str
    names: tuple[str, ...] = ()
    rows: tuple[tuple[Shown | None, ...], ...] = ()
    truth: bool | None = None
    statements: str = ""


@blueprint.get("/query")
def page() -> tuple[str, int, dict[str, str]]:
    """The form; with a query in the address, what it gives."""
    snapshot = site().snapshot()
    asked, result, error = None, None, None
    forms: tuple[Format, ...] = ROWS
    try:
        asked = read(request, snapshot.graphs)
        if asked is not None:
            query = site().sandbox.guard(asked.query, snapshot)
            forms = offered(query.form)
            result = _result(query, asked, snapshot)
    except QueryError as refused:
        error = refused
    wait = refusal.retry_after(error) if error else None
    text = request.args.get("query") or _text(request.args.get("view", START))
    body = render_template(
        "vires/query.html",
        text=text,
        asked=asked,
        result=result,
        error=error,
        pointed=refusal.pointed(error) if error and error.line else (),
        tips=refusal.tips(error) if error else (),
        titles=refusal.TITLES,
        families=families(),
        limits=site().sandbox.limits,
        shown=SHOWN,
        files=_files(forms) if result else (),
        snippets=_snippets(text) if result else {},
        terms=_terms(snapshot),
    )
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return body, error.status if error else 200, headers


@blueprint.get("/fair-use")
def fair_use() -> str:
    """What one query and one client may use, in words, and what is left to who asks."""
    box = site().sandbox
    return render_template(
        "vires/fair-use.html",
        limits=box.limits,
        share=box.share(request.remote_addr or ""),
        at_once=box.at_once,
        longest=MAX_BYTES,
        deepest=MAX_DEPTH,
    )


@blueprint.get("/query.xlsx")
def workbook() -> Response:
    """The rows of a query as a workbook of text cells."""
    snapshot = site().snapshot()
    try:
        asked = read(request, snapshot.graphs)
        if asked is None:
            raise QueryRefusedError("no query was sent; send exactly one")
        query = site().sandbox.guard(asked.query, snapshot)
        if offered(query.form) is not ROWS:
            raise refusal.NotAcceptableError(offered(query.form))
        answer = _run(query, asked, JSON, snapshot)
    except QueryError as error:
        return refusal.answer(error, request)
    names, bindings = _rows(answer)
    lines = [[row.get(name, {}).get("value", "") for name in names] for row in bindings]
    about = [("Urgent", URGENT), ("Query", query.text), ("Data version", snapshot.data_version)]
    if answer.truncated:
        about.append(("Truncated", f"at the limit of {answer.truncated}: there are more rows"))
    body = to_xlsx("Query", [list(names), *lines], about)
    response = Response(body, content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="vires.xlsx"'
    if answer.truncated:
        response.headers["Vires-Truncated"] = answer.truncated
    return response


def _terms(snapshot: Snapshot) -> dict[str, list[str]]:
    """What an editor completes: prefixes as they are declared, classes and properties in use."""
    if snapshot.data_version not in _VOCABULARIES:
        view = listing.find(VOCABULARY)
        rows = listing.run(snapshot, view, {}).rows if view else ()
        found: dict[str, list[str]] = {"class": [], "property": []}
        for term, role, _ in rows:
            if term and role:
                found[role.value].append(term.value)
        found["prefix"] = [f"{name}: <{iri}>" for name, iri in sorted(PREFIXES.items())]
        _VOCABULARIES.clear()
        _VOCABULARIES[snapshot.data_version] = found
    return _VOCABULARIES[snapshot.data_version]


def _text(key: str) -> str:
    view = listing.find(key) or listing.find(START)
    return listing.as_query(view) if view else ""


def _run(query: Guarded, asked: Asked, form: Format, snapshot: Snapshot) -> Answer:
    return site().sandbox.run(
        query,
        form,
        snapshot,
        client=request.remote_addr or "",
        gone=departure.watch(request.environ),
        default=asked.default,
        named=asked.named,
    )


def _result(query: Guarded, asked: Asked, snapshot: Snapshot) -> Result:
    forms = offered(query.form)
    answer = _run(query, asked, forms[0], snapshot)
    took = round(answer.seconds * 1000)
    if forms is GRAPH:
        statements = answer.read().decode("utf-8", "replace")
        return Result(answer.rows, took, answer.truncated, statements=statements)
    if forms is TRUTH:
        return Result(1, took, "", truth=bool(json.loads(answer.read())["boolean"]))
    names, bindings = _rows(answer)
    shown = bindings[:SHOWN]
    iris = {t["value"] for row in shown for t in row.values() if t["type"] == "uri"}
    known = labels(snapshot, iris)
    rows = tuple(tuple(_shown(row.get(name), known) for name in names) for row in shown)
    return Result(answer.rows, took, answer.truncated, tuple(names), rows)


def _rows(answer: Answer) -> tuple[list[str], list[dict[str, Any]]]:
    found = json.loads(answer.read())
    return found["head"]["vars"], found["results"]["bindings"]


def _shown(term: dict[str, Any] | None, known: dict[str, str]) -> Shown | None:
    if term is None:
        return None
    if term["type"] != "uri":
        text = str(term["value"])
        return Shown(text if len(text) <= LONGEST else f"{text[:LONGEST]} ...")
    iri = str(term["value"])
    here = path_of(iri) if iri in known else None
    outside = iri if iri.startswith(("https://", "http://")) else ""
    return Shown(known.get(iri, iri), here or outside, iri)


def _files(forms: tuple[Format, ...]) -> list[tuple[str, str]]:
    """Where each format of the answer is to be had."""
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k not in ("format", "view")]
    found = [(f.title, f"/sparql?{urlencode([*pairs, ('format', f.key)])}") for f in forms]
    if forms is ROWS:
        found.append(("XLSX", f"/query.xlsx?{urlencode(pairs)}"))
    return found


def _snippets(text: str) -> dict[str, str]:
    """The query as other programs would send it."""
    endpoint = f"{request.host_url}sparql"
    address = f"{endpoint}?{urlencode({'query': text, 'format': 'csv'})}"
    quoted = json.dumps(text, ensure_ascii=False)
    return {
        "curl": f"curl -G {endpoint} -H 'Accept: text/csv' \\\n"
        f"  --data-urlencode {shlex.quote('query=' + text)}",
        "Python": "import io, pandas, requests\n\n"
        f"query = {text!r}\n"
        f'reply = requests.post("{endpoint}", data={{"query": query}},\n'
        '                      headers={"Accept": "text/csv"}, timeout=30)\n'
        "reply.raise_for_status()\n"
        "frame = pandas.read_csv(io.StringIO(reply.text))\n",
        "R": f"library(httr)\n\nquery <- {quoted}\n"
        f'reply <- POST("{endpoint}", body = list(query = query), encode = "form",\n'
        '              accept("text/csv"))\n'
        'frame <- read.csv(text = content(reply, "text", encoding = "UTF-8"))\n',
        "Excel": "Data, Get Data, From Other Sources, From Web; then paste this address:\n"
        f"{address}\n",
    }
