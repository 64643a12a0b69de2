"""Feeds in the Atom Syndication Format (RFC 4287)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree

MEDIA: Final = "application/atom+xml; charset=utf-8"
_ATOM: Final = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its id, which never changes, what it says, and where it leads."""

    id: str
    title: str
    updated: datetime
    summary: str
    link: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: `address` is where it is found, `page` the page that says the same for people."""

    id: str
    title: str
    author: str
    updated: datetime
    address: str
    page: str
    entries: tuple[Entry, ...]
    subtitle: str = ""


def written(feed: Feed) -> bytes:
    """A feed as a document of UTF-8."""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed")
    _texts(root, (("id", feed.id), ("title", feed.title), ("updated", _instant(feed.updated))))
    if feed.subtitle:
        _texts(root, (("subtitle", feed.subtitle),))
    author = ElementTree.SubElement(root, f"{{{_ATOM}}}author")
    _texts(author, (("name", feed.author),))
    _link(root, feed.address, "self")
    _link(root, feed.page, "alternate")
    for entry in feed.entries:
        node = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
        _texts(node, (("id", entry.id), ("title", entry.title)))
        _texts(node, (("updated", _instant(entry.updated)), ("summary", entry.summary)))
        _link(node, entry.link, "alternate")
        if entry.category:
            ElementTree.SubElement(node, f"{{{_ATOM}}}category", {"term": _xml(entry.category)})
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _texts(parent: ElementTree.Element, texts: Iterable[tuple[str, str]]) -> None:
    for name, text in texts:
        ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = _xml(text)


def _link(parent: ElementTree.Element, address: str, rel: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": _xml(address)})


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _xml(text: str) -> str:
    """The text without characters that XML 1.0 cannot hold."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
