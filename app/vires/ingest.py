"""The only reader of RDF from files: it bounds, refuses what is hostile, and names file and line.

Nothing is fetched: no remote JSON-LD context, no DOCTYPE, no import. On any error nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pyoxigraph as ox

from vires.errors import IngestError

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_STATEMENTS: Final = 500_000
MAX_LITERAL_BYTES: Final = 64 * 1024
MAX_IRI_BYTES: Final = 2 * 1024
MAX_DEPTH: Final = 64
SCHEMES: Final = frozenset({"http", "https", "urn"})

FORMATS: Final = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
}
"""The format of a file by how its name ends."""

_DOCTYPE: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_STRINGS: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\s]*>"
    r"|#[^\n]*",
    re.DOTALL,
)
_NESTED: Final = {
    ox.RdfFormat.TURTLE: ("[(", "])"),
    ox.RdfFormat.TRIG: ("[({", "])}"),
    ox.RdfFormat.JSON_LD: ("[{", "]}"),
}


def file_quads(path: Path, *, graph: str | None = None) -> tuple[ox.Quad, ...]:
    """The statements of one file, all or none.

    `graph` is the IRI of the graph that statements without one go to; without it the file's own
    graphs are kept. Sizes are in bytes: a file up to 20 MiB, a literal up to 64 KiB, an IRI up to
    2 KiB; up to 500,000 statements and 64 levels of nesting, all inclusive.
    Errors: `IngestError` that says what, in which file and line, why and how to mend.
    Source: `THREAT_MODEL.md` rows 5 and 7 to 10.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise IngestError(
                f"{path}: {size} bytes, and at most {MAX_BYTES} are read; split the file"
            )
        data = path.read_bytes()
    except OSError as error:
        raise IngestError(f"{path}: {error.strerror}; check the name and the rights") from error
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        known = " ".join(sorted(FORMATS))
        raise IngestError(f"{path}: `{path.suffix}` is no known format; name it one of {known}")
    return quads(data, form, str(path), graph=graph)


def quads(
    data: bytes, form: ox.RdfFormat, where: str, *, graph: str | None = None
) -> tuple[ox.Quad, ...]:
    """The statements of a text in memory; `where` names it in errors. See `file_quads`."""
    _refuse_hostile(data, form, where)
    name = ox.NamedNode(graph) if graph else None
    found: list[ox.Quad] = []
    try:
        for quad in ox.parse(data, format=form):
            if len(found) >= MAX_STATEMENTS:
                raise IngestError(f"{where}: over {MAX_STATEMENTS} statements; split the file")
            if isinstance(quad.subject, ox.Triple) or isinstance(quad.object, ox.Triple):
                raise IngestError(f"{where}: a triple as a term is not read; name it instead")
            _check(quad, data, where)
            if name is not None and isinstance(quad.graph_name, ox.DefaultGraph):
                quad = ox.Quad(quad.subject, quad.predicate, quad.object, name)
            found.append(quad)
    except SyntaxError as error:
        line = f"line {error.lineno}" if error.lineno else "line unknown"
        raise IngestError(
            f"{where}, {line}: not well-formed {form.name} ({error.msg}); mend that line"
        ) from error
    except ValueError as error:
        raise IngestError(f"{where}: not well-formed {form.name} ({error}); mend it") from error
    return _labelled(found, graph or where)


def _labelled(found: list[ox.Quad], scope: str) -> tuple[ox.Quad, ...]:
    """The statements with blank nodes labelled by what is said of them, apart for each scope.

    A parser labels blank nodes by chance; the content hash of a graph must not.
    """
    if not any(isinstance(t, ox.BlankNode) for q in found for t in (q.subject, q.object)):
        return tuple(found)
    dataset = ox.Dataset(found)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    mark = "b" + hashlib.sha256(scope.encode()).hexdigest()[:12]

    def own(term: Any) -> Any:
        return ox.BlankNode(mark + term.value) if isinstance(term, ox.BlankNode) else term

    return tuple(ox.Quad(own(q.subject), q.predicate, own(q.object), q.graph_name) for q in dataset)


