"""The store: immutable snapshots, content hashes, access classes, one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from vires import content, terms
from vires.config import Settings
from vires.errors import (
    FrozenGraphError,
    StoreError,
    StoreLockedError,
    StoreMissingError,
    StoreNewerError,
)
from vires.store import Reader, Step, commit, from_quads
from vires.store.snapshot import graph_hash
from vires.store.sources import Graph, read


def a_graph(name: str, *values: str, access: str = "public") -> Graph:
    graph = ox.NamedNode(f"urn:g:{name}")
    quads = tuple(
        ox.Quad(ox.NamedNode(f"urn:s:{v}"), ox.NamedNode("urn:p"), ox.Literal(v), graph)
        for v in values
    )
    return Graph(graph.value, quads, graph_hash(quads), access)


def reader(state: Path, access: str = "public") -> Reader:
    return Reader(Settings(state=state, access=access))  # type: ignore[arg-type]


def held(state: Path, access: str = "public") -> set[str]:
    return {quad.object.value for quad in reader(state, access).current().quads()}


def test_what_is_committed_is_what_is_read(tmp_path: Path) -> None:
    commit(tmp_path, [a_graph("a", "1", "2"), a_graph("b", "3")])
    assert held(tmp_path) == {"1", "2", "3"}


def test_a_commit_replaces_the_whole_record(tmp_path: Path) -> None:
    commit(tmp_path, [a_graph("a", "1", "2"), a_graph("b", "3")])
    commit(tmp_path, [a_graph("a", "1", "4"), a_graph("c", "5")])
    assert held(tmp_path) == {"1", "4", "5"}


def test_the_same_record_again_makes_no_generation(tmp_path: Path) -> None:
    first = commit(tmp_path, [a_graph("a", "1")])
    assert commit(tmp_path, [a_graph("a", "1")]) == first
    assert commit(tmp_path, [a_graph("a", "2")]) != first


def test_the_data_version_is_of_the_content_alone(tmp_path: Path) -> None:
    pool = [a_graph("a", "1", "2"), a_graph("b", "3")]
    commit(tmp_path / "one", pool)
    commit(tmp_path / "two", [a_graph("z", "9")])
    commit(tmp_path / "two", [pool[1], a_graph("a", "2", "1")])
    versions = {reader(tmp_path / n).current().data_version for n in ("one", "two")}
    memory = from_quads(quad for graph in pool for quad in graph.quads)
    assert versions == {memory.data_version}
    assert versions.pop().startswith("sha256:")


def test_a_class_holds_only_what_it_may_read(tmp_path: Path) -> None:
    commit(
        tmp_path,
        [
            a_graph("a", "open"),
            a_graph("b", "partners", access="partner"),
            a_graph("c", "staff", access="staff"),
        ],
    )
    assert held(tmp_path) == {"open"}
    assert held(tmp_path, "partner") == {"open", "partners"}
    assert held(tmp_path, "staff") == {"open", "partners", "staff"}
    assert b"partners" not in b"".join(
        p.read_bytes() for p in (tmp_path / "generations").glob("*/public/*") if p.is_file()
    )


def test_a_graph_that_is_closed_leaves_the_lower_class(tmp_path: Path) -> None:
    commit(tmp_path, [a_graph("a", "1"), a_graph("b", "2")])
    commit(tmp_path, [a_graph("a", "1"), a_graph("b", "2", access="staff")])
    assert held(tmp_path) == {"1"}
    assert held(tmp_path, "staff") == {"1", "2"}


def test_a_reader_moves_with_the_pointer_and_keeps_what_it_holds(tmp_path: Path) -> None:
    commit(tmp_path, [a_graph("a", "1")])
    watching = reader(tmp_path)
    before = watching.current()
    assert watching.current() is before
    for number in range(5):
        commit(tmp_path, [a_graph("a", str(number + 2))])
    assert {q.object.value for q in watching.current().quads()} == {"6"}
    assert {q.object.value for q in before.quads()} == {"1"}


def test_old_generations_are_cleared_away(tmp_path: Path) -> None:
    for number in range(7):
        commit(tmp_path, [a_graph("a", str(number))])
    assert len(list((tmp_path / "generations").iterdir())) <= 4


def test_a_second_writer_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    commit(tmp_path, [a_graph("a", "1")])
    with (tmp_path / "LOCK").open("r+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.truncate(0)
        handle.write("4242")
        handle.flush()
        with pytest.raises(StoreLockedError, match="process 4242"):
            commit(tmp_path, [a_graph("a", "2")])
    assert held(tmp_path) == {"1"}


def test_a_state_folder_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    commit(tmp_path, [a_graph("a", "1")])
    (tmp_path / "FORMAT").write_text("99\n")
    with pytest.raises(StoreNewerError, match="newer Vires"):
        reader(tmp_path).current()
    with pytest.raises(StoreNewerError, match="upgrade"):
        commit(tmp_path, [a_graph("a", "2")])


def test_an_empty_state_folder_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="vires load"):
        reader(tmp_path).current()


def test_a_damaged_generation_says_what_to_do(tmp_path: Path) -> None:
    name = commit(tmp_path, [a_graph("a", "1")])
    (tmp_path / "generations" / name / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="vires load"):
        reader(tmp_path).current()
    shutil.rmtree(tmp_path / "generations" / name)
    with pytest.raises(StoreError):
        reader(tmp_path).current()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="VIRES_STATE"):
        commit(tmp_path / "file" / "state", [a_graph("a", "1")])


def test_drafts_are_no_part_of_the_record() -> None:
    g, d = ox.NamedNode("urn:g:kept"), ox.NamedNode("urn:g:draft")
    yes = ox.Literal("true", datatype=ox.NamedNode(terms.XSD_BOOLEAN))
    snapshot = from_quads(
        [
            ox.Quad(d, ox.NamedNode(terms.IS_DRAFT), yes, g),
            ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("hidden"), d),
        ]
    )
    assert {q.object.value for q in snapshot.quads()} == {"true"}
    assert set(snapshot.graphs) == {"urn:g:kept"}


AREA = """
PREFIX vires: <https://w3id.org/vires/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
<https://one.vires.example/graph/agreements/a/instrument> a vires:RecordGraph ;
    vires:accessClass <https://w3id.org/vires/access/public> ; vires:isDraft false .
