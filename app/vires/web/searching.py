"""Search: a page, and the operation that a type-ahead or another system reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request

from vires.addresses import path_of
from vires.decide import URGENT
from vires.search import KINDS, MAX_QUERY, Hit, search, words_of
from vires.web.api import problem
from vires.web.asking import Problem
from vires.web.guiding import guide_path
from vires.web.site import site

blueprint = Blueprint("searching", __name__)

BEST: Final = 3
"""How many hits stand above the groups."""

EACH: Final = 6
"""How many hits of a kind the page of all kinds lists; the page of one kind lists each."""

MAX_LIMIT: Final = 50
"""The most results that the operation gives."""

_MATCHED: Final = {
    "also": "Also called",
    "earlier": "Earlier name, or body before it",
    "code": "Code",
    "citation": "Cited as",
}


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of the site that is no thing of the record, and the words that it is looked for by."""

    path: str
    title: str
    words: frozenset[str]


def _page_of(path: str, title: str, *other: str) -> SitePage:
    return SitePage(path, title, frozenset(words_of(" ".join((title, *other)))))


PAGES: Final = (
    _page_of(
        "/article-30",
        "Records of processing (Article 30 UK GDPR)",
        "ROPA record processing activity activities register",
    ),
    _page_of("/health-check", "Health check", "finding findings review reviews overdue calendar"),
    _page_of("/tiers", "Agreements by tier", "tiers tree three-tier model"),
    _page_of("/tiers/matrix", "Matrix of who shares with whom"),
    _page_of("/downloads", "Downloads", "download CSV XLSX Excel spreadsheet data RDF dump"),
    _page_of("/api", "Queries as operations", "API REST OpenAPI JSON"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """A hit as it is shown: where its page is, its kind in words, and why it was found."""

    path: str
    label: str
    kind: str
    what: str
    illustrative: bool
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """The results of one kind, and how many there are of it."""

    kind: str
    title: str
    count: int
    results: tuple[Result, ...]


@blueprint.get("/search")
def page() -> tuple[str, int] | str:
    """What was found, the best first, then by kind."""
    query, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    wrong = _wrong(query, kind)
    hits = () if wrong else search(site().snapshot(), query)
    chosen = [hit for hit in hits if not kind or hit.kind == kind]
    shown = render_template(
        "vires/search.html",
        query=query[:MAX_QUERY],
        wrong=wrong,
        pages=() if wrong or kind else _pages(query),
        kind=KINDS[kind].many if kind in KINDS else "",
        total=len(chosen),
        best=[] if kind else [_result(hit) for hit in chosen[:BEST]],
        groups=_groups(chosen if kind else chosen[BEST:], len(chosen) if kind else EACH),
        counts=_counts(hits),
    )
    return (shown, 400) if wrong else shown


@blueprint.get("/api/search")
def operation() -> Response:
    """The hits as JSON: each with its IRI, the path of its page, kind, label and why."""
    query, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    limit = request.args.get("limit", "10")
    problems = _problems(query, kind, limit)
    if problems:
        return problem(400, "wrong-search", "The search cannot be made as it stands", problems)
    snapshot = site().snapshot()
    hits = [hit for hit in search(snapshot, query) if not kind or hit.kind == kind]
    body = {
        "query": query,
        "urgent": {"statement": URGENT},
        "total": len(hits),
        "results": [_entry(hit) for hit in hits[: int(limit)]],
        "data_version": snapshot.data_version,
    }
    response = Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _wrong(query: str, kind: str) -> str:
    if len(query) > MAX_QUERY:
        return f"Search for at most {MAX_QUERY} characters: a name, a code or a section"
    return f"There is no kind of thing called '{kind[:40]}'" if kind and kind not in KINDS else ""


def _problems(query: str, kind: str, limit: str) -> list[Problem]:
    found = [
        Problem(name[:80], f"There is no parameter '{name[:80]}'")
        for name in request.args
        if name not in {"q", "kind", "limit"}
    ]
    if not query:
        found.append(Problem("q", "Give `q`: a name, a code or a section"))
    if wrong := _wrong(query, kind):
        found.append(Problem("q" if len(query) > MAX_QUERY else "kind", wrong))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 3 and 0 < int(limit) <= MAX_LIMIT):
        found.append(Problem("limit", f"Give `limit` as a whole number from 1 to {MAX_LIMIT}"))
    return found


def _entry(hit: Hit) -> dict[str, object]:
    return {
        "iri": hit.iri,
        "path": _page(hit),
        "kind": hit.kind,
        "label": hit.label,
        "what": hit.what,
        "matched": hit.how,
        "by": hit.by,
        "illustrative": hit.illustrative,
    }


def _pages(query: str) -> tuple[SitePage, ...]:
    """The pages of the site that have every word of a query."""
    asked = frozenset(words_of(query))
    return tuple(page for page in PAGES if asked and asked <= page.words)


def _result(hit: Hit) -> Result:
    why = f"{_MATCHED[hit.how]}: {hit.by}" if hit.by else ""
    kind = KINDS[hit.kind].one
    return Result(_page(hit), hit.label, kind, hit.what, hit.illustrative, why)


def _page(hit: Hit) -> str:
    """Guidance has a page to read; everything else, the page about the thing."""
    return guide_path(hit.iri) if hit.kind == "guidance" else path_of(hit.iri) or ""


def _groups(hits: list[Hit], each: int) -> list[Group]:
    """The hits by kind; the kind of the best hit first."""
    of_kind: dict[str, list[Hit]] = {}
    for hit in hits:
        of_kind.setdefault(hit.kind, []).append(hit)
    return [
        Group(kind, KINDS[kind].many, len(own), tuple(_result(hit) for hit in own[:each]))
        for kind, own in of_kind.items()
    ]


def _counts(hits: tuple[Hit, ...]) -> list[tuple[str, str, int]]:
    """The kinds that were found, with how many of each, in the order of `KINDS`."""
    found = [hit.kind for hit in hits]
    return [(k, name.many, found.count(k)) for k, name in KINDS.items() if k in found]
