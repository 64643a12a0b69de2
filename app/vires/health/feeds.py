"""The lines of the health check as a feed (Atom, RFC 4287) and a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from icalendar import Calendar, Event, vText

from vires.addresses import path_of
from vires.exchange import atom
from vires.explain import uk_date
from vires.health.lines import AHEAD, Kind
from vires.registers import Row

CALENDAR: Final = "text/calendar; charset=utf-8"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MADE_BY: Final = "-//Vires//Health check//EN"


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a feed stands: its own address, that of the page, that of the site, and its day.

    `written` is the day that the record was written on: what has no day of its own stands since.
    `filters` says which rows were chosen, '' for all.
    """

    address: str
    page: str
    site: str
    on: date
    written: date
    filters: str = ""

    @property
    def title(self) -> str:
        """What it is called: by its filter, since people subscribe to several side by side."""
        return f"Vires health check: {self.filters}" if self.filters else "Vires health check"

    def page_of(self, row: Row) -> str:
        """The address of the page about the thing of a row, or of the list where it has none."""
        path = path_of(row.iri)
        return self.site.rstrip("/") + path if path else self.page


def to_atom(rows: Iterable[Row], feed: Feed) -> bytes:
    """Rows as a feed, an entry each; the name of an entry is the same whenever it is written."""
    entries = tuple(_entry(row, feed) for row in rows)
    return atom.written(
        atom.Feed(
            id=feed.page,
            title=feed.title,
            author="Vires",
            updated=max((entry.updated for entry in entries), default=_start(feed.written)),
            address=feed.address,
            page=feed.page,
            entries=entries,
            subtitle="Reports what is documented; a person decides.",
        )
    )


def _entry(row: Row, feed: Feed) -> atom.Entry:
    kind = _kind(row).value
    return atom.Entry(
        id=f"urn:uuid:{_name(row)}",
        title=f"{kind}: {row.name}",
        updated=_start(_since(row, feed)),
        summary=_told(row),
        link=feed.page_of(row),
        category=kind,
    )


def to_calendar(rows: Iterable[Row], feed: Feed) -> bytes:
    """What falls due among the rows, each on its day, as a calendar to subscribe to.

    Source: RFC 5545; RFC 7986 for its name and description, which older readers find under X-WR.
    """
    calendar = Calendar()
    calendar.add("prodid", _MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(
            name, vText(_plain(feed.title))
        )  # what begins X- is not taken for text otherwise
    for name in ("description", "x-wr-caldesc"):
        calendar.add(name, vText(_plain(_described(feed))))
    for row in rows:
        day = _day(row)
        if _kind(row) is Kind.SOON and day is not None:
            event = Event()
            event.add("uid", f"{_name(row)}@vires")
            event.add("dtstamp", _start(feed.on))
            event.add("dtstart", day)
            event.add("summary", _plain(_cell(row, "found")))
            event.add("description", _plain(_told(row)))
            event.add("url", feed.page_of(row))
            event.add("transp", "TRANSPARENT")  # a day to watch takes nobody's time
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _described(feed: Feed) -> str:
    """How far the calendar looks, and at what."""
    which = f" Filter: {feed.filters}." if feed.filters else ""
    return (
        f"What falls due in the {AHEAD.days} days from {uk_date(feed.on)}, each on its day.{which} "
        "Reports what is documented; a person decides."
    )


def _plain(text: str) -> str:
    """A text without the control characters that a calendar cannot hold (RFC 5545, section 3.1)."""
    return _CONTROL.sub("", text)


def _told(row: Row) -> str:
    """A row in words: the sentence, the rule, how to mend it, whose it is, who lives with it."""
    parts = [_cell(row, "found")]
    for label, column in (
        ("Rule", "rule"),
        ("How to mend it", "fix"),
        ("Owner", "whose"),
        ("Accepted", "accepted"),
    ):
        if said := _cell(row, column):
            parts.append(f"{label}: {said.rstrip('.')}.")
    if row.example:
        parts.append("Example data.")
    return " ".join(parts)


def _name(row: Row) -> uuid.UUID:
    # What falls due is told in other words once it is near, and when a thing has another name.
    by = ("kind", "on", "mark") if _cell(row, "mark") else ("kind", "rule", "on", "found")
    told = (row.iri, *(_cell(row, column) for column in by))
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(told))


def _cell(row: Row, column: str) -> str:
    return "; ".join(value.plain for value in row.cells.get(column, ()))


def _kind(row: Row) -> Kind:
    return Kind(_cell(row, "kind"))


def _day(row: Row) -> date | None:
    text = _cell(row, "on")
    return date.fromisoformat(text) if text else None


def _since(row: Row, feed: Feed) -> date:
    """Since when a row stands as it does, today at the latest: it must not seem new each day."""
    day = None if _kind(row) is Kind.SOON else _day(row)
    return min(day or feed.written, feed.on)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
