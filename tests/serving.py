"""A real server for tests: `vires serve` in a process of its own, and what lives below it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-c", "from vires.cli import main; main()"]


@dataclass(frozen=True)
class Server:
    """Where a server answers, and its process."""

    base: str
    pid: int

    @property
    def sparql(self) -> str:
        return f"{self.base}/sparql"

    def children(self) -> list[int]:
        """The sandbox's processes below the server, that live."""
        return [
            pid for pid in below(self.pid) if "vires.sandbox.child" in read(pid, "cmdline")
        ]  # fmt: skip


def read(pid: int, name: str) -> str:
    """A file of a process, its parts parted by spaces; empty where it is no more."""
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def below(pid: int) -> list[int]:
    """Every process below one."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = read(int(entry.name), "stat").rsplit(")", 1)
            if len(fields) == 2:
                parents[int(entry.name)] = int(fields[1].split()[1])
    found, level = [], [pid]
    while level:
        level = [child for child, parent in parents.items() if parent in level]
        found += level
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(state: Path, **settings: str) -> Iterator[Server]:
    """A server on a state folder, loaded with what is shipped where it is empty."""
    port = free_port()
    environment = {
        **{
            k: v for k, v in os.environ.items() if not k.startswith("VIRES_") or k == "VIRES_SHARED"
        },
        "VIRES_STATE": str(state),
        **{f"VIRES_{name.upper()}": value for name, value in settings.items()},
    }
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: process.poll() is None and answers(f"{base}/healthz"), 60)
        yield Server(base, process.pid)
    finally:
        everything = below(process.pid)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        wait_for(lambda: not any(read(pid, "stat") for pid in everything), 10)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except OSError:
        return False


def wait_for(holds, seconds: float) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to hold in time"
        time.sleep(0.05)
