"""Reads the query library: one view, one directory, `queries/{family}/{view}/view.rq`.

A view is plain SPARQL under a `#+` TOML header that says what it answers, for whom, with which
parameters and columns. Parameters are bound as terms, never spliced; a view projects each first.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from vires import content, terms
from vires.errors import ContentError

_KEY: Final = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")

PLACES: Final = ("column", "under", "sheet", "none")
"""Where a register shows a column: beside the others, under the first, in downloads, nowhere."""

FACETS: Final = ("", "one", "several")
"""How many values of a facet may be chosen."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a view takes: its name and the kind of term it is bound as.

    `about` says what it is for, `example` is a value that gives rows of the shipped record.
    """

    name: str
    type: str
    about: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view's rows: its name and what it holds.

    A column with a `title` is shown by a register: `place` says where, `facet` whether one or
    several of its values may be chosen, `sort` whether rows can be put in its order, `empty` what a
    cell without a value says. One with a `rule` or with `rows_of` is no part of the query: the rule
    computes it from the column `of`; `rows_of` is `{register}/{facet}`, whose rows it lists.
    """

    name: str
    kind: str
    title: str = ""
    place: str = "column"
    facet: str = ""
    sort: bool = False
    empty: str = "not recorded"
    rule: str = ""
    of: str = ""
    rows_of: str = ""

    @property
    def computed(self) -> bool:
        """Whether its cells are computed from others, and not read by the query."""
        return bool(self.rule or self.rows_of)


@dataclass(frozen=True, slots=True)
class View:
    """A named query with what it answers, for whom, and what goes in and comes out.

    `columns` are those that the query gives, `shown` those that a register shows, in its order,
    computed ones among them.
    """

    key: str
    title: str
    question: str
    audience: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    text: str
    shown: tuple[Column, ...] = ()

    @property
    def iri(self) -> str:
        """The IRI of the view, which an answer cites."""
        return f"{terms.BASE}query/{self.key}"


@cache
def view(key: str) -> View:
    """The view of a key such as `decide/candidates`.

    Errors: `ContentError` where there is no such view or its header is malformed.
    """
    path = content.content_root() / "queries" / key / "view.rq"
    if not _KEY.fullmatch(key) or not path.is_file():
        raise ContentError(f"no view `{key}` in the query library; see the folders of `queries/`")
    return parse(key, path.read_text(encoding="utf-8"))


def parse(key: str, text: str) -> View:
    """A view from its text.

    Errors: `ContentError` naming the view and what is wrong with its header.
    """
    lines = text.splitlines()
    header = "\n".join(line[2:].strip() for line in lines if line.startswith("#+"))
    body = "\n".join(line for line in lines if not line.startswith("#+")).strip() + "\n"
    try:
        found: dict[str, Any] = tomllib.loads(header)
        columns = tuple(_column(c) for c in found.get("columns", ()))
        return View(
            key,
            found["title"],
            found["question"],
            found["audience"],
            tuple(
                Parameter(p["name"], p["type"], p.get("about", ""), p.get("example", ""))
                for p in found.get("parameters", ())
            ),
            tuple(c for c in columns if not c.computed),
            body,
            tuple(c for c in columns if c.title),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ContentError(
            f"queries/{key}/view.rq: the `#+` header is malformed ({error}); mend it"
        ) from error


def _column(stated: dict[str, Any]) -> Column:
    """A column from its table in the header; each mark must be known and of its type."""
    column = Column(**stated)
    for mark, default in Column.__dataclass_fields__.items():
        wanted = bool if default.type == "bool" else str
        if type(getattr(column, mark)) is not wanted:
            raise TypeError(f"`{mark}` of the column `{column.name}` must be a {wanted.__name__}")
    if column.place not in PLACES:
        raise ValueError(f"`place` of the column `{column.name}` must be one of {PLACES}")
    if column.facet not in FACETS:
        raise ValueError(f"`facet` of the column `{column.name}` must be one of {FACETS}")
    if (column.facet or column.sort or column.computed) and not column.title:
        raise ValueError(f"the column `{column.name}` needs a `title`, since it is shown")
    return column


def views() -> tuple[View, ...]:
    """Every view of the library, in order of key."""
    root = content.content_root() / "queries"
    keys = ("/".join(p.parent.relative_to(root).parts) for p in root.glob("*/*/view.rq"))
    return tuple(view(key) for key in sorted(keys))
