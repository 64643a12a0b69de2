"""The query library: each view says what it is for, and is what it says."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest

from vires import library
from vires.errors import ContentError
from vires.store import from_quads

HEADER = """#+ title = "Bodies"
#+ question = "Which bodies are there?"
#+ audience = "everyone"
#+ parameters = [{ name = "type", type = "iri" }]
#+ columns = [{ name = "body", kind = "iri" }]
SELECT ?type ?body WHERE { ?body a ?type }
"""

VIEWS = library.views()


def test_a_view_is_read_with_its_header() -> None:
    view = library.parse("bodies/all", HEADER)
    assert (view.title, view.audience) == ("Bodies", "everyone")
    assert [(p.name, p.type) for p in view.parameters] == [("type", "iri")]
    assert [(c.name, c.kind) for c in view.columns] == [("body", "iri")]
    assert view.text == "SELECT ?type ?body WHERE { ?body a ?type }\n"
    assert view.iri == "https://w3id.org/vires/query/bodies/all"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * WHERE { ?s ?p ?o }",
        HEADER.replace("#+ title", "#+ heading"),
        HEADER.replace('"everyone"', '"everyone'),
        HEADER.replace('name = "type", ', ""),
        HEADER.replace('[{ name = "type", type = "iri" }]', '["name"]'),
        HEADER.replace('[{ name = "body", kind = "iri" }]', "3"),
    ],
    ids=["no header", "no title", "broken", "nameless", "no table", "no list"],
)
def test_a_malformed_header_names_the_view(text: str) -> None:
    with pytest.raises(ContentError, match=r"queries/a/b/view\.rq: .*mend it"):
        library.parse("a/b", text)


@pytest.mark.parametrize("key", ["decide/none", "../pyproject", "decide", "decide/../decide", ""])
def test_a_view_that_is_not_there_is_named(key: str) -> None:
    with pytest.raises(ContentError, match="no view"):
        library.view(key)


def test_a_view_is_read_once() -> None:
    assert library.view(VIEWS[0].key) is library.view(VIEWS[0].key)


def test_no_two_views_have_one_iri() -> None:
    assert len({view.iri for view in VIEWS}) == len(VIEWS) > 0


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.key)
def test_a_view_is_what_its_header_says(view: library.View) -> None:
    assert view.title
    assert view.question
    assert view.audience
    assert not re.search(r"\b(SERVICE|FROM|LOAD)\b", re.sub(r"#.*|<[^>]*>", "", view.text))
    bound = {p.name: ox.NamedNode("urn:x") for p in view.parameters}
    found = ox.Store().query(
        view.text, substitutions={ox.Variable(name): value for name, value in bound.items()}
    )
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    assert names == [p.name for p in view.parameters] + [c.name for c in view.columns]
    assert isinstance(from_quads([]).rows(view.key, **bound), list)
