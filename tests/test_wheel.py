"""The wheel carries the content: installed elsewhere, it answers without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(out),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    (found,) = out.glob("*.whl")
    return found


def test_the_wheel_answers_elsewhere(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(target), str(wheel)], check=True, timeout=120)
    assert (target / "bin" / "vires").is_file()
    code = (
        f"import sys; sys.path.insert(0, {str(target)!r}); "
        "import vires; assert vires.__file__.startswith(sys.path[0]), vires.__file__; "
        "from vires.cli import main; main()"
    )
    args = ["ask", "--from", "cwc", "--to", "wmp", "--purpose", "child-safeguarding"]
    args += ["--category", "personal-data", "--on", "2026-11-22", "--json"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("VIRES_")}
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=tmp_path,
        env=env | {"VIRES_STATE": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["as_at"] == "2026-11-22"


def test_every_content_file_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {n.removeprefix("vires/_content/") for n in archive.namelist()}
    for folder in ("ontology", "data", "shapes", "queries"):
        for path in (ROOT / folder).rglob("*.*"):
            assert str(path.relative_to(ROOT)) in packed
