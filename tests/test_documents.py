"""What the documents promise is so: questions, settings, commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vires.cli import app
from vires.config import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
QUESTIONS = re.findall(r"^\| ([a-z-]+) \| `vires (ask [^`]+)` \|$", README, re.MULTILINE)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def test_there_is_a_question_for_each_verdict() -> None:
    assert {verdict for verdict, _ in QUESTIONS} == {
        "covered", "cannot-tell", "gap", "power-only", "not-found",
    }  # fmt: skip


@pytest.mark.parametrize(("verdict", "command"), QUESTIONS, ids=[v for v, _ in QUESTIONS])
def test_each_question_of_the_readme_reaches_its_verdict(
    verdict: str, command: str, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRES_STATE", str(state))
    done = CliRunner().invoke(app, [*shlex.split(command), "--json"])
    assert done.exit_code == 0, done.output
    assert f'"verdict": "{verdict}"' in done.output


def test_every_setting_is_in_the_readme() -> None:
    for name in Settings.model_fields:
        assert f"`VIRES_{name.upper()}`" in README


def test_every_command_is_in_the_readme() -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert f"`vires {command.name or command.callback.__name__}" in README


def test_every_command_of_contributing_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for module in re.findall(r"python -m (bench\.\w+)", text):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file()
    for path in re.findall(r"tests/\w+\.py", text):
        assert (ROOT / path).is_file()


def test_no_document_names_a_verdict_of_law() -> None:
    for path in ROOT.glob("*.md"):
        if path.name in {"DECISIONS.md", "CONTRIBUTING.md", "LICENSE-DATA.md"}:
            continue
        assert not re.search(r"\b(permitted|denied|you do not need consent)\b", path.read_text()), (
            path
        )
