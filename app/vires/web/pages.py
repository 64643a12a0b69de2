"""The pages: home and the answer."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from vires.addresses import path_of
from vires.decide import HEADINGS, ask, labels
from vires.decide.verdict import Snapshot
from vires.explain import explain
from vires.guidance import guidance_on
from vires.web.asking import Asking, read
from vires.web.journey import whole_form
from vires.web.registers import held
from vires.web.site import site

blueprint = Blueprint("pages", __name__)

DETAILED_ROUTES: Final = 3
"""How many routes a page works out in full; the JSON has every one."""

GUIDES: Final = 7
"""How many texts of guidance stand beside an answer."""

LISTED: Final = 12
"""How many other routes and changes a page lists."""


@blueprint.get("/")
def home() -> str:
    """The front page: what this is, how much the record holds, and where to start."""
    snapshot = site().snapshot()
    return render_template(
        "vires/home.html",
        held=held,
        today=site().today(),
        data_version=snapshot.data_version,
    )


@blueprint.get("/answer")
def answer() -> tuple[str, int] | str:
    """What the record documents about one question; several kinds of information, a list."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    if asking.problems:
        return whole_form(snapshot, asking), 400
    if len(asking.questions) > 1:
        return _several(snapshot, asking)
    query = urlencode(asking.pairs())
    found = explain(snapshot, ask(snapshot, asking.questions[0]))
    return render_template(
        "vires/answer.html",
        answer=found,
        understood=asking.understood,
        guides=guidance_on(snapshot, found.rests_on_things, most=GUIDES),
        query=query,
        detailed=DETAILED_ROUTES,
        listed=LISTED,
        page=path_of,
    )


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether the record can be read, for machines that watch."""
    return jsonify(status="ok", data_version=site().snapshot().data_version)


def _several(snapshot: Snapshot, asking: Asking) -> str:
    """One line for each kind of information, each asked alone, with a link to its answer."""
    rows = []
    for question in asking.questions:
        found = ask(snapshot, question, near_misses=False)
        pairs = [p for p in asking.pairs() if p[0] != "category" or p[1] == question.category]
        name = labels(snapshot, [question.category]).get(question.category, question.category)
        rows.append((name, HEADINGS[found.verdict], found.illustrative, urlencode(pairs)))
    first = asking.questions[0]
    return render_template(
        "vires/several.html",
        rows=rows,
        question=first,
        understood=asking.understood,
        labels=labels(snapshot, [first.from_, first.to, first.purpose, first.subjects or ""]),
        query=urlencode(asking.pairs()),
    )