<https://one.vires.example/graph/agreements/a/v2> vires:isDraft true .
<https://one.vires.example/graph/agreements/a/v1> vires:contentHash "HASH" .
"""


def an_area(root: Path, frozen: str) -> Path:
    folder = root / "data" / "areas" / "one"
    (folder / "agreements" / "a").mkdir(parents=True)
    (folder / "graphs.ttl").write_text(AREA.replace("HASH", frozen))
    for name, line in (
        ("instrument", "<urn:i> <https://w3id.org/vires/ns#illustrative> true ."),
        ("v1", "<urn:v1> <urn:p> 1 ."),
        ("v2", "<urn:v2> <urn:p> 2 ."),
    ):
        (folder / "agreements" / "a" / f"{name}.ttl").write_text(line)
    return root


def test_a_row_gives_a_graph_its_class_and_none_is_staff(tmp_path: Path) -> None:
    quads = [ox.Quad(ox.NamedNode("urn:v1"), ox.NamedNode("urn:p"), ox.Literal(1))]
    root = an_area(tmp_path, graph_hash(quads))
    found = {g.iri.rsplit("/", 1)[-1]: g.access for g in read(content.graph_files(root))}
    assert found == {"instrument": "public", "v1": "staff", "graphs": "staff"}


def test_illustrative_agreements_are_left_out_on_request(tmp_path: Path) -> None:
    quads = [ox.Quad(ox.NamedNode("urn:v1"), ox.NamedNode("urn:p"), ox.Literal(1))]
    root = an_area(tmp_path, graph_hash(quads))
    found = read(content.graph_files(root), illustrative=False)
    assert [g.iri.rsplit("/", 1)[-1] for g in found] == ["graphs"]


def test_a_frozen_graph_that_changed_is_refused(tmp_path: Path) -> None:
    root = an_area(tmp_path, "0" * 64)
    with pytest.raises(FrozenGraphError, match="make a new version"):
        read(content.graph_files(root))


def test_a_graph_is_named_by_its_path() -> None:
    names = {str(f.path.relative_to(content.content_root())): f for f in content.graph_files()}
    reference = names[os.path.join("data", "reference", "law", "cda1998.ttl")]  # noqa: PTH118
    assert reference.graph == "https://w3id.org/vires/graph/reference/law/cda1998"
    assert reference.area is None


def damage(state: Path, how: str) -> None:
    generation = state / "generations" / (state / "CURRENT").read_text().strip()
    if how == "manifest cut off":
        (generation / "manifest.json").write_text("{")
    elif how == "manifest of another kind":
        (generation / "manifest.json").write_text("[]")
    elif how == "class gone":
        shutil.rmtree(generation / "public")
    elif how == "table damaged":
        for table in (generation / "public").glob("*.sst"):
            table.write_bytes(bytes(2000))
    elif how == "pointer empty":
        (state / "CURRENT").write_text("")
    else:
        shutil.rmtree(generation)


@pytest.mark.parametrize(
    "how",
    [
        "manifest cut off", "manifest of another kind", "class gone", "table damaged",
        "pointer empty", "generation gone",
    ],
)  # fmt: skip
def test_loading_again_mends_a_damaged_generation(tmp_path: Path, how: str) -> None:
    commit(tmp_path, [a_graph("a", "1")])
    damage(tmp_path, how)
    with pytest.raises(StoreError, match="vires load"):
        reader(tmp_path).current()
    commit(tmp_path, [a_graph("a", "1")])
    assert held(tmp_path) == {"1"}


def test_a_format_that_is_no_number_is_refused(tmp_path: Path) -> None:
    commit(tmp_path, [a_graph("a", "1")])
    for text in ("\u00b2", "one", ""):
        (tmp_path / "FORMAT").write_text(text)
        with pytest.raises(StoreError, match="no format number"):
            reader(tmp_path).current()


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.value)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS], ids=errno.errorcode.get)
def test_a_disk_that_fails_at_a_step_leaves_one_generation(
    tmp_path: Path, step: Step, number: int
) -> None:
    commit(tmp_path, [a_graph("a", "old")])

    def at(reached: Step) -> None:
        if reached is step:
            raise OSError(number, os.strerror(number))

    with pytest.raises(StoreError, match="load again"):
        commit(tmp_path, [a_graph("a", "new")], at)
    assert held(tmp_path) == ({"new"} if step is Step.POINTED else {"old"})
    commit(tmp_path, [a_graph("a", "next")])
    assert held(tmp_path) == {"next"}


# A child whose files may grow no further than so many bytes: a disk that is full.
FULL = """
import resource, signal, sys
from pathlib import Path
import pyoxigraph as ox
from vires.errors import StoreError
from vires.store import commit
from vires.store.snapshot import graph_hash
from vires.store.sources import Graph

