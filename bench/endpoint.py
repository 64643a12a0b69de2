"""Times the endpoint beside others, with hostile neighbours, and for long.

Usage:
  python -m bench.endpoint [--world W.nt] [--seconds 6]   ratios at a million triples, and neighbours
  python -m bench.endpoint --queries 100000               valid queries at concurrency 8
  python -m bench.endpoint --neighbours                   hostile clients alone
  python -m bench.endpoint --cancels 1000                 clients that leave

The first makes a world of a million triples (`bench.world`) unless one is named, and a virtual
environment of its own for the `oxigraph` server and rdflib-endpoint, in a folder that it removes.
All servers run at once on one machine, and are asked in turn: read the ratios.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench.servers import (
    JSON,
    Values,
    as_record,
    connect,
    fetch,
    other_servers,
    oxigraph,
    questions,
    rdflib_endpoint,
    settle,
)
from tests.serving import Server, below, read, serving, wait_for
from tests.strangers import SLOW, busy, leave
from vires import library, listing, terms

CONNECTIONS: Final = 8
POINT: Final = "analyst/bases-for-a-question"
CHAIN: Final = "analyst/tiers-above-an-agreement"
ROUNDS: Final = 2
POINTS_OXIGRAPH: Final = "point, oxigraph server"
POINTS_VIEW: Final = "point, library view"
POINTS_SPARQL: Final = "point, /sparql"
CHAINS_OXIGRAPH: Final = "chain, oxigraph server"
CHAINS_RDFLIB: Final = "chain, rdflib-endpoint"
CHAINS_SPARQL: Final = "chain, /sparql"
ENDLESS: Final = {**JSON, "Connection": "close"}
GENEROUS: Final = {"query_budget": "1000000", "query_at_once": "8"}


@dataclass(frozen=True, slots=True)
class Rate:
    """What a run of requests came to: how many a second, and milliseconds."""

    per_second: float
    p50: float
    p95: float


def text_of(view: str, values: Values) -> str:
    """A view's text with values in place of its parameters, as a stranger would send it."""
    text = library.view(view).text
    for parameter in reversed(library.view(view).parameters):
        value = values[parameter.name]
        said = f'"{value}"^^<{terms.XSD_DATE}>' if parameter.type == "date" else f"<{value}>"
        text = text.replace("{\n", f"{{\n  VALUES ?{parameter.name} {{ {said} }}\n", 1)
    return text


def by_sparql(path: str, view: str) -> Callable[[Values], str]:
    """The address of a query of a view at an endpoint."""
    return lambda values: f"{path}?{urlencode({'query': text_of(view, values)})}"


def by_library(view: str) -> Callable[[Values], str]:
    """The address of a view as an operation of ours."""
    return lambda values: f"/api/{view}?{urlencode(values)}"


def rows_of(body: bytes) -> int:
    """How many rows an answer holds, in SPARQL's JSON or in ours."""
    found = json.loads(body)
    return len(found["results"]["bindings"]) if "results" in found else int(found["total"])


def throughput(base: str, paths: list[str], seconds: float) -> list[float]:
    """The milliseconds of every answer, from eight kept-alive connections for so many seconds."""
    ends = time.monotonic() + seconds
    spent: list[float] = []
    wrong: list[tuple[str, int]] = []

    def visit(seed: int) -> None:
        order = itertools.cycle(random.Random(seed).sample(paths, len(paths)))
        with closing(connect(base)) as link:
            while time.monotonic() < ends:
                path = next(order)
                began = time.perf_counter()
                status, _ = fetch(link, path)
                spent.append((time.perf_counter() - began) * 1000)
                if status != 200:
                    wrong.append((path, status))

    together([threading.Thread(target=visit, args=(seed,)) for seed in range(CONNECTIONS)])
    assert not wrong, (base, wrong[0])
    return spent


