"""A view of the query library run with values from outside: its rows, plainly, with labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from vires import library, terms
from vires.decide import names, parse_date
from vires.errors import ContentError, UsageError
from vires.library import Column, Parameter, View
from vires.store import Snapshot, Term

IRI_PATTERN: Final = (
    r"^(https?://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)?"
    r"(#[A-Za-z0-9._~-]*)?|urn:[a-z0-9]+:[A-Za-z0-9._:/-]+|[a-z-]+/[A-Za-z0-9._/-]+)$"
)
"""An IRI, or the path of one under https://w3id.org/vires/, such as `org/gss-E08000031`."""
MAX_VALUE: Final = 2048
_SYSTEM: Final = "system"


class ParameterError(UsageError):
    """A value that a view's parameter cannot take; `field` names the parameter."""

    code = "wrong-parameters"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row: an IRI with its label, or a text with its datatype or language."""

    kind: str
    value: str
    label: str = ""
    datatype: str = ""
    language: str = ""

    @property
    def shown(self) -> str:
        """What a reader sees."""
        return self.label or self.value


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of a view, in its order, and the data version that they were read from."""

    view: View
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    data_version: str


def offered() -> tuple[View, ...]:
    """The views that are for people and other systems to run, in order of key."""
    return tuple(view for view in library.views() if view.audience != _SYSTEM)


def find(key: str) -> View | None:
    """The view of a key, if it is offered."""
    try:
        found = library.view(key)
    except ContentError:
        return None
    return None if found.audience == _SYSTEM else found


def run(snapshot: Snapshot, view: View, given: Mapping[str, str]) -> Listing:
    """The rows of a view with the values given, each bound as a term.

    Errors: `ParameterError` for a value that is wanting or cannot be bound; those of
    `Snapshot.rows`.
    """
    bound = {p.name: term(p, given.get(p.name, "")) for p in view.parameters}
    labels = names(snapshot)
    found = snapshot.rows(view.key, **bound)
    if "ORDER BY" not in view.text:  # pages of rows need an order that holds
        found.sort(key=lambda row: tuple(str(value or "") for value in row))
    rows = tuple(
        tuple(None if value is None else _cell(value, labels) for value in row) for row in found
    )
    return Listing(view, view.columns, rows, snapshot.data_version)


def term(parameter: Parameter, text: str) -> Term:
    """The term that a text stands for.

    Errors: `ParameterError` naming the parameter, what is wrong and an example.
    """
    name, value = parameter.name, text
    like = f", like {parameter.example}" if parameter.example else ""
    if not value:
        raise ParameterError(name, f"`{name}` is wanting; give {_KINDS[parameter.type]}{like}")
    if len(value) > MAX_VALUE:
        raise ParameterError(name, f"`{name}` is longer than {MAX_VALUE} characters")
    try:
        return _TERMS[parameter.type](value)
    except (ValueError, UsageError) as error:
        raise ParameterError(
            name, f"`{name}`: `{value[:80]}` is not {_KINDS[parameter.type]}{like}"
        ) from error


def as_query(view: View) -> str:
    """The text of a view with the examples of its parameters in place, to run and to change."""
    text = view.text
    for parameter in reversed(view.parameters):
        example = term(parameter, parameter.example)
        text = text.replace("{\n", f"{{\n  VALUES ?{parameter.name} {{ {example} }}\n", 1)
    return text


def _iri(value: str) -> Term:
    if not re.fullmatch(IRI_PATTERN, value):
        raise ValueError(value)
    return ox.NamedNode(value if re.match(r"https?://|urn:", value) else terms.BASE + value)


def _date(value: str) -> Term:
    if parse_date(value) is None:
        raise ValueError(value)
    return ox.Literal(value, datatype=ox.NamedNode(terms.XSD_DATE))


def _integer(value: str) -> Term:
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise ValueError(value)
    return ox.Literal(int(value))


_TERMS: Final = {
    "iri": _iri,
    "date": _date,
    "integer": _integer,
    "text": ox.Literal,
}
_KINDS: Final = {
    "iri": "an IRI",
    "date": "a day as YYYY-MM-DD",
    "integer": "a whole number",
    "text": "a text",
}


def _cell(value: Term, labels: Mapping[str, str]) -> Cell:
    if isinstance(value, ox.NamedNode):
        return Cell("iri", value.value, labels.get(value.value, ""))
    if isinstance(value, ox.BlankNode):
        return Cell("blank", value.value)
    return Cell("literal", value.value, "", value.datatype.value, value.language or "")
