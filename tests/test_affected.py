"""What a small change can touch is all that comes out otherwise: the same findings as a full check."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import date
from functools import cache
from pathlib import Path
from statistics import median

import pyoxigraph as ox
import pytest

from vires import shipped, terms, validate
from vires.errors import RuleError
from vires.store import Snapshot, from_quads
from vires.store.sources import read
from vires.validate import live
from vires.validate.affected import between, touched
from vires.validate.amend import amended
from vires.validate.day import days
from vires.validate.evidence import Evidence
from vires.validate.reads import reads
from vires.validate.report import Report
from vires.validate.spread import LARGE, spread

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
    every = sum(len(row.outcomes) for row in validate.check(before, RULES, ON).rows)
    otherwise, asked = 0, []
    for seed in SEEDS:
        now = from_quads(change(random.Random(seed)))
        after = amended(before, now, RULES, ON, found.findings, found.silences)
        otherwise += after is not None and after.findings != found.findings
        seen = touched(now, RULES, between(before, now).all)
        asked.append(sum(every if nodes is None else len(nodes) for nodes in seen.values()))
    assert otherwise >= len(SEEDS) / 3, "too few changes alter a finding"
    assert median(asked) < every / 10, "a small change asks much of the record again"


def test_every_rule_can_be_read() -> None:
    assert [rule.key for rule in RULES if reads(rule) is None] == []


def asked_of(rule: str, subject: ox.NamedNode, prop: str, value: ox.NamedNode) -> set[str]:
    """The things that a rule is asked of again after one statement has changed."""
    changed = [ox.Triple(subject, ox.NamedNode(terms.VIRES + prop), value)]
    seen = touched(base()[0], RULES, changed)
    nodes = next((nodes for one, nodes in seen.items() if one.key == rule), frozenset())
    assert nodes is not None
    return {node.value for node in nodes}


def stated(prop: str) -> list[tuple[ox.NamedNode, ox.NamedNode]]:
    return [(q.subject, q.object) for q in areas_own() if q.predicate.value == terms.VIRES + prop]  # type: ignore[misc]


def test_a_changed_power_touches_the_sides_that_rely_on_it() -> None:
    power = stated("reliesOnPower")[0][1]
    relying = {side.value for side, relied in stated("reliesOnPower") if relied == power}
    found = asked_of("power-runs-from-giver-to-recipient", power, "permitsPurpose", power)
    assert found >= relying
    assert len(found) < len(stated("sideRole"))


def test_a_changed_signature_touches_the_parties_to_what_is_signed() -> None:
    signature, version = stated("signs")[0]
    parties = {part.value for part, of in stated("participatesIn") if of == version}
    assert parties
    assert asked_of("every-party-has-signed", signature, "signs", version) >= parties


def test_a_changed_version_touches_what_stands_on_it() -> None:
    below, above = stated("underpinnedBy")[0]
    day = ox.Literal("2027-01-01", datatype=ox.NamedNode(terms.XSD_DATE))
    changed = [ox.Triple(above, ox.NamedNode(terms.VIRES + "endsOn"), day)]
    seen = touched(base()[0], RULES, changed)
    assert any(below in (nodes or ()) for nodes in seen.values())
    assert all(nodes is not None for nodes in seen.values())


def test_rules_shared_out_over_the_cores_find_the_same() -> None:
    snapshot, _ = base()
    pool = RULES[::6]

    def find(rule: validate.Rule) -> Evidence:
        return live.findings(snapshot, rule, days(ON))

    assert spread(find, pool, LARGE) == [find(rule) for rule in pool]


def test_no_more_is_checked_where_one_rule_cannot_be(tmp_path: Path) -> None:
    here = os.getpid()

    def find(rule: validate.Rule) -> Evidence:
        time.sleep(0.05)
        if os.getpid() == here:
            raise RuleError(rule.key)
        (tmp_path / rule.key).touch()
        return Evidence(frozenset(), frozenset(), frozenset(), frozenset())

    with pytest.raises(RuleError):
        spread(find, RULES[:60], LARGE)
    assert len(list(tmp_path.iterdir())) < 20


def test_what_an_ended_worker_took_is_found_all_the_same(tmp_path: Path) -> None:
    snapshot, _ = base()
    pool = RULES[::6]
    here = os.getpid()
    ended = tmp_path / "ended"

    def find(rule: validate.Rule) -> Evidence:
        if os.getpid() != here:
            ended.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
        return live.findings(snapshot, rule, days(ON))

    # With a `multiprocessing.Pool` this waits for ever.
    assert spread(find, pool, LARGE) == [live.findings(snapshot, rule, days(ON)) for rule in pool]
    assert ended.exists()
