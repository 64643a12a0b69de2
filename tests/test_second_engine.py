"""The decision queries are plain SPARQL: another engine reads the same record by them."""

from __future__ import annotations

import os
from typing import Any

import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery

from tests.worlds.compare import question_of
from tests.worlds.matrix import matrix
from tests.worlds.mix import random_world
from tests.worlds.world import World
from vires import decide, library
from vires.store import from_quads

EVERY = int(os.environ.get("VIRES_SECOND_ENGINE_EVERY", "200"))
WORLDS = [world for _, world in matrix()][::EVERY] + [random_world(n) for n in range(10)]


class Term:
    """A term of rdflib with the attributes that the engine reads."""

    def __init__(self, term: rdflib.term.Identifier) -> None:
        self.value = str(term)
        if isinstance(term, rdflib.Literal):
            plain = rdflib.RDF.langString if term.language else rdflib.XSD.string
            self.datatype = Term(term.datatype or plain)
            self.language = term.language


class Second:
    """A snapshot whose views rdflib runs."""

    access = "public"

    def __init__(self, world: World) -> None:
        self.first = from_quads(world.quads())
        self.data_version = "second " + self.first.data_version
        self.graph = rdflib.Graph()
        lines = "".join(f"{q.subject} {q.predicate} {q.object} .\n" for q in self.first.quads())
        self.graph.parse(data=lines, format="nt")

    def rows(self, view_key: str, **params: Any) -> list[tuple[Term | None, ...]]:
        view = library.view(view_key)
        bound = {name: rdflib.URIRef(value) for name, value in params.items()}
        found = self.graph.query(prepareQuery(view.text), initBindings=bound)
        shown = [v for v in found.vars or () if str(v) not in params]
        return [tuple(None if row[v] is None else Term(row[v]) for v in shown) for row in found]


@pytest.fixture(autouse=True)
def _lexical_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """rdflib rewrites `1` as `true`, and ill-typed literals, unless told to leave them alone."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_another_engine_gives_the_same_answer(world: World) -> None:
    second = Second(world)
    asked = question_of(world)
    first = decide.as_dict(decide.ask(second.first, asked))
    other = decide.as_dict(decide.ask(second, asked))
    assert other.pop("data_version") != first.pop("data_version")
    assert other == first
