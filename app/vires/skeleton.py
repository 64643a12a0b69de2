"""Writes the skeleton of a rule, a view, a law or an area into a folder laid out like the project.

A skeleton stands in `skeletons/{kind}/` as it will stand in the project. It is whole: it loads, and
its examples hold. `TO WRITE` marks each text that only its author knows; a test finds those left.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from vires.errors import UsageError

_SKELETONS: Final = Path(__file__).parent / "skeletons"
_WORD: Final = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"


class Kind(StrEnum):
    """What a skeleton is of."""

    RULE = "rule"
    VIEW = "view"
    LAW = "law"
    AREA = "area"

    @property
    def in_family(self) -> bool:
        """Whether its name has a family before it."""
        return self in (Kind.RULE, Kind.VIEW)


def write(kind: Kind, name: str, root: Path, today: date) -> list[Path]:
    """The files that were written, in order; `today` is the day on which a source is seen.

    Errors: `UsageError` for a name that cannot be one, a folder that is not laid out like the
    project, and a name that is taken: no file is ever written over.
    """
    family, _, key = _checked(kind, name).rpartition("/")
    if not (root / "shapes").is_dir() or not (root / "queries").is_dir():
        raise UsageError(
            f"`{root}`: no folder laid out like the project (`shapes/` and `queries/` are missing);"
            " name one with --folder"
        )
    filled = {"FAMILY": family, "NAME": key, "TITLE": _title(key), "TODAY": today.isoformat()}
    pattern = re.compile(r"\b(" + "|".join(filled) + r")\b")

    def fill(text: str) -> str:
        return pattern.sub(lambda found: filled[found[0]], text)

    skeleton = _SKELETONS / kind
    sources = sorted(path for path in skeleton.rglob("*") if path.is_file())
    texts = {
        root / fill(str(path.relative_to(skeleton))): fill(path.read_text(encoding="utf-8"))
        for path in sources
    }
    # A rule is named by its key alone, whatever its family.
    taken = sorted((root / "shapes").glob(f"*/{key}")) if kind is Kind.RULE else []
    for path in (*texts, *taken):
        if path.exists():
            raise UsageError(f"{kind} `{name}`: `{path}` is there already; choose another name")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _checked(kind: Kind, name: str) -> str:
    wanted, example = (
        (f"{_WORD}/{_WORD}", "family and name, as `versions/has-an-owner`")
        if kind.in_family
        else (_WORD, "one word, as `ca1989`")
    )
    if not re.fullmatch(wanted, name):
        raise UsageError(
            f"{kind} `{name[:100]}`: a name is small letters, digits and single hyphens; "
            f"give {example}"
        )
    return name


def _title(key: str) -> str:
    return key[0].upper() + key[1:].replace("-", " ")
