"""The only reader of RDF from files: it bounds, refuses what is hostile, and names file and line.

Nothing is fetched: no remote JSON-LD context, no DOCTYPE, no import. On any error nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from math import factorial, prod
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
MAX_LIKENESS: Final = 10_000_000
"""The work, in steps, that telling blank nodes apart may take: about half a second."""
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
    r"|\\."  # an escape in a name: `\#` begins no comment
    r"|<[^<>\s]*>"
    r"|#[^\n]*",
    re.DOTALL,
)
_TURTLES: Final = frozenset(
    {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS}
)
# Every match ends where the text does, if nothing ends it before: so a text is read once.
_XML: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)"
    r"|<(?P<close>/?)[^\s<>!?/](?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^<>\"'])*+(?P<end>>?)",
    re.DOTALL,
)


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
        with path.open("rb") as handle:  # a device says that it holds 0 bytes, and never ends
            data = handle.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise IngestError(f"{path}: over {MAX_BYTES} bytes; split the file")
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
    return _labelled(found, graph or where, where)


def _labelled(found: list[ox.Quad], scope: str, where: str) -> tuple[ox.Quad, ...]:
    """The statements with blank nodes labelled by what is said of them, apart for each scope.

    A parser labels blank nodes by chance; the content hash of a graph must not.
    """
    if not any(isinstance(t, ox.BlankNode) for q in found for t in _ends(q)):
        return tuple(found)
    if _likeness(found) > MAX_LIKENESS:
        raise IngestError(f"{where}: too many blank nodes that look alike; give them IRIs")
    return tuple(quad for name, part in _scopes(found, scope) for quad in _canonical(part, name))


def _scopes(found: list[ox.Quad], scope: str) -> Iterable[tuple[str, list[ox.Quad]]]:
    """The statements graph by graph, so that a dump read again is labelled as its files were.

    Where a blank node stands in two graphs, or names one, they are one scope.
    """
    graphs: dict[Any, list[ox.Quad]] = defaultdict(list)
    homes: dict[str, set[Any]] = defaultdict(set)
    for quad in found:
        graphs[quad.graph_name].append(quad)
        for term in _ends(quad):
            if isinstance(term, ox.BlankNode):
                homes[term.value].add(quad.graph_name)
    named = not any(isinstance(name, ox.BlankNode) for name in graphs)
    if not named or any(len(home) > 1 for home in homes.values()):
        return [(scope, found)]
    return [
        (name.value if isinstance(name, ox.NamedNode) else scope, part)
        for name, part in graphs.items()
    ]


def _canonical(found: list[ox.Quad], scope: str) -> Iterable[ox.Quad]:
    dataset = ox.Dataset(found)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    mark = "b" + hashlib.sha256(scope.encode()).hexdigest()[:12]

    def own(term: Any) -> Any:
        return ox.BlankNode(mark + term.value) if isinstance(term, ox.BlankNode) else term

    return (ox.Quad(own(q.subject), q.predicate, own(q.object), own(q.graph_name)) for q in dataset)


def _ends(quad: ox.Quad) -> tuple[Any, Any, Any]:
    """The places of a statement where a blank node may stand."""
    return quad.subject, quad.object, quad.graph_name


def _likeness(found: list[ox.Quad]) -> int:
    """How many steps RDFC-1.0 may take to tell the blank nodes apart, never too few.

    It tries every order of neighbours that look alike, from each node that looks like another: a
    ring of 2,000 or nine nodes that all point at each other kept it busy beyond any patience.
    """
    looks: dict[str, list[str]] = defaultdict(list)
    near: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for quad in found:
        blank = [t.value for t in _ends(quad) if isinstance(t, ox.BlankNode)]
        for one in set(blank):
            seen = (_seen(term, one) for term in _ends(quad))
            looks[one].append(" ".join((quad.predicate.value, *seen)))
            for place, other in zip("sog", _ends(quad), strict=True):
                if isinstance(other, ox.BlankNode) and other.value != one:
                    near[one].add((quad.predicate.value, place, other.value))
    look = {one: "\n".join(sorted(said)) for one, said in looks.items()}
    times = Counter(look.values())
    alike = {one for one, said in look.items() if times[said] > 1}
    return sum(_orders(part, near, look, alike) for part in _parts(alike, near))


def _seen(term: Any, one: str) -> str:
    if isinstance(term, ox.BlankNode):
        return "_:this" if term.value == one else "_:other"
    return str(term)


def _parts(
    alike: set[str], near: dict[str, set[tuple[str, str, str]]]
) -> Iterable[tuple[str, ...]]:
    """The blank nodes that look like others, in parts that hang together."""
    left = set(alike)
    while left:
        part, reached = [], [left.pop()]
        while reached:
            part.append(reached.pop())
            others = {other for _, _, other in near[part[-1]]} & left
            left -= others
            reached += others
        yield tuple(part)


def _orders(
    part: tuple[str, ...],
    near: dict[str, set[tuple[str, str, str]]],
    look: dict[str, str],
    alike: set[str],
) -> int:
    """The orders to try in one part, by its size cubed; counted no further than the limit."""
    total = len(part) ** 3
    for one in part:
        groups = Counter((p, place, look[o]) for p, place, o in near[one] if o in alike)
        if total > MAX_LIKENESS or max(groups.values(), default=0) > 12:
            return MAX_LIKENESS + 1
        total *= prod(factorial(size) for size in groups.values())
    return total


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
        _refuse_deep(text, _xml_marks(text), where)
        return
    bare = _STRINGS.sub(lambda match: "\n" * match.group(0).count("\n"), text)
    _refuse_deep(bare, _marks(bare), where)
    if form == ox.RdfFormat.JSON_LD:
        _refuse_remote(text, where)
    elif form in _TURTLES and "<<" in bare:  # 100,000 of them one in another ended the process
        line = bare[: bare.index("<<")].count("\n") + 1
        raise IngestError(f"{where}, line {line}: a triple as a term is not read; name it instead")


def _marks(bare: str) -> Iterable[tuple[int, int]]:
    """Each opening (1) or closing (-1) bracket and where it stands."""
    for found in re.finditer(r"[\[({]|[\])}]", bare):
        yield found.start(), 1 if found.group(0) in "[({" else -1


def _xml_marks(text: str) -> Iterable[tuple[int, int]]:
    """Each start (1) or end (-1) of an element and where it stands."""
    for found in _XML.finditer(text):
        if found["close"] is None or found.group(0).endswith("/>"):
            continue
        yield found.start(), -1 if found["close"] else 1


def _refuse_deep(text: str, marks: Iterable[tuple[int, int]], where: str) -> None:
    depth = 0
    for place, step in marks:
        depth += step
        if depth > MAX_DEPTH:
            line = text.count("\n", 0, place) + 1
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
            _check_iri(term.datatype.value, data, where)


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
