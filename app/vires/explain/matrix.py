"""Who shares with whom inside a community, as the record documents it at a day.

Each flow is judged for its own purposes and kinds of information by the conditions of an answer,
so that a cell says what the answers to its questions say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from vires.decide import Question, gather, labels
from vires.decide.gather import Source
from vires.decide.logic import Outcome
from vires.decide.route import candidate, judge
from vires.explain.read import words_of
from vires.explain.shown import Named
from vires.explain.tiers import short_keys
from vires.once import Once


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that a flow is for, and its outcome: covered, cannot tell or gap."""

    purpose: Named
    category: Named
    outcome: str


@dataclass(frozen=True, slots=True)
class SharedFlow:
    """A flow from one organisation to another, its agreement, and its questions."""

    flow: str
    agreement: Named
    version: str
    asked: tuple[Asked, ...]

    @property
    def covered(self) -> bool:
        """Whether it covers every question that it is for; one that states none covers none."""
        return bool(self.asked) and all(one.outcome == "covered" for one in self.asked)


@dataclass(frozen=True, slots=True)
class Cell:
    """The flows from one organisation to another."""

    giver: Named
    taker: Named
    flows: tuple[SharedFlow, ...]

    @property
    def covered(self) -> int:
        """How many of the flows cover every question that they are for."""
        return sum(flow.covered for flow in self.flows)


@dataclass(frozen=True, slots=True)
class Community:
    """A community, its name in an address, and how many flows its agreements hold."""

    iri: str
    key: str
    label: str
    flows: int
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """A community: its organisations in the order of their names, and the cells that hold flows."""

    community: Community
    organisations: tuple[Named, ...]
    cells: dict[tuple[str, str], Cell]


_OUTCOMES: Final = {
    Outcome.MET: "covered",
    Outcome.CANNOT_TELL: "cannot tell",
    Outcome.NOT_MET: "gap",
}


def communities(source: Source) -> tuple[Community, ...]:
    """Every community on record, in the order of their names."""
    rows = source.rows("tiers/communities")
    keys = short_keys(row[0].value for row in rows)
    return tuple(
        Community(
            iri.value,
            keys[iri.value],
            label.value if label else words_of(iri.value),
            int(flows.value),
            marked is not None and marked.value == "1",
        )
        for iri, label, flows, marked in rows
    )


def matrix(source: Source, community: Community, on: date) -> Matrix:
    """Every flow of the agreements of a community, judged as at a day."""
    return _matrix(Once(source), community, on)


@lru_cache(maxsize=32)
def _matrix(held: Once[Source], community: Community, on: date) -> Matrix:
    source = held.source
    pairs: dict[tuple[str, str], dict[str, list[tuple[Any, ...]]]] = {}
    for row in source.rows("tiers/flows", community=community.iri):
        cell = pairs.setdefault((row[3].value, row[4].value), {})
        cell.setdefault(row[2].value, []).append(row)
    bodies = {body for pair in pairs for body in pair}
    bodies |= {body.value for (body,) in source.rows("tiers/members", community=community.iri)}
    known = labels(source, bodies)
    named = {body: Named(body, known.get(body) or words_of(body)) for body in bodies}
    cells = {
        pair: Cell(
            named[pair[0]],
            named[pair[1]],
            _flows(source, pair, flows, on),
        )
        for pair, flows in pairs.items()
    }
    order = sorted(named.values(), key=lambda body: (body.label.casefold(), body.iri))
    return Matrix(community, tuple(order), cells)


def _flows(
    source: Source, pair: tuple[str, str], flows: dict[str, list[tuple[Any, ...]]], on: date
) -> tuple[SharedFlow, ...]:
    """The flows of a pair, judged in one record, as the answers to their questions are."""
    questions = {
        flow: {
            (row[5].value, row[6].value): Question(*pair, row[5].value, row[6].value, None, on)
            for row in rows
            if row[5] is not None and row[6] is not None
        }
        for flow, rows in flows.items()
    }
    routes = {flow: (rows[0][1].value, rows[0][0].value) for flow, rows in flows.items()}
    concepts = {iri for asked in questions.values() for both in asked for iri in both}
    known = labels(source, [*concepts, *(instrument for _, instrument in routes.values())])

    def named(iri: str) -> Named:
        return Named(iri, known.get(iri) or words_of(iri))

    record = gather.record(source, pair, [(flow, version) for flow, (version, _) in routes.items()])
    found = []
    for flow, (version, instrument) in routes.items():
        asked = []
        for both, question in sorted(
            questions[flow].items(), key=lambda item: [named(iri).label for iri in item[0]]
        ):
            judged = judge(record, candidate(record, flow, version, question), question)
            asked.append(Asked(named(both[0]), named(both[1]), _OUTCOMES[judged.outcome]))
        found.append(SharedFlow(flow, named(instrument), version, tuple(asked)))
    return tuple(found)
