"""An immutable, read-only record of one access class, and how its content is hashed."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from vires import library, terms
from vires.errors import StoreError

Term = ox.NamedNode | ox.Literal | ox.BlankNode
"""A term of a row; triples as terms are not used."""

TRUE = (ox.Literal("true", datatype=ox.NamedNode(terms.XSD_BOOLEAN)), ox.Literal(True))
_DEFAULT = "default"


def graph_hash(quads: Iterable[ox.Quad]) -> str:
    """The content hash of one graph: SHA-256 of its sorted N-Triples lines, in hexadecimal."""
    lines = sorted(f"{q.subject} {q.predicate} {q.object} ." for q in quads)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def version_of(graphs: Mapping[str, str]) -> str:
    """The data version of a set of graphs: the hash of the sorted (graph, hash) list."""
    lines = "\n".join(f"{graph} {digest}" for graph, digest in sorted(graphs.items()))
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


class Snapshot:
    """A record that never changes.

    `data_version` is `sha256:` and 64 hexadecimal digits, `access` the class whose graphs it
    holds (public, partner or staff), `path` the folder it stands in and `made` when it was
    written, both None for one that was never written; `memory` says that it is held in memory
    though it was. Safe to read from many threads.
    """

    __slots__ = (
        "__weakref__",
        "_memory",
        "_store",
        "access",
        "data_version",
        "graphs",
        "made",
        "path",
    )

    def __init__(
        self,
        store: ox.Store,
        graphs: Mapping[str, str],
        access: str = "public",
        path: Path | None = None,
        made: datetime | None = None,
        *,
        memory: bool = False,
    ) -> None:
        self._store = store
        self._memory = memory or path is None
        self.path = path
        self.made = made
        self.graphs = dict(graphs)
        self.access = access
        self.data_version = version_of(graphs)

    def rows(self, view_key: str, **params: str | Term) -> list[tuple[Term | None, ...]]:
        """The rows of a view, in its SELECT order without the parameters' columns.

        Parameters are bound as terms: a string is an IRI. The default graph is the union of all.
        Errors: `ContentError` where there is no such view, `StoreError` where the disk fails.
        """
        names, rows = self.select(library.view(view_key).text, **params)
        shown = [i for i, name in enumerate(names) if name not in params]
        return [tuple(row[i] for i in shown) for row in rows]

    def select(
        self, text: str, **params: str | Term
    ) -> tuple[tuple[str, ...], list[tuple[Term | None, ...]]]:
        """The columns and rows of a SELECT of the project's own; never of a user's.

        Errors: `StoreError` where the disk fails.
        """
        bound: dict[ox.Variable, Term | ox.Triple] = {
            ox.Variable(name): ox.NamedNode(value) if isinstance(value, str) else value
            for name, value in params.items()
        }
        try:
            found = self._store.query(text, use_default_graph_as_union=True, substitutions=bound)
            assert isinstance(found, ox.QuerySolutions)
            names = tuple(variable.value for variable in found.variables)
            return names, [tuple(row) for row in found]
        except (OSError, RuntimeError) as error:
            raise _unreadable(error) from error

    def linked(self, node: Term, prop: str | None, *, against: bool = False) -> set[Term]:
        """What a node leads to along a property, or against it; along any where none is named."""
        return set(self.along(node, prop, against=against))

    def along(self, node: Term, prop: str | None, *, against: bool = False) -> Iterator[Term]:
        """The same, one at a time: in no order, and again where several graphs state it."""
        named = None if prop is None else ox.NamedNode(prop)
        if against:
            for quad in self._store.quads_for_pattern(None, named, node, None):
                yield quad.subject  # type: ignore[misc]
        elif not isinstance(node, ox.Literal):
            for quad in self._store.quads_for_pattern(node, named, None, None):
                yield quad.object  # type: ignore[misc]

    @property
    def illustrative(self) -> bool:
        """Whether it holds anything that is marked illustrative."""
        marked = ox.NamedNode(terms.ILLUSTRATIVE)
        return any(
            next(self._store.quads_for_pattern(None, marked, value, None), None) for value in TRUE
        )

    def quads(self) -> Iterable[ox.Quad]:
        """Every statement with its graph, in no order."""
        return self._store.quads_for_pattern(None, None, None, None)

    def graph(self, name: str) -> Iterable[ox.Quad]:
        """The statements of one graph, in no order."""
        graph = ox.DefaultGraph() if name == _DEFAULT else ox.NamedNode(name)
        return self._store.quads_for_pattern(None, None, None, graph)

    def states(
        self, subject: ox.NamedNode, predicate: ox.NamedNode | None = None, value: Any = None
    ) -> bool:
        """Whether any graph states it; of a thing alone, whether anything is stated of it."""
        return any(True for _ in self._store.quads_for_pattern(subject, predicate, value, None))

    def write(self, out: IO[bytes], media: str) -> None:
        """Write every statement as RDF of a media type, in an order that the content alone gives.

        A format without graphs gets the statements of all, one after the other.
        """
        form = ox.RdfFormat.from_media_type(media)
        assert form is not None
        quads = self._in_order()
        parts = quads if form.supports_datasets else (quad.triple for quad in quads)
        ox.serialize(parts, out, form, prefixes=terms.PREFIXES)

    def _in_order(self) -> Iterable[ox.Quad]:
        for name in sorted(self.graphs):
            yield from sorted(self.graph(name), key=_order)

    def in_memory(self) -> Snapshot:
        """The same record in memory, where questions are answered several times sooner.

        Errors: `StoreError` where it cannot be read.
        """
        if self._memory:
            return self
        store = ox.Store()
        try:
            store.extend(self.quads())
        except (OSError, RuntimeError) as error:
            raise _unreadable(error) from error
        return Snapshot(store, self.graphs, self.access, self.path, self.made, memory=True)

    def __len__(self) -> int:
        return len(self._store)


def _order(quad: ox.Quad) -> tuple[str, str, str]:
    return str(quad.subject), str(quad.predicate), str(quad.object)


def drafts(quads: Iterable[ox.Quad]) -> frozenset[str]:
    """The graphs that some record says are drafts, as IRIs."""
    return frozenset(
        q.subject.value
        for q in quads
        if q.predicate.value == terms.IS_DRAFT
        and q.object in TRUE
        and isinstance(q.subject, ox.NamedNode)
    )


def graph_name(quad: ox.Quad) -> str:
    """The IRI of a statement's graph; `default` for the graph that has none."""
    return _DEFAULT if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value


def from_quads(quads: Iterable[ox.Quad], access: str = "public") -> Snapshot:
    """A snapshot in memory, leaving out every graph whose record says it is a draft."""
    pool = list(quads)
    draft = drafts(pool)
    kept: dict[str, list[ox.Quad]] = defaultdict(list)
    for quad in pool:
        if graph_name(quad) not in draft:
            kept[graph_name(quad)].append(quad)
    store = ox.Store()
    for graph in kept.values():
        store.extend(graph)
    return Snapshot(store, {name: graph_hash(graph) for name, graph in kept.items()}, access)


def _unreadable(error: Exception) -> StoreError:
    """What RocksDB says of a damaged file, by either kind of error."""
    return StoreError(
        f"the store cannot be read ({' '.join(str(error).split())}); run `vires load`"
    )