def together(threads: list[threading.Thread]) -> None:
    """Run threads until all have ended."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def p95(spent: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(spent, n=20)[18]


def compare(world: Path, folder: Path, seconds: float) -> None:
    """The ratios, and the neighbours. All servers run at once; each is asked in turn, twice."""
    programs = other_servers(folder / "others")
    as_record(world, folder / "state")
    points, chains = questions(world)
    with (
        oxigraph(programs, world, folder / "oxigraph") as other,
        rdflib_endpoint(programs, world) as rdflib,
        serving(folder / "state", **GENEROUS) as server,
    ):
        settle(server.pid)
        asked = {
            POINTS_OXIGRAPH: (other, [by_sparql("/query", POINT)(one) for one in points]),
            POINTS_VIEW: (server.base, [by_library(POINT)(one) for one in points]),
            POINTS_SPARQL: (server.base, [by_sparql("/sparql", POINT)(one) for one in points]),
            CHAINS_OXIGRAPH: (other, [by_sparql("/query", CHAIN)(one) for one in chains]),
            CHAINS_RDFLIB: (rdflib, [by_sparql("/query", CHAIN)(one) for one in chains]),
            CHAINS_SPARQL: (server.base, [by_sparql("/sparql", CHAIN)(one) for one in chains]),
        }
        same_answers(asked)
        spent: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, (base, paths) in asked.items():
                spent[name] += throughput(base, paths, seconds)
    report({name: rate(found, seconds * ROUNDS) for name, found in spent.items()})
    neighbours(folder / "shipped")


def same_answers(asked: dict[str, tuple[str, list[str]]]) -> None:
    """Stop where the servers give the same question another number of rows."""
    for kind in ("point", "chain"):
        counts = []
        for name, (base, paths) in asked.items():
            if name.startswith(kind):
                with closing(connect(base)) as link:
                    counts.append([rows_of(fetch(link, path)[1]) for path in paths[:40]])
        assert all(count == counts[0] for count in counts), f"the answers of {kind} differ"
        assert sum(counts[0]) > 40, f"the questions of {kind} give next to nothing"


def rate(spent: list[float], seconds: float) -> Rate:
    """What so many answers in so many seconds come to."""
    return Rate(len(spent) / seconds, statistics.median(spent), p95(spent))


def report(rates: dict[str, Rate]) -> None:
    """The table, and the ratios with what is wanted of each."""
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores")
    print("| query, server | a second | p50 ms | p95 ms |\n|---|---|---|---|")
    for name, rate in rates.items():
        print(f"| {name} | {rate.per_second:.0f} | {rate.p50:.1f} | {rate.p95:.1f} |")
    own, slow = rates[POINTS_OXIGRAPH].per_second, rates[CHAINS_RDFLIB].per_second
    wanted = (
        ("point: library view to oxigraph", rates[POINTS_VIEW].per_second / own, 0.5),
        ("point: /sparql to oxigraph", rates[POINTS_SPARQL].per_second / own, 0.35),
        ("chain: /sparql to rdflib-endpoint", rates[CHAINS_SPARQL].per_second / slow, 5),
    )
    for name, ratio, least in wanted:
        print(f"{name}: {ratio:.2f} (wanted {least}){'' if ratio >= least else ' NOT MET'}")


def neighbours(state: Path, seconds: float = 20) -> None:
    """A visitor's wait for the library's views on the shipped record, alone and beside two clients.

    Each of the two asks three times at once for what never ends, and at once again when refused.
    """
    views = [library.view(one.key) for one in listing.offered() if one.key.startswith("analyst/")]
    paths = [by_library(v.key)({p.name: p.example for p in v.parameters}) for v in views]
    with serving(state) as server:
        settle(server.pid)
        idle = waits(server.base, paths, seconds)
        over = threading.Event()
        hostile = [
            threading.Thread(target=annoy, args=(server.base, f"127.0.0.{client}", over))
            for client in (2, 3)
            for _ in range(3)
        ]
        for thread in hostile:
            thread.start()
        time.sleep(1)
        beside = waits(server.base, paths, seconds)
        over.set()
        for thread in hostile:
            thread.join()
    quiet, noisy = p95(idle), p95(beside)
    said = "" if noisy <= 2 * quiet and noisy < 1000 else " NOT MET"
    print(
        f"p95 of a view: {quiet:.1f} ms idle, {noisy:.1f} ms beside two hostile clients: ", end=""
    )
    print(f"{noisy / quiet:.2f} times (wanted at most 2, and under 1 s){said}")


def waits(base: str, paths: list[str], seconds: float) -> list[float]:
    """The milliseconds of one visitor's requests, one after another."""
    spent, ends = [], time.monotonic() + seconds
    with closing(connect(base)) as link:
        while time.monotonic() < ends:
            began = time.perf_counter()
            status, _ = fetch(link, random.choice(paths))
            assert status == 200
            spent.append((time.perf_counter() - began) * 1000)
    return spent


