"""What changed from release to release: a page, an Atom feed and a stream of linked data events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from vires.addresses import path_of
from vires.exchange import atom, changes, dumps
from vires.store import Snapshot
from vires.web.negotiation import FORMS, HTML, Form, best, named
from vires.web.open_data import opened
from vires.web.site import site

blueprint = Blueprint("changing", __name__)

LISTED: Final = 50
"""How many things a page lists of a release."""

ENTRIES: Final = 500
"""How many things a feed tells of; the stream has every one."""


@blueprint.get("/changes", defaults={"short": ""})
@blueprint.get("/changes.<any(ttl, jsonld, rdf, nt):short>")
def stream(short: str) -> Response:
    """What changed between the releases that are kept: as a page, or as a stream of events."""
    kept = site().kept()
    form = _form(short)
    found = changes.steps(kept)
    if form is HTML:
        return _varied(Response(_page(found, kept[-1])), "/changes", form)
    body = changes.stream(found, kept[-1], form.short, site().address(""))
    return _data(body, "/changes", form)


@blueprint.get("/changes/<key>", defaults={"short": ""})
@blueprint.get("/changes/<key>.<any(ttl, jsonld, rdf, nt):short>")
def part(key: str, short: str) -> Response:
    """Every statement that one release added or removed; the page shows its things."""
    step = next((s for s in changes.steps(site().kept()) if s.key == key), None) or abort(404)
    form = _form(short)
    if form is HTML:
        return opened(
            Response(status=303, headers={"Location": f"/changes#to-{key}", "Vary": "Accept"})
        )
    return _data(changes.part(step, form.short, site().address("")), f"/changes/{key}", form)


@blueprint.get("/changes.atom")
def feed() -> Response:
    """The changes as an Atom feed."""
    kept = site().kept()
    entries = [entry for step in changes.steps(kept) for entry in _entries(step)]
    body = atom.written(
        atom.Feed(
            id=changes.STREAM,
            title="Changes of the record of Vires",
            author=site().publisher,
            updated=_moment(kept[0]),
            address=site().address("changes.atom"),
            page=site().address("changes"),
            entries=tuple(entries[:ENTRIES]),
        )
    )
    return opened(Response(body, content_type=atom.MEDIA))


def _entries(step: changes.Step) -> Iterator[atom.Entry]:
    """The release, then each thing that it changed."""
    when = _moment(step.after)
    page = site().address(f"changes#to-{step.key}")
    count = len(step.changes)
    yield atom.Entry(
        id=f"{changes.STREAM}-to-{step.key}",
        title=f"New release {step.key}: {count} thing{'' if count == 1 else 's'} changed",
        updated=when,
        summary=f"Data version {step.after.data_version}",
        link=page,
    )
    for change in step.changes:
        path = _page_of(change)
        yield atom.Entry(
            id=change.iri,
            title=f"{changes.KINDS[change.kind]}: {change.label}",
            updated=when,
            summary=change.summary,
            link=site().address(path) if path else page,
        )


def _page_of(change: changes.Change) -> str | None:
    """The path of the page of what changed; None where it has none now."""
    gone = change.kind == "Delete" or change.thing == changes.STREAM
    return None if gone else path_of(change.thing)


def _moment(snapshot: Snapshot) -> datetime:
    """When a record was made; for one in memory, the beginning of today."""
    return snapshot.made or datetime.combine(site().today(), time(), UTC)


def _form(short: str) -> Form:
    wish = short or request.args.get("_mediatype")
    found = named(wish) if wish else best(request.headers.get("Accept"), FORMS)
    if found is None:
        abort(400 if wish else 406)
    return found


def _page(found: tuple[changes.Step, ...], oldest: Snapshot) -> str:
    return render_template(
        "vires/changes.html",
        steps=found,
        oldest=oldest,
        kinds=changes.KINDS,
        listed=LISTED,
        page_of=_page_of,
        key=dumps.key,
    )


def _data(body: bytes, path: str, form: Form) -> Response:
    return _varied(Response(body, content_type=form.content_type), path, form)


def _varied(response: Response, path: str, form: Form) -> Response:
    response.headers["Content-Location"] = path if form is HTML else f"{path}.{form.short}"
    response.headers["Vary"] = "Accept"
    others = (f for f in FORMS if f not in (form, HTML))
    return opened(
        response, *(f'<{path}.{f.short}>; rel="alternate"; type="{f.media}"' for f in others)
    )
