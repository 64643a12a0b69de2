"""The ontology and the data keep the habits of a good one: each check is a query with an example.

In the manner of OOPS! and ROBOT's report. A check that its own failing example does not fire is
no check.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from vires import content, ingest, library

CHECKS = sorted((content.content_root() / "queries" / "lint").glob("*/view.rq"))


def found(quads: list[ox.Quad], path: Path) -> list[str]:
    store = ox.Store()
    store.extend(quads)
    rows = store.query(
        library.view(f"lint/{path.parent.name}").text, use_default_graph_as_union=True
    )
    assert isinstance(rows, ox.QuerySolutions)
    return [str(row[0]) for row in rows]


@pytest.fixture(scope="module")
def everything() -> list[ox.Quad]:
    files = [(f.path, f.graph) for f in content.graph_files()]
    files += [
        (path, f"urn:{path.name}")
        for path in (content.content_root() / "ontology").glob("map-*.ttl")
    ]
    return [quad for path, graph in files for quad in ingest.file_quads(path, graph=graph)]


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.parent.name)
def test_the_ontology_and_the_data_pass(path: Path, everything: list[ox.Quad]) -> None:
    assert not found(everything, path)


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.parent.name)
def test_its_failing_example_fires(path: Path) -> None:
    quads = ingest.file_quads(path.parent / "fail.ttl", graph="urn:fail")
    assert found(list(quads), path)


def test_there_are_enough_checks() -> None:
    assert len(CHECKS) >= 20
