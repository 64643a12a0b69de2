"""Exports of a thing in the vocabularies of others, and the page that says what they lose."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request

from vires.addresses import bases_of, iris_of, path_of
from vires.decide import labels
from vires.exchange.profiles import Export, exported, profiles_of
from vires.explain.thing import Removed, locate
from vires.web.negotiation import FORMS, HTML, Form, best, named, split
from vires.web.open_data import opened
from vires.web.security import refuse_malformed
from vires.web.site import site

blueprint = Blueprint("exporting", __name__)

DATA_FORMS: Final = tuple(form for form in FORMS if form is not HTML)


class Link(NamedTuple):
    """A link to an export: its words and where it leads."""

    text: str
    href: str


def exports_of(iri: str) -> tuple[Link, ...]:
    """The exports that a thing has."""
    path = (path_of(iri) or "").removeprefix("/doc/")
    return tuple(
        Link(f"{profile.title} ({profile.name})", f"/export/{profile.key}/{path}")
        for profile in profiles_of(site().snapshot(), iri)
    )


@blueprint.get("/export/<any(dpv, odrl):key>/<path:path>")
def export(key: str, path: str) -> Response:
    """A thing in a profile: as data, or as the page about it."""
    snapshot = site().snapshot()
    stem, form = split(path)
    refuse_malformed(stem)
    found = locate(snapshot, iris_of(quote(stem), bases_of(snapshot.graphs)))
    if found is None or isinstance(found, Removed):
        abort(404)
    whole = exported(snapshot, found, key) or abort(404)
    wish = request.args.get("_mediatype")
    if form is None:
        form = named(wish) if wish else best(request.headers.get("Accept"), FORMS)
    if form is None:
        abort(400 if wish else 406)
    return _linked(_written(whole, form), whole, form)


def _written(whole: Export, form: Form) -> Response:
    if form is not HTML:
        return Response(whole.serialised(form.short), content_type=form.content_type)
    snapshot = site().snapshot()
    name = labels(snapshot, [whole.thing]).get(whole.thing, whole.thing)
    page = render_template(
        "vires/export.html",
        export=whole,
        name=name,
        path=path_of(whole.thing),
        address=_address(whole),
        forms=DATA_FORMS,
        data_version=snapshot.data_version,
    )
    return Response(page)


def _address(whole: Export) -> str:
    path = path_of(whole.thing)
    assert path is not None
    return f"/export/{whole.profile.key}/{path.removeprefix('/doc/')}"


def _linked(response: Response, whole: Export, form: Form) -> Response:
    address = _address(whole)
    response.headers["Content-Location"] = f"{address}.{form.short}"
    response.headers["Vary"] = "Accept"
    others = (f for f in FORMS if f is not form)
    return opened(
        response,
        f'<{whole.thing}>; rel="describes"',
        *(f'<{address}.{f.short}>; rel="alternate"; type="{f.media}"' for f in others),
    )
