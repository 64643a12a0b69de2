"""One class as a table: a line for each of its things, a column for each property, with CSVW.

CSV on the Web says what each column means, so that a program can read the record back from it.
Source: W3C, Metadata Vocabulary for Tabular Data, 17 December 2015.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from vires import terms
from vires.decide.gather import Source
from vires.once import Once
from vires.sheets import to_csv

METADATA: Final = "application/csvm+json"
LOSSES: Final = (
    "A table does not say which graph a statement stands in, and leaves out parts without a name.",
    "The language of a text stands in the metadata where all of a column share it, else nowhere.",
    "A cell that a spreadsheet would run as a formula is led by an apostrophe.",
)
"""What a table loses of the record, in words."""

_SEPARATORS: Final = ("|", "¦", "‖", *(chr(code) for code in range(0x2400, 0x2500)))
"""What may part the values of a cell; the first that is in none of them does."""

_LOCK: Final = threading.Lock()
"""Held while one works: those who ask for the same at once wait for it, and do not work too."""

_NAMESPACES: Final = {
    **terms.PREFIXES,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": terms.RDFS,
    "sh": terms.SH,
}
_TYPES: Final = frozenset(
    {"boolean", "date", "dateTime", "decimal", "double", "gYear", "integer", "string", "time"}
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A class that has a table: its key in addresses, IRI, name and how many things it has."""

    key: str
    iri: str
    label: str
    definition: str
    things: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it states, and how its cells are to be read.

    `datatype` is a name of XML Schema or `anyURI`; `separator` parts several values, '' where no
    cell has several.
    """

    name: str
    property: str
    datatype: str
    language: str
    separator: str


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The things of one class: its columns, and lines of which the first cell is the IRI."""

    listed: Listed
    columns: tuple[Column, ...]
    lines: tuple[tuple[str, ...], ...]

    def csv(self) -> bytes:
        """The table as CSV, its names first."""
        return to_csv([("iri", *(column.name for column in self.columns)), *self.lines])


def listed(source: Source) -> tuple[Listed, ...]:
    """Every class that has named things, in order of name."""
    return _listed(Once(source))


@lru_cache(maxsize=4)
def _listed(once: Once[Source]) -> tuple[Listed, ...]:
    found = []
    for iri, label, definition, things in once.source.rows("export/classes"):
        short = _short(iri.value)
        name = label.value if label else short
        said = definition.value if definition else ""
        key = short.replace("_", "-")
        found.append(Listed(key, iri.value, name, said, int(things.value)))
    return tuple(sorted(found, key=lambda one: one.label.casefold()))


def class_table(source: Source, key: str) -> ClassTable | None:
    """The table of a class by its key; None where no class has it."""
    found = next((one for one in listed(source) if one.key == key), None)
    if found is None:
        return None  # not kept: addresses that are made up must not push out what is asked for
    with _LOCK:
        return _class_table(Once(source), found)


@lru_cache(maxsize=128)
def _class_table(once: Once[Source], found: Listed) -> ClassTable:
    cells: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for thing, prop, value in once.source.rows("export/class-table", **{"class": found.iri}):
        cells[thing.value][prop.value].append(value)
    properties = sorted({prop for row in cells.values() for prop in row})
    columns = tuple(
        _column(prop, [row.get(prop, ()) for row in cells.values()]) for prop in properties
    )
    lines = tuple(
        (iri, *(c.separator.join(v.value for v in row.get(c.property, ())) for c in columns))
        for iri, row in sorted(cells.items())
    )
    return ClassTable(found, columns, lines)


def metadata(table: ClassTable, address: str) -> dict[str, Any]:
    """What the columns of a table mean, in the manner of CSVW; `address` is that of the CSV."""
    own = table.listed
    return {
        "url": address,
        "dc:title": own.label,
        "dc:description": " ".join((own.definition, *LOSSES)).strip(),
        "dc:license": {"@id": terms.LICENCE},
        "tableSchema": {
            "aboutUrl": "{+iri}",
            "primaryKey": "iri",
            "columns": [
                {
                    "name": "iri",
                    "titles": "iri",
                    "datatype": "anyURI",
                    "required": True,
                    "suppressOutput": True,
                },
                *(_stated(column) for column in table.columns),
            ],
        },
    }


def document(body: Mapping[str, Any]) -> bytes:
    """A document of CSVW: a table or a group of tables, with its context."""
    context = ["http://www.w3.org/ns/csvw", {"@language": "en"}]
    return (json.dumps({"@context": context, **body}, ensure_ascii=False, indent=1) + "\n").encode()


def _column(prop: str, cells: Sequence[Sequence[Any]]) -> Column:
    values = [value for cell in cells for value in cell]
    several = any(len(cell) > 1 for cell in cells)
    languages = {getattr(value, "language", None) or "" for value in values}
    return Column(
        name=_short(prop),
        property=prop,
        datatype=_datatype(values),
        language=languages.pop() if len(languages) == 1 else "",
        separator=next(s for s in _SEPARATORS if not any(s in v.value for v in values))
        if several
        else "",
    )


def _datatype(values: Sequence[Any]) -> str:
    """The type that all values have; a column of several types is text."""
    found = set()
    for value in values:
        datatype = getattr(value, "datatype", None)
        iri = datatype.value if datatype is not None else ""
        found.add("anyURI" if not iri else iri.removeprefix(terms.XSD))
    only = found.pop() if len(found) == 1 else "string"
    return only if only in _TYPES or only == "anyURI" else "string"


def _stated(column: Column) -> dict[str, Any]:
    found = {
        "name": column.name,
        "titles": column.name,
        "propertyUrl": column.property,
        "datatype": column.datatype,
    }
    if column.language:
        found["lang"] = column.language
    if column.separator:
        found["separator"] = column.separator
    return found


def _short(iri: str) -> str:
    """The name of a term in a file: its own, led by its prefix where it is not one of ours."""
    for prefix, namespace in _NAMESPACES.items():
        if iri.startswith(namespace) and iri != namespace:
            local = iri.removeprefix(namespace)
            return local if prefix == "vires" else f"{prefix}_{local}"
    return iri.replace("#", "/").rstrip("/").rpartition("/")[2]