def annoy(base: str, source: str, over: threading.Event) -> None:
    """Ask for what never ends, again and again."""
    path = f"/sparql?{urlencode({'query': SLOW})}"
    while not over.wait(0.05):
        with closing(connect(base, source)) as link:
            link.request("GET", path, headers=ENDLESS)
            status = link.getresponse().status
            assert status in (429, 503), status


def valid(number: int) -> None:
    """So many valid queries at concurrency 8 on the shipped record: how many failed."""
    from tests.browser.shipped import snapshot

    texts = [listing.as_query(view) for view in listing.offered() if view.key.startswith("analyst")]
    things = sorted({quad.subject.value for quad in snapshot().quads()})
    texts += [f"ASK {{ <{iri}> ?p ?o }}" for iri in things[::40]]
    texts += [f"SELECT * {{ <{iri}> ?p ?o }} LIMIT 20" for iri in things[::40]]
    texts += [f"CONSTRUCT {{ ?s ?p <{iri}> }} WHERE {{ ?s ?p <{iri}> }}" for iri in things[::40]]
    formats = {"ASK": ("json", "xml"), "CON": ("turtle", "jsonld", "ntriples")}
    failed: list[tuple[str, int]] = []
    left = iter(range(number))
    lock = threading.Lock()

    def visit(base: str) -> None:
        with closing(connect(base)) as link:
            while True:
                with lock:
                    turn = next(left, None)
                if turn is None:
                    return
                text = texts[turn * 7919 % len(texts)]
                form = random.choice(formats.get(text[:3], ("json", "xml", "csv", "tsv")))
                path = f"/sparql?{urlencode({'query': text, 'format': form})}"
                status, body = fetch(link, path)
                if status != 200 or (form in ("json", "jsonld") and json.loads(body) is None):
                    failed.append((text, status))

    with tempfile.TemporaryDirectory() as state, serving(Path(state), **GENEROUS) as server:
        settle(server.pid)
        began = time.monotonic()
        together([threading.Thread(target=visit, args=(server.base,)) for _ in range(CONNECTIONS)])
        took = time.monotonic() - began
        children = len(server.children())
    print(f"{number} valid queries, {len(texts)} texts, {CONNECTIONS} connections: ", end="")
    print(f"{len(failed)} errors, {took:.0f} s, {number / took:.0f} a second, {children} children")
    for text, status in failed[:5]:
        print(f"  {status} {' '.join(text.split())[:120]}")
    raise SystemExit(1 if failed else 0)


def cancels(number: int) -> None:
    """So many clients that ask for what never ends and leave: which processes stay behind."""
    with tempfile.TemporaryDirectory() as state:
        with serving(Path(state), query_seconds="10", workers="1", **GENEROUS) as server:
            settle(server.pid)
            for _ in range(number):
                leave(server, 0.02)
            began = time.monotonic()
            wait_for(lambda: not busy(server) and not orphans(server), 15)
            freed = time.monotonic() - began
            living, seen = len(server.children()), orphans(server)
            with closing(connect(server.base)) as link:
                status, _ = fetch(link, f"/sparql?{urlencode({'query': 'ASK {}'})}")
            everything = below(server.pid)
        left = [pid for pid in everything if "sandbox" in read(pid, "cmdline")]
    print(
        f"{number} cancels: {living} children, {seen} zombies, all idle {freed:.1f} s after the ",
        end="",
    )
    print(f"last; the next query {status}; {len(left)} processes left once the server has stopped")
    raise SystemExit(0 if living <= 4 and not seen and not left and status == 200 else 1)


def orphans(server: Server) -> int:
    """Children of the server's workers that have ended and were never waited for."""
    stats = (read(pid, "stat").rsplit(")", 1)[-1].split() for pid in below(server.pid))
    return sum(1 for stat in stats if stat[:1] == ["Z"] and int(stat[1]) != server.pid)


def main() -> None:
    """Read the command line and run."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--world", type=Path)
    ask.add_argument("--seconds", type=float, default=6)
    ask.add_argument("--queries", type=int)
    ask.add_argument("--cancels", type=int)
    ask.add_argument("--neighbours", action="store_true")
    given = ask.parse_args()
    if given.queries:
        valid(given.queries)
    if given.cancels:
        cancels(given.cancels)
    with tempfile.TemporaryDirectory() as folder:
        if given.neighbours:
            return neighbours(Path(folder))
        world = given.world or Path(folder) / "world.nt"
        if given.world is None:
            command = [sys.executable, "-m", "bench.world", "1000000", str(world)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        return compare(world.resolve(), Path(folder), given.seconds)


if __name__ == "__main__":
    main()
