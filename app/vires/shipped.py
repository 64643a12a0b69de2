"""The record that ships with Vires, and records read from a user's own files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from vires import ingest
from vires.config import Settings
from vires.content import GraphFile, content_root, graph_files
from vires.exchange import dumps
from vires.store import Snapshot, commit, from_quads, keep
from vires.store import state as folder
from vires.store.reader import open_snapshot
from vires.store.sources import CLASSES, read
from vires.validate import standing


def files(extra: Iterable[Path] = ()) -> tuple[GraphFile, ...]:
    """The Turtle files of the shipped content, and of other content folders laid out like it."""
    found = list(graph_files(content_root()))
    for root in extra:
        found += graph_files(root)
    return tuple(found)


def load(
    settings: Settings,
    extra: Iterable[Path] = (),
    progress: Callable[[], None] = lambda: None,
    *,
    findings: bool = True,
) -> str:
    """Make the shipped content the record; the name of the generation that holds it.

    A malformed record is refused; what else the rules find is kept with the record, as are its
    dumps, now or, where `findings` is false, by `keep_findings`.
    Errors: those of `ingest.file_quads`, `sources.read` and `store.commit`, and `MalformedError`;
    on any, the record is as it was.
    """
    graphs = read(files(extra), illustrative=settings.illustrative == "on", progress=progress)
    standing.refuse_strays(graphs)
    today = settings.today()
    judge = standing.judge(today) if findings else standing.refuser(today)
    name = commit(settings.state, graphs, judge=judge)
    if findings:
        _keep_dumps(settings)
    return name


def keep_findings(settings: Settings) -> None:
    """Keep what the rules find of the current record today, and its dumps.

    Errors: `StoreError` where the state folder cannot be read or written.
    """
    keep(settings.state, standing.finder(settings.today()))
    _keep_dumps(settings)


def _keep_dumps(settings: Settings) -> None:
    name = folder.current(settings.state)
    for access in CLASSES:
        dumps.keep(open_snapshot(settings.state, name, access))


def over_files(paths: Iterable[Path], *, bare: bool, illustrative: bool = True) -> Snapshot:
    """A record in memory of a user's files, with the shipped reference data unless `bare`.

    A file without graphs of its own becomes one graph named by its path. Drafts are left out; the
    rest is read as the public record.
    Errors: `IngestError` for a file that is unreadable or hostile.
    """
    found = [
        quad
        for path in paths
        for quad in ingest.file_quads(
            path, graph=path.resolve().as_uri().replace("file:", "urn:file:")
        )
    ]
    if not bare:
        reference = [f for f in files() if f.area is None]
        found += [q for g in read(reference, illustrative=illustrative) for q in g.quads]
    return from_quads(found)
