"""The question as a person is asked it: one question a page, then a check of all answers.

Every answer is in the address, as a key or an IRI, and nowhere else. `/ask` takes an answer and
goes on to the next question that has none; `/ask/{step}` shows one question with its answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from vires.decide import Choice, choices, labels
from vires.decide.gather import Source
from vires.explain.called import ended, folded, other_names
from vires.explain.choosing import Group, groups, receivers
from vires.web.asking import (
    DATE_PARTS,
    KINDS,
    REQUIRED,
    Asking,
    Problem,
    nearest,
    read,
    sent_as,
)
from vires.web.site import site

blueprint = Blueprint("journey", __name__)

MORE_CATEGORIES: Final = 2
"""How many further kinds of information the single page offers; an address may name more."""

FEW: Final = 12
"""The longest list that is shown as buttons to pick one of; a longer one is a drop-down list."""

MAX_FIND: Final = 100
"""The longest text that a list is narrowed by, in characters."""


@dataclass(frozen=True, slots=True)
class Step:
    """One question: the field that it fills, its path below `/ask/`, and its words."""

    field: str
    path: str
    heading: str
    hint: str
    empty: str
    thing: str


STEPS: Final = (
    Step(
        "from",
        "from",
        "Who holds the information?",
        "The organisation that would share it. You do not need to name anyone.",
        "Select an organisation",
        "Organisation",
    ),
    Step(
        "to",
        "to",
        "Who would receive it?",
        "The organisation that it would be shared with.",
        "Select an organisation",
        "Organisation",
    ),
    Step(
        "purpose",
        "purpose",
        "Why would it be shared?",
        "Pick the closest purpose.",
        "Select a purpose",
        "Purpose",
    ),
    Step(
        "category",
        "information",
        "What information is it?",
        "Select all that apply. Each is asked on its own and has its own answer.",
        "",
        "Kinds of information",
    ),
    Step(
        "subjects",
        "about",
        "Whom is it about?",
        "A group of people, never a name. Optional.",
        "Anyone",
        "Group of people",
    ),
    Step(
        "on",
        "date",
        "As at which date?",
        "For example, 27 3 2026. Leave it empty for today. Optional.",
        "",
        "",
    ),
)
BY_PATH: Final = {step.path: step for step in STEPS}
_PATHS: Final = ", ".join(BY_PATH)
_SAID: Final = {
    "from": "from",
    "to": "to",
    "purpose": "purpose",
    "category": "information",
    "subjects": "about",
}
REGISTERS: Final = {
    "organisation": ("/organisations", "Look through all organisations on record"),
    "purpose": ("/purposes", "Look through all purposes on record"),
    "category": ("/categories", "Look through all kinds of information on record"),
}
"""Where to look where a name names nothing, and how the link says so, by kind."""
_FIND: Final = frozenset({"from", "to", "purpose", "category"})


@blueprint.get("/ask")
def next_question() -> Response | tuple[str, int] | str:
    """The first question without an answer; the check of all answers where none is left."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    wrong = {problem.field for problem in asking.problems}
    step = next((step for step in STEPS if step.field in wrong), None)
    if step is None:
        return redirect("/check?" + urlencode(asking.given()), 303)
    given = step.field == "on" or step.field in request.args
    return _page(snapshot, asking, step, [p for p in asking.problems if given and _of(step, p)])


@blueprint.get(f"/ask/<any({_PATHS}):path>")
def one_question(path: str) -> tuple[str, int] | str:
    """One question with the answer given, to look at or to change; its list may be narrowed."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    step = BY_PATH[path]
    held = step.field == "on" or any(name == step.field for name, _ in asking.given())
    return _page(snapshot, asking, step, [p for p in asking.problems if held and _of(step, p)])


@blueprint.get("/ask/all")
def all_questions() -> str:
    """Every question on one page, for those who know them."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    return whole_form(snapshot, asking, show_problems=False)


@blueprint.get("/check")
def check() -> tuple[str, int] | str:
    """The question to look over before it is asked."""
    snapshot = site().snapshot()
    asking = read(snapshot, request.args, site().today())
    if asking.problems:
        return whole_form(snapshot, asking), 400
    kinds = [question.category for question in asking.questions]
    first = asking.questions[0]
    named = [first.from_, first.to, first.purpose, first.subjects or "", *kinds]
    return render_template(
        "vires/check.html",
        asking=asking,
        question=first,
        kinds=kinds,
        labels=labels(snapshot, named),
        ended=ended(snapshot, site().today()),
        given=urlencode(asking.given()),
        today=site().today(),
    )


def _of(step: Step, problem: Problem) -> bool:
    return problem.field == step.field


def _page(
    snapshot: Source, asking: Asking, step: Step, problems: Sequence[Problem]
) -> tuple[str, int] | str:
    """The page of one question; with problems, an error that says so."""
    own = DATE_PARTS if step.field == "on" else (step.field,)
    find = _find(step)
    page = render_template(
        "vires/step.html",
        step=step,
        number=STEPS.index(step) + 1,
        of=len(REQUIRED),
        back=_back(asking, step),
        others=asking.given(*own),
        so_far=_so_far(snapshot, asking, step),
        date_parts=asking.date_parts,
        problem=problems[0] if problems else None,
        problems=problems,
        corrected=_corrected,
        asked=request.args,
        find=find,
        can_find=step.field in _FIND,
        few=FEW,
        said=_said(snapshot),
        besides=other_names(snapshot, site().today()),
        registers=REGISTERS,
        **_list(snapshot, asking, step, find),
    )
    return (page, 400) if problems else page


