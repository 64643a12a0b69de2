"""Guidance for staff: the list, each text, and what other pages show of it."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from vires.addresses import path_of
from vires.guidance import Guidance, guidance, guidance_on
from vires.web.site import site

blueprint = Blueprint("guiding", __name__)


@blueprint.get("/guidance")
def listed() -> str:
    """Every guidance, each with what it says in a line."""
    return render_template("vires/guidance.html", every=guidance(site().snapshot()))


@blueprint.get("/guidance/<key>")
def one(key: str) -> str:
    """One guidance, what it explains, its sources, and who owns it."""
    found = next((one for one in guidance(site().snapshot()) if one.key == key), None)
    if found is None:
        abort(404)
    return render_template("vires/guide.html", guide=found, path_of=path_of)


def guides_on(*iris: str) -> tuple[Guidance, ...]:
    """What guidance explains the things given; templates call it, and show it by `guides.html`."""
    return guidance_on(site().snapshot(), iris)


def guide_path(iri: str) -> str:
    """The path of the page to read, from the IRI of guidance."""
    return f"/guidance/{iri.rsplit('/', 1)[-1]}"
