"""What every page and operation of the site stands on: settings, the record, the day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol, cast

from flask import current_app, request
from werkzeug.exceptions import BadRequest, ServiceUnavailable

from vires.health import Health, health
from vires.sandbox import Sandbox
from vires.store import Snapshot

_HOME: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+/")


class SnapshotReader(Protocol):
    """Gives the snapshot that is current; it may change between two requests, never within one."""

    def current(self) -> Snapshot:
        """The current snapshot; any exception means that the record cannot be read now."""
        ...

    def findings(self, snapshot: Snapshot) -> str | None:
        """What was found of a snapshot when it was written, as text; None where nothing is kept."""
        ...

    def kept(self) -> tuple[Snapshot, ...]:
        """The current snapshot and the earlier ones that are kept, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """The running site: the record, the day, if examples are shown, and where SPARQL runs.

    `contact` is the operator's mail address for reports, `publisher` who answers for the record,
    `home` the public address of the site, ending in `/`; '' where none is set.
    """

    reader: SnapshotReader
    today: Callable[[], date]
    examples: bool
    sandbox: Sandbox
    contact: str = ""
    publisher: str = "Vires"
    home: str = ""

    def snapshot(self) -> Snapshot:
        """The current snapshot, or a 503 that says so.

        Errors: `ServiceUnavailable`, whatever the reader raised: the urgent statement must be
        shown with the store gone, and no reader should learn how it failed.
        """
        try:
            return self.reader.current()
        except Exception as error:
            raise ServiceUnavailable from error

    def health(self, snapshot: Snapshot) -> Health:
        """The health of a snapshot today, from what was found when it was written.

        Whatever goes wrong with what was found, the page that asks is shown, and says so.
        """
        try:
            text, readable = self.reader.findings(snapshot), True
        except Exception:
            text, readable = None, False
        return health(snapshot, text, self.today(), readable=readable)

    def kept(self) -> tuple[Snapshot, ...]:
        """The current snapshot and the earlier ones that are kept, newest first.

        Errors: `ServiceUnavailable`, as of `snapshot`.
        """
        try:
            return self.reader.kept()
        except Exception as error:
            raise ServiceUnavailable from error

    def address(self, path: str) -> str:
        """The full address of a path of the site: under the configured home, else as asked for.

        Errors: `BadRequest` where the request names a host that no address could have.
        """
        home = self.home or request.host_url
        if not _HOME.fullmatch(home):
            raise BadRequest
        return home + path.lstrip("/")


def site() -> Site:
    """The site that the current request belongs to."""
    return cast(Site, current_app.extensions["vires"])
