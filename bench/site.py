"""Times the pages of the site at 8 connections, on the shipped data.

Usage: `python -m bench.site [ROUNDS]`. Starts `vires serve` on a state folder of its own, asks for
one page of every template in turn from 8 kept-alive connections, and prints percentiles in
milliseconds beside those of `/healthz` in the same run, and the size of each page.
"""

from __future__ import annotations

import gzip
import http.client
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from tests.browser.test_pages import TEMPLATES

CONNECTIONS = 8
FLOOR = "/healthz"


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def serve(state: str, port: int) -> subprocess.Popen[bytes]:
    """The server, once it answers."""
    vires = Path(sys.executable).parent / "vires"
    server = subprocess.Popen(  # noqa: S603
        [str(vires), "serve", "--port", str(port)],
        env={**os.environ, "VIRES_STATE": state},
        stdout=subprocess.DEVNULL,
    )
    for _ in range(600):
        time.sleep(0.1)
        try:
            if fetch(http.client.HTTPConnection("127.0.0.1", port), FLOOR)[0] == 200:
                return server
        except OSError:
            continue
    raise SystemExit("the server did not answer within a minute")


def fetch(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    """Status and body of one page."""
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read()


def visit(port: int, paths: list[str], times: dict[str, list[float]], lock: threading.Lock) -> None:
    """One connection that asks for every path."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in paths:
        start = time.perf_counter()
        status, _ = fetch(connection, path)
        spent = (time.perf_counter() - start) * 1000
        assert status < 500, path
        with lock:
            times[path].append(spent)


def main(rounds: int) -> None:
    """Run, and print the table."""
    pages = sorted({path for path in TEMPLATES.values() if path.startswith("/")} - {"/store-gone"})
    port = free_port()
    with tempfile.TemporaryDirectory() as state:
        server = serve(state, port)
        try:
            once = http.client.HTTPConnection("127.0.0.1", port)
            bodies = {path: fetch(once, path)[1] for path in [*pages, FLOOR]}
            for path in pages:  # the other server process reads its lists too
                fetch(http.client.HTTPConnection("127.0.0.1", port), path)
            times = load(port, [*pages, *[FLOOR] * 5] * rounds)
        finally:
            server.terminate()
            server.wait(20)
    floor = times.pop(FLOOR)
    everything = [spent for spents in times.values() for spent in spents]
    print(f"{len(everything)} pages at {CONNECTIONS} connections, {os.cpu_count()} cores")
    print("| page | p50 ms | p95 ms | bytes | gzip |\n|---|---|---|---|---|")
    for path, spents in sorted(times.items(), key=lambda item: -statistics.median(item[1])):
        body = bodies[path]
        size = f"{len(body)} | {len(gzip.compress(body))}"
        print(f"| `{path}` | {statistics.median(spents):.1f} | {p95(spents):.1f} | {size} |")
    print(f"| all pages | {statistics.median(everything):.1f} | {p95(everything):.1f} | | |")
    print(f"| `{FLOOR}` | {statistics.median(floor):.1f} | {p95(floor):.1f} | | |")


def load(port: int, paths: list[str]) -> dict[str, list[float]]:
    """Every path from every connection, each in an order of its own."""
    times: dict[str, list[float]] = defaultdict(list)
    lock = threading.Lock()
    visitors = []
    for seed in range(CONNECTIONS):
        order = random.Random(seed).sample(paths, len(paths))
        visitors.append(threading.Thread(target=visit, args=(port, order, times, lock)))
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return times


def p95(spents: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(spents, n=20)[18]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
