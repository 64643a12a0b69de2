"""What a person needs beside an answer: titles, signature dates, citations and marks of checking.

Runs the views of `queries/answer/` and gives frozen dataclasses of plain text, so that pages hold
no query and no store. It adds no finding of its own.
"""

from vires.explain.read import explain
from vires.explain.shown import CONDITION_TITLES, Explanation, uk_date
from vires.explain.trust import Trust, trust

__all__ = ["CONDITION_TITLES", "Explanation", "Trust", "explain", "trust", "uk_date"]
