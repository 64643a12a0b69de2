"""`vires reason`: HermiT over the ontology, and what it says without Java."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from vires import reason
from vires.errors import JavaNotFoundError


def test_all_that_is_claimed_of_the_ontology_holds() -> None:
    report = reason.run()
    assert report.ok, report.lines
    assert len([line for line in report.lines if "clash" in line]) == 5


def test_a_class_that_can_have_no_member_is_named() -> None:
    quads = (
        *reason.schema(),
        *reason.turtle(
            "PREFIX v: <https://w3id.org/vires/ns#> PREFIX owl: <http://www.w3.org/2002/07/owl#> "
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
            "v:Muddle a owl:Class ; rdfs:subClassOf v:PermissivePower, v:SharingDuty ."
        ),
    )
    assert reason.unsatisfiable(quads) == ["https://w3id.org/vires/ns#Muddle"]


def test_without_java_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(JavaNotFoundError, match="default-jre-headless"):
        reason.run()


def test_the_command_ends_with_2_without_java() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from vires.cli import main; main()", "reason"],
        env=os.environ | {"PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("vires: reason needs Java")
