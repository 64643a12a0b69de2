"""Times `ask` in process on the shipped data, with near misses.

Usage: `python bench/ask.py [ROUNDS]`. Prints percentiles in milliseconds for the answer and, in
the same run, for one triple-pattern query of the same store, so that the ratio can be compared
between machines.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

from vires import decide
from vires.config import Settings
from vires.store import Reader


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of wall clock that one call takes."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def line(name: str, times: list[float]) -> str:
    """A row of the report: name, p50, p95 and maximum in milliseconds."""
    cuts = statistics.quantiles(times, n=20)
    return f"| {name} | {statistics.median(times):.2f} | {cuts[18]:.2f} | {max(times):.2f} |"


def main(rounds: int) -> None:
    """Ask every golden question `rounds` times and print the table."""
    snapshot = Reader(Settings()).current()
    files = sorted((Path(__file__).parent.parent / "tests" / "golden").glob("*.toml"))
    cases = [case for file in files for case in tomllib.loads(file.read_text())["case"]]
    questions = [
        decide.parse_question(
            snapshot,
            from_=case["from"],
            to=case["to"],
            purpose=case["purpose"],
            category=case["category"],
            subjects=case.get("subjects"),
            on=date.fromisoformat(str(case["on"])),
        )
        for case in cases
    ]
    for question in questions:
        decide.ask(snapshot, question)
    answers, floor = [], []
    for _ in range(rounds):
        for question in questions:
            answers.append(timed(lambda q=question: decide.ask(snapshot, q)))  # type: ignore[misc]
            floor.append(
                timed(
                    lambda q=question: snapshot.rows(  # type: ignore[misc]
                        "decide/candidates", **{"from": q.from_, "to": q.to}
                    )
                )
            )
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(answers)} answers")
    print("| what | p50 ms | p95 ms | max ms |\n|---|---|---|---|")
    print(line("ask, with near misses", answers))
    print(line("one query (candidates)", floor))
    print(f"ratio of p50: {statistics.median(answers) / statistics.median(floor):.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
