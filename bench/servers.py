"""What the endpoint is timed on and beside: a made world as a record, questions of it, servers.

The `oxigraph` server and rdflib-endpoint are put into a virtual environment of their own.
"""

from __future__ import annotations

import http.client
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox

from bench.world import ON
from tests.serving import below, free_port, read, wait_for
from vires import terms
from vires.store import commit
from vires.store.snapshot import graph_hash
from vires.store.sources import Graph
from vires.validate import standing

OTHERS: Final = ("oxigraph==0.5.13", "rdflib-endpoint==0.6.3", "uvicorn")
JSON: Final = {"Accept": "application/sparql-results+json, application/json;q=0.9"}
_RDFLIB: Final = """
import sys, uvicorn
from rdflib import Graph
from rdflib_endpoint import SparqlEndpoint
graph = Graph().parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph, path="/query"), port=int(sys.argv[2]), log_level="error")
"""

Values = dict[str, str]


def fetch(link: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    """Status and body of one answer."""
    link.request("GET", path, headers=JSON)
    reply = link.getresponse()
    return reply.status, reply.read()


def connect(base: str, source: str = "127.0.0.1") -> http.client.HTTPConnection:
    """A connection to a server, from an address of this machine."""
    return http.client.HTTPConnection(urlsplit(base).netloc, timeout=60, source_address=(source, 0))


def settle(pid: int) -> None:
    """Wait until a server has read what it reads ahead, and does nothing."""

    def ticks() -> int:
        stats = [read(p, "stat").rsplit(")", 1)[-1].split() for p in (pid, *below(pid))]
        return sum(int(stat[11]) + int(stat[12]) for stat in stats if len(stat) > 12)

    for _ in range(300):
        before = ticks()
        time.sleep(1)
        if ticks() - before <= 10:
            return


def as_record(world: Path, state: Path) -> None:
    """The world as the record of a state folder, its rules not run."""
    name = ox.NamedNode("https://area-00000.vires.example/graph/world")
    quads = tuple(
        ox.Quad(t.subject, t.predicate, t.object, name)
        for t in ox.parse(path=str(world), format=ox.RdfFormat.N_TRIPLES)
    )
    graph = Graph(name.value, quads, graph_hash(quads), "public")
    commit(state, [graph], judge=standing.finder(ON, ()))


def questions(world: Path, most: int = 400) -> tuple[list[Values], list[Values]]:
    """Point decisions that flows of the world document, and agreements, spread over its areas."""
    found: dict[str, dict[str, list[str]]] = {}
    wanted = {
        terms.VIRES + name
        for name in ("hasSide", "forPurpose", "sharesCategory", "sideOrganisation", "flowOf")
    }
    receiving = set()
    with world.open(encoding="utf-8") as lines:
        for line in lines:
            subject, prop, rest = line.split(" ", 2)
            if prop[1:-1] in wanted:
                facts = found.setdefault(subject[1:-1], {})
                facts.setdefault(prop[1:-1].rsplit("#", 1)[1], []).append(rest[1:-4])
            elif rest.startswith(f"<{terms.VIRES}ReceivingSide>"):
                receiving.add(subject[1:-1])
    points, agreements = [], set()
    for flow in (facts for facts in found.values() if "hasSide" in facts):
        takers = [side for side in flow["hasSide"] if side in receiving]
        givers = [side for side in flow["hasSide"] if side not in receiving]
        if not (takers and givers and flow.get("forPurpose") and flow.get("sharesCategory")):
            continue
        if not all("sideOrganisation" in found.get(side, {}) for side in (takers[0], givers[0])):
            continue
        agreements.add(flow["flowOf"][0].partition("/v/")[0])
        points.append(
            {
                "from": found[givers[0]]["sideOrganisation"][0],
                "to": found[takers[0]]["sideOrganisation"][0],
                "purpose": flow["forPurpose"][0],
                "category": flow["sharesCategory"][0],
                "on": ON.isoformat(),
            }
        )
    dice = random.Random(1)
    chains = [
        {"agreement": iri} for iri in dice.sample(sorted(agreements), min(most, len(agreements)))
    ]
    return dice.sample(points, min(most, len(points))), chains


def other_servers(folder: Path) -> Path:
    """A virtual environment with the servers that we are compared with; its programs."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603
    programs = folder / "bin"
    subprocess.run([str(programs / "pip"), "install", "-q", *OTHERS], check=True)  # noqa: S603
    return programs


@contextmanager
def running(command: list[str], base: str) -> Iterator[str]:
    """A server, once it answers; its address."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603
    probe = f"/query?{urlencode({'query': 'ASK {}'})}"

    def answers() -> bool:
        assert process.poll() is None, command
        try:
            with closing(connect(base)) as link:
                return fetch(link, probe)[0] == 200
        except OSError:
            return False

    try:
        wait_for(answers, 300)
        yield base
    finally:
        process.kill()
        process.wait()


@contextmanager
def oxigraph(programs: Path, world: Path, folder: Path) -> Iterator[str]:
    """The `oxigraph` server on the world."""
    program, port = str(programs / "oxigraph"), free_port()
    load = [program, "load", "--location", str(folder), "--file", str(world)]
    subprocess.run(load, check=True, capture_output=True)  # noqa: S603
    serve = [program, "serve-read-only", "--location", str(folder)]
    with running([*serve, "--bind", f"127.0.0.1:{port}"], f"http://127.0.0.1:{port}") as base:
        yield base


@contextmanager
def rdflib_endpoint(programs: Path, world: Path) -> Iterator[str]:
    """rdflib-endpoint on the world, in memory."""
    port = free_port()
    command = [str(programs / "python"), "-c", _RDFLIB, str(world), str(port)]
    with running(command, f"http://127.0.0.1:{port}") as base:
        yield base
