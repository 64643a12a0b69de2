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


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a view takes: its name and the kind of term it is bound as."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view's rows: its name and what it holds."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class View:
    """A named query with what it answers, for whom, and what goes in and comes out."""

    key: str
    title: str
    question: str
    audience: str
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    text: str

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
        return View(
            key,
            found["title"],
            found["question"],
            found["audience"],
            tuple(Parameter(p["name"], p["type"]) for p in found.get("parameters", ())),
            tuple(Column(c["name"], c["kind"]) for c in found.get("columns", ())),
            body,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ContentError(
            f"queries/{key}/view.rq: the `#+` header is malformed ({error}); mend it"
        ) from error


def views() -> tuple[View, ...]:
    """Every view of the library, in order of key."""
    root = content.content_root() / "queries"
    keys = ("/".join(p.parent.relative_to(root).parts) for p in root.glob("*/*/view.rq"))
    return tuple(view(key) for key in sorted(keys))
