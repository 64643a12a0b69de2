"""Statements: what the site is, what it does with data, how it was tested, and how to report."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, render_template

from vires.decide.words import NOT_TESTED
from vires.explain import trust
from vires.web.site import site

blueprint = Blueprint("stating", __name__)


@blueprint.get("/about")
def about() -> str:
    """What the site is and its limits, with how much of the record is real, made up, checked."""
    snapshot = site().snapshot()
    return render_template(
        "vires/about.html",
        trusts=trust(snapshot),
        not_tested=NOT_TESTED,
        data_version=snapshot.data_version,
        today=site().today(),
    )


@blueprint.get("/accessibility")
def accessibility() -> str:
    """What was tested, how, and what was not."""
    return render_template("vires/accessibility.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """What the site does with data about those who use it."""
    return render_template("vires/privacy.html")


@blueprint.get("/cookies")
def cookies() -> str:
    """That there are none."""
    return render_template("vires/cookies.html")


@blueprint.get("/licence")
def licence() -> str:
    """On what terms data and code may be used."""
    return render_template("vires/licence.html")


def report_link(iri: str) -> str:
    """A mail link that carries what is reported and the record it was read from.

    '' where the operator has set no address. Errors: those of `Site.snapshot`.
    """
    if not site().contact:
        return ""
    body = (
        f"What is wrong, and where it can be checked:\n\n\n"
        f"Record: {iri}\nData version: {site().snapshot().data_version}\n"
        "Do not name a person or describe a case.\n"
    )
    subject = quote("An error in the record of Vires", safe="")
    return f"mailto:{quote(site().contact, safe='@')}?subject={subject}&body={quote(body, safe='')}"
