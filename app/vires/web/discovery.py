"""How machines find their way: the catalogue, VoID, robots.txt, the sitemap, security.txt."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort, request

from vires.addresses import path_of
from vires.exchange.catalogue import DATASET, catalogue
from vires.once import Once
from vires.registers import registers
from vires.store import Snapshot
from vires.web.negotiation import HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Form, best, named
from vires.web.open_data import opened
from vires.web.site import site

blueprint = Blueprint("discovery", __name__)

FORMS: Final = (TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
"""What the catalogue comes in; a browser is sent to the page of downloads."""

PER_SITEMAP: Final = 50_000
"""The most addresses that one sitemap may list (sitemaps.org)."""

EXPIRES: Final = timedelta(days=180)
"""How long a reader of security.txt may rely on it; RFC 9116 wants less than a year."""

PAGES: Final = (
    *("", "ask", "tiers", "tiers/map", "tiers/matrix", "guidance", "model", "query", "api"),
    *(
        "health-check",
        "rules",
        "fair-use",
        "downloads",
        "changes",
        "about",
        "accessibility",
        "privacy",
        "cookies",
        "licence",
    ),
)

_ROBOTS: Final = (
    "User-agent: *",
    "Disallow: /sparql",
    *(f"Disallow: /{path}" for path in ("answer?", "api/", "ask/", "check?", "query?", "search?")),
)


@blueprint.get("/.well-known/void")
def void() -> Response:
    """Where VoID says that a dataset's description is looked for."""
    return opened(Response(status=303, headers={"Location": "/dataset"}))


@blueprint.get("/dataset", defaults={"short": ""})
@blueprint.get("/dataset.<any(ttl, jsonld, rdf, nt):short>")
def dataset(short: str) -> Response:
    """The catalogue of what is published here, by DCAT-AP and VoID."""
    wish = request.args.get("_mediatype")
    form = named(short or wish or "", FORMS) if short or wish else _by_accept()
    if form is HTML:
        return _varied(Response(status=303, headers={"Location": "/downloads"}))
    if form is None:
        abort(400 if wish else 406)
    response = Response(_catalogue(form), content_type=form.content_type)
    response.headers["Content-Location"] = f"/dataset.{form.short}"
    return _varied(response, f'<{DATASET}>; rel="describes"')


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers should leave: questions have no end, and cost time."""
    lines = (*_ROBOTS, f"Sitemap: {site().address('sitemap.xml')}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The sitemaps, each with as many pages as one may hold."""
    count = -(-len(_paths(Once(site().snapshot()))) // PER_SITEMAP)
    return _xml("sitemapindex", "sitemap", [f"sitemap-{n}.xml" for n in range(1, count + 1)])


@blueprint.get("/sitemap-<int:number>.xml")
def part_of_sitemap(number: int) -> Response:
    """The pages of one sitemap, with the day that the record was made."""
    paths = _paths(Once(site().snapshot()))[(number - 1) * PER_SITEMAP : number * PER_SITEMAP]
    if not paths or number < 1:
        abort(404)
    return _xml("urlset", "url", paths)


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """Whom to tell of a weakness (RFC 9116); not found where the operator has set no address."""
    contact = site().contact or abort(404)
    lines = (
        f"Contact: mailto:{contact}",
        f"Expires: {(site().today() + EXPIRES).isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {site().address('.well-known/security.txt')}",
    )
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _by_accept() -> Form | None:
    header = request.headers.get("Accept")
    # A page only where a client says so: who asks here without a wish is a machine.
    return best(header, (*FORMS, HTML) if header and "html" in header else FORMS)


def _catalogue(form: Form) -> bytes:
    found = site()
    return catalogue(
        found.kept(),
        form.short,
        home=found.address(""),
        publisher=found.publisher,
        contact=found.contact,
    )


def _varied(response: Response, *links: str) -> Response:
    response.headers["Vary"] = "Accept"
    alternates = (f'</dataset.{f.short}>; rel="alternate"; type="{f.media}"' for f in FORMS)
    return opened(response, *links, *alternates)


@lru_cache(maxsize=2)
def _paths(once: Once[Snapshot]) -> list[str]:
    """The path of every page that stands for itself, without the `/` before it."""
    things = (path_of(thing.value) for (thing,) in once.source.rows("export/things"))  # type: ignore[union-attr]
    found = {path.partition("#")[0].lstrip("/") for path in things if path}
    return [*PAGES, *registers(), *sorted(found)]


def _xml(root: str, part: str, paths: list[str]) -> Response:
    made = site().snapshot().made
    day = f"<lastmod>{made.date().isoformat()}</lastmod>" if made else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
        *(f"<{part}><loc>{escape(site().address(p))}</loc>{day}</{part}>" for p in paths),
        f"</{root}>",
    ]
    return Response("\n".join(lines) + "\n", content_type="application/xml; charset=utf-8")
