"""Moves an area to a base of its adopter's own: every IRI under the old base goes under the new.

An area's own things are `{base}id/...` and its graphs `{base}graph/...`; the shipped ones stand
under example hosts. Reference data and terms under `https://w3id.org/vires/` stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from vires import content, ingest, terms
from vires.content import GraphFile
from vires.errors import UsageError
from vires.exchange.describe import node
from vires.store.snapshot import graph_hash
from vires.store.sources import read

_LABEL: Final = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_HOST: Final = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_PREFIX: Final = re.compile(r"PREFIX ([^\s:]*): <([^<>]*)>")
_FOREIGN: Final = ("w3id.org", "www.legislation.gov.uk", "www.w3.org", "purl.org", "xmlns.com")
"""Hosts whose IRIs mean something already."""

_HASH: Final = URIRef(terms.VIRES + "contentHash")
_MEND: Final = "give one such as `https://sharing.example.org/`"


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved: from which base to which, how many files changed, and how many IRIs."""

    old: str
    new: str
    files: int
    iris: int


def checked(base: str) -> str:
    """A base as it is written: scheme, host, port where one is needed, and a slash.

    Errors: `UsageError` for what is no absolute http or https IRI of a host of the adopter's own.
    """
    where = f"base `{base[:200]}`"
    if not base.isascii() or re.search(r"[\s<>\"{}|\\^`]", base):
        raise UsageError(f"{where}: a base is plain ASCII without spaces; {_MEND}")
    try:
        parts = urlsplit(base)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{where}: {error}; {_MEND}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{where}: a base is an absolute http or https IRI; {_MEND}")
    if parts.username is not None or parts.query or parts.fragment or base.endswith(("?", "#")):
        raise UsageError(f"{where}: a base has no user, query or fragment; {_MEND}")
    if parts.path not in ("", "/"):
        raise UsageError(f"{where}: the site answers at the root of its host; {_MEND}")
    host = parts.netloc.partition(":")[0]
    if not _HOST.fullmatch(host) or len(host) > 253 or parts.netloc.endswith(":"):
        raise UsageError(f"{where}: `{host}` is no host name in small letters; {_MEND}")
    if host in _FOREIGN:
        raise UsageError(f"{where}: IRIs of {host} mean something already; {_MEND}")
    default = {"http": 80, "https": 443}[parts.scheme]
    if port == default:
        raise UsageError(f"{where}: leave out the port that {parts.scheme} has anyway; {_MEND}")
    return f"{parts.scheme}://{parts.netloc}/"


def rebase(root: Path, base: str, area: str = "") -> Moved:
    """Move one area of a folder laid out like the project to a base.

    `area` may be left out where there is one. Nothing is written unless every file can be; a run
    that was cut short is finished by running it again.
    Errors: `UsageError` for a folder, area or base that cannot be used, or a file that is not
    written as `longturtle`; `IngestError` and `FrozenGraphError` for data that cannot be read.
    """
    new = checked(base)
    area = _area(root, area)
    old = content.area_base(area, root)
    if new == old:
        raise UsageError(f"{root}: `{area}` is under {new} already; name another base")
    files = [file for file in content.graph_files(root) if (root / "data") in file.path.parents]
    _refuse_taken(root, area, new)
    read(files)  # refuses what is unreadable, hostile or not what its recorded hash says
    graphs = {file: _graph(file.path) for file in files}
    _refuse_mixed(graphs, new, finished=_begun(graphs, old, new))
    written: dict[Path, bytes] = {}
    iris: set[str] = set()
    for file, graph in graphs.items():
        found = {str(term) for row in graph for term in row if _under(term, old)}
        if found:
            iris |= found
            written[file.path] = _written(_moved(graph, old, new))
    written |= _rehashed(files, written, old, new)
    _write(written)
    content.base_file(root, area).write_text(new + "\n", encoding="utf-8")
    return Moved(old, new, len(written), len(iris))


def _area(root: Path, area: str) -> str:
    folder = root / "data" / "areas"
    if not folder.is_dir():
        raise UsageError(f"{root}: no folder `data/areas/` in it; name one laid out like Vires")
    areas = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if not area and len(areas) == 1:
        return areas[0]
    if area not in areas:
        said = f"`{area}` is none of its areas" if area else "it holds several areas"
        raise UsageError(f"{root}: {said}; give --area as one of {', '.join(areas) or 'none'}")
    return area


