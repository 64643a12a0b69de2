"""Findings combine by Kleene logic, and facts have three states (decision.md section 2)."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from vires import terms
from vires.decide.logic import (
    MET,
    Caution,
    Finding,
    Outcome,
    agreed,
    cannot_tell,
    every,
    not_met,
    some,
)
from vires.decide.record import Record, Shared, State, Text, as_boolean, as_date

YES, NO, UNSURE = MET, not_met("p"), cannot_tell("q")
TRIPLES = list(product((YES, NO, UNSURE), repeat=3))


@pytest.mark.parametrize("parts", TRIPLES)
def test_all_must_hold(parts: tuple[Finding, ...]) -> None:
    outcomes = {part.outcome for part in parts}
    expected = Outcome.MET
    if Outcome.NOT_MET in outcomes:
        expected = Outcome.NOT_MET
    elif Outcome.CANNOT_TELL in outcomes:
        expected = Outcome.CANNOT_TELL
    assert every(parts).outcome is expected


@pytest.mark.parametrize("parts", TRIPLES)
def test_one_must_hold(parts: tuple[Finding, ...]) -> None:
    outcomes = {part.outcome for part in parts}
    expected = Outcome.NOT_MET
    if Outcome.MET in outcomes:
        expected = Outcome.MET
    elif Outcome.CANNOT_TELL in outcomes:
        expected = Outcome.CANNOT_TELL
    assert some(parts).outcome is expected


@pytest.mark.parametrize("parts", TRIPLES)
def test_order_never_matters(parts: tuple[Finding, ...]) -> None:
    assert len({every(p) for p in permutations(parts)}) == 1
    assert len({some(p) for p in permutations(parts)}) == 1


@pytest.mark.parametrize("parts", TRIPLES)
def test_negation_turns_all_into_one(parts: tuple[Finding, ...]) -> None:
    turned = some(part.negated() for part in parts)
    assert every(parts).negated().outcome is turned.outcome


def test_nothing_to_hold_is_met_and_no_alternative_is_not_met() -> None:
    assert every(()).outcome is Outcome.MET
    assert some(()).outcome is Outcome.NOT_MET


def test_alternatives_rest_on_the_best_alone() -> None:
    good = MET.seen("a").with_cautions(Caution("code", "text"))
    found = some((good, not_met("p").seen("b")))
    assert found.evidence == {"a"}
    assert found.missing == frozenset()
    assert {caution.code for caution in found.cautions} == {"code"}


def test_what_is_met_is_never_missing() -> None:
    assert every((MET.seen("a"), not_met("p"))).missing == {"p"}


def test_readings_of_a_doubt_that_differ_cannot_tell() -> None:
    assert agreed((YES, NO)).outcome is Outcome.CANNOT_TELL
    assert agreed((YES, YES)).outcome is Outcome.MET
    assert agreed((NO, NO)).outcome is Outcome.NOT_MET


def a_date(text: str, datatype: str = terms.XSD_DATE) -> Text:
    return Text(text, datatype, "")


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2024-2-3", "2024-01-01Z", "20240101", "2024-W01-1", "", "July 2024"]
)
def test_a_date_is_written_one_way_and_exists(text: str) -> None:
    assert as_date(a_date(text)) is None


def test_a_date_of_another_type_is_no_date() -> None:
    assert as_date(a_date("2024-01-01", terms.XSD + "string")) is None
    assert as_date("https://example.org/2024-01-01") is None
    assert str(as_date(a_date("2024-02-29"))) == "2024-02-29"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("1", True), ("false", False), ("0", False), ("yes", None), ("True", None)],
)
def test_a_boolean_is_well_formed(text: str, expected: bool | None) -> None:
    assert as_boolean(Text(text, terms.XSD_BOOLEAN, "")) is expected


def record(**facts: tuple[str | Text, ...]) -> Record:
    """A record of one node, `n`, with the facts named by local name."""
    shared = Shared({}, {}, {})
    return Record(shared, {"n": {terms.VIRES + k: v for k, v in facts.items()}})


def test_a_fact_is_stated_silent_absent_or_unclear() -> None:
    prop = terms.COMMENCES_ON
    day = a_date("2024-01-01")
    assert str(record(commencesOn=(day,)).one("n", prop, as_date)) == "2024-01-01"
    assert record(notStated=(prop,)).one("n", prop, as_date) is State.SILENT
    assert record().one("n", prop, as_date) is State.ABSENT
    two = record(commencesOn=(day, a_date("2024-01-02")))
    assert two.one("n", prop, as_date) is State.UNCLEAR
    assert record(commencesOn=(a_date("soon"),)).one("n", prop, as_date) is State.UNCLEAR


def test_a_statement_counts_over_silence() -> None:
    both = record(commencesOn=(a_date("2024-01-01"),), notStated=(terms.COMMENCES_ON,))
    assert not both.silent("n", terms.COMMENCES_ON)
    assert str(both.one("n", terms.COMMENCES_ON, as_date)) == "2024-01-01"


def test_one_of_several_values_is_enough() -> None:
    found = record(sharesCategory=("a", "b"))
    met = found.some_value("n", terms.SHARES_CATEGORY, lambda value: value == "b")
    assert met.outcome is Outcome.MET
    ill = record(sharesCategory=("a", a_date("x")))
    unsure = ill.some_value("n", terms.SHARES_CATEGORY, lambda value: value == "b")
    assert unsure.outcome is Outcome.CANNOT_TELL


def test_a_doubled_pointer_clouds_only_what_it_points_at() -> None:
    two = record(signs=("a", "b"))
    assert two.points("n", terms.SIGNS, ("a",)).outcome is Outcome.CANNOT_TELL
    assert two.points("n", terms.SIGNS, ("c",)).outcome is Outcome.NOT_MET


def test_the_tops_match_everything() -> None:
    empty = record()
    for top in terms.TOPS:
        assert empty.within("anything", top)
    assert not empty.within(terms.PURPOSE_ALL, "anything")
