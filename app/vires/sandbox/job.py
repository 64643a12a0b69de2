"""What passes between the server and a child: a job in, a reply out, each one line of JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use: seconds of the clock, bytes of memory, rows and bytes of answer."""

    seconds: float = 10.0
    memory: int = 512 * MEBIBYTE
    rows: int = 10_000
    bytes: int = 10 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Job:
    """One query for a child.

    `store` is the folder of a snapshot. `default` and `named` are the graphs it reads, or None
    for all. `bound` holds, for each variable, the kind (iri, literal), value, datatype and
    language of the term that stands for it.
    """

    store: str
    query: str
    format: str
    base: str
    limits: Limits
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    bound: tuple[tuple[str, str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """How a query ended, and how long the body is that follows.

    `outcome` is done, syntax, failed or gone (the snapshot is no more). `truncated` names the
    limit that cut the answer short, and is empty where it is whole.
    """

    outcome: str
    length: int = 0
    rows: int = 0
    truncated: str = ""
    message: str = ""
    line: int = 0
    column: int = 0
    spent: bool = False


def pack(message: Job | Reply) -> bytes:
    """A message as one line of JSON."""
    return json.dumps(message, default=_fields).encode() + b"\n"


def _fields(part: Job | Reply | Limits) -> dict[str, Any]:
    """The fields of a message or of a part of it, as they are: nothing is copied."""
    return {name: getattr(part, name) for name in part.__slots__}


def job(line: bytes) -> Job:
    """The job of a line."""
    found: dict[str, Any] = json.loads(line)
    found["limits"] = Limits(**found["limits"])
    for name in ("default", "named"):
        found[name] = None if found[name] is None else tuple(found[name])
    found["bound"] = tuple(tuple(term) for term in found["bound"])
    return Job(**found)


def reply(line: bytes) -> Reply:
    """The reply of a line."""
    return Reply(**json.loads(line))
