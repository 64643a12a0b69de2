"""How much of the record is real, made up, checked and not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vires.decide.gather import Source

KINDS: Final = {
    "organisation": "Organisations",
    "agreement": "Agreements",
    "reading": "Readings of the law",
    "condition": "Conditions and bases",
    "guidance": "Guidance for staff",
}
"""The kinds that are counted, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Trust:
    """How far one kind of thing can be trusted.

    Each thing is counted once: `illustrative` are made up, and of the others `verified` were
    checked at a source, `not_verified` were not, `silent` do not say.
    """

    title: str
    illustrative: int
    verified: int
    not_verified: int
    silent: int

    @property
    def total(self) -> int:
        """All of the kind."""
        return self.illustrative + self.verified + self.not_verified + self.silent


def trust(snapshot: Source) -> tuple[Trust, ...]:
    """The standing of each kind of thing in the record, in the order of `KINDS`."""
    found = {kind: {"illustrative": 0, "verified": 0, "not-verified": 0, "": 0} for kind in KINDS}
    for kind, marked, checked, count in snapshot.rows("about/trust"):
        made_up = marked.value in ("true", "1")
        place = "illustrative" if made_up else checked.value
        held = found[kind.value]
        held[place if place in held else ""] += int(count.value)
    return tuple(
        Trust(title, own["illustrative"], own["verified"], own["not-verified"], own[""])
        for (kind, title) in KINDS.items()
        for own in (found[kind],)
    )
