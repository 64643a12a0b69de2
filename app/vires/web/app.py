"""The application factory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import Flask, url_for
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader

from vires.config import Settings, load
from vires.decide import URGENT
from vires.explain import uk_date
from vires.store import Reader
from vires.web import api, errors, pages, security
from vires.web.site import Site, SnapshotReader

_STATIC = Path(__file__).parent / "static"


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
    app = Flask(__name__, static_folder=str(_STATIC), static_url_path="/static")
    app.config.update(
        PROVIDE_AUTOMATIC_OPTIONS=False,
        MAX_CONTENT_LENGTH=64 * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    app.extensions["vires"] = Site(
        reader=reader if reader is not None else Reader(settings),
        today=today or settings.today,
        examples=settings.illustrative == "on",
    )
    _set_templates(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    errors.register(app)
    security.register(app)
    return app


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

    app.jinja_env.globals.update(asset=asset, urgent=URGENT, site=app.extensions["vires"])
    app.jinja_env.filters["uk_date"] = uk_date
