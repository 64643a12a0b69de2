"""What stands in a record: its findings, kept with it when it is written, each with its first day.

A record is refused where it is malformed; any other finding is kept, shown and lived with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from vires.errors import MalformedError, StoreError
from vires.store import Before, Judge, Snapshot
from vires.store.sources import Graph
from vires.validate.amend import amended
from vires.validate.catalogue import RECORD, SEVERITIES, Rule, edition, rules
from vires.validate.check import check
from vires.validate.report import Acceptance, Finding, Report, Silence
from vires.validate.strays import strays

REMEMBERED: Final = timedelta(days=90)
"""How long what changed from one check to the next is kept."""


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that one check has and the check before it had not, or the other way about."""

    day: date
    gone: bool
    finding: Finding


@dataclass(frozen=True, slots=True)
class Standing:
    """The findings of a record as at a day, each with the day that it was first found on.

    `edition` is that of the rules that found them. `changes` are those of the last 90 days, the
    latest first; none at the first check of a record.
    """

    as_at: date
    edition: str
    findings: tuple[tuple[Finding, date], ...]
    silences: tuple[Silence, ...]
    changes: tuple[Change, ...] = ()


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
    """What a commit asks of the record to come: refuse what is malformed, keep what is found.

    After a small change only what it can touch is asked again.
    """
    every = rules() if pool is None else pool
    refusing, finding = refuser(on, every), finder(on, every)

    def of(snapshot: Snapshot, before: Before | None) -> str:
        if before is not None and (held := _held(before.findings)) is not None:
            found = _amended(held, before.snapshot, snapshot, every, on)
            if found is not None:
                return found
        held_in_memory = snapshot.in_memory()
        return refusing(held_in_memory, before) or finding(held_in_memory, before)

    return of


def _amended(
    held: Standing, before: Snapshot, now: Snapshot, pool: tuple[Rule, ...], on: date
) -> str | None:
    """The findings as they are after a small change; None where all must be asked again.

    Errors: `MalformedError` where the change breaks a record rule.
    """
    if held.as_at != on or held.edition != edition(pool):
        return None
    found = tuple(finding for finding, _ in held.findings)
    report = amended(before, now, pool, on, found, held.silences)
    if report is None:
        return None
    strict = {rule.key for rule in pool if rule.family == RECORD}
    refuse(replace(report, findings=tuple(f for f in report.findings if f.rule in strict)))
    kept = tuple(silence for silence in report.silences if silence.rule not in strict)
    report = replace(report, silences=kept)
    return to_json(report, held, edition(pool))


def refuser(on: date, pool: tuple[Rule, ...] | None = None) -> Judge:
    """Refuses what is malformed, and keeps nothing."""
    strict = tuple(r for r in (rules() if pool is None else pool) if r.family == RECORD)

    def of(snapshot: Snapshot, _: Before | None) -> str:
        refuse(check(snapshot, strict, on, matrix=False))
        return ""

    return of


def finder(on: date, pool: tuple[Rule, ...] | None = None) -> Judge:
    """Keeps what is found of a record that is well made."""
    every = rules() if pool is None else pool
    rest = tuple(rule for rule in every if rule.family != RECORD)

    def of(snapshot: Snapshot, before: Before | None) -> str:
        held = _held(before.findings) if before else None
        return to_json(check(snapshot, rest, on, matrix=False), held, edition(every))

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


def to_json(report: Report, before: Standing | None, edition: str = "") -> str:
    """A report's findings as they are kept, beside those of the check before it, if any was.

    `edition` is that of the rules that found them.
    """
    known = {_key(finding): since for finding, since in before.findings} if before else {}
    rows = [
        asdict(finding) | {"since": known.get(_key(finding), report.on)}
        for finding in report.findings
    ]
    kept = {
        "as_at": report.on,
        "edition": edition,
        "findings": rows,
        "silences": [asdict(silence) for silence in report.silences],
        "changes": [asdict(change) for change in _changes(report, before)] if before else [],
    }
    return json.dumps(kept, indent=1, ensure_ascii=False, default=_iso)


def _changes(report: Report, before: Standing) -> list[Change]:
    """What is new and what is gone since the check before, then what was and is remembered."""
    now = {_key(finding) for finding in report.findings}
    then = {_key(finding) for finding, _ in before.findings}
    new = [Change(report.on, False, f) for f in report.findings if _key(f) not in then]
    gone = [Change(report.on, True, f) for f, _ in before.findings if _key(f) not in now]
    return [*new, *gone, *(c for c in before.changes if c.day > report.on - REMEMBERED)]


def from_json(text: str) -> Standing:
    """What was kept with a record.

    Errors: `StoreError` where it is not what was written.
    """
    try:
        found: dict[str, Any] = json.loads(text)
        return Standing(
            date.fromisoformat(found["as_at"]),
            found.get("edition", ""),
            tuple(_finding(row) for row in found["findings"]),
            tuple(Silence(**row) for row in found["silences"]),
            tuple(_change(row) for row in found.get("changes", ())),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"the findings of the record are damaged ({error}); load again") from error


def fresh(text: str | None, today: date) -> bool:
    """Whether something is kept, can be read, and was found today."""
    if text is None:
        return False
    try:
        return from_json(text).as_at == today
    except StoreError:
        return False


def _finding(row: dict[str, Any]) -> tuple[Finding, date]:
    since = date.fromisoformat(row.pop("since"))
    return _read(row), since


def _read(row: dict[str, Any]) -> Finding:
    if (accepted := row.pop("accepted")) is not None:
        accepted = Acceptance(**accepted | {"until": date.fromisoformat(accepted["until"])})
    if row["severity"] not in SEVERITIES:
        raise ValueError(f"severity {row['severity']}")
    return Finding(**row, accepted=accepted)


def _change(row: dict[str, Any]) -> Change:
    return Change(date.fromisoformat(row["day"]), row["gone"], _read(row["finding"]))


def _held(path: Path) -> Standing | None:
    """What was kept of the generation before; None where nothing was."""
    try:
        return from_json(path.read_text("utf-8"))
    except (StoreError, OSError, UnicodeDecodeError):  # a damaged file must not refuse a record
        return None


def _key(finding: Finding) -> tuple[str, str, str, str]:
    return finding.rule, finding.focus, finding.path or "", finding.value or ""


def _iso(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()
