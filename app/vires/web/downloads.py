"""Downloads: the whole record release by release, its classes as tables, and how to cite it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, render_template, send_file, url_for

from vires.exchange import changes, citation, dumps, tables
from vires.registers import registers
from vires.store import Snapshot
from vires.web.open_data import opened
from vires.web.site import site

blueprint = Blueprint("downloads", __name__)

GZIP: Final = "application/gzip"
CSV: Final = "text/csv; charset=utf-8; header=present"


@blueprint.get("/downloads")
def page() -> str:
    """What can be downloaded, with size and SHA-256 of each file, and how to cite it."""
    kept = site().kept()
    return render_template(
        "vires/downloads.html",
        releases=[dumps.release(snapshot) for snapshot in kept],
        changed={step.after.data_version: step for step in changes.steps(kept)},
        registers=registers(),
        tables=tables.listed(kept[0]),
        losses=tables.LOSSES,
        cite=citation.cite(kept[0], site().publisher, site().address("downloads")),
        size=_size,
    )


@blueprint.get("/downloads/latest.<any(ttl, trig, nq, jsonld):short>.gz")
def latest(short: str) -> Response:
    """The file of the current record: sent on, since another record will be the current one."""
    found = dumps.release(site().snapshot())
    name = next(dump.name for dump in found.dumps if dump.form.short == short)
    return opened(Response(status=302, headers={"Location": f"/downloads/{name}"}))


@blueprint.get("/downloads/<name>")
def file(name: str) -> Response:
    """A file of a release; parts of it are given to who asks for a range."""
    found = _named(site().kept(), name) or abort(404)
    response = send_file(
        found.path,
        mimetype=GZIP,
        as_attachment=True,
        download_name=found.name,
        etag=found.sha256,
        conditional=True,
    )
    return opened(response)


@blueprint.get("/downloads/tables/<key>.csv")
def table(key: str) -> Response:
    """The things of one class, a line each."""
    found = tables.class_table(site().snapshot(), key) or abort(404)
    response = Response(found.csv(), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="vires-{key}.csv"'
    about = url_for("downloads.table_metadata", key=key)
    return opened(response, f'<{about}>; rel="describedby"; type="{tables.METADATA}"')


@blueprint.get("/downloads/tables/<key>.csv-metadata.json")
def table_metadata(key: str) -> Response:
    """What the columns of a class's table mean, where CSV on the Web looks for it."""
    found = tables.class_table(site().snapshot(), key) or abort(404)
    body = tables.document(tables.metadata(found, f"{key}.csv"))
    return opened(Response(body, content_type=tables.METADATA))


@blueprint.get("/downloads/tables.json")
def all_tables() -> Response:
    """The table of every class, as one group of tables of CSV on the Web."""
    snapshot = site().snapshot()
    found = (tables.class_table(snapshot, one.key) for one in tables.listed(snapshot))
    group = [tables.metadata(one, f"tables/{one.listed.key}.csv") for one in found if one]
    return opened(Response(tables.document({"tables": group}), content_type=tables.METADATA))


def _named(kept: tuple[Snapshot, ...], name: str) -> dumps.Dump | None:
    wanted = (snapshot for snapshot in kept if f"{dumps.key(snapshot)}." in name)
    return next((d for one in wanted for d in dumps.release(one).dumps if d.name == name), None)


def _size(count: int) -> str:
    """A size in bytes in the words of people."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB"
