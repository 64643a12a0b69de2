"""An adopter's own base: every file moved as it would be written, and the record that comes of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import Graph

from tests.browser.shipped import DAY
from vires import terms
from vires.config import Settings
from vires.content import area_base, base_file, graph_files
from vires.errors import ContentError, FrozenGraphError, UsageError
from vires.rebase import checked, rebase
from vires.store import Reader
from vires.store.sources import read
from vires.web import create_app

ROOT = Path(__file__).parent.parent
OLD = "https://wolverhampton.vires.example/"
NEW = "https://sharing.example.org/"
PUBLISHED = "https://published.vires.example/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped data, laid out like the project."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def lines(folder: Path) -> set[str]:
    return {str(quad) for graph in read(graph_files(folder)) for quad in graph.quads}


def test_every_iri_of_the_area_is_moved_and_nothing_else(folder: Path) -> None:
    before, first = lines(folder), contents(folder)
    moved = rebase(folder, NEW, "wolverhampton")
    assert (moved.old, moved.new) == (OLD, NEW)
    assert moved.files > 80
    assert moved.iris > 700
    assert area_base("wolverhampton", folder) == NEW
    assert area_base("published", folder) == PUBLISHED
    assert lines(folder) == {line.replace(OLD, NEW) for line in before}
    after = contents(folder)
    changed = {path for path in first if after[path] != first[path]}
    assert len(changed) == moved.files
    assert not any(OLD.encode() in text for path, text in after.items() if path in changed)
    assert not any("reference" in path.parts for path in changed)
    assert set(after) - set(first) == {Path("data/areas/wolverhampton/base.txt")}
    for path in changed:  # each is written as the project writes Turtle
        assert Graph().parse(folder / path).serialize(format="longturtle").encode() == after[path]


def test_there_and_back_gives_the_same_bytes(folder: Path) -> None:
    first = contents(folder)
    rebase(folder, NEW, "wolverhampton")
    rebase(folder, OLD, "wolverhampton")
    after = contents(folder)
    assert after.pop(Path("data/areas/wolverhampton/base.txt")) == OLD.encode() + b"\n"
    assert after == first


@pytest.mark.parametrize(
    ("base", "says"),
    [
        ("sharing.example.org", "absolute http or https"),
        ("ftp://sharing.example.org/", "absolute http or https"),
        ("urn:example:base", "absolute http or https"),
        ("/id/", "absolute http or https"),
        ("", "absolute http or https"),
        ("https://", "absolute http or https"),
        ("javascript:alert(1)//", "absolute http or https"),
        ("https://sharing.example.org/a/", "the root of its host"),
        ("https://sharing.example.org/?a=b", "no user, query or fragment"),
        ("https://sharing.example.org/?", "no user, query or fragment"),
        ("https://sharing.example.org/#", "no user, query or fragment"),
        ("https://user@sharing.example.org/", "no user, query or fragment"),
        ("https://:pw@sharing.example.org/", "no user, query or fragment"),
        ("https://Sharing.example.org/", "no host name in small letters"),
        ("https://sharing_example/", "no host name in small letters"),
        ("https://-x.example.org/", "no host name in small letters"),
        ("https://sharing.example.org.:/", "no host name in small letters"),
        ("https://sharing.example.org:99999/", "Port out of range"),
        ("https://sharing.example.org:443/", "leave out the port"),
        ("http://sharing.example.org:80", "leave out the port"),
        ("https://sharing.example.org/ ", "plain ASCII without spaces"),
        ("https://sharing example.org/", "plain ASCII without spaces"),
        ("https://sharing.example.org/\n", "plain ASCII without spaces"),
        ("https://shäring.example.org/", "plain ASCII without spaces"),
        ("https://x.org/><script>", "plain ASCII without spaces"),
        ("https://[::1/", "give one such as"),
        ("https://w3id.org/", "mean something already"),
        ("https://w3id.org/vires/", "the root of its host"),
        ("http://www.legislation.gov.uk/", "mean something already"),
        (OLD, "is under"),
        (PUBLISHED, "area `published` is under"),
    ],
)  # fmt: skip
def test_what_is_no_base_is_refused_and_changes_nothing(folder: Path, base: str, says: str) -> None:
    first = contents(folder)
    with pytest.raises(UsageError, match=says):
        rebase(folder, base, "wolverhampton")
    assert contents(folder) == first


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("https://sharing.example.org", NEW),
        ("https://sharing.example.org/", NEW),
        ("http://localhost:8000", "http://localhost:8000/"),
        ("https://xn--shring-eua.example/", "https://xn--shring-eua.example/"),
    ],
)
def test_a_base_ends_in_a_slash(given: str, written: str) -> None:
    assert checked(given) == written


def test_which_area_must_be_said_where_there_are_several(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="several areas; give --area as one of published, wol"):
        rebase(folder, NEW)
    with pytest.raises(UsageError, match="`none` is none of its areas"):
        rebase(folder, NEW, "none")
    with pytest.raises(UsageError, match="no folder `data/areas/`"):
        rebase(tmp_path / "elsewhere", NEW)
    shutil.rmtree(folder / "data" / "areas" / "wolverhampton")
    assert rebase(folder, NEW).old == PUBLISHED


def test_a_file_that_would_lose_its_comments_is_refused(folder: Path) -> None:
    path = folder / "data" / "areas" / "wolverhampton" / "framework.ttl"
    path.write_text("# a note of mine\n" + path.read_text())
    first = contents(folder)
    with pytest.raises(UsageError, match=r"framework.ttl: not written as rdflib's `longturtle`"):
        rebase(folder, NEW, "wolverhampton")
    assert contents(folder) == first


def test_things_that_are_there_already_are_not_merged(folder: Path) -> None:
    path = folder / "data" / "areas" / "published" / "framework.ttl"
    graph = Graph().parse(path)
    graph.update(
        f"INSERT DATA {{ <{PUBLISHED}id/x> <http://purl.org/dc/terms/relation> <{NEW}id/x> }}"
    )
    path.write_text(graph.serialize(format="longturtle"))
    first = contents(folder)
    with pytest.raises(UsageError, match="is under the new base already"):
        rebase(folder, NEW, "wolverhampton")
    assert contents(folder) == first


def freeze(folder: Path, graph: str, digest: str) -> None:
    path = folder / "data" / "areas" / "wolverhampton" / "graphs.ttl"
    rows = Graph().parse(path)
    rows.update(f'INSERT DATA {{ <{graph}> <{terms.VIRES}contentHash> "{digest}" }}')
    path.write_text(rows.serialize(format="longturtle"))


def test_a_frozen_graph_stays_frozen(folder: Path) -> None:
    name = OLD + "graph/agreements/mash/v1"
    digests = {graph.iri: graph.digest for graph in read(graph_files(folder))}
    freeze(folder, name, digests[name])
    rebase(folder, NEW, "wolverhampton")
    rows = (folder / "data" / "areas" / "wolverhampton" / "graphs.ttl").read_text()
    assert digests[name] not in rows
    after = {graph.iri: graph.digest for graph in read(graph_files(folder))}  # or it would refuse
    assert after[name.replace(OLD, NEW)] in rows


def test_a_graph_that_broke_its_hash_is_refused(folder: Path) -> None:
    freeze(folder, OLD + "graph/agreements/mash/v1", "0" * 64)
    first = contents(folder)
    with pytest.raises(FrozenGraphError):
        rebase(folder, NEW, "wolverhampton")
    assert contents(folder) == first


@pytest.mark.parametrize("moved", [1, 60])
def test_a_run_that_was_cut_short_is_finished_by_another(
    folder: Path, moved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = OLD + "graph/agreements/mash/v1"
    digests = {graph.iri: graph.digest for graph in read(graph_files(folder))}
    freeze(folder, name, digests[name])
    whole = folder.parent / f"{folder.name}-whole"
    shutil.copytree(folder, whole)
    rebase(whole, NEW, "wolverhampton")
    replace, done = Path.replace, []

    def cut(path: Path, target: Path) -> Path:
        if len(done) == moved:
            raise KeyboardInterrupt
        done.append(path)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        rebase(folder, NEW, "wolverhampton")
    monkeypatch.undo()
    rebase(folder, NEW, "wolverhampton")
    assert contents(folder) == contents(whole)


def test_a_full_disk_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, write, done = contents(folder), Path.write_bytes, []

    def full(path: Path, data: bytes) -> int:
        if len(done) == 5:
            raise OSError(28, "No space left on device", str(path))
        done.append(path)
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="No space left on device; make room"):
        rebase(folder, NEW, "wolverhampton")
    monkeypatch.undo()
    assert contents(folder) == first


def test_a_base_file_that_names_no_base_is_refused(folder: Path) -> None:
    base_file(folder, "wolverhampton").write_text("file:///etc/\n")
    with pytest.raises(ContentError, match="is no base; run `vires rebase` again"):
        graph_files(folder)


def test_the_command_load_and_the_site_go_by_the_new_base(tmp_path: Path) -> None:
    """In a fork: the area is moved, loaded, checked, and answers at its addresses."""
    fork, state = tmp_path / "fork", tmp_path / "state"
    for part in ("app", "data", "ontology", "queries", "shapes"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, fork / part, ignore=ignored)

    def vires(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from vires.cli import main; main()", *arguments],
            cwd=fork, capture_output=True, text=True, timeout=120,
            env={**os.environ, "PYTHONPATH": str(fork / "app"), "VIRES_STATE": str(state)},
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    said = vires("rebase", NEW.rstrip("/"), "--area", "wolverhampton")
    assert said.startswith(f"{OLD} -> {NEW}: ")
    vires("load")
    graphs = {line.split()[-2] for line in vires("dump").splitlines()}
    assert f"<{NEW}graph/agreements/mash/v1>" in graphs
    assert not any(OLD in graph for graph in graphs)
    assert f"{NEW}id/agreement/mash" in vires(
        "check", "--area", "wolverhampton", "--format", "json"
    )
    settings = Settings(state=state)
    client = create_app(settings, Reader(settings), today=lambda: DAY).test_client()
    sent = client.get("/id/agreement/mash")
    assert (sent.status_code, sent.headers["Location"]) == (303, "/doc/agreement/mash")
    page = client.get("/doc/agreement/mash")
    assert page.status_code == 200
    assert f'<{NEW}id/agreement/mash>; rel="describes"' in page.headers["Link"]
    assert f"<{NEW}id/agreement/mash>" in client.get("/doc/agreement/mash.nt").text
    assert f"{NEW}doc/agreement/mash.ttl" in client.get("/doc/agreement/mash.nt?_profile=alt").text
    assert client.get("/doc/agreement/mash/v/1").status_code == 200
