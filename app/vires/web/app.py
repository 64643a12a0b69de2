"""The application factory."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from flask import Flask, url_for
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix

from vires.addresses import path_of
from vires.config import Settings, load
from vires.decide import URGENT, Question, ask, choices
from vires.explain import explain, uk_date
from vires.explain.tiers import frameworks
from vires.sandbox import Ledger, Limits, Sandbox
from vires.search import search
from vires.store import Reader, Snapshot
from vires.web import (
    api,
    changing,
    discovery,
    downloads,
    errors,
    exporting,
    guiding,
    health,
    journey,
    linked_data,
    listed,
    pages,
    processing,
    querying,
    registers,
    rest,
    searching,
    security,
    sparql,
    stating,
    tiers,
)
from vires.web.site import Site, SnapshotReader

_STATIC = Path(__file__).parent / "static"


_CONFIG: Final = {
    "PROVIDE_AUTOMATIC_OPTIONS": False,
    "MAX_CONTENT_LENGTH": 64 * 1024,
    "MAX_FORM_MEMORY_SIZE": 64 * 1024,
    "SEND_FILE_MAX_AGE_DEFAULT": 31_536_000,
}

_ROOMS: Final = (
    pages,
    journey,
    tiers,
    api,
    sparql,
    rest,
    querying,
    linked_data,
    registers,
    searching,
    guiding,
    health,
    stating,
    downloads,
    discovery,
    exporting,
    processing,
    changing,
)
"""The parts of the site, each with its addresses."""


def create_app(
    settings: Settings | None = None,
    reader: SnapshotReader | None = None,
    *,
    today: Callable[[], date] | None = None,
) -> Flask:
    """The site as a WSGI application.

    `reader` gives the current snapshot (default: that of `settings.state`); `today` the day that a
    question without a date is about (default: today in `settings.timezone`). Errors: none here;
    a record that cannot be read shows as 503 on the pages that need it.
    """
    settings = settings or load()
    app = Flask(__name__, static_folder=None)
    app.url_map.merge_slashes = False  # a path with `//` names nothing; it is not sent elsewhere
    app.config.update(_CONFIG)
    app.extensions["vires"] = Site(
        reader=reader if reader is not None else Reader(settings),
        today=today or settings.today,
        examples=settings.illustrative == "on",
        sandbox=_sandbox(settings),
        contact=settings.contact,
        publisher=settings.publisher,
        home=settings.home,
    )
    _set_templates(app)
    # Added here, since Flask adds its own before it knows that OPTIONS is not wanted.
    app.static_folder = str(_STATIC)
    app.add_url_rule("/static/<path:filename>", "static", app.send_static_file)
    for room in _ROOMS:
        app.register_blueprint(room.blueprint)
    errors.register(app)
    security.register(app, public=settings.access == "public")
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    return app


def _sandbox(settings: Settings) -> Sandbox:
    limits = Limits(
        seconds=settings.query_seconds,
        memory=settings.query_memory * 1024 * 1024,
        rows=settings.query_rows,
        bytes=settings.query_bytes,
    )
    ledger = Ledger(settings.query_budget, settings.query_at_once, settings.ledger)
    return Sandbox(limits, settings.query_children, ledger)


TURN: Final = 0.02
"""Seconds that a thread may work before another has its turn: most pages are done within two.

With Python's 5 milliseconds every page that is asked for at once is done late: none is done first.
"""


def application() -> Flask:
    """The site of the environment's settings, warmed up: what a server process runs.

    The first answer of a data version reads the law; it is read here, before the first visitor.
    Lists are read behind it: who comes before they are waits for the list alone.
    """
    sys.setswitchinterval(TURN)
    app = create_app()
    site: Site = app.extensions["vires"]
    try:
        snapshot = site.snapshot()
    except ServiceUnavailable:
        return app  # the pages say so, below the urgent statement
    site.sandbox.warm()
    _warm_answers(site, snapshot)
    threading.Thread(target=_warm_lists, args=(site, snapshot), daemon=True).start()
    return app


def _warm_answers(site: Site, snapshot: Snapshot) -> None:
    pools = choices(snapshot)
    if all(pools[kind] for kind in ("organisation", "purpose", "category")):
        bodies = pools["organisation"]
        question = Question(
            from_=bodies[0].iri,
            to=bodies[-1].iri,
            purpose=pools["purpose"][0].iri,
            category=pools["category"][0].iri,
            subjects=None,
            on=site.today(),
        )
        explain(snapshot, ask(snapshot, question))


def _warm_lists(site: Site, snapshot: Snapshot) -> None:
    search(snapshot, "warm")
    registers.warm(snapshot, site.today())
    site.health(snapshot)
    frameworks(snapshot, site.today())


def _set_templates(app: Flask) -> None:
    app.jinja_options = {
        "loader": ChoiceLoader(
            [
                PackageLoader("vires.web", "templates"),
                PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
            ]
        ),
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in _STATIC.iterdir()
    }

    def asset(name: str) -> str:
        """The path of a static file, which changes when the file does."""
        return url_for("static", filename=name, v=hashes[name])

    app.jinja_env.globals.update(
        asset=asset,
        urgent=URGENT,
        site=app.extensions["vires"],
        guides_on=guiding.guides_on,
        lines_on=health.lines_on,
        looked_through=listed.looked_through,
        findings_of_party=health.findings_of_party,
        path_of=path_of,
        findings_not_met=health.unmet,
        report_link=stating.report_link,
        exports_of=exporting.exports_of,
        processing_of=processing.processing_of,
    )
    app.jinja_env.filters["uk_date"] = uk_date
