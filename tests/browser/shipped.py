"""The shipped record in memory, and a question of it for each verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice, product
from urllib.parse import urlencode

from vires import terms
from vires.config import Settings
from vires.content import graph_files
from vires.decide import Question, ask, choices
from vires.store import Snapshot, from_quads
from vires.store.sources import read, readable
from vires.validate.standing import finder
from vires.web import create_app

DAY = date(2026, 11, 22)
VERDICTS = ("covered", "cannot-tell", "gap", "power-only", "not-found")


class Held:
    """A reader that holds one record: the shipped one, or one that no rule was run on."""

    def __init__(self, held: Snapshot | None = None) -> None:
        self.held = held

    def current(self) -> Snapshot:
        """The record."""
        return self.held or snapshot()

    def findings(self, _: Snapshot) -> str | None:
        """What the rules find of the shipped record."""
        return None if self.held else findings()

    def kept(self) -> tuple[Snapshot, ...]:
        """The record alone."""
        return (self.current(),)


def application():  # type: ignore[no-untyped-def]
    """The site on the shipped record, on a fixed day."""
    return create_app(Settings(), Held(), today=lambda: DAY)


@cache
def snapshot() -> Snapshot:
    """The shipped graphs of the public class."""
    graphs = readable(read(graph_files()), "public")
    return from_quads(quad for graph in graphs for quad in graph.quads)


Facts = dict[str, dict[str, set[str]]]


@cache
def facts() -> Facts:
    """Every statement of the shipped record, by subject and property, read without any view."""
    found: Facts = defaultdict(lambda: defaultdict(set))
    for quad in snapshot().quads():
        found[quad.subject.value][quad.predicate.value].add(quad.object.value)
    return found


@cache
def findings() -> str:
    """What the rules find of the shipped record on that day, as it is kept with it."""
    return finder(DAY)(snapshot(), None)


@cache
def questions() -> dict[str, Question]:
    """The first shipped question of each verdict, searched among flows, then among bodies."""
    found: dict[str, Question] = {}
    for question in (*_about_flows(), *islice(_about_bodies(), 2000)):
        if len(found) == len(VERDICTS):
            break
        found.setdefault(ask(snapshot(), question, near_misses=False).verdict, question)
    return found


def query(question: Question) -> str:
    """The parameters of a question as an address carries them."""
    pairs = [
        ("from", question.from_),
        ("to", question.to),
        ("purpose", question.purpose),
        ("category", question.category),
        ("subjects", question.subjects or ""),
        ("on", question.on.isoformat()),
    ]
    return urlencode([pair for pair in pairs if pair[1]])


def _about_flows() -> Iterator[Question]:
    stated = facts()
    for flow in sorted(node for node in stated if stated[node].get(terms.HAS_SIDE)):
        sides = sorted(stated[flow][terms.HAS_SIDE])
        giver = [s for s in sides if terms.DISCLOSING_SIDE in stated[s][terms.TYPE]]
        taker = [s for s in sides if terms.RECEIVING_SIDE in stated[s][terms.TYPE]]
        for give, take in islice(product(giver, taker), 3):
            yield from (
                Question(a, b, purpose, category, None, DAY)
                for a in stated[give][terms.SIDE_ORGANISATION]
                for b in stated[take][terms.SIDE_ORGANISATION]
                for purpose in sorted(stated[flow][terms.FOR_PURPOSE])[:1]
                for category in sorted(stated[flow][terms.SHARES_CATEGORY])[:2]
            )


def _about_bodies() -> Iterator[Question]:
    pools = choices(snapshot())
    category = next(c.iri for c in pools["category"] if c.key == "name")
    bodies = sorted(pools["organisation"], key=lambda choice: choice.key != "cwc")
    for purpose, giver, taker in product(pools["purpose"], bodies[:3], reversed(bodies)):
        if giver != taker:
            yield Question(giver.iri, taker.iri, purpose.iri, category, None, DAY)
