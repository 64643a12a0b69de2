"""What every page and operation of the site stands on: settings, the record, the day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, cast

from flask import current_app
from werkzeug.exceptions import ServiceUnavailable

from vires.sandbox import Sandbox
from vires.store import Snapshot


class SnapshotReader(Protocol):
    """Gives the snapshot that is current; it may change between two requests, never within one."""

    def current(self) -> Snapshot:
        """The current snapshot; any exception means that the record cannot be read now."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """The running site: the record, the day, if examples are shown, and where SPARQL runs.

    `contact` is the operator's mail address for reports; '' where none is set.
    """

    reader: SnapshotReader
    today: Callable[[], date]
    examples: bool
    sandbox: Sandbox
    contact: str = ""

    def snapshot(self) -> Snapshot:
        """The current snapshot, or a 503 that says so.

        Errors: `ServiceUnavailable`, whatever the reader raised: the urgent statement must be
        shown with the store gone, and no reader should learn how it failed.
        """
        try:
            return self.reader.current()
        except Exception as error:
            raise ServiceUnavailable from error


def site() -> Site:
    """The site that the current request belongs to."""
    return cast(Site, current_app.extensions["vires"])
