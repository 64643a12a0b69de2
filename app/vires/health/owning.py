"""Who is party to what, and whose role it is that owns what is found."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from vires.decide.gather import Source


class Owning:
    """The parties of each agreement on a day, and the bodies that have a post in each role."""

    def __init__(self, source: Source, today: date) -> None:
        self._parties: dict[str, set[str]] = defaultdict(set)
        for thing, party, until in source.rows("health/parties"):
            if until is None or not _before(str(until.value), today):
                self._parties[thing.value].add(party.value)
        self._holders: dict[str, set[str]] = defaultdict(set)
        for role, organisation in source.rows("health/posts"):
            self._holders[role.value].add(organisation.value)

    def parties(self, things: frozenset[str]) -> frozenset[str]:
        """The parties, still so on the day, of the agreements among some things."""
        return frozenset().union(*(self._parties.get(thing, ()) for thing in things))

    def bodies(self, role: str, things: frozenset[str]) -> frozenset[str]:
        """The bodies whose role owns some things: those among them that have a post in it.

        Where none of them has, the parties of the agreements among them that have; none where the
        record names no such post.
        """
        holders = self._holders.get(role, set())
        return frozenset(holders & things or holders & self.parties(things))


def _before(day: str, today: date) -> bool:
    """Whether a day has passed; a text that is no date has not."""
    try:
        return date.fromisoformat(day) < today
    except ValueError:
        return False
