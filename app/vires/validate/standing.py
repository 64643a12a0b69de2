"""What stands in a record: its findings, kept with it when it is written, each with its first day.

A record is refused where it is malformed; any other finding is kept, shown and lived with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from vires.errors import MalformedError, StoreError
from vires.store import Judge, Snapshot
from vires.store.sources import Graph
from vires.validate.catalogue import RECORD, Rule, rules
from vires.validate.check import check
from vires.validate.report import Acceptance, Finding, Report, Silence
from vires.validate.strays import strays


@dataclass(frozen=True, slots=True)
class Standing:
    """The findings of a record as at a day, each with the day that it was first found on."""

    as_at: date
    findings: tuple[tuple[Finding, date], ...]
    silences: tuple[Silence, ...]


def refuse_strays(graphs: Iterable[Graph]) -> None:
    """Refuse a record that states what a thing is in two places.

    Errors: `MalformedError` naming the first such thing and its graphs.
    """
    for thing, homes in strays(graphs):
        raise MalformedError(
            f"<{thing}> is said to be something in {len(homes)} graphs: "
            f"{', '.join(f'<{home}>' for home in homes)}; keep it in one of them"
        )


def judge(on: date, pool: tuple[Rule, ...] | None = None) -> Judge:
    """What a commit asks of the record to come: refuse what is malformed, keep what is found."""
    refusing, finding = refuser(on, pool), finder(on, pool)

    def of(snapshot: Snapshot, before: Path | None) -> str:
        return refusing(snapshot, before) or finding(snapshot, before)

    return of


def refuser(on: date, pool: tuple[Rule, ...] | None = None) -> Judge:
    """Refuses what is malformed, and keeps nothing."""
    strict = tuple(r for r in (rules() if pool is None else pool) if r.family == RECORD)

    def of(snapshot: Snapshot, _: Path | None) -> str:
        refuse(check(snapshot, strict, on, matrix=False))
        return ""

    return of


def finder(on: date, pool: tuple[Rule, ...] | None = None) -> Judge:
    """Keeps what is found of a record that is well made."""
    rest = tuple(r for r in (rules() if pool is None else pool) if r.family != RECORD)

    def of(snapshot: Snapshot, before: Path | None) -> str:
        return to_json(check(snapshot, rest, on, matrix=False), _first_days(before))

    return of


def refuse(report: Report) -> None:
    """Refuse a record by what its record rules found.

    Errors: `MalformedError` with the first finding, how many more there are, and how to mend it.
    """
    if not report.findings:
        return
    first = report.findings[0]
    fix = next(row.fix for row in report.rows if row.key == first.rule)
    more = len(report.findings) - 1
    rest = f" (and {more} more: run `vires check --rule record`)" if more else ""
    raise MalformedError(f"<{first.focus}>: {first.message} {fix} Rule {first.rule}{rest}")


def to_json(report: Report, known: dict[tuple[str, str, str, str], date]) -> str:
    """A report's findings as they are kept; `known` has the first day of those found before."""
    rows = [
        asdict(finding) | {"since": known.get(_key(finding), report.on)}
        for finding in report.findings
    ]
    kept = {
        "as_at": report.on,
        "findings": rows,
        "silences": [asdict(silence) for silence in report.silences],
    }
    return json.dumps(kept, indent=1, ensure_ascii=False, default=_iso)


def from_json(text: str) -> Standing:
    """What was kept with a record.

    Errors: `StoreError` where it is not what was written.
    """
    try:
        found: dict[str, Any] = json.loads(text)
        return Standing(
            date.fromisoformat(found["as_at"]),
            tuple(_finding(row) for row in found["findings"]),
            tuple(Silence(**row) for row in found["silences"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the findings of the record are damaged ({error}); load again") from error


def _finding(row: dict[str, Any]) -> tuple[Finding, date]:
    since = date.fromisoformat(row.pop("since"))
    if (accepted := row.pop("accepted")) is not None:
        accepted = Acceptance(**accepted | {"until": date.fromisoformat(accepted["until"])})
    return Finding(**row, accepted=accepted), since


def _first_days(before: Path | None) -> dict[tuple[str, str, str, str], date]:
    """The first day of each finding of the generation before; none where nothing was kept."""
    if before is None or not before.is_file():
        return {}
    try:
        return {_key(f): since for f, since in from_json(before.read_text("utf-8")).findings}
    except (StoreError, OSError, UnicodeDecodeError):  # a damaged file must not refuse a record
        return {}


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.focus, finding.path or "", finding.value or ""


def _iso(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()