def _refuse_taken(root: Path, area: str, new: str) -> None:
    """Two areas under one base would give two graphs one name."""
    for other in sorted((root / "data" / "areas").iterdir()):
        if other.is_dir() and other.name != area and content.area_base(other.name, root) == new:
            raise UsageError(f"{root}: area `{other.name}` is under {new} already; use another")


def _refuse_mixed(graphs: Mapping[GraphFile, Graph], new: str, *, finished: bool) -> None:
    """IRIs that are under the new base before anything was moved would become one with ours."""
    if finished:
        return
    for file, graph in graphs.items():
        for row in graph:
            for term in row:
                if _under(term, new + "id/") or _under(term, new + "graph/"):
                    raise UsageError(f"{file.path}: `{term}` is under the new base already")


def _begun(graphs: Mapping[GraphFile, Graph], old: str, new: str) -> bool:
    """Whether an earlier run moved some of the graphs: a row of one is under the new base."""
    rows = URIRef(terms.VIRES + "RecordGraph")
    kind = URIRef(terms.TYPE)
    found = {str(row) for graph in graphs.values() for row in graph.subjects(kind, rows)}
    return any(row.startswith(new + "graph/") for row in found)


def _graph(path: Path) -> Graph:
    """The statements of a file that is written as the project writes Turtle.

    Errors: `UsageError` for one that is not: writing it anew would lose its comments and order.
    """
    text = path.read_bytes()
    graph = _read(text, str(path))
    if _written(graph) != text:
        raise UsageError(
            f"{path}: not written as rdflib's `longturtle`, so moving it would lose its comments "
            "and order; write it so first, then run this again"
        )
    return graph


def _read(text: bytes, where: str) -> Graph:
    """The statements of a Turtle text with its prefixes, every value spelt as it is there."""
    graph = Graph()
    for prefix, namespace in _PREFIX.findall(text.decode()):
        graph.bind(prefix, namespace, override=True, replace=True)
    for quad in ingest.quads(text, ingest.FORMATS[".ttl"], where):
        graph.add((node(quad.subject), node(quad.predicate), node(quad.object)))
    return graph


def _written(graph: Graph) -> bytes:
    return graph.serialize(format="longturtle").encode()


def _under(term: Node, base: str) -> bool:
    anchored = isinstance(term, URIRef) or (
        isinstance(term, Literal) and str(term.datatype) == terms.XSD + "anyURI"
    )
    return anchored and str(term).startswith(base)


def _moved(graph: Graph, old: str, new: str) -> Graph:
    def own(term: Node) -> Node:
        if not _under(term, old):
            return term
        text = new + str(term)[len(old) :]
        return URIRef(text) if isinstance(term, URIRef) else Literal(text, datatype=term.datatype)  # type: ignore[attr-defined]

    found = Graph(bind_namespaces="none")
    for prefix, namespace in graph.namespaces():
        text = str(namespace)
        found.bind(prefix, new + text[len(old) :] if text.startswith(old) else text)
    for row in graph:
        found.add((own(row[0]), own(row[1]), own(row[2])))
    return found


def _rehashed(
    files: Iterable[GraphFile], written: Mapping[Path, bytes], old: str, new: str
) -> dict[Path, bytes]:
    """The files that record the hash of a graph whose statements were moved, with its new one."""
    digests: dict[URIRef, str] = {}
    for file in files:
        if file.path in written:
            name = file.graph.replace(old, new, 1) if file.graph.startswith(old) else file.graph
            rows = ingest.quads(
                written[file.path], ingest.FORMATS[".ttl"], str(file.path), graph=name
            )
            digests[URIRef(name)] = graph_hash(rows)
    found: dict[Path, bytes] = {}
    for path, text in written.items():
        graph = _read(text, str(path))
        stated = {row for row in graph.subjects(_HASH) if row in digests}
        for row in stated:
            graph.set((row, _HASH, Literal(digests[row])))  # type: ignore[index]
        if stated:
            found[path] = _written(graph)
    return found


def _write(written: Mapping[Path, bytes]) -> None:
    """Write beside each file first, so that a full disk changes none of them.

    Errors: `UsageError` where the disk refuses.
    """
    partial = {path: path.with_name(path.name + ".partial") for path in written}
    try:
        for path, text in written.items():
            partial[path].write_bytes(text)
        # What records hashes goes first: cut short, no graph is left that its hash forbids.
        for path in sorted(written, key=lambda path: path.name != "graphs.ttl"):
            partial[path].replace(path)
    except OSError as error:
        for path in partial.values():
            path.unlink(missing_ok=True)
        raise UsageError(f"{error.filename}: {error.strerror}; make room or mend rights") from error
