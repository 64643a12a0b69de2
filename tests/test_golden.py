"""Golden sentences: who, what, why, when, and what the record is expected to document."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import answers as oracle
from vires import decide
from vires.content import graph_files
from vires.store import Snapshot, from_quads
from vires.store.sources import read, readable

CASES: list[dict[str, Any]] = [
    case
    for path in sorted((Path(__file__).parent / "golden").glob("*.toml"))
    for case in tomllib.loads(path.read_text())["case"]
]


@pytest.fixture(scope="module")
def shipped() -> Snapshot:
    graphs = readable(read(graph_files()), "public")
    return from_quads(quad for graph in graphs for quad in graph.quads)


def _question(case: dict[str, Any], shipped: Snapshot) -> decide.Question:
    return decide.parse_question(
        shipped,
        from_=case["from"],
        to=case["to"],
        purpose=case["purpose"],
        category=case["category"],
        subjects=case.get("subjects"),
        on=date.fromisoformat(case["on"]),
    )


@pytest.fixture(scope="module")
def facts(shipped: Snapshot) -> oracle.Facts:
    return oracle.load("".join(f"{quad} .\n" for quad in shipped.quads()))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_golden(case: dict[str, Any], shipped: Snapshot) -> None:
    answer = decide.ask(shipped, _question(case, shipped))
    assert answer.verdict == case["verdict"]
    assert answer.reason == case.get("reason")
    named = [r for r in answer.routes if r.flow.endswith(case.get("route", ""))]
    first = named[0] if named else None
    for key, outcome in (("not_met", "not-met"), ("unsure", "cannot-tell")):
        if key in case:
            assert first is not None
            found = [n for n, c in first.conditions.items() if c.outcome == outcome]
            assert found == case[key]
    codes = {caution.code for caution in first.cautions} if first else set()
    assert set(case.get("cautions", ())) <= codes
    assert not set(case.get("no_cautions", ())) & codes


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_oracle_says_the_same(
    case: dict[str, Any], shipped: Snapshot, facts: oracle.Facts
) -> None:
    asked = _question(case, shipped)
    ours = decide.ask(shipped, asked, near_misses=False)
    theirs = oracle.answer(
        facts,
        {
            "from": asked.from_,
            "to": asked.to,
            "purpose": asked.purpose,
            "category": asked.category,
            "subjects": asked.subjects,
            "on": case["on"],
        },
    )
    assert ours.verdict == theirs["verdict"]
    assert [
        (r.flow, r.outcome, {n: (c.outcome, c.applies) for n, c in r.conditions.items()})
        for r in ours.routes
    ] == [
        (
            r["flow"],
            r["outcome"],
            {n: (c["outcome"], c["applies"]) for n, c in r["conditions"].items()},
        )
        for r in theirs["routes"]
    ]
    assert sorted((p.power, p.strength) for p in ours.powers) == sorted(
        map(tuple, theirs["powers"])
    )
    assert sorted(d.power for d in ours.duties) == sorted(theirs["duties"])
    assert sorted((r.power, r.kind) for r in ours.restrictions) == sorted(
        map(tuple, theirs["restrictions"])
    )


def test_every_verdict_has_its_cases() -> None:
    seen = Counter(case["verdict"] for case in CASES)
    assert all(seen[verdict] >= 3 for verdict in decide.HEADINGS), seen
    assert len(CASES) >= 60


def test_what_a_published_agreement_does_not_state_is_never_guessed(shipped: Snapshot) -> None:
    base = "https://published.vires.example/id/agreement/"
    silent: set[tuple[str, str]] = set()
    for quad in shipped.quads():
        if quad.predicate.value.endswith("#notStated"):
            silent.add((quad.subject.value, quad.object.value.rsplit("#", 1)[-1]))
    for key in ("warrington-adult-safeguarding", "peterborough-mash", "council-tax-debt-mou"):
        assert (f"{base}{key}/v/1", "reviewDueOn") in silent
        assert (f"{base}{key}/v/1/flow/1", "sharesCategory") in silent
