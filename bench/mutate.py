"""Mutates the queries of the library and the combiner, and counts which mutants are noticed.

Usage: `python -m bench.mutate [--every N] [--match TEXT] [--queries | --code]`. A mutant is killed
when a case beside its query is not met, or, of the decision, some world of the single-fault matrix
or of the random mix gets another answer than from the unmutated engine, or the mutant fails. Prints
each survivor but those that mean the same (`bench.query_mutants.EQUIVALENT`); an argued one of the
code is listed in `bench/RESULTS.md` with its reason.
"""

from __future__ import annotations

import argparse
import ast
import multiprocessing
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from bench.query_mutants import query_mutants, unexplained

ROOT = Path(__file__).parent.parent

Job = tuple[Path, str, str]
"""A mutant: the file, what was changed in it, and its text then."""


class _Flip(ast.NodeTransformer):
    """Applies the mutation numbered `wanted` while walking a module."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.seen = -1
        self.name = ""

    def _hit(self, node: ast.AST, name: str) -> bool:
        self.seen += 1
        if self.seen == self.wanted:
            self.name = f"{name} line {getattr(node, 'lineno', '?')}"
            return True
        return False

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        swaps: dict[type, type] = {
            ast.LtE: ast.Lt, ast.Lt: ast.LtE, ast.GtE: ast.Gt, ast.Gt: ast.GtE,
            ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
            ast.Is: ast.IsNot, ast.IsNot: ast.Is,
        }  # fmt: skip
        swap = swaps[type(node.ops[0])]
        if self._hit(node, f"{type(node.ops[0]).__name__} to {swap.__name__}"):
            return ast.Compare(node.left, [swap(), *node.ops[1:]], node.comparators)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        swaps = {
            "every": "some",
            "some": "every",
            "not_met": "cannot_tell",
            "cannot_tell": "not_met",
        }
        if isinstance(node.func, ast.Name) and node.func.id in swaps:
            if self._hit(node, f"{node.func.id} to {swaps[node.func.id]}"):
                name = ast.Name(swaps[node.func.id], ast.Load())
                return ast.Call(name, node.args, node.keywords)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "negated":
            if self._hit(node, "drop negated"):
                return node.func.value
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self._hit(node, "and/or swapped"):
            return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        return node

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        self.generic_visit(node)
        if len(node.elts) > 1 and isinstance(node.elts[0], ast.Call):
            for place in range(len(node.elts)):
                if self._hit(node, f"drop test {place}"):
                    return ast.Tuple(node.elts[:place] + node.elts[place + 1 :], node.ctx)
        return node


def code_mutants(text: str) -> Iterator[tuple[str, str]]:
    """Each mutant of a module: its name and its source."""
    number = 0
    while True:
        flip = _Flip(number)
        tree = ast.fix_missing_locations(flip.visit(ast.parse(text)))
        if not flip.name:
            return
        yield flip.name, ast.unparse(tree)
        number += 1


_CODE = (
    "force",
    "binding",
    "chain",
    "law",
    "basis",
    "route",
    "restriction",
    "sensitivity",
    "logic",
    "record",
    "verdict",
)
"""The modules of the decision that are mutated."""


def main() -> int:
    """Run the mutants asked for; exit 1 where more than three survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each Nth mutant only")
    parser.add_argument("--match", default="", help="take those whose file or name has this text")
    parser.add_argument("--queries", action="store_true")
    parser.add_argument("--code", action="store_true")
    options = parser.parse_args()
    both = not (options.queries or options.code)
    sys.path.insert(0, str(ROOT))
    jobs: list[Job] = []
    if options.queries or both:
        for path in sorted((ROOT / "queries").glob("*/*/view.rq")):
            jobs += [(path, *m) for m in query_mutants(path.read_text())]
    if options.code or both:
        for path in (ROOT / "app" / "vires" / "decide" / f"{name}.py" for name in _CODE):
            jobs += [(path, *m) for m in code_mutants(path.read_text())]
    chosen = [job for job in jobs if options.match in f"{job[0]}: {job[1]}"][:: options.every]
    left = _left_by_cases([job for job in chosen if job[0].suffix == ".rq"])
    code = [job for job in chosen if job[0].suffix != ".rq"]
    decided = [job for job in left if job[0].parent.parent.name == "decide"]
    survivors = [job for job in left if job not in decided]
    survivors += _survivors([*decided, *code]) if decided or code else []
    for path, name, _ in survivors:
        print(f"survived {path.relative_to(ROOT)}: {name}")
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants killed, or the same in meaning")
    return 1 if len(survivors) > 3 else 0


def _left_by_cases(jobs: list[Job]) -> list[Job]:
    """Those of queries that no case beside them notices, but what is known to mean the same."""
    from bench.mutation_worlds import cases_kill

    left: list[Job] = []
    for family, group in groupby(jobs, lambda job: job[0].parent.parent.name):
        tried = list(group)
        alive = [job for job in tried if not cases_kill(job[0], job[2])]
        share = 100 * (1 - len(alive) / len(tried))
        print(
            f"{family}: {len(tried) - len(alive)} of {len(tried)} killed by cases ({share:.1f} %)"
        )
        for path, found in groupby(alive, lambda job: job[0]):
            of_view = list(found)
            names = unexplained(f"{family}/{path.parent.name}", [job[1] for job in of_view])
            left += [job for job in of_view if job[1] in names]
    return left


def _survivors(jobs: list[Job]) -> list[Job]:
    """Those that no world notices. Forked, so that each worker holds the worlds and answers."""
    from bench.mutation_worlds import Judge

    judge, found = Judge(), []
    with multiprocessing.get_context("fork").Pool() as pool:
        killed = pool.imap(judge.kills, [(path, mutant) for path, _, mutant in jobs])
        for number, (job, dead) in enumerate(zip(jobs, killed, strict=True), 1):
            print(f"\r{number} of {len(jobs)}", end="", file=sys.stderr, flush=True)
            if not dead:
                found.append(job)
    return found


if __name__ == "__main__":
    raise SystemExit(main())
