"""The JSON operation: the same bytes as `vires ask --json`."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from flask import Blueprint, Response, request

from vires.decide import URGENT, ask, to_json
from vires.web.asking import PARAMETERS, Problem, read
from vires.web.site import site

blueprint = Blueprint("api", __name__, url_prefix="/api")

PROBLEM_TYPES: Final = "https://w3id.org/vires/problem/"
_FLAGS: Final = {"true": True, "false": False}


@blueprint.get("/ask")
def ask_() -> Response:
    """The answer to one question; a wrong question is a 400 that lists every problem."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    flag = request.args.get("near_misses", "true")
    problems = [*asking.problems, *_strict(flag, len(asking.categories))]
    if problems:
        return problem(400, "wrong-question", "The question cannot be asked as it stands", problems)
    found = ask(snapshot, asking.questions[0], near_misses=_FLAGS[flag])
    return _shared(Response(to_json(found), mimetype="application/json"))


def _strict(flag: str, categories: int) -> list[Problem]:
    """What a page forgives and an operation does not: a misspelt parameter changes an answer."""
    known = {*PARAMETERS, "near_misses"}
    found = [
        Problem(name[:80], f"There is no parameter '{name[:80]}'")
        for name in request.args
        if name not in known
    ]
    if flag not in _FLAGS or len(request.args.getlist("near_misses")) > 1:
        found.append(Problem("near_misses", "Give `near_misses` once, as true or false"))
    if categories > 1:
        found.append(Problem("category", "Ask once for each kind of information"))
    return found


def problem(
    status: int,
    kind: str,
    title: str,
    problems: list[Problem] | None = None,
    detail: str = "",
    instance: str = "",
) -> Response:
    """An RFC 9457 problem, which carries the urgent statement as every error does."""
    body: dict[str, Any] = {
        "type": PROBLEM_TYPES + kind if kind else "about:blank",
        "title": title,
        "status": status,
        "detail": detail or "; ".join(p.text for p in problems or []) or title,
        "instance": instance or f"urn:uuid:{uuid.uuid4()}",
        "urgent": {"statement": URGENT},
    }
    if problems:
        body["errors"] = [
            {
                "field": p.field,
                "detail": p.text,
                "near": [{"iri": c.iri, "key": c.key, "label": c.label} for c in p.near],
            }
            for p in problems
        ]
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    return _shared(Response(text, status=status, mimetype="application/problem+json"))


def _shared(response: Response) -> Response:
    """Public data may be read by the pages of others; it carries no cookie and no sign-in."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
