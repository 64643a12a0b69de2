"""Tables as files for spreadsheets: a cell that would run as a formula is led by an apostrophe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Final

import xlsxwriter

CSV: Final = "text/csv; charset=utf-8; header=present"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_CELL: Final = 32_767
_CUT: Final = " (cut: longer than a spreadsheet cell)"
_WIDTH: Final = 60
_SAME_DAY: Final = date(2026, 1, 1)


def to_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """Lines, the first a header, as CSV (RFC 4180, UTF-8)."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [_inert(cell) for cell in line] for line in lines
    )
    return text.getvalue().encode()


def to_xlsx(
    title: str,
    lines: Sequence[Sequence[str]],
    about: Iterable[tuple[str, str]] = (),
    made: date = _SAME_DAY,
) -> bytes:
    """Lines, the first a header, as a workbook; `about` is a second sheet of names and texts.

    A cell YYYY-MM-DD is a date, every other is text. `made` is the day that the workbook says it
    was made on, so that the same lines are the same file.
    """
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"created": datetime.combine(made, time())})
    heading = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    sheet = book.add_worksheet(_sheet_name(title))
    for r, line in enumerate(lines):
        for c, cell in enumerate(line):
            if r and (found := _date(cell)):
                sheet.write_datetime(r, c, datetime.combine(found, time()), day)
            else:
                sheet.write_string(r, c, _fitting(cell), wrapped if r else heading)
    sheet.freeze_panes(1, 1)
    if lines and lines[0]:
        sheet.autofilter(0, 0, max(1, len(lines) - 1), len(lines[0]) - 1)
        for c in range(len(lines[0])):
            sheet.set_column(c, c, min(_WIDTH, 2 + max(len(line[c]) for line in lines)))
    notes = book.add_worksheet("About this list")
    for r, (name, text) in enumerate(about):
        notes.write_string(r, 0, name, heading)
        notes.write_string(r, 1, _fitting(text), wrapped)
    notes.set_column(0, 0, 20)
    notes.set_column(1, 1, 100)
    book.close()
    return file.getvalue()


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _fitting(text: str) -> str:
    inert = _inert(text)
    return inert if len(inert) <= _CELL else inert[: _CELL - len(_CUT)] + _CUT


def _date(text: str) -> date | None:
    if len(text) != 10:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sheet_name(title: str) -> str:
    plain = "".join(" " if character in "[]:*?/\\'" else character for character in title)
    return " ".join(plain.split())[:31].rstrip()
