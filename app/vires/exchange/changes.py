"""What changed from one release to the next, thing by thing.

Two releases are compared by the content hashes of their graphs; only graphs that differ are read.
A change is named by the two data versions and the thing, so that it has the same name in any build.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import pyoxigraph as ox

from vires import terms
from vires.decide import labels
from vires.exchange import dumps
from vires.exchange.catalogue import DATASET
from vires.exchange.write import Row, serialised, text
from vires.once import Once
from vires.store import Snapshot

STREAM: Final = DATASET + "#changes"
KINDS: Final = {"Create": "Added", "Update": "Changed", "Delete": "Removed"}
"""Each kind of change by its class in Activity Streams, in words."""

_LOCK: Final = threading.Lock()
"""Held while one works: those who ask for the same at once wait for it, and do not work too."""

_STATEMENT: Final = terms.RDF + "Statement"
_PARTS: Final = ("subject", "predicate", "object")
_EFFECTS: Final = (("added", terms.PROV + "generated"), ("removed", terms.PROV + "invalidated"))


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one thing: its kind, and the statements that were added and removed."""

    iri: str
    thing: str
    label: str
    kind: str
    added: tuple[ox.Triple, ...]
    removed: tuple[ox.Triple, ...]

    @property
    def summary(self) -> str:
        """The change in words."""
        parts = ((len(self.added), "added"), (len(self.removed), "removed"))
        told = [f"{n} statement{'' if n == 1 else 's'} {word}" for n, word in parts if n]
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Step:
    """From one release to the next: what changed, in order of name."""

    before: Snapshot
    after: Snapshot
    changes: tuple[Change, ...]

    @property
    def key(self) -> str:
        """The part of an address that names the release that brought the changes."""
        return dumps.key(self.after)


def steps(kept: Sequence[Snapshot]) -> tuple[Step, ...]:
    """The changes between the releases that are kept, newest first, as they were kept."""
    with _LOCK:
        return tuple(_step(Once(before), Once(after)) for after, before in pairwise(kept))


def stream(found: Sequence[Step], oldest: Snapshot, short: str, home: str) -> bytes:
    """The stream of changes and where its parts are, in a format of `write.FORMATS`.

    Source: Linked Data Event Streams and the TREE hypermedia specification.
    """
    view = f"{home}changes"
    start = f"{DATASET}#release-{dumps.key(oldest)}"
    rows: list[Row] = [*oldest.rows("export/change-stream", view=view, oldest=start)]
    for step in found:
        rows += _node(step, home)
    return serialised(rows, short)


def part(step: Step, short: str, home: str) -> bytes:
    """The changes of one release, each statement of them, in a format of `write.FORMATS`."""
    with _LOCK:
        return serialised([*_node(step, home), *_told(Once(step.before), Once(step.after))], short)


@lru_cache(maxsize=4)
def _told(before: Once[Snapshot], after: Once[Snapshot]) -> tuple[Row, ...]:
    """The changes of one release, told once for all who ask."""
    step = _step(before, after)
    rows: list[Row] = []
    for change in step.changes:
        rows += step.after.rows(
            "export/change",
            change=change.iri,
            thing=change.thing,
            kind=text(change.kind),
            release=f"{DATASET}#release-{step.key}",
            made=text(_made(step.after)),
            summary=text(change.summary),
        )
        rows += _statements(change)
    return tuple(rows)


def _node(step: Step, home: str) -> list[Row]:
    return [
        *step.after.rows(
            "export/change-node",
            view=f"{home}changes",
            node=f"{home}changes/{step.key}",
            key=text(step.key),
            made=text(_made(step.after)),
        )
    ]


def _made(snapshot: Snapshot) -> str:
    return snapshot.made.isoformat().replace("+00:00", "Z") if snapshot.made else ""


def _statements(change: Change) -> Iterator[Row]:
    """Each statement of a change, reified, since what was removed must not be stated."""
    for (name, prop), triples in zip(_EFFECTS, (change.added, change.removed), strict=True):
        for triple in triples:
            mark = hashlib.sha256(str(triple).encode()).hexdigest()[:16]
            node = ox.NamedNode(f"{change.iri}-{name}-{mark}")
            yield ox.NamedNode(change.iri), ox.NamedNode(prop), node
            yield node, ox.NamedNode(terms.TYPE), ox.NamedNode(_STATEMENT)
            for one, term in zip(_PARTS, triple, strict=True):
                yield node, ox.NamedNode(terms.RDF + one), term


@lru_cache(maxsize=8)
def _step(once_before: Once[Snapshot], once_after: Once[Snapshot]) -> Step:
    before, after = once_before.source, once_after.source
    added, removed = _by_thing(after, before), _by_thing(before, after)
    things = sorted({*added, *removed})
    names = {
        STREAM: "Parts that belong to no named thing",
        **labels(before, [iri for iri in things if iri in removed]),
        **labels(after, [iri for iri in things if iri in added]),
    }
    changes = [
        Change(
            f"{DATASET}#change-{dumps.key(before)}-{dumps.key(after)}-{_mark(iri)}",
            iri,
            names.get(iri, iri),
            _kind(before, after, ox.NamedNode(iri)),
            tuple(sorted(added.get(iri, ()), key=str)),
            tuple(sorted(removed.get(iri, ()), key=str)),
        )
        for iri in things
    ]
    return Step(before, after, tuple(sorted(changes, key=lambda c: (c.label.casefold(), c.iri))))


def _by_thing(one: Snapshot, other: Snapshot) -> dict[str, list[ox.Triple]]:
    """What one record states and the other states nowhere, by the named thing that it is of.

    A statement of a part without a name is one of its whole. Graphs that are alike are not read.
    """
    graphs = [name for name, digest in one.graphs.items() if other.graphs.get(name) != digest]
    triples = {quad.triple for name in graphs for quad in one.graph(name)}
    whole = {t.object: t.subject for t in triples if isinstance(t.object, ox.BlankNode)}
    found: dict[str, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        if not other.states(triple.subject, triple.predicate, triple.object):  # type: ignore[arg-type]
            found[_named(triple.subject, whole)].append(triple)
    return found


def _named(subject: Any, whole: dict[Any, Any]) -> str:
    """The IRI of a thing, or of the named thing that it is a part of; the stream's, if of none."""
    passed = set()
    while isinstance(subject, ox.BlankNode) and subject in whole and subject not in passed:
        passed.add(subject)
        subject = whole[subject]
    return subject.value if isinstance(subject, ox.NamedNode) else STREAM


def _kind(before: Snapshot, after: Snapshot, thing: ox.NamedNode) -> str:
    if not before.states(thing):
        return "Create"
    return "Update" if after.states(thing) else "Delete"


def _mark(iri: str) -> str:
    return hashlib.sha256(iri.encode()).hexdigest()[:12]
