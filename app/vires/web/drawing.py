"""Lays out the pictures of the tiers; templates write them as SVG with links.

A picture is boxes and lines of text in the order in which they are read, and paths between them.
It holds nothing that the list beside it does not say. Widths of text are estimated generously,
since the server knows no font.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from vires.addresses import path_of
from vires.explain.shown import Law
from vires.explain.tiers import LEVELS, SIGNED, Branch, Focus, FrameworkTiers, Instrument

WIDTH: Final = 960
SIZE: Final = 15
LINE: Final = 19
PAD: Final = 10

_NARROW: Final = frozenset("iljtfrI.,:;'()[]|!- ")
_WIDE: Final = frozenset("mwMWOQG&@")


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text at the left end of its base line; `note` sets it apart as a remark."""

    x: int
    y: int
    words: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A thing that is drawn: a rectangle, or none where `width` is 0, its text and its link."""

    x: int
    y: int
    width: int
    height: int
    texts: tuple[Text, ...]
    href: str
    label: str
    strong: bool = False

    @property
    def left(self) -> tuple[int, int]:
        """Where a path from the left ends."""
        return self.x, self.y + self.height // 2

    @property
    def right(self) -> tuple[int, int]:
        """Where a path to the right begins."""
        return self.x + self.width, self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Bar:
    """How many, as a length: its place, the number, and where that is written."""

    x: int
    y: int
    width: int
    number: int
    text_x: int
    text_y: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole picture; `key` tells it apart from others on a page."""

    key: str
    title: str
    description: str
    height: int
    heads: tuple[Text, ...]
    paths: tuple[str, ...]
    boxes: tuple[Box, ...]
    bars: tuple[Bar, ...] = ()
    width: int = WIDTH


def text_width(words: str, size: int = SIZE, *, bold: bool = False) -> int:
    """The width of a line in pixels, never less than a free sans-serif font needs."""
    units = sum(0.36 if c in _NARROW else 0.9 if c in _WIDE else 0.61 for c in words)
    return round(units * size * (1.08 if bold else 1.0))


