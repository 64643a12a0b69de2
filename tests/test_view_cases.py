"""Each view gives what the cases beside it say, and they notice what is changed in it."""

from __future__ import annotations

import pytest

from bench.mutate import ROOT, query_mutants
from bench.mutation_worlds import cases_kill
from tests.view_cases import Case, all_cases
from vires.decide.gather import QUERIES


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"{case.view}: {case.sentence}")
def test_a_view_gives_what_its_case_says(case: Case) -> None:
    assert not case.wrong()


@pytest.mark.parametrize("key", QUERIES)
def test_each_mutant_of_a_query_that_answers_rest_on_is_noticed(key: str) -> None:
    path = ROOT / "queries" / key / "view.rq"
    mutants = list(query_mutants(path.read_text()))
    assert mutants
    assert not [name for name, mutant in mutants if not cases_kill(path, mutant)]
