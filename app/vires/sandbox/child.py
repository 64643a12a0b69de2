"""The child: closes itself, then answers jobs from standard input until that ends.

Only the kernel can stop a query of Oxigraph, so each runs here, where it may be stopped.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from vires.errors import SandboxOpenError
from vires.sandbox import closed, results
from vires.sandbox.job import Job, Reply, job, pack

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_GRACE = 0.4
"""Seconds after the limit at which the kernel ends the child, should its parent not."""


def main(memory: int) -> None:
    """Answer jobs until standard input ends.

    Errors: `SandboxOpenError`, said on standard output as a reply, where the child cannot be
    closed; nothing is run then.
    """
    source, target = sys.stdin.buffer, sys.stdout.buffer
    try:
        closed.limit(memory)
        closed.close()
    except SandboxOpenError as error:
        target.write(pack(Reply("open", message=str(error))))
        target.flush()
        return
    held: dict[str, ox.Store] = {}
    for line in source:
        _answer(job(line), held, memory, target)


def _answer(asked: Job, held: dict[str, ox.Store], memory: int, target: BinaryIO) -> None:
    closed.end_after(asked.limits.seconds + _GRACE)
    answer, body = _tried(asked, held)
    closed.end_never()
    # Memory once taken is not given back: a child that took much makes room for a new one.
    spent = int(Path("/proc/self/statm").read_text().split()[0]) * 4096 > memory // 2
    told = Reply(
        answer.outcome, len(body), answer.rows, answer.truncated, answer.message, answer.line,
        answer.column, spent,
    )  # fmt: skip
    target.write(pack(told))
    target.write(body)
    target.flush()


def _tried(asked: Job, held: dict[str, ox.Store]) -> tuple[Reply, bytes]:
    try:
        if asked.store not in held:
            held.clear()
            held[asked.store] = ox.Store.read_only(asked.store)
    except (OSError, ValueError, RuntimeError) as error:
        return Reply("gone", message=_line(error)), b""
    try:
        return _run(asked, held[asked.store])
    except SyntaxError as error:
        said = str(error.args[0]) if error.args else str(error)
        if place := _PLACE.fullmatch(said):
            return Reply("syntax", message=place[3], line=int(place[1]), column=int(place[2])), b""
        return Reply("syntax", message=said), b""
    except (OSError, ValueError, RuntimeError) as error:
        return Reply("failed", message=_line(error)), b""


def _run(asked: Job, store: ox.Store) -> tuple[Reply, bytes]:
    named = asked.named
    found = store.query(
        asked.query,
        base_iri=asked.base,
        use_default_graph_as_union=asked.default is None and named is None,
        default_graph=None if asked.default is None else [ox.NamedNode(g) for g in asked.default],
        named_graphs=None if named is None else [ox.NamedNode(g) for g in named],
        substitutions={ox.Variable(name): _term(*rest) for name, *rest in asked.bound} or None,
    )
    if isinstance(found, ox.QueryBoolean):
        return Reply("done", rows=1), results.truth(bool(found), asked.format)
    if isinstance(found, ox.QuerySolutions):
        names = [variable.value for variable in found.variables]
        body, count, truncated = results.rows(
            (tuple(row) for row in found), names, asked.format, asked.limits
        )
    else:
        body, count, truncated = results.graph(found, asked.format, asked.limits)
    return Reply("done", rows=count, truncated=truncated), body


def _term(kind: str, value: str, datatype: str, language: str) -> ox.NamedNode | ox.Literal:
    if kind == "iri":
        return ox.NamedNode(value)
    if language:
        return ox.Literal(value, language=language)
    return ox.Literal(value, datatype=ox.NamedNode(datatype) if datatype else None)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


if __name__ == "__main__":
    main(int(sys.argv[1]))
