"""Downloads of a register: exactly the chosen rows, as CSV and as XLSX.

A cell that a spreadsheet would run as a formula is led by an apostrophe. Dates are YYYY-MM-DD.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final

import xlsxwriter

from vires.library import Column
from vires.registers.model import Row, Table, Value

BETWEEN: Final = "; "
"""What stands between several values of a cell."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_CELL: Final = 32_767
_CUT: Final = " (cut: longer than a spreadsheet cell)"
_WIDTH: Final = 60
_PLACES: Final = ("column", "under", "sheet")


def to_csv(table: Table, rows: tuple[Row, ...]) -> bytes:
    """Rows of a register as CSV (RFC 4180, UTF-8), a header of column titles first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows(_lines(table, rows))
    return text.getvalue().encode()


def to_xlsx(table: Table, rows: tuple[Row, ...], about: tuple[tuple[str, str], ...]) -> bytes:
    """Rows of a register as an XLSX workbook; `about` is a second sheet of names and texts."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    # The day of the list, so that the same list is the same file.
    book.set_properties({"created": datetime.combine(table.on, time())})
    heading = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    sheet = book.add_worksheet(table.view.title[:31])
    lines = list(_lines(table, rows))
    for r, line in enumerate(lines):
        for c, text in enumerate(line):
            found = _date(text) if r else None
            if found:
                sheet.write_datetime(r, c, datetime.combine(found, time()), day)
            else:
                sheet.write_string(r, c, _fitting(text), wrapped if r else heading)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(lines) - 1), len(lines[0]) - 1)
    for c in range(len(lines[0])):
        sheet.set_column(c, c, min(_WIDTH, 2 + max(len(line[c]) for line in lines)))
    notes = book.add_worksheet("About this list")
    for r, (name, text) in enumerate(about):
        notes.write_string(r, 0, name, heading)
        notes.write_string(r, 1, _fitting(_inert(text)), wrapped)
    notes.set_column(0, 0, 20)
    notes.set_column(1, 1, 100)
    book.close()
    return file.getvalue()


def _lines(table: Table, rows: tuple[Row, ...]) -> Iterator[list[str]]:
    columns = table.placed(*_PLACES)
    yield [_inert(title) for title in (table.view.shown[0].title, *(c.title for c in columns))] + [
        "IRI"
    ]
    for row in rows:
        cells = [_cell(row, column) for column in columns]
        yield [_inert(text) for text in (row.name, *cells, row.iri)]


def _cell(row: Row, column: Column) -> str:
    return BETWEEN.join(_marked(value, row) for value in row.cell(column)) or column.empty


def _marked(value: Value, row: Row) -> str:
    return f"{value.plain} (example data)" if value.example and not row.example else value.plain


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _fitting(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - len(_CUT)] + _CUT


def _date(text: str) -> date | None:
    if len(text) != 10:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
