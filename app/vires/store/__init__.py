"""The store: immutable snapshots that many read, and one writer at a time under a lock."""

from vires.store.commit import Before, Judge, Step, commit, keep
from vires.store.reader import Reader
from vires.store.snapshot import Snapshot, Term, from_quads

__all__ = [
    "Before", "Judge", "Reader", "Snapshot", "Step", "Term", "commit", "from_quads", "keep",
]  # fmt: skip
