"""What agreements record of the processing of an organisation, as a page and its downloads."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template

from vires.addresses import bases_of, iris_of, path_of
from vires.explain.thing import Removed, locate
from vires.processing import (
    LIMITS,
    NAME,
    TITLE,
    Processing,
    address,
    has_flows,
    processing,
    records,
)
from vires.web.negotiation import Form, split
from vires.web.registers import TYPES, listed, sheet
from vires.web.security import refuse_malformed
from vires.web.site import site

blueprint = Blueprint("processing", __name__)

_TEMPLATE: Final = "vires/article-30.html"
_SHEETS: Final = tuple(Form(short, media, short.upper()) for short, media in TYPES.items())

EVERY: Final = 1_000
"""A cell of the record leaves nothing out that the law asks for."""


class Link(NamedTuple):
    """A link to a record of processing: its words and where it leads."""

    text: str
    href: str


def processing_of(iri: str) -> Link | None:
    """The record of processing of an organisation; None where no flow names it.

    Templates call it.
    """
    if path_of(iri) is None or not has_flows(site().snapshot(), iri):
        return None
    return Link(TITLE, f"/{address(iri)}")


@blueprint.get(f"/{NAME}")
def index() -> str:
    """The organisations of which there is a record of processing, each with a link to it."""
    return render_template("vires/processing.html", records=records(site().snapshot()))


@blueprint.get(f"/{NAME}/<path:path>")
def record(path: str) -> Response | tuple[str, int]:
    """The record of an organisation: a page, or with `.csv` or `.xlsx` a file."""
    stem, form = split(path, _SHEETS)
    refuse_malformed(stem)
    snapshot = site().snapshot()
    found = locate(snapshot, iris_of(quote(stem), bases_of(snapshot.graphs)))
    if found is None or isinstance(found, Removed):
        abort(404)
    whole = processing(snapshot, found, site().today()) or abort(404)
    if form is None:
        return listed(whole.table, _TEMPLATE, **_more(whole))
    return sheet(whole.table, form.short, _TEMPLATE, _about(whole), **_more(whole))


def _more(whole: Processing) -> dict[str, object]:
    path = path_of(whole.organisation)
    assert path is not None  # it has an address of its own
    return {
        "record": whole,
        "listed": EVERY,
        "limits": LIMITS,
        "path": path,
        "data": f"/export/dpv/{path.removeprefix('/doc/')}",
    }


def _about(whole: Processing) -> tuple[tuple[str, str], ...]:
    """What a workbook says of whose record it is, and of what it does not hold."""
    return (
        ("Organisation", f"{whole.name}, {whole.organisation}"),
        *((post.role, post.reach) for post in whole.contacts),
        *(("What it does not hold", limit) for limit in LIMITS),
    )
