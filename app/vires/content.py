"""Finds the project's own content: ontology, data, shapes and queries.

In a checkout they stand beside `app/`; in an installed wheel they travel in `vires/_content/`.
A Turtle file is one named graph, whose IRI follows from the file's path (ontology.md section 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from vires import terms
from vires.errors import ContentError

_BASE: Final = re.compile(r"https?://[a-z0-9.:-]+/", re.ASCII)


@cache
def content_root() -> Path:
    """The folder that holds `ontology/`, `data/`, `shapes/` and `queries/`.

    Errors: `ContentError` where neither a checkout nor an installed wheel holds them.
    """
    package = Path(__file__).resolve().parent
    for root in (package / "_content", package.parent.parent):
        if (root / "queries").is_dir() and (root / "ontology").is_dir():
            return root
    raise ContentError(
        f"the content folders are missing beside `{package}`; install the wheel again"
    )


@dataclass(frozen=True, slots=True)
class GraphFile:
    """One Turtle file and the named graph that it is.

    `area` is the key of the area it belongs to, None for ontology and reference data; `agreement`
    the key of its agreement's folder, where it is in one.
    """

    path: Path
    graph: str
    area: str | None
    agreement: str | None


def base_file(root: Path, area: str) -> Path:
    """Where a content folder names the base of an area that is not under its example host."""
    return root / "data" / "areas" / area / "base.txt"


def area_base(area: str, root: Path | None = None) -> str:
    """The base of an area's own IRIs in a content folder, ending in a slash.

    It is an example host until `vires rebase` names another.
    Errors: `ContentError` for a base file that names none.
    """
    path = base_file(content_root() if root is None else root, area)
    if not path.is_file():
        return f"https://{area}.vires.example/"
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: unreadable ({error}); run `vires rebase` again") from error
    if not _BASE.fullmatch(text):
        raise ContentError(f"{path}: `{text[:80]}` is no base; run `vires rebase` again")
    return text


def _graph_file(root: Path, path: Path) -> GraphFile:
    parts = path.relative_to(root).parts
    stem = "/".join((*parts[:-1], parts[-1].removesuffix(".ttl")))
    if parts[:2] != ("data", "areas"):
        return GraphFile(path, f"{terms.BASE}graph/{stem.removeprefix('data/')}", None, None)
    area = parts[2]
    inside = "/".join(stem.split("/")[3:])
    agreement = parts[4] if parts[3] == "agreements" else None
    return GraphFile(path, f"{area_base(area, root)}graph/{inside}", area, agreement)


def graph_files(root: Path | None = None) -> tuple[GraphFile, ...]:
    """Every Turtle file that is loaded, in order of graph IRI.

    Export mappings (`ontology/map-*.ttl`) and examples of rules are not.
    """
    base = content_root() if root is None else root
    return tuple(sorted(_walk(base), key=lambda file: file.graph))


def _walk(base: Path) -> Iterator[GraphFile]:
    patterns = ("ontology/*.ttl", "data/reference/**/*.ttl", "data/areas/**/*.ttl")
    for pattern in (*patterns, "shapes/*.ttl", "shapes/*/*/rule.ttl"):
        for path in base.glob(pattern):
            if not path.name.startswith("map-"):
                yield _graph_file(base, path)
