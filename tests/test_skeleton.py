"""`vires new` begins a rule, a view, a law or an area: whole, and marked where its author writes."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph
from typer.testing import CliRunner

from tests import examples
from tests.view_cases import PREFIXES
from vires import cli, ingest, library, skeleton
from vires.content import content_root
from vires.errors import UsageError
from vires.skeleton import Kind
from vires.store import from_quads
from vires.validate import catalogue, live, reference
from vires.validate.day import days

DAY = date(2026, 11, 26)
TO_WRITE = re.compile("TO[ -]WRITE")
NAMES = {
    Kind.RULE: "versions/has-a-comment",
    Kind.VIEW: "analyst/versions-of-one",
    Kind.LAW: "xyz2030",
    Kind.AREA: "black-country",
}
RECORD = [rule for rule in catalogue.rules() if rule.family == "record"]
"""The rules that none may break: what breaks one is not loaded."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shapes").mkdir()
    (tmp_path / "queries").mkdir()
    return tmp_path


@pytest.mark.parametrize("kind", Kind)
def test_what_is_written_is_said_and_marked(kind: Kind, folder: Path) -> None:
    said = CliRunner().invoke(cli.app, ["new", kind, NAMES[kind], "--folder", str(folder)])
    assert said.exit_code == 0
    files = {path for path in folder.rglob("*") if path.is_file()}
    assert {Path(line) for line in said.stdout.splitlines()[:-1]} == files
    texts = [path.read_text() for path in files]
    assert any(TO_WRITE.search(text) for text in texts)
    assert not any(word in text for word in ("FAMILY", "NAME", "TITLE", "TODAY") for text in texts)


@pytest.mark.parametrize("kind", [Kind.LAW, Kind.AREA])
def test_turtle_is_written_as_the_project_writes_it(kind: Kind, folder: Path) -> None:
    for path in skeleton.write(kind, NAMES[kind], folder, DAY):
        assert Graph().parse(path).serialize(format="longturtle") == path.read_text(), path.name


def test_a_rule_behaves_as_its_examples_say(folder: Path) -> None:
    written = skeleton.write(Kind.RULE, NAMES[Kind.RULE], folder, DAY)
    rule = catalogue.read(next(path for path in written if path.name == "rule.ttl"))
    assert {path.name.partition("-")[0] for path in rule.examples()} == {"pass", "fail", "unknown"}
    for path in rule.examples():
        example = examples.read(path)
        found = live.evidence(example.snapshot, rule, example.days)
        assert found == reference.Record(example.snapshot, example.days).evidence(rule)
        assert {str(hit.focus) for hit in found.hits} == {row[1] for row in example.expected}
        assert bool(found.hits) == path.name.startswith("fail-")
        assert bool(found.unknown) == path.name.startswith("unknown-")


def test_a_view_gives_what_its_case_says(folder: Path) -> None:
    cases, query = skeleton.write(Kind.VIEW, NAMES[Kind.VIEW], folder, DAY)
    view = library.parse(NAMES[Kind.VIEW], query.read_text())
    (case,) = tomllib.loads(cases.read_text())["case"]
    head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    stated = ox.parse((head + case["data"]).encode(), ox.RdfFormat.TURTLE)
    record = from_quads(ox.Quad(*one.triple, ox.NamedNode("urn:case")) for one in stated)
    asked = {name: ox.NamedNode(_full(value)) for name, value in case["with"].items()}
    names, rows = record.select(view.text, **asked)
    places = [names.index(column) for column in case["columns"]]
    assert [[str(row[place].value) for place in places] for row in rows] == [
        [_full(version), label] for version, label in case["expect"]
    ]


def _full(name: str) -> str:
    return name.replace("w:", PREFIXES["w"])


@pytest.mark.parametrize("kind", [Kind.LAW, Kind.AREA])
def test_a_record_is_well_formed(kind: Kind, folder: Path) -> None:
    files = skeleton.write(kind, NAMES[kind], folder, DAY)
    record = from_quads(
        quad for path in files for quad in ingest.file_quads(path, graph=f"urn:{path.stem}")
    )
    for rule in RECORD:
        assert not live.evidence(record, rule, days(DAY)).hits, rule.key


def test_an_area_is_a_draft_and_names_each_of_its_files(folder: Path) -> None:
    files = skeleton.write(Kind.AREA, NAMES[Kind.AREA], folder, DAY)
    area = folder / "data" / "areas" / "black-country"
    rows = (area / "graphs.ttl").read_text()
    for path in files:
        graph = path.relative_to(area).with_suffix("")
        assert f"<https://black-country.vires.example/graph/{graph}>" in rows
    assert rows.count("vires:isDraft true") == len(files)


def test_nothing_is_written_over(folder: Path) -> None:
    *_, last = skeleton.write(Kind.RULE, NAMES[Kind.RULE], folder, DAY)
    last.write_text("mine")
    with pytest.raises(UsageError, match="is there already; choose another name"):
        skeleton.write(Kind.RULE, NAMES[Kind.RULE], folder, DAY)
    assert last.read_text() == "mine"


def test_a_rule_is_not_called_as_one_of_another_family(folder: Path) -> None:
    skeleton.write(Kind.RULE, NAMES[Kind.RULE], folder, DAY)
    with pytest.raises(UsageError, match="is there already; choose another name"):
        skeleton.write(Kind.RULE, "openness/has-a-comment", folder, DAY)
    assert len(catalogue.rules(folder)) == 1


@pytest.mark.parametrize("name", ["", "versions", "../x", "a/b/c", "A/b", "a/b--c", "a/b ", "a/1b"])
def test_a_name_that_is_none_is_refused(name: str, folder: Path) -> None:
    with pytest.raises(UsageError, match="a name is small letters, digits and single hyphens"):
        skeleton.write(Kind.RULE, name, folder, DAY)
    assert not list((folder / "shapes").iterdir())


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder laid out like the project"):
        skeleton.write(Kind.LAW, "xyz2030", tmp_path, DAY)


def test_no_skeleton_is_left_unwritten() -> None:
    root = content_root()
    files = [p for part in ("data", "queries", "shapes") for p in (root / part).rglob("*.*")]
    assert files
    assert not [path for path in files if TO_WRITE.search(path.read_text())]
