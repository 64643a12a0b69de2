"""Mutates a query of the library: each change is one that a careless hand might make."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

import pyoxigraph as ox

EQUIVALENT: Final = {
    # The store holds both forms of a truth alike, so either finds the other.
    "answer/illustrative": ("misname xsd:boolean",),
    # The OPTIONAL only keeps the order in which the query is worked out.
    "answer/signatures": ("OPTIONAL to join",),
    "page/concept-flows": ("OPTIONAL to join",),
    "page/signatures": ("OPTIONAL to join",),
    # Both parts have the same class, so which is named first is no matter.
    "export/distribution": ("turn",),
    "export/policy": ("turn",),
    # The line only leads to the flow sooner.
    "export/sides": ("drop line",),
    # A thing's own label is among its statements already, and a text has none.
    "page/description": ("turn",),
    # Of two kinds the first in order of name is never the last one, nor the second the first.
    "lint/term-is-of-one-kind": ("misname owl:AnnotationProperty", "misname owl:ObjectProperty"),
}
"""The mutants of a view that mean the same as the view: their names without the place."""

_Replacement = str | Callable[[re.Match[str]], str]

_TURNED = {"<=": "<", "<": "<=", ">=": ">", ">": ">=", "=": "!=", "!=": "=", "&&": "||", "||": "&&"}
_BLOCK = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_BRACKETS = r"\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)"
_CLOSED = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?m:^ *#[^\n]*)|(?<=<)[^>\s]*(?=>)')
"""What no name is looked for in: a literal, a remark, the inside of an IRI."""

_OPERATORS: tuple[tuple[str, re.Pattern[str], _Replacement], ...] = (
    ("plus to one step", re.compile(r"\+(?= \?| /|/)"), ""),
    ("star to one step", re.compile(r"(?<=[\w)])\*(?=[ )|/])"), ""),
    ("drop NOT", re.compile(r"NOT EXISTS|!EXISTS"), "EXISTS"),
    ("join to OPTIONAL", re.compile(r"UNION \{"), "OPTIONAL {"),
    ("OPTIONAL to join", re.compile(r"OPTIONAL \{"), "{"),
    ("swap from and to", re.compile(r"\?from ;"), "?to ;"),
    ("drop part", re.compile(r" ; (?:a|[a-z]+:\w+) [?\w:]+(?= [.;}]|\n)"), ""),
    ("drop statement", re.compile(r"(?<=\.) \?\w+ a vires:\w+ (?=\})"), ""),
    ("drop line", re.compile(r"(?<=\n) *\?\w+ [^\n{}]* \.(?=\n)"), ""),
    ("drop FILTER", re.compile(r"FILTER (?:NOT )?EXISTS " + _BLOCK), ""),
    ("drop FILTER", re.compile(r"FILTER" + _BRACKETS), ""),
    ("drop DISTINCT", re.compile(r"(?<=\()DISTINCT "), ""),
    ("drop GRAPH", re.compile(r"GRAPH \?\w+ "), ""),
    ("drop LIMIT", re.compile(r"LIMIT \d+"), ""),
    ("turn", re.compile(r"(?<= )(?:[<>]=?|!?=|&&|\|\|)(?= )"), lambda found: _TURNED[found[0]]),
    ("drop branch", re.compile(r"\n *UNION " + _BLOCK), ""),
    ("drop first branch", re.compile(_BLOCK + r"\n +UNION (?=\{)"), ""),
    ("swap class", re.compile(r"vires:DisclosingSide"), "vires:ReceivingSide"),
    ("swap class", re.compile(r"vires:ReceivingSide"), "vires:DisclosingSide"),
)


def query_mutants(text: str) -> Iterator[tuple[str, str]]:
    """Each mutant of a view that is a query still: its name and its text."""
    body = text.index("WHERE {")
    seen = {text}
    for name, start, end, replacement in (*_operated(text, body), *_misnamed(text, body)):
        mutant = text[:start] + replacement + text[end:]
        if mutant not in seen and _is_query(mutant):
            seen.add(mutant)
            yield f"{name} @{start}", mutant


def unexplained(view: str, survivors: list[str]) -> list[str]:
    """The names of mutants that survive and are not known to mean the same as the view."""
    left = list(survivors)
    for known in EQUIVALENT.get(view, ()):
        found = next((name for name in left if name.rpartition(" @")[0] == known), None)
        if found is not None:
            left.remove(found)
    return left


def _operated(text: str, body: int) -> Iterator[tuple[str, int, int, str]]:
    for name, pattern, replacement in _OPERATORS:
        for found in pattern.finditer(text, body):
            new = replacement if isinstance(replacement, str) else replacement(found)
            yield name, found.start(), found.end(), new


def _misnamed(text: str, body: int) -> Iterator[tuple[str, int, int, str]]:
    """Each name and IRI of the body, to one that nothing is called."""
    prefixes = "|".join(re.findall(r"^PREFIX (\w+):", text, re.MULTILINE)) or "vires"
    closed = [found.span() for found in _CLOSED.finditer(text, body)]
    named = re.compile(rf"\b(?:{prefixes}):\w[\w-]*|(?<= )<\w+:[^>\s]+>|(?<= )a(?= [?\w])")
    for found in named.finditer(text, body):
        if not any(start <= found.start() < end for start, end in closed):
            yield f"misname {found[0]}", *found.span(), "<urn:no-such-term>"


def _is_query(text: str) -> bool:
    try:
        ox.Store().query(text)
    except SyntaxError:
        return False
    return True
