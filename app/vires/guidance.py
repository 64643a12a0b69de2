"""Guidance for staff, the fourth part of the published model: its texts, and what each explains.

A text is Markdown in the record. It is turned into HTML here and nowhere else: raw HTML is off in
the Markdown, and what comes out is cleaned to a short list of elements before a page may show it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from vires.decide.gather import Source
from vires.explain import uk_date
from vires.once import Once

_CLASSES: Final = {
    "h2": "govuk-heading-m",
    "h3": "govuk-heading-s",
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
}
_TAGS: Final = {*_CLASSES, "li", "strong", "em"}


@dataclass(frozen=True, slots=True)
class Target:
    """A thing that guidance explains, or a role that it is for: its IRI and its label."""

    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Guidance:
    """One guidance for staff.

    `text` is clean HTML. `owner`, `note`, `written` and `seen` (days in words) are '' where the
    record holds none.
    """

    iri: str
    key: str
    title: str
    summary: str
    text: Markup
    note: str
    owner: str
    written: str
    seen: str
    audience: tuple[Target, ...]
    explains: tuple[Target, ...]
    sources: tuple[str, ...]


def guidance(snapshot: Source) -> tuple[Guidance, ...]:
    """Every guidance of the record, in its order."""
    return _read(Once(snapshot))


def guidance_on(snapshot: Source, iris: Iterable[str], most: int = 4) -> tuple[Guidance, ...]:
    """The guidance that explains some of the things given, in the order of the record.

    Types: IRIs of any kind of thing. At most `most` are chosen, those that explain most of them.
    """
    asked, every = set(iris), guidance(snapshot)
    counted = Counter(
        {one.iri: sum(target.iri in asked for target in one.explains) for one in every}
    )
    chosen = {iri for iri, count in counted.most_common(most) if count}
    return tuple(one for one in every if one.iri in chosen)


def to_html(text: str) -> Markup:
    """Markdown as clean HTML with the site's classes; markup in the text is shown as text."""
    parser = MarkdownIt("commonmark", {"html": False})
    tokens = parser.parse(text)
    _classed(tokens)
    html = parser.renderer.render(tokens, parser.options, {})
    return Markup(  # noqa: S704  the one place; what it holds has just been cleaned
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}},
            allowed_classes={tag: set(names.split()) for tag, names in _CLASSES.items()},
            url_schemes={"http", "https"},
            link_rel=None,
        )
    )


def _classed(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.nesting == 1 and token.tag in _CLASSES:
            token.attrSet("class", _CLASSES[token.tag])
        _classed(token.children or ())


@lru_cache(maxsize=8)
def _read(held: Once[Source]) -> tuple[Guidance, ...]:
    links: dict[tuple[str, str], dict[str, Target]] = defaultdict(dict)
    for thing, how, target, label in held.source.rows("guidance/links"):
        named = Target(target.value, _text(label) or target.value)
        links[thing.value, how.value].setdefault(target.value, named)
    found = (_one(row, links) for row in held.source.rows("guidance/texts"))
    return tuple({one.key: one for one in found}.values())


def _one(row: tuple[Any, ...], links: dict[tuple[str, str], dict[str, Target]]) -> Guidance:
    iri, _, key, title, summary, text, note, owner, written, seen = (_text(term) for term in row)
    return Guidance(
        iri=iri,
        key=key,
        title=title,
        summary=summary,
        text=to_html(text),
        note=note,
        owner=owner,
        written=_day(written),
        seen=_day(seen),
        audience=tuple(links[iri, "audience"].values()),
        explains=tuple(links[iri, "explains"].values()),
        sources=tuple(links[iri, "source"]),
    )


def _text(term: Any) -> str:
    return "" if term is None else str(term.value)


def _day(text: str) -> str:
    try:
        return uk_date(date.fromisoformat(text))
    except ValueError:
        return text
