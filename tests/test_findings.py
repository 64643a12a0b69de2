"""What the rules find of the shipped record: each grave finding is there on purpose, and named."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.browser.shipped import DAY, snapshot
from vires import content, terms
from vires.validate import Report, check, rules

AREA = "https://wolverhampton.vires.example/id/agreement/"
PUBLISHED = "https://published.vires.example/id/agreement/"

DELIBERATE = {
    ("article-9-condition-has-its-schedule-1-condition", "youth-justice/v/1/flow/3/from"): (
        "The trust relies on substantial public interest and names no Schedule 1 condition, to "
        "show a condition without its companion."
    ),
    ("article-9-condition-has-its-schedule-1-condition", "youth-justice/v/1/flow/3/to/cwc"): (
        "The council, which receives it, names no such condition either."
    ),
    ("class-of-party-is-named-body-by-body", "substance-misuse/v/1/party/voluntary-sector"): (
        "Voluntary bodies take part only as a class, to show that a class is not enough."
    ),
    ("dea-flow-has-its-assessment", "fuel-poverty/v/1/flow/1"): (
        "A flow under the Digital Economy Act whose agreement records no impact assessment."
    ),
    ("law-relied-on-is-in-force", "early-help/v/1/flow/3/from"): (
        "It rests on the duty of section 16LA, which is announced and not in force."
    ),
    ("power-runs-from-giver-to-recipient", "marac/v/1/flow/1/from"): (
        "Section 115 does not reach The Haven or Wolverhampton Homes, to show the direction of a "
        "power."
    ),
    ("public-body-gives-under-a-power", "adult-safeguarding/v/1/flow/2/from"): (
        "The police name a function and no power or duty to share."
    ),
    ("what-it-stands-on-is-live", "falls-prevention/v/1"): (
        "The agreement above it was withdrawn on 31 August 2026, to show a gap in the tiers."
    ),
}
"""Each rule that is broken at its gravest, by what, and why that is in the record."""

SILENT = {
    ("every-party-has-signed", "peterborough-mash"): (
        "peterborough-mash/v/1", "signs", "The page publishes no signatures.",
    ),
    ("party-is-bound-by-the-principles", "peterborough-mash"): (
        "cambridgeshire-peterborough-tier-1/v/1", "signs", "Nor does that of the tier above it.",
    ),
    ("what-it-stands-on-has-not-ended", "peterborough-mash"): (
        "cambridgeshire-peterborough-tier-1/v/1", "endsOn", "The tier above states no end.",
    ),
    ("emergency-sharing-is-stated", "peterborough-mash"): (
        "peterborough-mash/v/1", "statesControl", "No control is read from the page.",
    ),
    ("sharing-agreement-signature-states-its-capacity", "warrington-adult-safeguarding"): (
        "warrington-adult-safeguarding/v/1/signature/5-boroughs", "inCapacity",
        "The signature page is without capacities.",
    ),
    ("stands-on-a-principles-agreement", "warrington-adult-safeguarding"): (
        "warrington-adult-safeguarding/v/1", "underpinnedBy",
        "The copy does not name the version of the protocol that it stands on.",
    ),
    ("review-is-not-overdue", "cambridgeshire-peterborough-tier-1"): (
        "cambridgeshire-peterborough-tier-1/v/1", "reviewDueOn", "No day of review is stated.",
    ),
    ("every-party-has-signed", "council-tax-debt-pilot-2018"): (
        "council-tax-debt-pilot-2018/v/1", "signs", "The text has no signatures.",
    ),
    ("is-signed-before-it-begins", "council-tax-debt-mou"): (
        "council-tax-debt-mou/v/1", "commencesOn", "The text does not say when it begins.",
    ),
    ("flow-states-its-retention", "council-tax-debt-mou"): (
        "council-tax-debt-mou/v/1/flow/1", "retention", "No period of retention is stated.",
    ),
    ("review-has-not-lapsed", "council-tax-debt-mou"): (
        "council-tax-debt-mou/v/1", "reviewDueOn", "No day of review is stated.",
    ),
}  # fmt: skip
"""Rules that cannot tell of agreements that are published: which silence, on what, and why."""


@cache
def report() -> Report:
    return check(snapshot(), rules(), DAY)


def test_each_grave_finding_is_deliberate_and_named() -> None:
    found = {
        (f.rule, f.focus.removeprefix(AREA)) for f in report().findings if f.severity == "Violation"
    }
    assert found == set(DELIBERATE)


@pytest.mark.parametrize(("rule", "focus"), DELIBERATE)
def test_what_is_imperfect_on_purpose_says_so_in_the_record(rule: str, focus: str) -> None:
    """The agreement's own files say that something in it is not complete, so nobody mends it."""
    folder = content.content_root() / "data/areas/wolverhampton/agreements" / focus.split("/")[0]
    said = " ".join(path.read_text() for path in folder.glob("*.ttl"))
    assert re.search(r"Imperfect on purpose|has not commenced|lacks the companion", said)
    assert len(DELIBERATE[rule, focus].split()) > 5


def test_no_agreement_that_is_published_breaks_a_rule_at_its_gravest() -> None:
    assert not [f for f in report().violations if f.focus.startswith(PUBLISHED)]


@pytest.mark.parametrize(("rule", "agreement"), SILENT)
def test_where_a_published_source_is_silent_the_rule_cannot_tell(rule: str, agreement: str) -> None:
    start = PUBLISHED + agreement
    silent = {s.focus for s in report().silences if s.rule == rule and s.focus.startswith(start)}
    assert silent
    (row,) = (row for row in report().rows if row.key == rule)
    outcomes = {focus: outcome.value for focus, outcome in row.outcomes if focus in silent}
    assert set(outcomes.values()) == {"cannot tell"}
    broken = {f.focus for f in report().findings if f.rule == rule}
    assert not silent & broken


@pytest.mark.parametrize(("rule", "agreement"), SILENT)
def test_the_silence_is_on_record(rule: str, agreement: str) -> None:
    node, prop, why = SILENT[rule, agreement]
    said = {
        quad.object.value
        for quad in snapshot().quads()
        if quad.subject.value == PUBLISHED + node and quad.predicate.value == terms.NOT_STATED
    }
    assert terms.VIRES + prop in said, why
