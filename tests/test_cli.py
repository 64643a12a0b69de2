"""The command as a person, a script and a hostile caller use it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from vires.decide import URGENT

QUESTION = (
    "--from", "cwc", "--to", "wmp", "--purpose", "child-safeguarding",
    "--category", "personal-data", "--on", "2026-11-22",
)  # fmt: skip


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    assert run(folder, "load").returncode == 0
    return folder


def run(
    state: Path, *args: str, cwd: Path | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("VIRES_")}
    return subprocess.run(
        [sys.executable, "-c", "from vires.cli import main; main()", *args],
        env=env | {"VIRES_STATE": str(state), "NO_COLOR": "1"} | extra,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
    )


def refused(done: subprocess.CompletedProcess[str], *says: str) -> None:
    """Exit 2 with one line of error, which says each of the words; no trace of Python."""
    assert done.returncode == 2, done.stderr
    (line,) = [text for text in done.stderr.splitlines() if text.startswith("vires: ")]
    for words in says:
        assert words in line
    assert "Traceback" not in done.stderr


def test_the_urgent_statement_is_the_first_line(state: Path) -> None:
    done = run(state, "ask", *QUESTION)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == URGENT


def test_json_has_the_keys_of_the_specification_in_order(state: Path) -> None:
    done = run(state, "ask", *QUESTION, "--json")
    assert list(json.loads(done.stdout)) == [
        "question", "urgent", "verdict", "reason", "illustrative", "routes", "near_misses",
        "powers", "duties", "restrictions", "not_tested", "as_at", "rests_on", "data_version",
        "query",
    ]  # fmt: skip


def test_the_same_question_gives_the_same_bytes(state: Path, tmp_path: Path) -> None:
    first = run(state, "ask", *QUESTION, "--json").stdout
    assert run(tmp_path / "fresh", "ask", *QUESTION, "--json").stdout == first
    assert run(state, "ask", *QUESTION, "--json", VIRES_TIMEZONE="Asia/Tokyo").stdout == first


def test_a_batch_gives_one_answer_a_line_and_goes_on_after_a_fault(
    state: Path, tmp_path: Path
) -> None:
    good = {
        "from": "cwc", "to": "wmp", "purpose": "child-safeguarding",
        "category": "personal-data", "on": "2026-11-22",
    }  # fmt: skip
    lines = ["{", json.dumps(good), "[]", json.dumps(good | {"to": "nobody"}), json.dumps(good)]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(lines))
    done = run(state, "ask", "--batch", str(path))
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert done.returncode == 2
    assert ["error" in row for row in rows] == [True, False, True, True, False]
    assert all(row["urgent"] == URGENT for row in rows if "error" in row)
    assert rows[1] == json.loads(run(state, "ask", *QUESTION, "--json").stdout)
    assert "line 4" in rows[3]["error"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--on": "2026-02-30"}, ("`2026-02-30`", "YYYY-MM-DD")),
        ({"--on": "yesterday"}, ("`yesterday`",)),
        ({"--to": "wmpp"}, ("`to`", "did you mean wmp")),
        ({"--purpose": ""}, ("--purpose",)),
        ({"--category": "'); DROP"}, ("`category`",)),
        ({"--from": "<javascript:alert(1)>"}, ("`from`",)),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    state: Path, change: dict[str, str], says: tuple[str, ...]
) -> None:
    args = dict(zip(QUESTION[::2], QUESTION[1::2], strict=True)) | change
    done = run(state, "ask", *(word for pair in args.items() for word in pair))
    refused(done, *says)
    assert done.stderr.splitlines()[0] == URGENT


def test_a_users_own_files_are_answered_over_alone(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(
        "PREFIX vires: <https://w3id.org/vires/ns#>\n"
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
        '<urn:x:a> a vires:PublicBody ; skos:prefLabel "Body A"@en .\n'
        '<urn:x:b> a vires:PublicBody ; skos:prefLabel "Body B"@en .\n'
    )
    args = (
        "--from",
        "Body A",
        "--to",
        "urn:x:b",
        "--json",
        "--on",
        "2026-11-22",
        "--data",
        str(path),
    )
    about = ("--purpose", "child-safeguarding", "--category", "personal-data")
    done = run(state, "ask", *args, *about)
    answer = json.loads(done.stdout)
    assert (answer["question"]["from"], answer["routes"]) == ("urn:x:a", [])
    assert answer["powers"], "the shipped law is read beside the file"
    refused(run(state, "ask", *args, *about, "--bare"), "`purpose`")


def test_hostile_files_are_refused_and_nothing_is_lost(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text("<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> <javascript:x> .")
    before = run(state, "status").stdout
    refused(run(state, "ask", *QUESTION, "--data", str(path)), "line 2", "http, https or urn")
    assert run(state, "status").stdout == before


def test_a_dump_loads_again_to_the_same_statements(state: Path, tmp_path: Path) -> None:
    texts = {}
    for form in ("nquads", "trig"):
        done = run(state, "dump", "--format", form, "--out", str(tmp_path / form))
        assert done.returncode == 0
        texts[form] = (tmp_path / form).read_text()
    count = json.loads(run(state, "status", "--json").stdout)["statements"]
    assert len(texts["nquads"].splitlines()) <= count
    assert run(state, "dump").stdout == texts["nquads"]
    refused(run(state, "dump", "--format", "csv"), "nquads or trig")


def test_nothing_loaded_and_newer_state_say_what_to_do(tmp_path: Path) -> None:
    refused(run(tmp_path / "none", "status"), "vires load")
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "FORMAT").write_text("99")
    refused(run(newer, "load"), "newer Vires", "upgrade")


def test_a_wrong_setting_is_named(state: Path) -> None:
    refused(run(state, "status", VIRES_ACCESS="secret"), "VIRES_ACCESS", "`secret`")
    refused(run(state, "ask", *QUESTION[:-2], VIRES_TIMEZONE="Mars/Base"), "VIRES_TIMEZONE")


@pytest.mark.parametrize(
    ("args", "extra"),
    [
        (("--bogus",), {}),
        (("--data",), {}),
        ((*QUESTION, "extra"), {}),
        (QUESTION, {"VIRES_ACCESS": "secret"}),
        (QUESTION, {"VIRES_ILLUSTRATIVE": "off"}),
        (("--batch", "none.jsonl"), {}),
        ((*QUESTION, "--bare"), {}),
    ],
)
def test_no_misuse_hides_the_urgent_statement(
    state: Path, args: tuple[str, ...], extra: dict[str, str]
) -> None:
    done = run(state, "ask", *args, **extra)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == URGENT
    assert "Traceback" not in done.stderr


def test_a_folder_without_data_is_not_loaded(state: Path, tmp_path: Path) -> None:
    refused(run(state, "load", str(tmp_path)), str(tmp_path), "`data/`")
    refused(run(state, "load", str(tmp_path / "none")), "`data/`")


def test_a_line_of_a_batch_ends_at_a_line_feed_alone(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    text = '{"from": "a\u2028b", "to": "c", "purpose": "d", "category": "e"}\r\n'
    path.write_bytes(text.encode())
    done = run(state, "ask", "--batch", str(path))
    (row,) = (json.loads(line) for line in done.stdout.splitlines())
    assert "line 1" in row["error"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_port_in_use_is_named_before_anything_starts(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(run(state, "serve", "--port", port), f"port {port}", "--port")


@pytest.fixture
def server(state: Path) -> Iterator[str]:
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("VIRES_")}
    process = subprocess.Popen(
        [sys.executable, "-c", "from vires.cli import main; main()", "serve", "--port", str(port)],
        env=env | {"VIRES_STATE": str(state)},
        stdout=subprocess.PIPE,
        text=True,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(base + "/healthz", timeout=5).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.05)
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_the_server_and_the_command_give_the_same_bytes(server: str, state: Path) -> None:
    pairs = zip(QUESTION[::2], QUESTION[1::2], strict=True)
    query = "&".join(f"{name.removeprefix('--')}={value}" for name, value in pairs)
    with urllib.request.urlopen(f"{server}/api/ask?{query}", timeout=20) as reply:  # noqa: S310
        assert reply.read().decode() == run(state, "ask", *QUESTION, "--json").stdout


def test_a_broken_pipe_is_no_error(state: Path) -> None:
    env = os.environ | {"VIRES_STATE": str(state)}
    command = f"{sys.executable} -c 'from vires.cli import main; main()' dump | head -1"
    done = subprocess.run(
        command,
        shell=True,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
