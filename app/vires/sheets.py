"""Tables as files for spreadsheets: a cell that would run as a formula is made inert."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import xlsxwriter

CSV: Final = "text/csv; charset=utf-8; header=present"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_CELL: Final = 32_767
_CUT: Final = " (cut: longer than a spreadsheet cell)"
_WIDTH: Final = 60
_SAME_DAY: Final = datetime(2026, 1, 1)
"""A workbook says when it was made; the same rows must be the same file."""


def to_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """Lines as CSV (RFC 4180, UTF-8); one that begins as a formula is led by an apostrophe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [_inert(cell) for cell in line] for line in lines
    )
    return text.getvalue().encode()


def to_xlsx(
    title: str, lines: Sequence[Sequence[str]], about: Iterable[tuple[str, str]] = ()
) -> bytes:
    """Lines, the first a header, as a workbook of text cells; `about` is a second sheet."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": _SAME_DAY})
    heading = book.add_format({"bold": True})
    sheet = book.add_worksheet(_sheet_name(title))
    for r, line in enumerate(lines):
        for c, cell in enumerate(line):
            sheet.write_string(r, c, _fitting(_inert(cell)), None if r else heading)
    sheet.freeze_panes(1, 0)
    for c in range(len(lines[0]) if lines else 0):
        widest = max(len(line[c]) for line in lines)
        sheet.set_column(c, c, min(_WIDTH, 2 + widest))
    notes = book.add_worksheet("About")
    for r, (name, text) in enumerate(about):
        notes.write_string(r, 0, name, heading)
        notes.write_string(r, 1, _fitting(_inert(text)))
    notes.set_column(0, 0, 20)
    notes.set_column(1, 1, 100)
    book.close()
    return file.getvalue()


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _fitting(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - len(_CUT)] + _CUT


def _sheet_name(title: str) -> str:
    return "".join(" " if character in "[]:*?/\\'" else character for character in title)[:31]
