"""The record described for catalogues and machines: DCAT-AP 3 and VoID in one document."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from vires import terms
from vires.exchange import dumps
from vires.exchange.write import Row, serialised, text, typed
from vires.once import Once
from vires.store import Snapshot

DATASET: Final = terms.BASE + "dataset"
"""The document; its parts are named by fragments, so that each leads to it."""

CURRENT: Final = DATASET + "#current"
_LOCK: Final = threading.Lock()
"""Held while one works: those who ask for the same at once wait for it, and do not work too."""

_BYTE_SIZE: Final = ox.NamedNode("http://www.w3.org/ns/dcat#byteSize")
_RIGHTS: Final = {"public": "PUBLIC", "partner": "RESTRICTED", "staff": "NON_PUBLIC"}
_FILE_TYPES: Final = {
    "ttl": "RDF_TURTLE",
    "trig": "RDF_TRIG",
    "nq": "RDF_N_QUADS",
    "jsonld": "JSON_LD",
}


def catalogue(
    kept: Sequence[Snapshot], short: str, *, home: str, publisher: str, contact: str = ""
) -> bytes:
    """The catalogue of the releases that are kept, newest first, in a format of `write.FORMATS`.

    `home` is the address of the site, `contact` a mail address or ''.
    Source: DCAT-AP 3.0.1; W3C, Describing Linked Datasets with the VoID Vocabulary, 3 March 2011.
    Errors: those of `dumps.release`.
    """
    with _LOCK:
        return _catalogue(tuple(map(Once, kept)), short, home, publisher, contact)


@lru_cache(maxsize=16)
def _catalogue(
    once: tuple[Once[Snapshot], ...], short: str, home: str, publisher: str, contact: str
) -> bytes:
    kept = [one.source for one in once]
    current = kept[0]
    rows: list[Row] = [
        *current.rows(
            "export/catalogue",
            home=home,
            publisher=text(publisher),
            access=text(_RIGHTS[current.access]),
        ),
        *current.rows("export/areas"),
        *partitions(current, CURRENT),
        *_files(current, CURRENT, home),
    ]
    if contact:
        rows += current.rows("export/contact", mail=f"mailto:{contact}")
    for snapshot, before in zip(kept, [*kept[1:], None], strict=True):
        rows += _release(snapshot, before, home)
    if current.made:
        rows += _day(current, CURRENT)
    return serialised(rows, short)


def service(snapshot: Snapshot, endpoint: str, short: str) -> bytes:
    """The description of the SPARQL service at an address, with what its record is made of.

    Source: W3C, SPARQL 1.1 Service Description, 21 March 2013.
    """
    own = snapshot.rows("describe/service", endpoint=endpoint)
    return serialised([*own, *partitions(snapshot, f"{endpoint}#default-graph")], short)


def partitions(snapshot: Snapshot, dataset: str) -> Iterable[Row]:
    """What the record is made of, by VoID, as statements about a dataset of that IRI."""
    rows = _partitions(Once(snapshot))
    if dataset == CURRENT:
        return rows
    return [tuple(_renamed(term, dataset) for term in row) for row in rows]


@lru_cache(maxsize=4)
def _partitions(once: Once[Snapshot]) -> list[Row]:
    return [*once.source.rows("export/void")]


def _renamed(term: ox.NamedNode | ox.Literal, dataset: str) -> ox.NamedNode | ox.Literal:
    if isinstance(term, ox.NamedNode) and term.value.startswith(CURRENT):
        return ox.NamedNode(dataset + term.value.removeprefix(CURRENT))
    return term


def _release(snapshot: Snapshot, before: Snapshot | None, home: str) -> Iterator[Row]:
    key = dumps.key(snapshot)
    dataset = f"{DATASET}#release-{key}"
    yield from snapshot.rows(
        "export/release",
        key=text(key),
        version=text(snapshot.data_version),
        before=text(dumps.key(before) if before else ""),
        statements=typed(str(len(snapshot)), "integer"),
    )
    yield from _files(snapshot, dataset, home)
    if snapshot.made:
        yield from _day(snapshot, dataset)


def _day(snapshot: Snapshot, dataset: str) -> Iterable[Row]:
    assert snapshot.made is not None
    made = typed(snapshot.made.isoformat().replace("+00:00", "Z"), "dateTime")
    return snapshot.rows("export/release-day", dataset=dataset, made=made)


def _files(snapshot: Snapshot, dataset: str, home: str) -> Iterator[Row]:
    for dump in dumps.release(snapshot).dumps:
        file = f"{dataset}-{dump.form.short}"
        yield from snapshot.rows(
            "export/distribution",
            dataset=dataset,
            file=file,
            name=text(dump.name),
            media=text(dump.form.media),
            format=text(_FILE_TYPES[dump.form.short]),
            sha256=text(dump.sha256),
            home=home,
        )
        # Here, since an expression of SPARQL gives an integer of any kind as xsd:integer.
        yield ox.NamedNode(file), _BYTE_SIZE, typed(str(dump.size), "nonNegativeInteger")
