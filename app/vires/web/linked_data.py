"""Linked data: from a thing's IRI to the document about it, in the form that the client wants.

`/id/{path}` and, for reference data, `/{kind}/{key}` send on to `/doc/{path}`, which is 200.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request

from vires import library, terms
from vires.addresses import bases_of, document_of, iris_of, path_of
from vires.decide import labels
from vires.errors import ContentError
from vires.exchange import context, context_iri, context_version
from vires.explain.thing import ONTOLOGY, Item, Removed, data_model, locate, version_on
from vires.library import View
from vires.store import Snapshot
from vires.web import profiles
from vires.web.errors import told
from vires.web.listed import page_of
from vires.web.negotiation import FORMS, HTML, Form, best, named, split
from vires.web.open_data import shared
from vires.web.profiles import ALTERNATES, PROFILES, WHOLE, Profile
from vires.web.security import refuse_malformed
from vires.web.site import site

blueprint = Blueprint("linked_data", __name__)

SPARQL: Final = Form("rq", "application/sparql-query", "SPARQL")
DATA_FORMS: Final = tuple(form for form in FORMS if form is not HTML)
QUERY_FORMS: Final = (HTML, SPARQL)

_CONTEXT: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_VERSION: Final = re.compile(r".*/(v/\d+|\d+\.\d+\.\d+)(/.*)?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@blueprint.get("/id/<path:path>")
def identifier(path: str) -> Response:
    """The IRI of an area's own thing, which is not a document: sent on to the one about it."""
    return _see_other(path, iris_of(quote(split(path)[0]), _bases(site().snapshot())))


@blueprint.get("/<kind>/<path:key>")
def reference(kind: str, key: str) -> Response:
    """The IRI of a thing of the reference data, by its path."""
    path = f"{kind}/{key}"
    if kind == "query" and _view(split(key, QUERY_FORMS)[0]):
        return _sent_on(f"/doc/{path}")
    return _see_other(path, (terms.BASE + split(path)[0],))


@blueprint.get("/doc/<path:path>")
def document(path: str) -> Response:
    """The document about a thing, in one of its forms."""
    refuse_malformed(path)
    snapshot = site().snapshot()
    stem, by_extension = split(path)
    found = locate(snapshot, iris_of(quote(stem), _bases(snapshot)))
    if isinstance(found, Removed):
        return _gone(found)
    if found is None:
        return _dated(snapshot, stem, by_extension) or abort(404)
    profile = _profile()
    if isinstance(profile, Response):
        return profile
    form = by_extension or _wanted(profile.forms)
    if isinstance(form, Response):
        return form
    if form not in profile.forms:
        return _not_acceptable(_path(found), profile.forms, profiles.wish(profile))
    return _document(snapshot, found, form, profile)


@blueprint.get("/model")
def model_page() -> Response:
    """Every class and property of the data model, for people."""
    return Response(_model(site().snapshot()))


@blueprint.get("/ns", defaults={"short": ""})
@blueprint.get("/ns.<short>")
def ontology(short: str) -> Response:
    """The document that the IRI of every term leads to, since a fragment never reaches a server."""
    return document(f"ns.{short}" if short else "ns")


@blueprint.get("/ns/<version>")
def ontology_version(version: str) -> Response:
    """One version of the ontology: the one on record, under the IRI that names it."""
    stem, form = split(version)
    snapshot = site().snapshot()
    if stem != data_model(snapshot).version:
        abort(404)
    return _kept(document(f"ns.{form.short}" if form else "ns"), snapshot, ONTOLOGY)


@blueprint.get("/doc/query/<path:key>")
def query(key: str) -> Response:
    """The document about a view of the query library: what it answers, and its text."""
    refuse_malformed(key)
    stem, by_extension = split(key, QUERY_FORMS)
    view = _view(stem)
    if view is None:
        abort(404)
    path = f"/doc/query/{view.key}"
    form = by_extension or _wanted(QUERY_FORMS)
    if isinstance(form, Response):
        return form
    if form is None:
        return _not_acceptable(path, QUERY_FORMS)
    if form is SPARQL:
        response = shared(Response(view.text, mimetype=SPARQL.media))
    else:
        response = Response(render_template("vires/thing/query.html", view=view, form=SPARQL))
    return _with_links(response, view.iri, path, form, QUERY_FORMS)


@blueprint.get("/context.jsonld")
def json_ld_context() -> Response:
    """The current JSON-LD context."""
    response = Response(context(), mimetype="application/ld+json")
    response.headers["Content-Location"] = f"/context/{context_version()}.jsonld"
    response.headers["Link"] = f'<{context_iri()}>; rel="canonical"'
    return shared(response)


@blueprint.get("/context/<version>.jsonld")
def json_ld_context_version(version: str) -> Response:
    """The version of the context that a JSON-LD document names.

    Terms are added to the context and never taken away, so the current one reads what was written
    with an earlier one.
    """
    if version == context_version():
        response = Response(context(), mimetype="application/ld+json")
        response.cache_control.immutable = True
        return shared(response)
    if not _CONTEXT.fullmatch(version):
        abort(404)
    return shared(Response(status=302, headers={"Location": "/context.jsonld"}))


def _bases(snapshot: Snapshot) -> frozenset[str]:
    return bases_of(snapshot.graphs)


def _path(iri: str) -> str:
    """The path of the page about a thing that was found by its path."""
    path = path_of(iri)
    assert path is not None
    return path


