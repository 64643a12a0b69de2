"""Registers: lists of what the record holds, with facets, order, pages and downloads.

A register is one view of `queries/register/`, whose header says what each column is, where it is
shown, and whether rows can be chosen or put in order by it. Nothing here knows any one register.
"""

from vires.registers.choose import Chosen, Facet, Option, Page, Problem, choose, facets, page, rows
from vires.registers.model import SILENCE, Row, Table, Value, named, settled, slug, word
from vires.registers.read import registers, table
from vires.registers.sheet import lines
from vires.registers.tree import Branch, branches

__all__ = [
    "SILENCE",
    "Branch",
    "Chosen",
    "Facet",
    "Option",
    "Page",
    "Problem",
    "Row",
    "Table",
    "Value",
    "branches",
    "choose",
    "facets",
    "lines",
    "named",
    "page",
    "registers",
    "rows",
    "settled",
    "slug",
    "table",
    "word",
]