def _refuse_hostile(data: bytes, form: ox.RdfFormat, where: str) -> None:
    """Refuse before any parser sees it what could make one fetch, swell or fall."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise IngestError(f"{where}, line {line}: not UTF-8; save the file as UTF-8") from error
    if form == ox.RdfFormat.RDF_XML:
        found = _DOCTYPE.search(data)
        if found:
            line = data[: found.start()].count(b"\n") + 1
            raise IngestError(
                f"{where}, line {line}: a DOCTYPE or ENTITY is refused; write IRIs in full"
            )
        _refuse_deep(_xml_marks(text), where)
    elif form in _NESTED:
        _refuse_deep(_marks(text, *_NESTED[form]), where)
    if form == ox.RdfFormat.JSON_LD:
        _refuse_remote(text, where)


def _marks(text: str, opening: str, closing: str) -> Iterable[tuple[int, int]]:
    """Each opening (1) or closing (-1) bracket with its line, but in strings, IRIs, comments."""
    bare = _STRINGS.sub(lambda match: "\n" * match.group(0).count("\n"), text)
    line = 1
    for character in bare:
        if character == "\n":
            line += 1
        elif character in opening:
            yield line, 1
        elif character in closing:
            yield line, -1


def _xml_marks(text: str) -> Iterable[tuple[int, int]]:
    line = 1
    for found in re.finditer(r"<!--.*?-->|<(/?)[A-Za-z_][^<>]*?(/?)>|\n", text, re.DOTALL):
        if found.group(0) == "\n":
            line += 1
        elif found.group(1):
            yield line, -1
        elif found.group(1) is not None and not found.group(2):
            yield line, 1


def _refuse_deep(marks: Iterable[tuple[int, int]], where: str) -> None:
    depth = 0
    for line, step in marks:
        depth += step
        if depth > MAX_DEPTH:
            raise IngestError(
                f"{where}, line {line}: nested over {MAX_DEPTH} levels deep; name the inner things"
            )


def _refuse_remote(text: str, where: str) -> None:
    """Refuse JSON-LD that names a context by address: nothing is fetched."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", "unknown")
        raise IngestError(f"{where}, line {line}: not well-formed JSON; mend that line") from error
    for context in _contexts(document):
        remote = isinstance(context, str) or (isinstance(context, dict) and "@import" in context)
        if remote:
            raise IngestError(
                f"{where}: a remote @context is never fetched; write the context into the file"
            )


def _contexts(node: Any) -> Iterable[Any]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "@context":
                yield from value if isinstance(value, list) else (value,)
            yield from _contexts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _contexts(value)


def _check(quad: ox.Quad, data: bytes, where: str) -> None:
    """Refuse a statement with an IRI or literal that is too long or of another scheme."""
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        if isinstance(term, ox.NamedNode):
            _check_iri(term.value, data, where)
        elif isinstance(term, ox.Literal):
            size = len(term.value.encode())
            if size > MAX_LITERAL_BYTES:
                line = _line_of(term.value[:60], data)
                raise IngestError(
                    f"{where}, {line}: a literal of {size} bytes, and at most "
                    f"{MAX_LITERAL_BYTES} are read; shorten it"
                )


def _check_iri(iri: str, data: bytes, where: str) -> None:
    size = len(iri.encode())
    if size > MAX_IRI_BYTES:
        raise IngestError(
            f"{where}, {_line_of(iri[:200], data)}: an IRI of {size} bytes, and at most "
            f"{MAX_IRI_BYTES} are read; shorten it"
        )
    if urlsplit(iri).scheme.lower() not in SCHEMES:
        raise IngestError(
            f"{where}, {_line_of(iri[:200], data)}: the IRI `{iri[:80]}` is not http, https or "
            "urn; use one of these"
        )


def _line_of(text: str, data: bytes) -> str:
    place = data.find(text.encode())
    return f"line {data[:place].count(10) + 1}" if place >= 0 else "line unknown"
