"""Runs a query for the command line: on the record here, or on a SPARQL service elsewhere."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from vires import library, listing, terms
from vires.config import Settings
from vires.errors import ContentError, UsageError
from vires.sandbox import Bound, Ledger, Limits, Sandbox
from vires.sandbox.formats import GRAPH, Format, named, offered
from vires.sandbox.guard import form_of, with_values
from vires.store import Snapshot
from vires.store.remote import Remote

TABLE: Final = "table"
_GIBIBYTE: Final = 1024**3
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TERM: Final = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^(?:xsd:(\w+)|<([^<>]*)>))?')
_PLAIN: Final = (
    (re.compile(r"\d{4}-\d\d-\d\d"), "date"),
    (re.compile(r"[+-]?\d+"), "integer"),
    (re.compile(r"true|false"), "boolean"),
)
_PATH: Final = 255


@dataclass(frozen=True, slots=True)
class Query:
    """A query to run: its text, and the term that stands for each variable."""

    text: str
    bound: tuple[tuple[str, ox.NamedNode | ox.Literal], ...] = ()


def read(given: str, parameters: Iterable[str]) -> Query:
    """The query of a file, of standard input (`-`), of a view by its key, or of the text itself.

    Each parameter is `NAME=TERM`. Errors: `UsageError` for one that is none.
    """
    pairs = [_pair(parameter) for parameter in parameters]
    if view := _view(given):
        known = {p.name: p for p in view.parameters}
        wanted = dict(pairs)
        for name in wanted:
            if name not in known:
                has = ", ".join(known) or "none"
                raise UsageError(
                    f"--param {name}: `{view.key}` has no such parameter; it has {has}"
                )
        found = [(name, listing.term(p, wanted.get(name, ""))) for name, p in known.items()]
        return Query(view.text, tuple((n, t) for n, t in found if not isinstance(t, ox.BlankNode)))
    return Query(_text(given), tuple((name, term(value)) for name, value in pairs))


def term(text: str) -> ox.NamedNode | ox.Literal:
    """The term that a value stands for: as N-Triples writes it, or plainly.

    A plain value is an IRI, a day, a whole number or a truth where it looks like one, else a text.
    Errors: `UsageError` for an IRI that is none.
    """
    try:
        if text.startswith("<") and text.endswith(">"):
            return ox.NamedNode(text[1:-1])
        if found := _TERM.fullmatch(text):
            value = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), found[1])
            datatype = terms.XSD + found[3] if found[3] else found[4]
            return ox.Literal(
                value, language=found[2], datatype=ox.NamedNode(datatype) if datatype else None
            )
        if re.match(r"https?://|urn:", text):
            return ox.NamedNode(text)
    except ValueError as error:
        raise UsageError(f"`{text[:80]}` is no term ({error}); write <iri> or a text") from error
    for pattern, kind in _PLAIN:
        if pattern.fullmatch(text):
            return ox.Literal(text, datatype=ox.NamedNode(terms.XSD + kind))
    return ox.Literal(text)


def chosen(text: str, wanted: str) -> Format:
    """The format that a query is answered in: the one named, else the first of its form.

    Errors: `UsageError` for a name that is none of them; `QueryRefusedError` for no query.
    """
    offers = offered(form_of(text))
    found = named(wanted, offers) if wanted and wanted != TABLE else offers[0]
    if found is None or (wanted == TABLE and offers is GRAPH):
        names = ", ".join(offer.key for offer in offers)
        raise UsageError(f"--format `{wanted}`: this query is answered as {names}")
    return found


def tabular(text: str) -> bool:
    """Whether a query is answered by rows or a truth."""
    return offered(form_of(text)) is not GRAPH


def table(body: bytes) -> str:
    """An answer in JSON as aligned text; a truth is true or false."""
    found = json.loads(body)
    if "boolean" in found:
        return str(found["boolean"]).lower()
    names = found["head"]["vars"]
    lines = [
        [_oneline(row.get(n, {}).get("value", "")) for n in names]
        for row in found["results"]["bindings"]
    ]
    widths = [max(map(len, column)) for column in zip(names, *lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [names, *lines]
    )


def write(body: bytes, out: Path | None, *, as_table: bool) -> None:
    """Write an answer to a file, or to standard output, as it is or as a table.

    Errors: `UsageError` where the file cannot be made.
    """
    shown = table(body).encode() + b"\n" if as_table else body
    try:
        if out is None:
            sys.stdout.buffer.write(shown)
            sys.stdout.flush()
        else:
            out.write_bytes(shown)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = out or "standard output"
        raise UsageError(f"{where}: {error.strerror}; name a file that can be made") from error


def _oneline(text: str) -> str:
    """No line end and no control character reaches the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def here(
    snapshot: Snapshot, query: Query, form: Format, settings: Settings, timeout: float
) -> bytes:
    """The whole answer on a record, within a time.

    Errors: those of `Sandbox.guard` and `Sandbox.run`.
    """
    limits = Limits(
        timeout, max(2 * _GIBIBYTE, settings.query_memory << 20), sys.maxsize, _GIBIBYTE
    )
    box = Sandbox(limits, 1, Ledger(float(10**9), 1))
    try:
        bound = tuple(_bound(name, value) for name, value in query.bound)
        guarded = box.guard(query.text, snapshot)
        return box.run(guarded, form, snapshot, client="", bound=bound).read()
    finally:
        box.close()


def elsewhere(endpoint: str, query: Query, form: Format, timeout: float) -> bytes:
    """The answer of a service at an address, within a time.

    Errors: `RemoteError`.
    """
    text = with_values(query.text, {name: str(value) for name, value in query.bound})
    return Remote(endpoint, timeout).query(text, form.media)


def _pair(parameter: str) -> tuple[str, str]:
    name, equals, value = parameter.partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise UsageError(f"--param `{parameter[:80]}`: write NAME=VALUE, like before=2027-01-01")
    return name, value


def _view(given: str) -> library.View | None:
    try:
        return library.view(given)
    except ContentError:
        return None


def _text(given: str) -> str:
    if given == "-":
        return sys.stdin.read()
    path = Path(given)
    if len(given) > _PATH or not path.is_file():
        if re.search(r"[\s{]", given):
            return given
        raise UsageError(f"`{given[:80]}` is no file, no view of the library and no query")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}; name a UTF-8 file") from error


def _bound(name: str, value: ox.NamedNode | ox.Literal) -> Bound:
    if isinstance(value, ox.NamedNode):
        return Bound(name, value.value, "iri")
    if value.language:
        return Bound(name, value.value, language=value.language)
    return Bound(name, value.value, datatype=value.datatype.value)
