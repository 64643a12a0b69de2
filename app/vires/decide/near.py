"""What would have to change for a candidate to cover the sharing (decision.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from vires import terms
from vires.decide.answer import NearMiss
from vires.decide.law import Asked
from vires.decide.logic import Finding, Outcome
from vires.decide.record import Record
from vires.decide.route import Judged, judge

_CHANGES: Final = {
    "version-in-force": "Record that the version is in force on the day asked about",
    "tier-chain": "Put a version that is in force above it at each level the framework requires",
    "same-community": "Put the agreement and the one above it under the same community",
    "parties": "Record both bodies as parties to the version on the day asked about",
    "signed": "Record a signature of each body on or before the day asked about",
    "bound-above": "Record the signatures and memberships of both bodies above the agreement",
    "category": "Add the information to what the flow shares, or take it out of what it excludes",
    "subjects": "Add the people to those whom the flow is about",
    "purpose": "Add the purpose to those of the flow",
    "purpose-within": "State a purpose above that takes in the purpose of the flow",
    "power": "Rely on a power in force that fits, and cite it above",
    "article-6": "Record an Article 6 basis that holds for each side",
    "article-9": "Record an Article 9 condition, with its companions, that holds for each side",
    "article-10": "Record an Article 10 basis, with its companions, that holds for each side",
    "law-enforcement": "Record for each side under Part 3 what sections 35 and 36 ask",
    "confidentiality": "Record a basis in the duty of confidence that holds",
    "restriction": "Rely on a power that the restriction leaves whole, or that lifts it",
}


_DISSOLVED: Final = (
    "Record that the body goes on after its restructure, if it does; else ask about its successor"
)


def misses(record: Record, judged: list[Judged], asked: Asked) -> tuple[NearMiss, ...]:
    """A near miss for each candidate not covered, then the nearest questions that are covered."""
    lacking = [j for j in judged if j.outcome is Outcome.NOT_MET]
    found = [
        NearMiss(
            j.candidate.flow,
            j.fails,
            tuple(_change(name, j.conditions[name]) for name in j.fails),
        )
        for j in lacking
    ]
    if all(j.outcome is not Outcome.MET for j in judged):
        found += _nearest(record, lacking, asked)
    return tuple(found)


def _change(name: str, finding: Finding) -> str:
    """The smallest change for one condition, with the properties whose values are wanting."""
    missing = set(finding.missing)
    changes = []
    if name == "parties" and terms.ORG_RESULTING in missing:
        changes.append(_sentence(_DISSOLVED, {terms.ORG_RESULTING}))
        missing.remove(terms.ORG_RESULTING)
    if missing or not changes:
        changes.append(_sentence(_CHANGES[name], missing))
    return " ".join(changes)


def _sentence(change: str, missing: set[str]) -> str:
    wanting = ", ".join(sorted(iri.rsplit("#", 1)[-1] for iri in missing))
    return f"{change} ({wanting})." if wanting else f"{change}."


def _nearest(record: Record, lacking: list[Judged], asked: Asked) -> tuple[NearMiss, ...]:
    """The nearest question with one field changed that a candidate covers, if there is one."""
    varied = [(*one, j.candidate) for j in lacking for one in _varied(record, j, asked)]
    for _, words, question, candidate in sorted(varied, key=lambda one: (one[0], one[3].flow)):
        if judge(record, candidate, question).outcome is Outcome.MET:
            return (NearMiss(candidate.flow, (), (words,)),)
    return ()


def _varied(record: Record, judged: Judged, asked: Asked) -> Iterator[tuple[int, str, Asked]]:
    """Questions with one field changed, where that alone stands in the way, by how far they are.

    A purpose that is neither broader nor narrower than the one asked for is another purpose: to
    suggest it would invite a wrong name for what is done.
    """
    flow = judged.candidate.flow
    fails = set(judged.fails)
    if fails <= {"purpose", "purpose-within", "power", "restriction"}:
        for purpose in sorted(record.iris(flow, terms.FOR_PURPOSE)):
            if _related(record, asked.purpose, purpose):
                words = f"Look at the purpose {purpose}"
                yield 0, words, replace(asked, purpose=purpose)
    if fails <= {"category", "article-9", "article-10", "confidentiality", "restriction", "power"}:
        for category in sorted(record.iris(flow, terms.SHARES_CATEGORY)):
            far = 0 if _related(record, asked.category, category) else 2
            yield far, f"Look at the information {category}", replace(asked, category=category)
    if fails == {"subjects"}:
        for subjects in sorted(record.iris(flow, terms.ABOUT_SUBJECTS)):
            yield 1, f"Look at the people {subjects}", replace(asked, subjects=subjects)


def _related(record: Record, one: str, other: str) -> bool:
    return record.within(one, other) or record.within(other, one)
