"""A report as text, table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Final

from vires.answer_text import uk_date
from vires.validate.evidence import Outcome
from vires.validate.report import Finding, Report
from vires.validate.words import SAID

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would run."""


def as_text(report: Report) -> str:
    """The findings as sentences, the gravest first, then what cannot be told, then the counts."""
    lines: list[str] = []
    fixes = {row.key: row.fix for row in report.rows}
    for finding in report.findings:
        mark = f", accepted until {uk_date(a.until.isoformat())}" if (a := finding.accepted) else ""
        lines += [
            f"{SAID[finding.severity]} ({finding.number} {finding.rule}{mark}): {finding.message}",
            f"  {finding.focus_label} <{finding.focus}>",
        ]
        if finding.accepted:
            lines.append(f"  Accepted by {finding.accepted.role}: {finding.accepted.reason}")
        lines.append(f"  To mend it: {fixes[finding.rule]}")
    if report.silences:
        lines.append("The record is silent, so that a rule cannot tell, for:")
        lines += [f"  {s.focus_label} <{s.focus}> ({s.number} {s.rule})" for s in report.silences]
    lines.append(_summary(report))
    return "\n".join(lines) + "\n"


def _summary(report: Report) -> str:
    """The counts: one sentence."""
    found = {
        outcome: sum(row.count(outcome) for row in report.rows)
        for outcome in (Outcome.VIOLATED, Outcome.CANNOT_TELL, Outcome.MET)
    }
    graves = len(report.violations)
    accepted = sum(1 for finding in report.findings if finding.accepted)
    return (
        f"{len(report.rows)} rules, as at {uk_date(report.on.isoformat())}: "
        f"{len(report.findings)} findings ({graves} must, {accepted} accepted); "
        f"met {found[Outcome.MET]} times, violated {found[Outcome.VIOLATED]}, "
        f"cannot tell {found[Outcome.CANNOT_TELL]}. {report.data_version}"
    )


def as_table(report: Report) -> str:
    """The whole matrix: a line for each rule and thing, in columns."""
    rows = [("OUTCOME", "RULE", "THING")]
    rows += [
        (outcome.value, f"{row.number} {row.key}", focus)
        for row in report.rows
        for focus, outcome in row.outcomes
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(2)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in rows]
    return "\n".join((*lines, _summary(report))) + "\n"


def as_csv(report: Report) -> str:
    """The whole matrix with the findings: a violated row for each finding, one for the rest."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        ("outcome", "severity", "number", "rule", "claim", "thing", "label", "path", "value",
         "message", "accepted until")
    )  # fmt: skip
    for cells in _cells(report):
        writer.writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _cells(report: Report) -> Iterator[tuple[str, ...]]:
    findings: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.findings:
        findings.setdefault((finding.rule, finding.focus), []).append(finding)
    for row in report.rows:
        for focus, outcome in row.outcomes:
            head = (row.number, row.key, row.claim, focus)
            for f in findings.get((row.key, focus), ()):
                until = f.accepted.until.isoformat() if f.accepted else ""
                rest = (f.focus_label, f.path or "", f.value or "", f.message, until)
                yield (outcome.value, SAID[f.severity], *head, *rest)
            if outcome is not Outcome.VIOLATED:
                yield (outcome.value, "", *head, "", "", "", "", "")


def _safe(cell: str) -> str:
    """A cell that a spreadsheet shows as text and does not run."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell


def as_json(report: Report) -> str:
    """The report as JSON: keys in the order of the page, days in ISO form."""
    return json.dumps(_plain(report), indent=2, ensure_ascii=False) + "\n"


def _plain(report: Report) -> dict[str, Any]:
    return {
        "as_at": report.on.isoformat(),
        "engine": report.engine,
        "data_version": report.data_version,
        "conforms": report.conforms,
        "findings": [_finding(finding) for finding in report.findings],
        "cannot_tell": [
            {"rule": s.rule, "number": s.number, "thing": s.focus, "label": s.focus_label}
            for s in report.silences
        ],
        "rules": [
            {
                "rule": row.key,
                "number": row.number,
                "claim": row.claim,
                "outcomes": {
                    outcome.value: [f for f, found in row.outcomes if found is outcome]
                    for outcome in Outcome
                },
            }
            for row in report.rows
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    accepted = finding.accepted
    return {
        "rule": finding.rule,
        "number": finding.number,
        "severity": SAID[finding.severity],
        "thing": finding.focus,
        "label": finding.focus_label,
        "path": finding.path,
        "value": finding.value,
        "value_label": finding.value_label,
        "message": finding.message,
        "accepted": None
        if accepted is None
        else {
            "role": accepted.role,
            "reason": accepted.reason,
            "until": accepted.until.isoformat(),
        },
    }
