"""The live engine: the compiled SELECTs of a rule, run over a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from vires.store import Snapshot
from vires.validate.catalogue import Rule, extra_names
from vires.validate.compile import Check, Plan, compiled
from vires.validate.day import Days
from vires.validate.evidence import Evidence, Hit, apart
from vires.validate.graph import Term
from vires.validate.sift import sifted
from vires.validate.sparql import TARGET, on_days

MOST_NAMED: Final = 2_000
"""Up to so many nodes are named in the query; more are found by asking for all."""

_FOCI: Final = "SELECT DISTINCT ?this WHERE { %target }"


def evidence(
    snapshot: Snapshot, rule: Rule, days: Days, only: frozenset[Term] | None = None
) -> Evidence:
    """What the compiled rule finds on a day: of every focus node, or of those given.

    Errors: `RuleError` where the rule is not supported, `StoreError` where the disk fails.
    """
    return run(compiled(rule), snapshot, days, only)


def findings(
    snapshot: Snapshot, rule: Rule, days: Days, only: frozenset[Term] | None = None
) -> Evidence:
    """What violates the rule and what the record is silent on, and no other node.

    Asks two thirds of what `evidence` asks: where nobody looks at what is met, it is not counted.
    """
    plan = compiled(rule)
    asked = _Run(snapshot, days, only)
    unknown: set[Term] = set()
    hits: list[Hit] = []
    if plan.unknown is not None:
        for target in asked.targets(plan, plan.unknown):
            unknown |= asked.nodes(plan.unknown, target)
    for check in plan.checks:
        for target in asked.targets(plan, check.query):
            hits += asked.hits(check, extra_names(rule), target)
    silent = frozenset(unknown)
    return Evidence(silent, silent, silent, apart(hits))


def run(
    plan: Plan, snapshot: Snapshot, days: Days, only: frozenset[Term] | None = None
) -> Evidence:
    """What the queries of a plan find; see `evidence`."""
    asked = _Run(snapshot, days, only)
    named = extra_names(plan.rule)
    foci: set[Term] = set()
    applies: set[Term] = set()
    unknown: set[Term] = set()
    hits: list[Hit] = []
    for target in asked.targets(plan):
        found = asked.nodes(_FOCI, target)
        if not found:
            continue
        foci |= found
        applies |= found if plan.applies is None else asked.nodes(plan.applies, target)
        if plan.unknown is not None:
            unknown |= asked.nodes(plan.unknown, target)
        for check in plan.checks:
            hits += asked.hits(check, named, target)
    return Evidence(frozenset(foci), frozenset(applies), frozenset(unknown), apart(hits))


@dataclass(frozen=True, slots=True)
class _Run:
    """Runs the queries of a rule over a snapshot, on a day, for all nodes or those given."""

    snapshot: Snapshot
    days: Days
    only: frozenset[Term] | None

    def nodes(self, text: str, target: str) -> set[Term]:
        """The nodes of the column `?this`."""
        return {row["this"] for row in self._rows(text, target) if row["this"] is not None}

    def hits(self, check: Check, named: tuple[str, ...], target: str) -> Iterator[Hit]:
        """The violations of one constraint."""
        for row in self._rows(check.query, target):
            focus = row["this"]
            assert focus is not None
            value = row.get("value")
            path = row.get("path")
            yield Hit(
                focus,
                str(path) if isinstance(path, ox.NamedNode) else check.path,
                focus if value is None and check.of_node else value,
                check.component,
                tuple(row.get(name) for name in named),
            )

    def _rows(self, text: str, target: str) -> Iterator[dict[str, Term | None]]:
        text = on_days(text, self.days).replace(TARGET, target)
        names, rows = self.snapshot.select(text)
        place = names.index("this")
        for row in rows:
            if self.only is None or row[place] in self.only:
                yield dict(zip(names, row, strict=True))

    def targets(self, plan: Plan, text: str | None = None) -> tuple[str, ...]:
        """The patterns that find the focus nodes; where few are asked for, one that names them.

        Of those that are named, the ones of which a query may find something, where one is given.
        A blank node cannot be named.
        """
        if self.only is None or len(self.only) > MOST_NAMED or any(map(_is_blank, self.only)):
            return tuple(target.pattern for target in plan.targets)
        nodes = self.only if text is None else sifted(self.snapshot, text, self.only)
        foci = [n for n in nodes if any(t.holds(self.snapshot, n) for t in plan.targets)]
        return (f"VALUES ?this {{ {' '.join(sorted(map(str, foci)))} }}",) if foci else ()


def _is_blank(node: Term) -> bool:
    return isinstance(node, ox.BlankNode)
