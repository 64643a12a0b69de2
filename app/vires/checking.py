"""The command `vires check`: what to check, by which rules, and how to write what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from vires import content, shipped, validate
from vires.errors import UsageError
from vires.store import Snapshot
from vires.validate import Report, Rule

FORMS: Final = ("text", "table", "json", "ttl", "sarif", "csv")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: options as they were given, empty where they were not.

    Errors: `UsageError` naming an option that cannot be used, and what it may be.
    """

    files: tuple[Path, ...] = ()
    area: str = ""
    agreement: str = ""
    rules: tuple[str, ...] = ()
    profile: str = ""
    engine: str = validate.ENGINES[0]
    form: str = FORMS[0]

    def __post_init__(self) -> None:
        """Refuse options that cannot be used, before anything is read."""
        if self.form not in FORMS:
            raise UsageError(f"--format `{self.form}`: use one of {', '.join(FORMS)}")
        if self.engine not in validate.ENGINES:
            raise UsageError(f"--engine `{self.engine}`: use one of {', '.join(validate.ENGINES)}")
        if sum(map(bool, (self.files, self.area, self.agreement))) > 1:
            raise UsageError("name files, or --area, or --agreement; one of them at a time")
        validate.select(validate.rules(), list(self.rules))


def run(snapshot: Snapshot, request: Request, on: date) -> tuple[str, int]:
    """The report as text, and the exit code: 1 where something must be mended, else 0.

    Errors: `UsageError` for an area, an agreement or a profile that is not on record, and those
    of `validate.check`.
    """
    pool = validate.select(validate.rules(), list(request.rules))
    report = validate.check(
        snapshot,
        pool,
        on,
        only=_things(snapshot, request),
        profile=validate.profile_of(snapshot, request.profile) if request.profile else None,
        engine=request.engine,
    )
    return _write(report, pool, request.form), 1 if report.violations else 0


def _things(snapshot: Snapshot, request: Request) -> frozenset[validate.Term] | None:
    """The things to check: those that the files, the area or the agreement state; None for all."""
    if request.files:
        known = {file.graph for file in shipped.files()}
        return validate.things_in(snapshot, set(snapshot.graphs) - known)
    if request.area:
        # An area loaded from another folder is known by its base alone.
        given = "://" in request.area
        base = (request.area if given else content.area_base(request.area)) + "graph/"
        return _named(snapshot, f"--area `{request.area}`", lambda graph: graph.startswith(base))
    if request.agreement:
        key = request.agreement.rstrip("/").rsplit("/", 1)[-1]
        return _named(
            snapshot,
            f"--agreement `{request.agreement}`",
            lambda graph: f"/graph/agreements/{key}/" in graph,
        )
    return None


def _named(
    snapshot: Snapshot, option: str, wanted: Callable[[str], bool]
) -> frozenset[validate.Term]:
    graphs = [graph for graph in snapshot.graphs if wanted(graph)]
    if not graphs:
        raise UsageError(f"{option}: the record has none of that key; see the folders of `data/`")
    return validate.things_in(snapshot, graphs)


def _write(report: Report, pool: Iterable[Rule], form: str) -> str:
    named = {rule.key: rule for rule in pool}
    if form == "ttl":
        return validate.as_turtle(report, named)
    if form == "sarif":
        return validate.as_sarif(report, named)
    forms: dict[str, Callable[[Report], str]] = {
        "text": validate.as_text,
        "table": validate.as_table,
        "json": validate.as_json,
        "csv": validate.as_csv,
    }
    return forms[form](report)
