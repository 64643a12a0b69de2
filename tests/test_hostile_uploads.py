"""Hostile uploads: bodies sent to the site, and files given to the commands; each ends as it must."""

from __future__ import annotations

import http.client
import re
import resource
import shutil
import socket
import sys
import time
import tomllib
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.pages import Page
from tests.serving import Server, below, read
from tests.strangers import LIMIT, SECRET, Canary, post
from tests.test_ingest import FILES, STORIES
from vires import cli
from vires.decide import URGENT

BODIES: dict[str, dict[str, Any]] = tomllib.loads((FILES / "bodies.toml").read_text("utf-8"))
GRACE = 0.5
FILE_LIMIT = 2.0
"""Seconds in which a file is refused (THREAT_MODEL.md row 9)."""

COMMANDS = {
    "ask": ("ask", "--from", "cwc", "--to", "wmp", "--purpose", "prevent", "--category", "name", "--bare", "--data", "FILE"),
    "check": ("check", "FILE"),
    "load": ("load", "FOLDER"),
}  # fmt: skip


def filled(entry: dict[str, Any], text: str, canary: Canary) -> bytes:
    text = text.replace("§", entry.get("fill", "§") * entry.get("times", 1))
    return text.replace("CANARY", canary.address).replace("FILE", canary.file.as_uri()).encode()


def send(server: Server, entry: dict[str, Any], canary: Canary) -> tuple[int, bytes]:
    """Status and body of what the server says to a hostile request."""
    address = urlsplit(server.base)
    if "raw" in entry:
        with socket.create_connection((address.hostname, address.port), 10) as link:
            with suppress(ConnectionError):  # it may have said its answer, and hung up
                link.sendall(filled(entry, entry["raw"], canary))
            answer = http.client.HTTPResponse(link)
            answer.begin()
            return answer.status, answer.read()
    body = bytes.fromhex(entry["hex"]) if "hex" in entry else filled(entry, entry["body"], canary)
    headers = {"Content-Type": entry["type"]} if entry["type"] else {}
    with closing(http.client.HTTPConnection(address.netloc, timeout=10)) as link:
        with suppress(BrokenPipeError):  # as above
            link.request(entry.get("method", "POST"), entry.get("path", "/sparql"), body, headers)
        reply = link.getresponse()
        return reply.status, reply.read()


def test_the_corpus_is_large_and_each_upload_has_its_story() -> None:
    assert len(BODIES) >= 40
    stories = [entry["story"] for entry in (*BODIES.values(), *STORIES.values())]
    assert all("\n" not in story and 8 <= len(story) < 100 for story in stories)
    assert len(set(stories)) > 80


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_ends_in_time_with_its_status(
    server: Server, canary: Canary, name: str
) -> None:
    entry, before = BODIES[name], canary.hits
    began = time.monotonic()
    status, body = send(server, entry, canary)
    took = time.monotonic() - began
    assert status in entry["status"], body[:300]
    assert took < LIMIT + GRACE
    assert canary.hits == before
    assert SECRET.encode() not in body
    assert b"<script>alert" not in body or b"problem" in body
    if status >= 400 and "raw" not in entry:
        said = body.decode()
        assert (Page(said).first_in_header if "<html" in said else said).find(URGENT) >= 0


def test_the_server_lives_and_has_not_grown_after_every_body(
    server: Server, canary: Canary
) -> None:
    def memory() -> int:
        found = re.search(r"VmRSS:\s+(\d+)", read(worker, "status"))
        assert found is not None
        return int(found[1])

    worker = next(pid for pid in below(server.pid) if "sandbox" not in read(pid, "cmdline"))
    heavy = [entry for entry in BODIES.values() if entry.get("times", 0) > 1000]
    before = memory()
    for entry in heavy * 3:
        send(server, entry, canary)
    assert memory() - before < 20 * 1024  # KiB
    assert post(server, "ASK {}")[0] == 200


# Files


@pytest.fixture(scope="module")
def shipped_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.mark.parametrize(
    ("name", "command"),
    # A content folder is Turtle: what is none comes in under its name, where a name is no matter.
    [(n, c) for n in STORIES for c in COMMANDS if not (c == "load" and n.endswith(".docx"))],
)
def test_a_hostile_file_ends_a_command_with_2_and_one_line(
    name: str,
    command: str,
    tmp_path: Path,
    shipped_state: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, folder = FILES / name, tmp_path / "data" / "reference"
    folder.mkdir(parents=True)
    shutil.copy(path, folder / f"{path.stem}.ttl")
    given = {"FILE": str(path), "FOLDER": str(tmp_path)}
    monkeypatch.setenv("VIRES_STATE", str(shipped_state))
    monkeypatch.setattr(sys, "argv", ["vires", *(given.get(a, a) for a in COMMANDS[command])])
    began = time.process_time()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    took = time.process_time() - began
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert took < FILE_LIMIT + GRACE
    (line,) = [text for text in said.err.splitlines() if text.startswith("vires: ")]
    assert str(path if command != "load" else folder) in line
    assert not (shipped_state / "CURRENT").exists()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1024 * 1024