def wrapped(words: str, width: int, *, bold: bool = False) -> tuple[str, ...]:
    """Lines that fit a width; a word longer than a line stands on a line of its own."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def _box(
    x: int, y: int, width: int, words: str, href: str, *, note: str = "", strong: bool = False
) -> Box:
    lines = wrapped(words, width - 2 * PAD, bold=strong)
    notes = wrapped(note, width - 2 * PAD) if note else ()
    texts = [
        Text(x + PAD, y + PAD + LINE * (place + 1) - 5, line, note=place >= len(lines))
        for place, line in enumerate((*lines, *notes))
    ]
    said = ", ".join(part for part in (words, note) if part)
    return Box(x, y, width, 2 * PAD + LINE * len(texts), tuple(texts), href, said, strong)


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    (x, y), (to_x, to_y) = start, end
    middle = (x + to_x) // 2
    return f"M{x} {y} C{middle} {y} {middle} {to_y} {to_x} {to_y}"


def _page(one: Instrument) -> str:
    return f"/tiers/{one.key}"


# The tier map: three columns, a row for each agreement that nothing stands on

_COLUMNS: Final = {"principles": (0, 215), "purposes": (255, 245), "processes": (540, 290)}
_BARS: Final = (850, 70)
_GAP: Final = 8


class _Map:
    """Places one framework's agreements from top to bottom, parents beside their children."""

    def __init__(self) -> None:
        self.boxes: dict[str, Box] = {}
        self.bars: list[Bar] = []
        self.order: list[str] = []
        self.y = 40

    def place(self, branch: Branch, most: int) -> None:
        one = branch.instrument
        self.order.append(one.iri)
        top = self.y
        for below in branch.below:
            self.place(below, most)
        x, width = _COLUMNS.get(one.level, _COLUMNS["processes"])
        leaf = one.level == LEVELS[-1]
        note = "" if leaf and one.in_force else one.status
        box = _box(x, top, width, one.label, _page(one), note=note, strong=not leaf)
        if branch.below:
            middle = top + max(0, (self.y - _GAP - top - box.height) // 2)
            box = _box(x, middle, width, one.label, _page(one), note=note, strong=not leaf)
        self.boxes[one.iri] = box
        self.y = max(self.y, box.y + box.height + _GAP)
        if leaf:
            self._bar(box, one.parties, most)

    def _bar(self, box: Box, number: int, most: int) -> None:
        x, full = _BARS
        width = round(full * number / most) if most else 0
        y = box.left[1]
        self.bars.append(Bar(x, y - 6, width, number, x + width + 8, y + 5))


def tier_map(found: FrameworkTiers) -> Picture:
    """A framework: a column for each level, and a line to each agreement from what is above it."""
    trees = (*found.published, *found.examples)
    held = {one.iri: one for tree in trees for one in _flat(tree)}
    most = max((one.parties for one in held.values() if one.level == LEVELS[-1]), default=0)
    drawn = _Map()
    for tree in trees:
        drawn.place(tree, most)
        drawn.y += _GAP
    paths = tuple(
        _curve(drawn.boxes[up].right, drawn.boxes[iri].left)
        for iri in drawn.order
        for up in held[iri].above
        if up in drawn.boxes
    )
    heads = [Text(_COLUMNS[level][0], 20, level_words(found, level)) for level in LEVELS]
    return Picture(
        key="map-" + found.iri.rstrip("/").rsplit("/", 1)[-1],
        title=f"Tier map: {found.label}",
        description=f"{len(held)} agreements in a column for each level. A line leads from an "
        "agreement to each that stands on it. The list below the picture says the same.",
        height=drawn.y + 10,
        heads=(*heads, Text(_BARS[0], 20, "Parties")),
        paths=paths,
        boxes=tuple(drawn.boxes[iri] for iri in drawn.order),
        bars=tuple(drawn.bars),
    )


def level_words(found: FrameworkTiers, level: str) -> str:
    """What a framework calls a level, where it has one name for it, and the level itself."""
    own = found.tiers.get(level)
    return f"{own}: {level}" if own else level.capitalize()


def _flat(branch: Branch) -> Iterable[Instrument]:
    yield branch.instrument
    for below in branch.below:
        yield from _flat(below)


# One agreement in focus: parties, tiers, powers

_PARTY: Final = (0, 280)
_CENTRE: Final = (345, 290)
_POWER: Final = (700, 260)
_TOP: Final = 40


def _column(place: tuple[int, int], things: Sequence[tuple[str, str, str]]) -> list[Box]:
    boxes: list[Box] = []
    for words, note, href in things:
        y = boxes[-1].y + boxes[-1].height + _GAP if boxes else _TOP
        boxes.append(_box(place[0], y, place[1], words, href, note=note))
    return boxes


def focused(found: Focus) -> Picture:
    """One agreement: parties on the left, what it stands on above it, powers on the right."""
    one = found.instrument
    parties = _column(
        _PARTY,
        [
            (p.label, "" if p.signed == SIGNED else p.signed, path_of(p.iri) or "")
            for p in found.parties
        ],
    )
    laws = [(law.label, _says(law, found), path_of(law.iri) or "") for law in found.powers]
    powers = _column(_POWER, laws)
    centre = _centre(found)
    down = [f"M{a.x + a.width // 2} {a.y + a.height} V{b.y}" for a, b in itertools.pairwise(centre)]
    sides = [_curve(p.right, centre[-1].left) for p in parties]
    sides += [_curve(centre[-1].right, p.left) for p in powers]
    boxes = (*parties, *centre, *powers)
    return Picture(
        key="focus-" + one.key.replace(".", "-"),
        title=f"{one.label}: parties, tiers and powers",
        description=f"{len(parties)} parties on the left, the tiers in the middle with the highest "
        f"at the top, {len(powers)} powers on the right. The list beside it says the same.",
        height=max(box.y + box.height for box in boxes) + 10,
        heads=(
            Text(_PARTY[0], 20, f"Parties ({len(parties)})"),
            Text(_CENTRE[0], 20, "Agreement and its tiers"),
            Text(_POWER[0], 20, f"Powers ({len(powers)})"),
        ),
        paths=(*down, *sides),
        boxes=boxes,
    )


def _says(law: Law, found: Focus) -> str:
    """What a power says, in the words of an answer, and its status where it is in doubt.

    A duty's trigger is in the list. A function claims no more than that it is one.
    """
    word = f"{law.word} ..." if law.word.endswith(" if") else law.word or law.strength
    doubt = found.doubts.get(law.iri, "")
    return "; ".join(part for part in (word, doubt[:1].lower() + doubt[1:]) if part)


def _centre(found: Focus) -> list[Box]:
    """The agreement below all that it stands on."""
    one = found.instrument
    boxes: list[Box] = []
    for each in (*found.above, one):
        y = boxes[-1].y + boxes[-1].height + 30 if boxes else _TOP
        href = (path_of(one.iri) or "") if each is one else _page(each)
        x, width = _CENTRE
        boxes.append(_box(x, y, width, each.label, href, note=each.status, strong=True))
    return boxes