def _so_far(snapshot: Source, asking: Asking, step: Step) -> list[tuple[str, list[str]]]:
    """The answers given to the other questions, by name; one that names nothing is passed over."""
    pools = choices(snapshot)
    found = []
    for field, name in _SAID.items():
        given = asking.categories if field == "category" else (asking.values.get(field, ""),)
        known = _aliases(pools[KINDS[field]], _besides(snapshot, KINDS[field]))
        sent = {known[name] for name in map(folded, given) if name in known}
        labels_ = [c.label for c in pools[KINDS[field]] if known[c.iri.casefold()] in sent]
        if labels_ and field != step.field:
            found.append((name, labels_))
    return found


def _find(step: Step) -> str:
    """The text to narrow the list by, where this page sent it; an earlier page's is passed over."""
    if step.field not in _FIND or (request.path == "/ask" and step.field not in request.args):
        return ""
    return " ".join(request.args.get("find", "")[:MAX_FIND].split())


def _list(snapshot: Source, asking: Asking, step: Step, find: str) -> dict[str, object]:
    """The choices of a question, under headings or narrowed, and those that are made."""
    kind = KINDS.get(step.field)
    if kind is None:
        return {}
    pool = choices(snapshot)[kind]
    known = _aliases(pool, _besides(snapshot, kind))
    given = asking.categories if step.field == "category" else (asking.values.get(step.field, ""),)
    chosen = [known[name] for name in map(folded, given) if name in known]
    found = nearest(snapshot, kind, find, site().today()) if find else ()
    holder = _holder(pool, known, asking) if step.field == "to" else None
    served = receivers(snapshot, holder.iri) if holder and found else frozenset()
    if first := [choice for choice in found if choice.iri in served]:
        found = (*first, *(choice for choice in found if choice not in first))
    headed = groups(snapshot, kind) if kind != "subjects" else (Group("", pool),)
    # What is chosen stays in a narrowed list, or the next answer would lose it.
    kept = [c for c in pool if known[c.iri.casefold()] in chosen and c not in found]
    return {
        "kind": kind,
        "values": {choice.iri: known[choice.iri.casefold()] for choice in pool},
        "chosen": chosen,
        "near": len(found),
        "served_by": holder.label if holder and 0 < len(first) < len(found) else "",
        "found": (*found, *kept) if found else (),
        "groups": headed,
        "opened": {
            g.label for g in headed if any(known[c.iri.casefold()] in chosen for c in g.choices)
        },
    }


def _holder(pool: Sequence[Choice], known: Mapping[str, str], asking: Asking) -> Choice | None:
    """Who holds the information, where that is answered."""
    sent = known.get(folded(asking.values.get("from", "")))
    return next((choice for choice in pool if known[choice.iri.casefold()] == sent), None)


def _back(asking: Asking, step: Step) -> str:
    """Where Back leads: the check where every answer is given, else the question before."""
    answers = urlencode(asking.given())
    if not asking.problems:
        return f"/check?{answers}"
    place = STEPS.index(step)
    return f"/ask/{STEPS[place - 1].path}?{answers}" if place else "/"


def whole_form(snapshot: Source, asking: Asking, *, show_problems: bool = True) -> str:
    """Every question on one page, with what is wrong with the answers where that is asked for."""
    pools = choices(snapshot)
    problems = asking.problems if show_problems else ()
    slots = max(1 + MORE_CATEGORIES, len(asking.categories))
    return render_template(
        "vires/question.html",
        values=asking.values,
        categories=[*asking.categories, *[""] * slots][:slots],
        date_parts=asking.date_parts,
        pools=pools,
        sent={kind: sent_as(pool) for kind, pool in pools.items()},
        aliases={kind: _aliases(pool, _besides(snapshot, kind)) for kind, pool in pools.items()},
        said=_said(snapshot),
        besides=other_names(snapshot, site().today()),
        registers=REGISTERS,
        problems=problems,
        by_field={problem.field: problem for problem in reversed(problems)},
        corrected=_corrected,
        asked=request.args,
    )


def _besides(snapshot: Source, kind: str) -> Mapping[str, Sequence[str]]:
    return other_names(snapshot, site().today()) if kind == "organisation" else {}


def _said(snapshot: Source) -> Callable[[Choice], str]:
    """How a list calls a choice: by its label, and when it ended where it has."""
    gone = ended(snapshot, site().today())

    def said(choice: Choice) -> str:
        return f"{choice.label} ({gone[choice.iri]})" if choice.iri in gone else choice.label

    return said


def _aliases(
    pool: Sequence[Choice], besides: Mapping[str, Sequence[str]] | None = None
) -> dict[str, str]:
    """From any way to write a value to the one that the form sends, so that answers are kept.

    `besides` has other names of the choices, by IRI; one that is a name of several is none.
    """
    found: dict[str, str] = {}
    for iri, value in sent_as(pool).items():
        found.setdefault(iri.casefold(), value)
    for choice in pool:
        for name in (choice.key, choice.label):
            found.setdefault(folded(name), found[choice.iri.casefold()])
    names = [(folded(name), iri) for iri, own in (besides or {}).items() for name in own]
    shared = Counter(name for name, _ in names)
    for name, iri in names:
        if shared[name] == 1 and iri.casefold() in found:
            found.setdefault(name, found[iri.casefold()])
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
