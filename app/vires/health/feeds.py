"""The lines of the health check as a feed (Atom, RFC 4287) and a calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from xml.etree import ElementTree as ET  # writes only; nothing of others is parsed

from icalendar import Calendar, Event

from vires.addresses import path_of
from vires.health.lines import Kind
from vires.registers import Row

ATOM: Final = "application/atom+xml; charset=utf-8"
CALENDAR: Final = "text/calendar; charset=utf-8"
_NS: Final = "http://www.w3.org/2005/Atom"
_MADE_BY: Final = "-//Vires//Health check//EN"


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a feed stands: its own address, that of the page, that of the site, and its day.

    `written` is the day that the record was written on: what has no day of its own stands since.
    """

    address: str
    page: str
    site: str
    on: date
    written: date

    def page_of(self, row: Row) -> str:
        """The address of the page about the thing of a row, or of the list where it has none."""
        path = path_of(row.iri)
        return self.site.rstrip("/") + path if path else self.page


def to_atom(rows: Iterable[Row], feed: Feed) -> bytes:
    """Rows as a feed, an entry each; the name of an entry is the same whenever it is written."""
    ET.register_namespace("", _NS)
    root = ET.Element(f"{{{_NS}}}feed")
    entries = [(row, _since(row, feed)) for row in rows]
    latest = max((day for _, day in entries), default=feed.written)
    _put(root, "id", feed.page)
    _put(root, "title", "Vires: health check")
    _put(root, "subtitle", "Reports what is documented; a person decides.")
    _put(root, "updated", _stamp(latest))
    _link(root, "self", feed.address)
    _link(root, "alternate", feed.page)
    _put(_put(root, "author"), "name", "Vires")
    for row, day in entries:
        entry = _put(root, "entry")
        _put(entry, "id", f"urn:uuid:{_name(row)}")
        _put(entry, "title", f"{_kind(row).value}: {row.name}")
        _put(entry, "updated", _stamp(day))
        _link(entry, "alternate", feed.page_of(row))
        _put(entry, "summary", _told(row))
        _put(entry, "category").set("term", _kind(row).value)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def to_calendar(rows: Iterable[Row], feed: Feed) -> bytes:
    """What falls due among the rows, each on its day, as a calendar to subscribe to."""
    calendar = Calendar()
    calendar.add("prodid", _MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Vires: health check")
    for row in rows:
        day = _day(row)
        if _kind(row) is Kind.SOON and day is not None:
            event = Event()
            event.add("uid", f"{_name(row)}@vires")
            event.add("dtstamp", datetime.combine(feed.on, time(), UTC))
            event.add("dtstart", day)
            event.add("summary", _cell(row, "found"))
            event.add("description", _told(row))
            event.add("url", feed.page_of(row))
            event.add("transp", "TRANSPARENT")  # a day to watch takes nobody's time
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _told(row: Row) -> str:
    """A row in words: the sentence, the rule, how to mend it, whose it is, who lives with it."""
    parts = [_cell(row, "found")]
    for label, column in (
        ("Rule", "rule"),
        ("How to mend it", "fix"),
        ("Owning role", "owner"),
        ("Accepted", "accepted"),
    ):
        if said := _cell(row, column):
            parts.append(f"{label}: {said.rstrip('.')}.")
    if row.example:
        parts.append("Example data.")
    return " ".join(parts)


def _name(row: Row) -> uuid.UUID:
    told = (row.iri, *(_cell(row, column) for column in ("kind", "rule", "on", "found")))
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


def _stamp(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _put(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{_NS}}}{tag}")
    child.text = text
    return child


def _link(parent: ET.Element, rel: str, href: str) -> None:
    link = _put(parent, "link")
    link.set("rel", rel)
    link.set("href", href)
