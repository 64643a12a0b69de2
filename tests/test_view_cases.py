"""Each view gives what the cases beside it say, and they notice what is changed in it."""

from __future__ import annotations

import pytest

from bench.mutation_worlds import ROOT, cases_kill
from bench.query_mutants import query_mutants, unexplained
from tests.view_cases import Case, all_cases
from vires import library

VIEWS = [view.key for view in library.views()]


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"{case.view}: {case.sentence}")
def test_a_view_gives_what_its_case_says(case: Case) -> None:
    assert not case.wrong()


def test_every_view_has_cases() -> None:
    assert {case.view for case in all_cases()} == set(VIEWS)


@pytest.mark.parametrize("key", VIEWS)
def test_each_mutant_of_a_view_is_noticed_by_its_own_cases(key: str) -> None:
    path = ROOT / "queries" / key / "view.rq"
    mutants = list(query_mutants(path.read_text()))
    assert mutants
    left = [name for name, mutant in mutants if not cases_kill(path, mutant)]
    assert not unexplained(key, left)
