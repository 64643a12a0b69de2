"""The lines of a register for a spreadsheet: exactly the chosen rows, with their IRIs."""

from __future__ import annotations

from typing import Final

from vires.library import Column
from vires.registers.model import Row, Table, Value

BETWEEN: Final = "; "
"""What stands between several values of a cell."""

_PLACES: Final = ("column", "under", "sheet")


def lines(table: Table, rows: tuple[Row, ...]) -> list[list[str]]:
    """Rows of a register as text, a header of column titles first; dates are YYYY-MM-DD."""
    columns = table.placed(*_PLACES)
    header = [table.view.shown[0].title, *(column.title for column in columns), "IRI"]
    found = [[row.name, *(_cell(row, column) for column in columns), row.iri] for row in rows]
    return [header, *found]


def _cell(row: Row, column: Column) -> str:
    """The values of a cell as a text, in which none of several holds what stands between them."""
    texts = [_marked(value, row) for value in row.cell(column)]
    if len(texts) > 1:
        texts = [text.replace(BETWEEN, ", ") for text in texts]
    return BETWEEN.join(texts) or column.empty


def _marked(value: Value, row: Row) -> str:
    return f"{value.plain} (example data)" if value.example and not row.example else value.plain
