"""Makes worlds of any size out of the shipped example area, with faults that are known.

Usage: `python -m bench.world TRIPLES OUT.nt [--seed N] [--faults N]`. The example agreements that
no rule finds fault with, their upper tiers, communities, memberships and bodies are the template.
Each area of a world is a copy under its own addresses, with bodies and restructures of its own,
holding a seeded choice of the agreements; so a world grows as a country would, not in one community. Statements are
written as they are made: a world never stands in memory. Beside `OUT.nt`, `OUT.faults.json` lists
each fault as rule and focus.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from vires import content, shipped, terms, validate
from vires.store import from_quads
from vires.store.sources import read

AREA: Final = "wolverhampton"
ON: Final = date(2026, 11, 25)
"""The day that a world is checked as at."""
KEPT: Final = 0.8
"""The share of agreements that an area holds, after the first, which holds all."""

Triple = tuple[str, str, str]
"""Subject, predicate and object, as N-Triples writes them."""
Expected = tuple[str, str]
"""The key of a rule and the IRI of the focus."""


@dataclass(frozen=True, slots=True)
class Template:
    """The statements that areas are copied from, and the reference data that they share."""

    shared: tuple[Triple, ...]
    common: tuple[Triple, ...]
    agreements: tuple[tuple[Triple, ...], ...]


def _named(prop: str) -> str:
    return f"<{terms.VIRES}{prop}>"


@cache
def template() -> Template:
    """The shipped example area, without the agreements that a rule finds fault with."""
    files = {f.graph: f for f in shipped.files() if f.area in (None, AREA)}
    graphs = read(files.values())
    snapshot = from_quads(quad for graph in graphs for quad in graph.quads)
    report = validate.check(snapshot, validate.rules(), ON, matrix=False)
    faulty = {_agreement(finding.focus) for finding in report.findings}
    shared: list[Triple] = []
    common: list[Triple] = []
    agreements: dict[str, list[Triple]] = {}
    for graph in graphs:
        said = [(str(q.subject), str(q.predicate), str(q.object)) for q in graph.quads]
        file = files[graph.iri]
        if file.area is None and file.path.stem != "organisations":
            shared += said
        elif file.agreement is None:
            common += said
        elif file.agreement not in faulty:
            agreements.setdefault(file.agreement, []).extend(said)
    lower = {key: rows for key, rows in sorted(agreements.items()) if _is_sharing(rows)}
    common += [row for key, rows in agreements.items() if key not in lower for row in rows]
    return Template(tuple(shared), tuple(common), tuple(map(tuple, lower.values())))


def _agreement(iri: str) -> str | None:
    found = re.search(r"/id/agreement/([^/]+)", iri)
    return found[1] if found else None


def _is_sharing(rows: list[Triple]) -> bool:
    return any(row[2] == _named("InformationSharingAgreement") for row in rows)


def areas(seed: int) -> Iterator[tuple[int, list[tuple[Triple, ...]]]]:
    """Areas without end: the number of each, and its parts, the upper tiers first."""
    dice = random.Random(seed)
    found = template()
    number = 0
    while True:
        kept = [rows for rows in found.agreements if number == 0 or dice.random() < KEPT]
        own = _renamer(number)
        yield (
            number,
            [tuple(tuple(map(own, row)) for row in rows) for rows in (found.common, *kept)],
        )  # type: ignore[misc]
        number += 1


def _renamer(number: int) -> Callable[[str], str]:
    """Puts the addresses of the template under those of one area."""
    base = f"<https://area-{number:05}.vires.example/"
    old = f"<{content.area_base(AREA)}"
    moved = {f"<{terms.BASE}org/": "id/organisation/", f"<{terms.BASE}event/": "id/event/"}

    @cache
    def own(term: str) -> str:
        if term.startswith(old):
            return base + term[len(old) :]
        for kind, folder in moved.items():
            if term.startswith(kind):
                return base + folder + term[len(kind) :]
        return term

    return own


def _objects(rows: list[Triple], prop: str) -> dict[str, str]:
    return {s: o for s, p, o in rows if p == _named(prop)}


def _day(literal: str, later: int) -> str:
    """A date literal so many days later."""
    day = date.fromisoformat(literal[1:11]) + timedelta(days=later)
    return f'"{day.isoformat()}"^^<{terms.XSD_DATE}>'


def _without(rows: list[Triple], subject: str, *props: str) -> list[Triple]:
    barred = {_named(prop) for prop in props}
    return [row for row in rows if not (row[0] == subject and row[1] in barred)]


def signed_late(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """One body signs a month after the version begins."""
    begins, signs = _objects(rows, "commencesOn"), _objects(rows, "signs")
    late = dice.choice(sorted(s for s in _objects(rows, "signedOn") if signs.get(s) in begins))
    day = _day(begins[signs[late]], 30)
    return [*_without(rows, late, "signedOn"), (late, _named("signedOn"), day)], late


def two_beginnings(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """A version begins on two days that follow each other."""
    begins = _objects(rows, "commencesOn")
    version = dice.choice(sorted(begins))
    return [*rows, (version, _named("commencesOn"), _day(begins[version], 1))], version


def side_without_role(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """A side of a flow says nothing of its role."""
    side = dice.choice(sorted(_objects(rows, "sideRole")))
    return _without(rows, side, "sideRole"), side


def day_in_words(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """A day on which a body begins to take part is written in words."""
    part = dice.choice(sorted(_objects(rows, "participatesFrom")))
    words = '"the first of May"'
    return [
        *_without(rows, part, "participatesFrom"),
        (part, _named("participatesFrom"), words),
    ], part


def flow_without_method(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """A flow does not say how the information travels."""
    flow = dice.choice(sorted(_objects(rows, "method")))
    return _without(rows, flow, "method"), flow


def side_without_regime(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """A side of a flow says nothing of the regime it is under."""
    side = dice.choice(sorted(_objects(rows, "regime")))
    return _without(rows, side, "regime"), side


def flow_without_purpose(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """A flow does not say what it is for."""
    flow = dice.choice(sorted(_objects(rows, "forPurpose")))
    return _without(rows, flow, "forPurpose"), flow


def body_unsigned(rows: list[Triple], dice: random.Random) -> tuple[list[Triple], str]:
    """A body takes part in a version and does not sign it."""
    signs, behalf = _objects(rows, "signs"), _objects(rows, "onBehalfOf")
    parts, who = _objects(rows, "participatesIn"), _objects(rows, "participant")
    pairs = {(signs[s], behalf[s]): s for s in signs if s in behalf}
    part = dice.choice(sorted(p for p in parts if (parts[p], who.get(p)) in pairs))
    signature = pairs[parts[part], who[part]]
    return [row for row in rows if row[0] != signature], part


Fault = Callable[[list[Triple], random.Random], tuple[list[Triple], str]]
"""Spoils one agreement; the statements after, and the thing that is at fault."""

FAULTS: Final[tuple[tuple[Fault, tuple[str, ...]], ...]] = (
    (signed_late, ("is-signed-before-it-begins",)),
    (
        two_beginnings,
        ("version-commences-on-one-day", "later-version-names-the-one-it-revises"),
    ),
    (side_without_role, ("side-has-one-role",)),
    (day_in_words, ("acts-and-terms-have-days",)),
    (flow_without_method, ("flow-states-its-method",)),
    (side_without_regime, ("side-has-its-own-regime",)),
    (flow_without_purpose, ("shared-data-are-tied-to-a-purpose",)),
    (body_unsigned, ("every-party-has-signed",)),
)
"""Each fault with the rules that find it."""


def world(size: int, seed: int, faults: int, found: list[Expected]) -> Iterator[Triple]:
    """The statements of a world of at least `size`, made one area at a time.

    One agreement in each of the first `faults` areas is spoilt, each kind of fault in turn; what
    must be found is added to `found` as it is made.
    """
    dice = random.Random(seed + 1)
    yield from template().shared
    made = len(template().shared)
    for number, parts in areas(seed):
        if number < faults:
            spoil, rules = FAULTS[number % len(FAULTS)]
            chosen = dice.randrange(1, len(parts))
            rows, focus = spoil(list(parts[chosen]), dice)
            parts[chosen] = tuple(rows)
            found += [(rule, focus[1:-1]) for rule in rules]
        for rows in parts:
            yield from rows
            made += len(rows)
        if made >= size and number + 1 >= faults:
            return


def write(path: Path, size: int, seed: int, faults: int) -> int:
    """Write a world as N-Triples, and its faults beside it; how many statements there are."""
    found: list[Expected] = []
    count = 0
    with path.open("w", encoding="utf-8") as out:
        for subject, prop, value in world(size, seed, faults, found):
            out.write(f"{subject} {prop} {value} .\n")
            count += 1
    path.with_suffix(".faults.json").write_text(json.dumps(sorted(found), indent=1))
    return count


def main() -> None:
    """Write one world."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("triples", type=int)
    ask.add_argument("out", type=Path)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--faults", type=int, default=8)
    given = ask.parse_args()
    count = write(given.out, given.triples, given.seed, given.faults)
    print(f"{given.out}: {count} statements")


if __name__ == "__main__":
    main()
