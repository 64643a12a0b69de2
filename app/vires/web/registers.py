"""The registers: a list, its facets, its order and pages, and its downloads, for each view."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from vires.addresses import path_of
from vires.decide.verdict import Snapshot
from vires.explain import uk_date
from vires.registers import (
    Chosen,
    Facet,
    Table,
    branches,
    choose,
    facets,
    lines,
    page,
    registers,
    rows,
    table,
)
from vires.sheets import CSV, XLSX, to_csv, to_xlsx
from vires.web.site import site

blueprint = Blueprint("registers", __name__)

LISTED: Final = 3
"""How many values of a cell a page lists; a download has every one."""

TYPES: Final = {"csv": CSV, "xlsx": XLSX}


def show(name: str) -> tuple[str, int]:
    """A register: the rows that the address asks for, or what is wrong with the address."""
    return listed(table(site().snapshot(), name, site().today()))


def listed(found: Table, template: str = "vires/register.html", **more: object) -> tuple[str, int]:
    """A list as a page of a template, which is given what is `more` too.

    `listed` among it says how many values of a cell are shown, where a template needs them all.
    """
    chosen = choose(found, request.args.items(multi=True), paged=found.tree is None)
    return _page(found, chosen, template, **more), 400 if chosen.problems else 200


def download(name: str, form: str) -> Response | tuple[str, int]:
    """Exactly the rows that the address asks for, all pages of them, as a file."""
    return sheet(table(site().snapshot(), name, site().today()), form)


def sheet(
    found: Table,
    form: str,
    template: str = "vires/register.html",
    about: Iterable[tuple[str, str]] = (),
    /,
    **more: object,
) -> Response | tuple[str, int]:
    """The rows of a list that the address asks for, as CSV or XLSX; a workbook says `about` too."""
    chosen = choose(found, request.args.items(multi=True), paged=False)
    if chosen.problems:
        return _page(found, chosen, template, **more), 400
    wanted = rows(found, chosen)
    cells = lines(found, wanted)
    if form == "csv":
        data = to_csv(cells)
    else:
        told = (*_about(found, chosen, len(wanted)), *about)
        data = to_xlsx(found.view.title, cells, told, made=found.on)
    response = Response(data, content_type=TYPES[form])
    file = f"vires-{found.name.replace('/', '-')}-{found.on.isoformat()}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["Access-Control-Allow-Origin"] = "*"  # public data, as `/doc` and `/api` give
    return response


for _name in registers():
    blueprint.add_url_rule(f"/{_name}", _name, show, defaults={"name": _name})
    blueprint.add_url_rule(
        f"/{_name}.<any(csv, xlsx):form>", f"{_name}-file", download, defaults={"name": _name}
    )


def warm(snapshot: Snapshot, on: date) -> None:
    """Read every register of a day, so that no visitor waits for it."""
    for name in registers():
        table(snapshot, name, on)


def link(name: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The address of a register with some parameters."""
    query = urlencode(list(pairs))
    return f"/{name}?{query}" if query else f"/{name}"


def held(name: str, **filters: list[str]) -> tuple[int, str]:
    """How many rows of a register some filters give, and the address that lists them.

    A filter that the record does not know gives none, and the address of the whole list.
    """
    found = table(site().snapshot(), name, site().today())
    chosen = choose(found, [(facet, key) for facet, keys in filters.items() for key in keys])
    if chosen.problems:
        return 0, link(name, ())
    return len(rows(found, chosen)), link(name, chosen.pairs())


def _page(found: Table, chosen: Chosen, template: str, **more: object) -> str:
    shown, offered = page(found, chosen), facets(found, chosen)
    return render_template(
        template,
        table=found,
        chosen=chosen,
        page=shown,
        branches=branches(found) if found.tree else (),
        facets=offered,
        taken=_taken(found, chosen, offered),
        columns=found.placed("column"),
        under=found.placed("under"),
        files={form: link(f"{found.name}.{form}", chosen.pairs()) for form in TYPES},
        pagination=pagination(
            shown.number,
            shown.pages,
            lambda number: link(found.name, chosen.pairs(page=number)),
        ),
        order=lambda column: _order(found, chosen, column.name),
        link=link,
        path_of=path_of,
        **{"listed": LISTED, **more},
    )


def _order(found: Table, chosen: Chosen, name: str) -> tuple[str, str]:
    """The address that puts rows in order of a column, and how they are in order of it now."""
    current = chosen.order or ("" if found.ranked else found.view.shown[0].name)
    if current != name:
        return link(found.name, chosen.pairs(order=name)), ""
    falling = f"-{name}" if not chosen.falling else name
    state = "descending" if chosen.falling else "ascending"
    return link(found.name, chosen.pairs(order=falling)), state


def _taken(
    found: Table, chosen: Chosen, offered: Iterable[Facet]
) -> list[tuple[str, str, str, int]]:
    """Each value chosen: its facet, its words, the list without it, and how long that is."""
    taken = []
    for facet in offered:
        for option in facet.options:
            if option.chosen:
                less = chosen.without(facet.column.name, option.value.key)
                address = link(found.name, less.pairs())
                count = len(rows(found, less))
                taken.append((facet.column.title, option.value.text, address, count))
    return taken


def filters(found: Table, chosen: Chosen) -> str:
    """What rows were chosen by, in words; '' for all of them."""
    said: dict[str, list[str]] = {}
    for facet in facets(found, chosen):
        for option in facet.options:
            if option.chosen:
                said.setdefault(facet.column.title, []).append(option.value.text)
    return "; ".join(f"{title}: {' or '.join(texts)}" for title, texts in said.items())


def pagination(current: int, last: int, to: Callable[[int], str]) -> dict[str, object]:
    """What the pagination of GOV.UK Frontend shows of some pages; `to` gives the address of one."""
    items: list[dict[str, object]] = []
    for number in range(1, last + 1):
        if number in (1, last) or abs(number - current) < 3:
            items.append({"number": number, "href": to(number), "current": number == current})
        elif items and "ellipsis" not in items[-1]:
            items.append({"ellipsis": True})
    found_links: dict[str, object] = {"items": items, "landmarkLabel": "Pages of the list"}
    if 1 < current <= last:
        found_links["previous"] = {"href": to(current - 1)}
    if current < last:
        found_links["next"] = {"href": to(current + 1)}
    return found_links


def _about(found: Table, chosen: Chosen, count: int) -> tuple[tuple[str, str], ...]:
    """What a workbook says of itself, so that a copy of it can be judged without the site."""
    return (
        ("List", found.view.title),
        ("Question", found.view.question),
        ("Filters", filters(found, chosen) or "none"),
        ("Rows", str(count)),
        ("As at", uk_date(found.on)),
        ("Data version", found.data_version),
        ("Query", found.view.iri),
        ("Meaning", "Reports what is documented; a person decides."),
    )
