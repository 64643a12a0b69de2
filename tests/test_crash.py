"""A writer killed at any moment leaves the old generation or the new one, never a mixture."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vires.config import Settings
from vires.store import Reader, Step

# A child that commits records 'old' and 'new' in turn; each has 40 graphs of one value.
CHILD = """
import os, signal, sys
from pathlib import Path
import pyoxigraph as ox
from vires.store import Step, commit
from vires.store.snapshot import graph_hash
from vires.store.sources import Graph

def record(value):
    for number in range(40):
        name = ox.NamedNode(f"urn:g:{number}")
        quads = tuple(
            ox.Quad(ox.NamedNode(f"urn:s:{i}"), ox.NamedNode("urn:p"), ox.Literal(value), name)
            for i in range(20)
        )
        yield Graph(name.value, quads, graph_hash(quads), "public")

state, values, step = Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3]

def at(reached):
    if reached.value == step:
        os.kill(os.getpid(), signal.SIGKILL)

for value in values:
    commit(state, record(value), at)
    print(value, flush=True)
"""


def child(state: Path, values: str, step: str = "none") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(state), values, step],
        stdout=subprocess.PIPE,
        text=True,
    )


def held(state: Path) -> set[str]:
    snapshot = Reader(Settings(state=state)).current()
    assert len(snapshot) == 800
    return {quad.object.value for quad in snapshot.quads()}


def committed(state: Path, values: str) -> None:
    process = child(state, values)
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("step", list(Step), ids=lambda step: step.value)
def test_a_writer_killed_at_a_step_leaves_one_generation(tmp_path: Path, step: Step) -> None:
    committed(tmp_path, "old")
    process = child(tmp_path, "new", step.value)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert held(tmp_path) == ({"new"} if step is Step.POINTED else {"old"})
    committed(tmp_path, "next")
    assert held(tmp_path) == {"next"}
    assert not list((tmp_path / "generations").glob("*.partial"))


def test_a_writer_killed_at_any_moment_leaves_one_generation(tmp_path: Path) -> None:
    kills = int(os.environ.get("VIRES_KILLS", "20"))
    chance = random.Random(os.environ.get("VIRES_SEED", "vires"))
    committed(tmp_path, "start")
    last = "start"
    for number in range(kills):
        values = [f"{number}-{turn}" for turn in range(200)]
        process = child(tmp_path, ",".join(values))
        assert process.stdout is not None
        time.sleep(0.15 + chance.random() * 0.6)
        process.kill()
        said = process.stdout.read().split()
        process.wait()
        process.stdout.close()
        found = held(tmp_path)
        assert len(found) == 1, f"a mixture after kill {number}: {found}"
        acknowledged = said[-1] if said else last
        (value,) = found
        order = [last, *values]
        assert order.index(value) >= order.index(acknowledged), "an acknowledged record was lost"
        last = value
    committed(tmp_path, "end")
    assert held(tmp_path) == {"end"}


ROW = """
<https://city.vires.example/graph/guidance/g{number}>
    <https://w3id.org/vires/ns#accessClass> <https://w3id.org/vires/access/public> .
"""


def an_area(root: Path, value: str) -> None:
    """A folder laid out like the project, with 20 public graphs that all say one value."""
    area = root / "data" / "areas" / "city"
    (area / "guidance").mkdir(parents=True, exist_ok=True)
    (area / "graphs.ttl").write_text("".join(ROW.format(number=n) for n in range(20)))
    for number in range(20):
        path = area / "guidance" / f"g{number}.ttl"
        path.write_text(f'<urn:crash:{number}> <urn:crash:says> "{value}" .')


def said(state: Path) -> list[str]:
    quads = Reader(Settings(state=state)).current().quads()
    return [q.object.value for q in quads if q.predicate.value == "urn:crash:says"]


def loading(state: Path, area: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", "from vires.cli import main; main()", "load", str(area)],
        env={k: v for k, v in os.environ.items() if not k.startswith("VIRES_")}
        | {"VIRES_STATE": str(state)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_the_command_killed_while_it_loads_leaves_one_generation(tmp_path: Path) -> None:
    chance = random.Random(os.environ.get("VIRES_SEED", "vires"))
    state, area = tmp_path / "state", tmp_path / "area"
    an_area(area, "start")
    assert loading(state, area).wait(60) == 0
    start = time.monotonic()
    an_area(area, "again")
    assert loading(state, area).wait(60) == 0
    takes = time.monotonic() - start
    before, killed = "again", 0
    for number in range(int(os.environ.get("VIRES_KILLS", "20"))):
        an_area(area, str(number))
        process = loading(state, area)
        try:
            process.wait(takes * (0.5 + chance.random() * 0.5))  # reading is long, writing short
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
        found = said(state)
        assert found in ([before] * 20, [str(number)] * 20), f"a mixture after kill {number}"
        before = found[0]
    assert killed > 0
    an_area(area, "end")
    assert loading(state, area).wait(60) == 0
    assert said(state) == ["end"] * 20