name = ox.NamedNode("urn:g:a")
quads = tuple(
    ox.Quad(ox.NamedNode(f"urn:s:{n}"), ox.NamedNode("urn:p"), ox.Literal(f"{n}" + "x" * 900), name)
    for n in range(400)
)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    commit(Path(sys.argv[1]), [Graph(name.value, quads, graph_hash(quads), "public")])
except StoreError as error:
    print(error)
"""


@pytest.mark.parametrize("limit", [1_000, 20_000, 60_000])
def test_a_full_disk_leaves_the_old_generation(tmp_path: Path, limit: int) -> None:
    commit(tmp_path, [a_graph("a", "old")])
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(limit)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1, done.stdout
    assert held(tmp_path) == {"old"}
    commit(tmp_path, [a_graph("a", "next")])
    assert held(tmp_path) == {"next"}


def test_illustrative_agreements_are_not_read_where_the_setting_leaves_them_out(
    tmp_path: Path,
) -> None:
    name = ox.NamedNode("urn:g:a")
    yes = ox.Literal("true", datatype=ox.NamedNode(terms.XSD_BOOLEAN))
    marked = ox.Quad(ox.NamedNode("urn:i"), ox.NamedNode(terms.ILLUSTRATIVE), yes, name)
    commit(tmp_path, [Graph(name.value, (marked,), graph_hash([marked]), "public")])
    assert reader(tmp_path).current().illustrative
    without = Reader(Settings(state=tmp_path, illustrative="off"))
    with pytest.raises(StoreError, match="VIRES_ILLUSTRATIVE"):
        without.current()
    commit(tmp_path, [a_graph("a", "1")])
    assert not without.current().illustrative


def test_a_graph_that_was_public_once_is_in_no_earlier_release(tmp_path: Path) -> None:
    """What was moved to a higher class is gone from all that a reader of the lower one is given."""

    def graph(iri: str, value: str, access: str) -> Graph:
        quads = (
            ox.Quad(
                ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(value), ox.NamedNode(iri)
            ),
        )
        return Graph(iri, quads, graph_hash(quads), access)

    commit(tmp_path, [graph("urn:a", "open", "public"), graph("urn:b", "secret", "public")])
    commit(tmp_path, [graph("urn:a", "open", "public"), graph("urn:b", "secret", "staff")])
    kept = Reader(Settings(state=tmp_path)).kept()
    assert [len(snapshot) for snapshot in kept] == [1]
    kept = Reader(Settings(state=tmp_path, access="staff")).kept()
    assert len(kept) == 1  # the same statements: one data version


def test_a_damaged_earlier_generation_is_passed_over(tmp_path: Path) -> None:
    for value in ("one", "two"):
        quads = (
            ox.Quad(
                ox.NamedNode("urn:s"),
                ox.NamedNode("urn:p"),
                ox.Literal(value),
                ox.NamedNode("urn:g"),
            ),
        )
        commit(tmp_path, [Graph("urn:g", quads, graph_hash(quads), "public")])
    (tmp_path / "generations" / "000001" / "manifest.json").write_text("{")
    assert len(Reader(Settings(state=tmp_path)).kept()) == 1
