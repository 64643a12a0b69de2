"""Brings the findings of a record up to date with a small change, without checking it all again.

Only what the change can touch is asked again; what is kept is what a full check would find.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Final

import pyoxigraph as ox

from vires import terms
from vires.store import Snapshot
from vires.validate import live
from vires.validate.affected import Change, Touched, between, touched
from vires.validate.catalogue import RULE, Rule
from vires.validate.check import name, place, report
from vires.validate.day import days
from vires.validate.report import Finding, Report, Silence
from vires.validate.words import Words

SMALL: Final = 2_000
"""So many statements may change; more are a reason to check the whole record."""
_NAMES: Final = (terms.SKOS + "prefLabel", terms.DCTERMS + "title", terms.RDFS + "label")


def amended(
    before: Snapshot,
    now: Snapshot,
    pool: tuple[Rule, ...],
    on: date,
    found: tuple[Finding, ...],
    silent: tuple[Silence, ...],
) -> Report | None:
    """What is found of a record as it is now, from what was found of it before, on the same day.

    None where the whole record has to be checked: the change is large, or says which findings are
    accepted or how grave they are; or something has no address to be named by.
    """
    change = between(before, now)
    if len(change.all) > SMALL or any(map(_is_blank, change.all)):
        return None
    lines: tuple[Finding | Silence, ...] = (*found, *silent)
    if any(line.focus[0] in '_"' for line in lines):
        return None
    if any(before.rows(view) != now.rows(view) for view in ("check/settings", "check/accepted")):
        return None
    again = dict(touched(now, pool, change.all))
    by_key = {rule.key: rule for rule in pool}
    for line in _said_otherwise(lines, before, now, change):
        rule = by_key[line.rule]
        nodes = again.get(rule, frozenset())
        again[rule] = None if nodes is None else nodes | {ox.NamedNode(line.focus)}
    evidence = [
        (rule, live.findings(now, rule, days(on), again[rule])) for rule in pool if rule in again
    ]
    return _joined(report(now, evidence, on), pool, again, found, silent)


def _joined(
    fresh: Report,
    pool: tuple[Rule, ...],
    again: Touched,
    found: tuple[Finding, ...],
    silent: tuple[Silence, ...],
) -> Report:
    """What was found again, beside what was not asked again, in the order of a full check."""
    asked = {
        rule.key: None if nodes is None else {name(node) for node in nodes}
        for rule, nodes in again.items()
    }

    def stands(line: Finding | Silence) -> bool:
        nodes = asked.get(line.rule, set())
        return nodes is not None and line.focus not in nodes

    order = {rule.key: number for number, rule in enumerate(pool)}
    findings = filter(stands, found)
    silences = filter(stands, silent)
    both = (*silences, *fresh.silences)
    return Report(
        fresh.on,
        fresh.engine,
        fresh.data_version,
        fresh.rows,
        tuple(sorted([*findings, *fresh.findings], key=place)),
        tuple(sorted(both, key=lambda s: (order[s.rule], f"<{s.focus}>"))),
    )


def _said_otherwise(
    lines: Iterable[Finding | Silence], before: Snapshot, now: Snapshot, change: Change
) -> Iterator[Finding | Silence]:
    """The findings that read otherwise now, though the rules come out as they did.

    They do where something that they name has another name, or its framework another profile.
    """
    words = Words(before)
    renamed = {words.term(t.subject) for t in change.all if t.predicate.value in _NAMES}  # type: ignore[arg-type]
    graded = {row[1].value.removeprefix(RULE) for row in now.rows("check/settings") if row[1]}
    view = "check/profile"
    for line in lines:
        text = str(asdict(line))
        if any(name in text for name in renamed) or (
            line.rule in graded
            and before.rows(view, thing=line.focus) != now.rows(view, thing=line.focus)
        ):
            yield line


def _is_blank(triple: ox.Triple) -> bool:
    return any(isinstance(term, ox.BlankNode) for term in (triple.subject, triple.object))
