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