def _dated(snapshot: Snapshot, path: str, form: Form | None) -> Response | None:
    """`{agreement}/{day}`: sent on to the version that is in force on the day, if one is."""
    stem, _, day = path.rpartition("/")
    try:
        on = date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        return told(400, f"There is no day '{day}'.", "Write a day as in 2026-11-22.")
    if on is None:
        return None
    for iri in iris_of(quote(stem), _bases(snapshot)):
        version = version_on(snapshot, iri, on)
        if version and (there := path_of(version)):
            return _sent_on(there + (f".{form.short}" if form else ""))
    return None


def _see_other(path: str, iris: tuple[str, ...]) -> Response:
    refuse_malformed(path)
    found = locate(site().snapshot(), iris)
    if isinstance(found, Removed):
        return _gone(found)
    if found is None:
        abort(404)
    form = split(path)[1]
    return _sent_on(_path(found) + (f".{form.short}" if form else ""))


def _sent_on(path: str) -> Response:
    """303: the thing is not a document; the wish for a form goes along."""
    wish = request.query_string.decode("ascii", "replace")
    response = Response(status=303)
    response.headers["Location"] = f"{path}?{wish}" if wish else path
    response.headers["Vary"] = "Accept"
    return shared(response)


def _view(key: str) -> View | None:
    try:
        return library.view(key)
    except ContentError:
        return None


def _gone(found: Removed) -> Response:
    response = told(
        410,
        "The record held this once and no longer does.",
        "See what replaced it.",
        found.successors,
    )
    response.headers["Vary"] = "Accept"
    return response


def _profile() -> Profile | Response:
    """The profile asked for in the address; a 400 where none of those named is known."""
    given = request.args.get("_profile")
    if given is None:
        return WHOLE
    known = ", ".join(f"{profile.token} ({profile.iri})" for profile in PROFILES)
    return profiles.wanted(given) or told(
        400, f"There is no profile '{given[:80]}' here.", f"Give `_profile` as {known}."
    )


def _wanted(forms: Sequence[Form] = FORMS) -> Form | Response | None:
    """The form asked for in the address or by Accept; a 400 for a `_mediatype` that is unknown."""
    given = request.args.get("_mediatype")
    if given is None:
        return best(request.headers.get("Accept"), forms)
    known = ", ".join(f"{form.short} ({form.media})" for form in forms)
    return named(given, forms) or told(
        400, f"There is no form '{given[:80]}' here.", f"Give `_mediatype` as {known}."
    )


def _not_acceptable(path: str, forms: Sequence[Form] = FORMS, wish: str = "") -> Response:
    response = told(
        406,
        "This is not offered in any format that was asked for.",
        "It is offered in these:",
        tuple(Item(f"{f.name} ({f.media})", f"{path}.{f.short}{wish}") for f in forms),
    )
    response.headers["Vary"] = "Accept"
    response.headers["Link"] = ", ".join(_alternates(path, forms, wish))
    return response


def _document(snapshot: Snapshot, iri: str, form: Form, profile: Profile) -> Response:
    path = _path(iri)
    if form is not HTML:
        body = profile.write(snapshot, iri, document_of(iri) or "", form.short)
        response = shared(Response(body, content_type=form.content_type))
        response.last_modified = snapshot.made
        if _VERSION.fullmatch(path):
            _kept(response, snapshot, iri)
    elif profile is ALTERNATES:
        response = Response(_listed(snapshot, iri))
    else:
        model = iri == ONTOLOGY
        response = Response(_model(snapshot)) if model else page_of(snapshot, iri, DATA_FORMS)
        if response.status_code != 200:
            return response
    return _with_links(response, iri, path, form, profile.forms, profile)


def _kept(response: Response, snapshot: Snapshot, iri: str) -> Response:
    """With leave to keep the data of a version for good, where its graphs are frozen on record.

    A page is not kept so: it says what is in force today.
    """
    graphs = snapshot.rows("page/frozen", thing=iri)
    if response.mimetype != HTML.media and graphs and all(hash_ for _, hash_ in graphs):
        response.cache_control.immutable = True
    return response


def _listed(snapshot: Snapshot, iri: str) -> str:
    """The forms and profiles of a document, for people."""
    return render_template(
        "vires/thing/alternates.html",
        iri=iri,
        path=_path(iri),
        name=labels(snapshot, (iri,)).get(iri, iri),
        profiles=PROFILES,
        wish=profiles.wish,
    )


def _model(snapshot: Snapshot) -> str:
    """The data model; its anchors are the names of the terms, as in their IRIs."""
    return render_template(
        "vires/thing/model.html", model=data_model(snapshot), iri=ONTOLOGY, forms=DATA_FORMS
    )


def _with_links(
    response: Response,
    iri: str,
    path: str,
    form: Form,
    forms: Sequence[Form],
    profile: Profile | None = None,
) -> Response:
    wish = profiles.wish(profile) if profile else ""
    response.headers["Content-Location"] = f"{path}.{form.short}{wish}"
    response.headers["Vary"] = "Accept"
    response.headers["Link"] = ", ".join(
        (
            f'<{iri}>; rel="describes"',
            f'<{path}>; rel="canonical"',
            *_alternates(path, [other for other in forms if other is not form], wish),
            *(profiles.links(path, profile) if profile else ()),
            f'<{terms.LICENCE}>; rel="license"',
        )
    )
    return response


def _alternates(path: str, forms: Sequence[Form], wish: str = "") -> list[str]:
    return [f'<{path}.{f.short}{wish}>; rel="alternate"; type="{f.media}"' for f in forms]
