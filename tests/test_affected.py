"""What a small change can touch is all that comes out otherwise: the same findings as a full check."""

from __future__ import annotations

import os
import random
from datetime import date
from functools import cache

import pyoxigraph as ox
import pytest

from vires import shipped, terms, validate
from vires.store import Snapshot, from_quads
from vires.store.sources import read
from vires.validate.affected import between, touched
from vires.validate.amend import amended
from vires.validate.reads import reads
from vires.validate.report import Report

ON = date(2026, 11, 25)
AREA = "wolverhampton"
SEEDS = range(int(os.environ.get("VIRES_CHANGES", "24")))
RULES = validate.rules()
STEPS = 12


@cache
def quads() -> tuple[ox.Quad, ...]:
    files = [f for f in shipped.files() if f.area in (None, AREA)]
    return tuple(quad for graph in read(files) for quad in graph.quads)


@cache
def areas_own() -> tuple[ox.Quad, ...]:
    return tuple(q for q in quads() if f"{AREA}.vires.example" in q.graph_name.value)  # type: ignore[union-attr]


def check(snapshot: Snapshot) -> Report:
    return validate.check(snapshot, RULES, ON, matrix=False)


@cache
def base() -> tuple[Snapshot, Report]:
    snapshot = from_quads(quads())
    return snapshot, check(snapshot)


def change(dice: random.Random) -> tuple[ox.Quad, ...]:
    """The record with a few statements taken away, changed or doubled."""
    held = dict.fromkeys(quads())
    for _ in range(dice.randint(1, STEPS)):
        one = dice.choice(areas_own())
        other = dice.choice([q for q in areas_own() if q.predicate == one.predicate])
        if (kind := dice.choice(("take", "change", "double", "silence"))) != "double":
            held.pop(one, None)
        if kind in ("change", "double"):
            held[ox.Quad(one.subject, one.predicate, other.object, one.graph_name)] = None
        if kind == "silence":
            silent = ox.NamedNode(terms.VIRES + "notStated")
            held[ox.Quad(one.subject, silent, one.predicate, one.graph_name)] = None
    return tuple(held)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_change_touches_is_all_that_a_full_check_finds_otherwise(seed: int) -> None:
    before, found = base()
    now = from_quads(change(random.Random(seed)))
    after = amended(before, now, RULES, ON, found.findings, found.silences)
    if after is None:  # a change of what is accepted, or of how grave: all is asked again
        views = ("check/settings", "check/accepted")
        assert any(before.rows(view) != now.rows(view) for view in views)
        return
    full = check(now)
    assert after.findings == full.findings
    assert after.silences == full.silences


def test_the_changes_show_something() -> None:
    before, found = base()
    otherwise, asked = 0, []
    for seed in SEEDS:
        now = from_quads(change(random.Random(seed)))
        after = amended(before, now, RULES, ON, found.findings, found.silences)
        otherwise += after is not None and after.findings != found.findings
        asked.append(len(touched(now, RULES, between(before, now).all)))
    assert otherwise >= len(SEEDS) / 3, "too few changes alter a finding"
    assert sum(asked) < len(SEEDS) * len(RULES) / 2, "most rules are asked of most changes"


def test_every_rule_can_be_read() -> None:
    assert [rule.key for rule in RULES if reads(rule) is None] == []
