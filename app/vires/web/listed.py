"""The page of a thing, kept small, and the pages of its lists that are too long for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from flask import Response, render_template, request

from vires.explain.thing import (
    Item,
    Register,
    Thing,
    address,
    bounded,
    find_thing,
    listing,
    part,
    pointing,
)
from vires.registers import table
from vires.store import Snapshot
from vires.web.errors import told
from vires.web.negotiation import Form
from vires.web.registers import link, pagination
from vires.web.site import site

LIST: Final = "list"
"""The parameter that names a list of a thing; `page` is its page."""

_NUMBER: Final = re.compile(r"[1-9]\d{0,6}", re.ASCII)


def page_of(snapshot: Snapshot, iri: str, forms: Sequence[Form]) -> Response:
    """The page of a thing, or the page of that list of it which the address names."""
    thing = find_thing(snapshot, iri, site().today())
    assert thing is not None
    if (key := request.args.get(LIST)) is not None:
        return _list(snapshot, thing, key)
    return Response(
        render_template(
            "vires/thing/page.html",
            thing=bounded(thing),
            forms=forms,
            today=site().today(),
            data_version=snapshot.data_version,
        )
    )


def looked_through(register: Register) -> Item | None:
    """Where a register lists what a section does; None where it has nothing for that thing.

    Templates call it for a section of which the page shows a part.
    """
    found = table(site().snapshot(), register.name, site().today())
    column = found.column(register.facet)
    known = found.by_thing(column) if column else {}
    if register.iri not in known:
        return None
    key, rows = known[register.iri]
    title = found.view.title
    words = f"{title} as a register, with filters and downloads: {len(rows):,}"
    return Item(words, link(register.name, [(register.facet, key)]))


def _list(snapshot: Snapshot, thing: Thing, key: str) -> Response:
    number = request.args.get("page", "1")
    found = listing(thing, key) or pointing(snapshot, thing, key)
    back = (Item(thing.label, thing.path),)
    if found is None:
        return told(404, f"{thing.label} has no list '{key[:80]}'.", "Find it on its page.", back)
    shown = part(found, int(number)) if _NUMBER.fullmatch(number) else None
    if shown is None:
        first = (Item(found.title, address(thing.path, key)), *back)
        return told(404, f"This list has no page '{number[:20]}'.", "Start at its first.", first)
    return Response(
        render_template(
            "vires/thing/list.html",
            thing=thing,
            listing=found,
            part=shown,
            pagination=pagination(
                shown.number, shown.pages, lambda page: address(thing.path, key, page)
            ),
            today=site().today(),
            data_version=snapshot.data_version,
        )
    )
