"""The cases beside the views: `queries/{family}/{view}/cases.toml`, a sentence and what it expects.

A case has a `sentence`, `data` (Turtle with `PREFIXES` and those of the view understood, or TriG where the
view tells graphs apart; the shipped record where there is none), the parameters `with` which the view is
asked, the `columns` looked at (all where not named), and `expect` (each row, in any order) or
`includes` and `excludes` (some of them). A row is a list in the order of the columns, or a table of
those that hold something. A term is written as a prefixed name where it is an IRI, and as its
lexical form where it is a literal, with its `@language` or `^^datatype` where the case is `typed`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from tests.browser.shipped import snapshot
from vires import library
from vires.content import content_root
from vires.store import Snapshot, from_quads

PREFIXES: Final = {
    "w": "https://cases.vires.example/id/",
    "vires": "https://w3id.org/vires/ns#",
    "base": "https://w3id.org/vires/",
    "commencement": "https://w3id.org/vires/commencement/",
    "sensitivity": "https://w3id.org/vires/sensitivity/",
    "verification": "https://w3id.org/vires/verification/",
    "status": "https://w3id.org/vires/status/",
    "strength": "https://w3id.org/vires/strength/",
    "scheme": "https://w3id.org/vires/scheme/",
    "rule": "https://w3id.org/vires/rule/",
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
}
_PREFIX: Final = re.compile(r"^PREFIX (\w+): <(.*)>$", re.MULTILINE)
_KINDS: Final = {"text": "string", "number": "integer"}
"""Which datatype a parameter has where it is not called as its type is."""
_GRAPH: Final = ox.NamedNode(PREFIXES["w"] + "graph")

Row = tuple[str, ...]
Written = list[str] | dict[str, str]
"""A row as a file of cases has it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence about one view, and what must come of it."""

    view: str
    sentence: str
    data: str
    given: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    expect: frozenset[Row] | None
    includes: frozenset[Row]
    excludes: frozenset[Row]
    typed: bool

    def wrong(self) -> str:
        """What the view gives that it should not, and what is missing; '' where it is right."""
        rows = self._rows()
        found = frozenset(rows)
        if not self.columns and len(found) < len(rows):
            return f"{len(rows) - len(found)} rows given twice"
        lacking = (self.expect or self.includes) - found
        excess = found & self.excludes if self.expect is None else found - self.expect
        said = [("missing", lacking), ("not expected", excess)]
        return "; ".join(f"{word}: {sorted(rows)}" for word, rows in said if rows)

    def _rows(self) -> list[Row]:
        view = library.view(self.view)
        kinds = {parameter.name: parameter.type for parameter in view.parameters}
        prefixes = PREFIXES | dict(_PREFIX.findall(view.text))
        asked = {name: _term(value, kinds[name], prefixes) for name, value in self.given}
        names = [c.name for c in view.columns if not c.computed]
        places = [names.index(column) for column in self.columns or names]
        head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items())
        record = _record(head + self.data) if self.data else snapshot()
        rows = record.rows(self.view, **asked)
        return [tuple(self._shown(row[place], prefixes) for place in places) for row in rows]

    def _shown(self, term: Any, prefixes: dict[str, str]) -> str:
        said = "" if term is None else str(term.value)
        if isinstance(term, ox.NamedNode):
            return _short(said, prefixes)
        if not self.typed or not isinstance(term, ox.Literal):
            return said
        if term.language:
            return f"{said}@{term.language}"
        kind = _short(term.datatype.value, prefixes)
        return said if kind == "xsd:string" else f"{said}^^{kind}"


@cache
def all_cases(view: str = "") -> list[Case]:
    """The cases of a view, or of every view; an error where one is not written as it should be."""
    found = []
    for path in sorted((content_root() / "queries").glob(f"{view or '*/*'}/cases.toml")):
        key = f"{path.parent.parent.name}/{path.parent.name}"
        for written in tomllib.loads(path.read_text())["case"]:
            found.append(_case(key, **{k.replace("with", "given"): v for k, v in written.items()}))
    return found


def _case(
    view: str,
    *,
    sentence: str,
    data: str = "",
    given: dict[str, str] | None = None,
    columns: list[str] | None = None,
    expect: list[Written] | None = None,
    includes: list[Written] | None = None,
    excludes: list[Written] | None = None,
    typed: bool = False,
) -> Case:
    assert (expect is None) == bool(includes or excludes), f"{view}: {sentence}"
    names = columns or [c.name for c in library.view(view).columns if not c.computed]
    return Case(
        view,
        sentence,
        data,
        tuple((given or {}).items()),
        tuple(columns or ()),
        None if expect is None else frozenset(_row(row, names) for row in expect),
        frozenset(_row(row, names) for row in includes or ()),
        frozenset(_row(row, names) for row in excludes or ()),
        typed,
    )


def _row(written: Written, names: list[str]) -> Row:
    if isinstance(written, list):
        return tuple(written)
    assert set(written) <= set(names), f"a row names a column that is none: {written}"
    return tuple(written.get(name, "") for name in names)


@cache
def _record(text: str) -> Snapshot:
    quads = ox.parse(text.encode(), ox.RdfFormat.TRIG)
    return from_quads(ox.Quad(*quad.triple, _graph(quad)) for quad in quads)


def _graph(quad: ox.Quad) -> Any:
    return _GRAPH if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name


def _term(value: str, kind: str, prefixes: dict[str, str]) -> ox.NamedNode | ox.Literal:
    if kind == "iri":
        prefix, _, local = value.partition(":")
        return ox.NamedNode(prefixes[prefix] + local if prefix in prefixes else value)
    return ox.Literal(value, datatype=ox.NamedNode(PREFIXES["xsd"] + _KINDS.get(kind, kind)))


def _short(iri: str, prefixes: dict[str, str]) -> str:
    # The longest first: the namespace of terms stands below the base.
    for name, start in sorted(prefixes.items(), key=lambda one: -len(one[1])):
        if iri.startswith(start):
            return f"{name}:{iri.removeprefix(start)}"
    return iri
