"""A register of concepts as nested lists."""

from __future__ import annotations

from dataclasses import dataclass

from vires.registers.model import Row, Table


@dataclass(frozen=True, slots=True)
class Branch:
    """A row of a tree and those below it, in order of name."""

    row: Row
    below: tuple[Branch, ...]


def branches(table: Table) -> tuple[Branch, ...]:
    """The tops of a tree: rows whose broader things are not in it. A row may stand twice.

    A ring of concepts that are each broader than the other has no top, and is listed at the end.
    """
    column = table.tree
    assert column is not None  # asked of a tree alone
    known = {row.iri for row in table.rows}
    below: dict[str, list[Row]] = {}
    tops = []
    for row in table.rows:
        above = [value.iri for value in row.cell(column) if value.iri in known]
        for iri in above:
            below.setdefault(iri, []).append(row)
        if not above:
            tops.append(row)
    seen: set[str] = set()

    def grown(row: Row, trail: frozenset[str]) -> Branch:
        seen.add(row.iri)
        inner = trail | {row.iri}
        rows = (r for r in below.get(row.iri, ()) if r.iri not in inner)
        return Branch(row, tuple(grown(r, inner) for r in rows))

    found = [grown(row, frozenset()) for row in tops]
    for row in table.rows:
        if row.iri not in seen:
            found.append(grown(row, frozenset()))
    return tuple(found)
