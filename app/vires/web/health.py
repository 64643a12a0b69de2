"""The health check: its list, its downloads and feeds, and what other pages show of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from vires.exchange import atom
from vires.explain.thing import RULES, WATCHED, example
from vires.health import AHEAD, NAME, Health, Kind, Line, calendar, table
from vires.health.catalogue import catalogue
from vires.health.feeds import CALENDAR, Feed, to_atom, to_calendar
from vires.registers import Table, choose
from vires.registers import rows as chosen_rows
from vires.web.registers import filters, link, listed, sheet
from vires.web.site import site

blueprint = Blueprint("health", __name__)

BESIDE: Final = 6
"""How many lines stand beside the thing that they concern; the list has every one."""

_TEMPLATE: Final = "vires/health.html"
_FEEDS: Final = {"atom": (to_atom, atom.MEDIA), "ics": (to_calendar, CALENDAR)}


@blueprint.get(f"/{NAME}")
def page() -> tuple[str, int]:
    """What is not met, soon, changed and cannot be told, as the address asks for."""
    found = _health()
    return listed(_table(found), _TEMPLATE, **_more(found))


@blueprint.get(f"/{NAME}.<any(csv, xlsx):form>")
def download(form: str) -> Response | tuple[str, int]:
    """The rows that the address asks for, as a file."""
    found = _health()
    return sheet(_table(found), form, _TEMPLATE, **_more(found))


@blueprint.get(f"/{NAME}.<any(atom, ics):form>")
def feed(form: str) -> Response | tuple[str, int]:
    """The rows that the address asks for, as a feed or a calendar."""
    found = _health()
    every = _table(found)
    chosen = choose(every, request.args.items(multi=True), paged=False)
    if chosen.problems:
        return listed(every, _TEMPLATE, **_more(found))
    write, media = _FEEDS[form]
    held = _calendar(found) if form == "ics" else every
    root = site().address("").rstrip("/")
    made = site().snapshot().made
    written = made.date() if made else every.on
    here = Feed(
        root + request.full_path.rstrip("?"),
        root + link(NAME, chosen.pairs()),
        root,
        every.on,
        written,
        filters(every, chosen),
    )
    response = Response(write(chosen_rows(held, chosen), here), content_type=media)
    response.headers["Access-Control-Allow-Origin"] = "*"  # public data, as the other downloads
    return response


def unmet() -> tuple[int, str] | None:
    """How many findings are not met, and where they are listed; None where no rule was run."""
    found = _health()
    if found.checked is None:
        return None
    return len(found.of(Kind.NOT_MET)), link(NAME, [("kind", "not-met")])


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a thing or a rule, how many more lines there are, and where they are.

    `checked` is the day that the rules were run on, None where they were not.
    """

    lines: tuple[Line, ...]
    more: int
    address: str
    checked: date | None
    of_rule: bool


def lines_on(iri: str, classes: Iterable[str]) -> Beside | None:
    """What stands beside a thing; None where nothing is found and nobody would look for it.

    Templates call it, and show it by `beside.html`.
    """
    every = _health()
    found = every.beside(iri)
    if not found and WATCHED.isdisjoint(classes):
        return None
    of_rule = not RULES.isdisjoint(classes)
    return Beside(
        found[:BESIDE], len(found[BESIDE:]), _listed_at(every, iri), every.checked, of_rule
    )


@dataclass(frozen=True, slots=True)
class OfParty:
    """What is found of the agreements that a body is party to: each kind, how many, and where."""

    counts: tuple[tuple[str, int, str], ...]
    address: str


def findings_of_party(iri: str) -> OfParty | None:
    """What is found of agreements to which a body is a party; None where it is party to none.

    Templates call it.
    """
    every = _health()
    key = next((one.key for one in _table(every).words["party"] if one.iri == iri), "")
    if not key:
        return None
    counts = [
        (
            kind.value.lower(),
            sum(iri in line.parties for line in every.of(kind)),
            link(NAME, [("party", key), ("kind", _key(kind))]),
        )
        for kind in (Kind.NOT_MET, Kind.SOON, Kind.CANNOT_TELL)
        if every.checked is not None or kind is Kind.SOON
    ]
    return OfParty(tuple(counts), link(NAME, [("party", key)]))


def _listed_at(every: Health, iri: str) -> str:
    """Where the list has every line on a thing or of a rule; '' where it is not chosen by."""
    found = _table(every)
    for column in found.facets:
        if column.name in ("about", "rule"):
            for value in (value for row in found.rows for value in row.cell(column)):
                if value.iri == iri:
                    return link(NAME, [(column.name, value.key)])
    return ""


@blueprint.get("/rules")
def rules() -> str:
    """The catalogue: every rule by family, and every candidate with what became of it."""
    found = _health()
    return render_template(
        "vires/rules.html", catalogue=catalogue(site().snapshot(), found), health=found
    )


@blueprint.get("/rules/<key>/<name>")
def rule_example(key: str, name: str) -> Response:
    """An example of a rule, as it is written."""
    text = example(key, name)
    if text is None:
        abort(404)
    response = Response(text, content_type="text/turtle; charset=utf-8")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _health() -> Health:
    return site().health(site().snapshot())


def _table(found: Health) -> Table:
    return table(site().snapshot(), found, site().today())


def _calendar(found: Health) -> Table:
    return calendar(site().snapshot(), found, site().today())


def _more(found: Health) -> dict[str, object]:
    return {
        "health": found,
        "ahead": AHEAD.days,
        "totals": [
            (kind.value, len(found.of(kind)), link(NAME, [("kind", _key(kind))])) for kind in Kind
        ],
        "feeds": lambda chosen: {form: link(f"{NAME}.{form}", chosen.pairs()) for form in _FEEDS},
    }


def _key(kind: Kind) -> str:
    return kind.value.lower().replace(" ", "-")
