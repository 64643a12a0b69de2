"""The pages: home, the question, its check and the answer."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.datastructures import MultiDict

from vires.decide import HEADINGS, Choice, ask, choices, labels
from vires.decide.verdict import Snapshot
from vires.explain import explain
from vires.guidance import guidance_on
from vires.web.asking import Asking, Problem, read
from vires.web.registers import held
from vires.web.site import site

blueprint = Blueprint("pages", __name__)

MORE_CATEGORIES: Final = 2
"""How many further kinds of information the form offers; an address may name more."""

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


@blueprint.get("/ask")
def question() -> str:
    """The question, with any answers already given."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    return _form(snapshot, asking, show_problems=False)


@blueprint.get("/check")
def check() -> tuple[str, int] | str:
    """The question to look over before it is asked."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    if asking.problems:
        return _form(snapshot, asking), 400
    named = [iri for q in asking.questions for iri in (q.category, q.from_, q.to, q.purpose)]
    first = asking.questions[0]
    return render_template(
        "vires/check.html",
        asking=asking,
        question=first,
        labels=labels(snapshot, [*named, first.subjects or ""]),
        query=urlencode(asking.pairs()),
        today=site().today(),
    )


@blueprint.get("/answer")
def answer() -> tuple[str, int] | str:
    """What the record documents about one question; several kinds of information, a list."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    if asking.problems:
        return _form(snapshot, asking), 400
    if len(asking.questions) > 1:
        return _several(snapshot, asking)
    query = urlencode(asking.pairs())
    found = explain(snapshot, ask(snapshot, asking.questions[0]))
    return render_template(
        "vires/answer.html",
        answer=found,
        guides=guidance_on(snapshot, found.rests_on_things, most=GUIDES),
        query=query,
        detailed=DETAILED_ROUTES,
        listed=LISTED,
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
        labels=labels(snapshot, [first.from_, first.to, first.purpose, first.subjects or ""]),
        query=urlencode(asking.pairs()),
    )


def _form(snapshot: Snapshot, asking: Asking, *, show_problems: bool = True) -> str:
    pools = choices(snapshot)
    problems = asking.problems if show_problems else ()
    slots = max(1 + MORE_CATEGORIES, len(asking.categories))
    return render_template(
        "vires/question.html",
        values=asking.values,
        categories=[*asking.categories, *[""] * slots][:slots],
        date_parts=asking.date_parts,
        options={kind: _options(pool) for kind, pool in pools.items()},
        aliases={kind: _aliases(pool) for kind, pool in pools.items()},
        problems=problems,
        by_field={problem.field: problem for problem in reversed(problems)},
        corrected=_corrected,
        asked=request.args,
    )


def _options(pool: tuple[Choice, ...]) -> list[dict[str, str]]:
    """A choice is sent by its key, or by its IRI where two share a key."""
    keys = [choice.key for choice in pool]
    return [{"value": c.key if keys.count(c.key) == 1 else c.iri, "text": c.label} for c in pool]


def _aliases(pool: tuple[Choice, ...]) -> dict[str, str]:
    """From any way to write a value to the one that the form sends, so that answers are kept."""
    found: dict[str, str] = {}
    for choice, option in zip(pool, _options(pool), strict=True):
        for name in (choice.iri, choice.key, choice.label.casefold()):
            found.setdefault(name, option["value"])
    return found


def _corrected(problem: Problem, choice: Choice, asked: MultiDict[str, str]) -> str:
    """The same question with the value that was wrong replaced by a near match."""
    pairs = asked.items(multi=True)
    return urlencode(
        [
            (name, choice.iri if (name, value.strip()) == (problem.field, problem.value) else value)
            for name, value in pairs
        ]
    )
