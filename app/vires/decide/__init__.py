"""Answers who may share what, with whom, for which purpose, as the record documents it.

Reads a snapshot and takes the date as an argument: nothing here reads the clock.
"""

from vires.decide.answer import Answer, as_dict, to_json
from vires.decide.law import Asked as Question
from vires.decide.question import (
    AmbiguousValueError,
    Choice,
    UnknownValueError,
    choices,
    labels,
    names,
    parse_date,
    parse_question,
)
from vires.decide.route import CONDITIONS
from vires.decide.verdict import ask
from vires.decide.words import HEADINGS, URGENT

__all__ = [
    "CONDITIONS",
    "HEADINGS",
    "URGENT",
    "AmbiguousValueError",
    "Answer",
    "Choice",
    "Question",
    "UnknownValueError",
    "as_dict",
    "ask",
    "choices",
    "labels",
    "names",
    "parse_date",
    "parse_question",
    "to_json",
]
