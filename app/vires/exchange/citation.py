"""How to cite the record, so that what was read can be read again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from vires.explain import uk_date
from vires.store import Snapshot

TITLE: Final = "Vires, ontology and data"
"""What the record is called, also in `CITATION.cff` and in its licence."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation as a sentence and as an entry of BibTeX."""

    text: str
    bibtex: str


def cite(snapshot: Snapshot, publisher: str, address: str) -> Citation:
    """The citation of a record by who publishes it, its day and its data version."""
    year = str(snapshot.made.year) if snapshot.made else "no date"
    version = snapshot.data_version
    lines = (
        f"@misc{{vires-{version.removeprefix('sha256:')[:12]},",
        f"  title = {{{TITLE}}},",
        f"  author = {{{{{publisher}}}}},",
        *((f"  year = {{{year}}},",) if snapshot.made else ()),
        *((f"  date = {{{snapshot.made.date().isoformat()}}},",) if snapshot.made else ()),
        f"  note = {{Data version {version}. CC BY 4.0}},",
        f"  howpublished = {{{address}}}",
        "}",
    )
    day = f"Release of {uk_date(snapshot.made.date())}. " if snapshot.made else ""
    text = f"{publisher} ({year}). {TITLE}. {day}Data version {version}. CC BY 4.0. {address}"
    return Citation(text, "\n".join(lines))
