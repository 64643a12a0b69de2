"""The tiers as a tree, as maps, one agreement in focus, and who shares with whom in a community."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, abort, render_template, request

from vires.addresses import path_of
from vires.decide import choices
from vires.decide.gather import Source
from vires.explain.matrix import Community, Matrix, communities, matrix
from vires.explain.shown import Named
from vires.explain.tiers import LEVELS, Branch, FrameworkTiers, by_key, focus, frameworks
from vires.web.asking import sent_as
from vires.web.drawing import focused, level_words, tier_map
from vires.web.site import site

blueprint = Blueprint("tiers", __name__, url_prefix="/tiers")

OUTCOMES: Final = {
    "covered": "documented in full",
    "cannot tell": "the record cannot tell",
    "gap": "the record shows a gap",
}
"""The outcome of one question of a flow, in words."""


@blueprint.get("")
def tree() -> str:
    """Every framework's agreements as a tree, each below what it stands on."""
    today = site().today()
    return render_template(
        "vires/tiers.html", frameworks=frameworks(site().snapshot(), today), today=today
    )


@blueprint.get("/map")
def overview() -> str:
    """A map of each framework, and the same as a table."""
    today = site().today()
    drawn = [
        (found, tier_map(found), _listed(found)) for found in frameworks(site().snapshot(), today)
    ]
    return render_template(
        "vires/tier-map.html", drawn=drawn, today=today, levels=LEVELS, level_words=level_words
    )


@blueprint.get("/<key>")
def one_agreement(key: str) -> str:
    """One agreement: what it stands on and what stands on it, its parties, its powers."""
    snapshot, today = site().snapshot(), site().today()
    named = by_key(snapshot, key, today)
    found = focus(snapshot, named.iri, today) if named else None
    if found is None:
        abort(404)
    return render_template(
        "vires/tier-focus.html", focus=found, picture=focused(found), today=today, page=path_of
    )


@blueprint.get("/matrix")
def matrices() -> str:
    """The communities, each of which has a matrix."""
    return render_template("vires/matrices.html", communities=communities(site().snapshot()))


@blueprint.get("/matrix/<key>")
def one_matrix(key: str) -> str:
    """Who shares with whom in a community: a row for each holder, a column for each receiver."""
    snapshot = site().snapshot()
    found = matrix(snapshot, _community(snapshot, key), site().today())
    return render_template(
        "vires/matrix.html",
        matrix=found,
        givers={giver for giver, _ in found.cells},
        sent=_sent(snapshot, found),
        today=site().today(),
        page=path_of,
    )


@blueprint.get("/matrix/<key>/flows")
def flows(key: str) -> str:
    """The flows from one organisation of a community to another, each with its questions."""
    snapshot = site().snapshot()
    found = matrix(snapshot, _community(snapshot, key), site().today())
    sent = _sent(snapshot, found)
    giver, taker = (_body(found, sent, request.args.get(name, "")) for name in ("from", "to"))
    if giver is None or taker is None:
        abort(404)
    return render_template(
        "vires/flows.html",
        matrix=found,
        giver=giver,
        taker=taker,
        cell=found.cells.get((giver.iri, taker.iri)),
        sent=sent,
        outcomes=OUTCOMES,
        keys=_keys(snapshot),
        today=site().today(),
        page=path_of,
    )


def _listed(found: FrameworkTiers) -> list[tuple[Branch, int]]:
    """A framework's agreements in the order of its trees, each with how deep it stands."""
    listed: list[tuple[Branch, int]] = []

    def walk(branch: Branch, depth: int) -> None:
        listed.append((branch, depth))
        for below in branch.below:
            walk(below, depth + 1)

    for tree in (*found.published, *found.examples):
        walk(tree, 0)
    return listed


def _community(snapshot: Source, key: str) -> Community:
    found = next((one for one in communities(snapshot) if one.key == key), None)
    if found is None:
        abort(404)
    return found


def _sent(snapshot: Source, found: Matrix) -> dict[str, str]:
    """How an address names each organisation of a matrix: as a question does, else by its IRI."""
    known = sent_as(choices(snapshot)["organisation"])
    return {body.iri: known.get(body.iri, body.iri) for body in found.organisations}


def _body(found: Matrix, sent: dict[str, str], name: str) -> Named | None:
    return next((b for b in found.organisations if name in (b.iri, sent[b.iri])), None)


def _keys(snapshot: Source) -> Callable[[str], str]:
    """From an agreement to its key in an address of these pages."""
    today = site().today()
    known = {
        one.iri: one.key
        for framework in frameworks(snapshot, today)
        for branch, _ in _listed(framework)
        for one in (branch.instrument,)
    }
    return lambda iri: known.get(iri, "")
