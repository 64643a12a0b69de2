"""Mutates the rules, and counts which mutants the rule's own examples notice.

Usage: `python -m bench.mutate_shapes [--rules KEY ...]`. A mutant has a constraint dropped, a bound
moved, a class, property or path swapped, a target removed or the severity flipped; in a SELECT, a
filter dropped or turned round, a comparison moved, a term swapped. It is killed when some example
no longer comes out as it says. Prints each survivor; ends with 1 where fewer than 95 in 100 are
killed, or any of dates, types and signatures survives.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import pyoxigraph as ox

from tests import examples
from vires import terms
from vires.errors import RuleError
from vires.validate import Outcome, Rule, live, rules, select
from vires.validate.catalogue import SEVERITIES
from vires.validate.compile import compiled
from vires.validate.core import UNCONSTRAINING
from vires.validate.steps import OtherError, closing
from vires.validate.token import Token, text_of, tokens

STRICT: Final = ("record", "signatures")
"""The families of dates and types, and of signatures: nothing may survive there."""
LEAST: Final = 0.95

_NONE: Final = terms.VIRES + "noSuchTerm"
_TARGETS: Final = tuple(
    terms.SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
_SAYING: Final = UNCONSTRAINING | {terms.SH + "prefixes"}
_SWAPPED: Final = tuple(
    terms.SH + name
    for name in ("path", "class", "datatype", "hasValue", "lessThan", "lessThanOrEquals", "equals")
)
_TURNED: Final = {
    "<=": "<", "<": "<=", ">=": ">", ">": ">=", "=": "!=", "!=": "=", "||": "&&", "&&": "||",
}  # fmt: skip
_OTHER_WAY: Final = {
    "minInclusive": "minExclusive", "maxInclusive": "maxExclusive",
    "minExclusive": "minInclusive", "maxExclusive": "maxInclusive",
    "lessThan": "lessThanOrEquals", "lessThanOrEquals": "lessThan",
}  # fmt: skip

Mutant = tuple[str, str, Rule]
"""What was done, to what, and the rule after it."""


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule."""
    for number, quad in enumerate(rule.quads):
        prop = quad.predicate.value
        without = (*rule.quads[:number], *rule.quads[number + 1 :])
        said = f"{prop.rsplit('#')[-1]} {quad.object}"
        if prop in _TARGETS:
            yield "target removed", said, replace(rule, quads=without)
            yield "class swapped", said, _with(rule, number, ox.NamedNode(_NONE))
        elif prop == terms.SH + "severity":
            for other in SEVERITIES:
                if other != rule.severity:
                    yield "severity flipped", other, replace(rule, severity=other)
        elif prop == terms.SH + "select":
            for kind, where, text in _of_select(quad.object.value):  # type: ignore[union-attr]
                yield kind, where, _with(rule, number, ox.Literal(text))
        elif prop in _SWAPPED or (prop.startswith(terms.SH) and prop not in _SAYING):
            yield from _of_constraint(rule, number, said)


def _of_constraint(rule: Rule, number: int, said: str) -> Iterator[Mutant]:
    quad = rule.quads[number]
    name = quad.predicate.value.removeprefix(terms.SH)
    if quad.predicate.value not in _SAYING:
        without = (*rule.quads[:number], *rule.quads[number + 1 :])
        yield "constraint dropped", said, replace(rule, quads=without)
    if quad.predicate.value in _SWAPPED and not isinstance(quad.object, ox.BlankNode):
        yield "class or path swapped", said, _with(rule, number, ox.NamedNode(_NONE))
    if isinstance(quad.object, ox.Literal) and quad.object.value.isdigit():
        for moved in (int(quad.object.value) - 1, int(quad.object.value) + 1):
            if moved >= 0:
                yield "bound moved", f"{said} to {moved}", _with(rule, number, ox.Literal(moved))
    if name in _OTHER_WAY:
        other = ox.NamedNode(terms.SH + _OTHER_WAY[name])
        changed = ox.Quad(quad.subject, other, quad.object)
        quads = (*rule.quads[:number], changed, *rule.quads[number + 1 :])
        yield "bound moved", said, replace(rule, quads=quads)


def _with(rule: Rule, number: int, value: ox.NamedNode | ox.Literal) -> Rule:
    old = rule.quads[number]
    new = ox.Quad(old.subject, old.predicate, value)
    return replace(rule, quads=(*rule.quads[:number], new, *rule.quads[number + 1 :]))


def _of_select(text: str) -> Iterator[tuple[str, str, str]]:
    """Every mutant of a SELECT: what was done, where, and the text after it."""
    words = _joined(tokens(text))
    first = next(number for number, word in enumerate(words) if word.text == "{")
    for place in range(first, len(words)):
        word = words[place]
        where = text_of(words[max(first, place - 4) : place + 4])
        if word.is_word("FILTER"):
            yield "filter dropped", where, text_of((*words[:place], *words[_end(words, place) :]))
        elif word.is_word("NOT"):
            yield "filter turned round", where, text_of((*words[:place], *words[place + 1 :]))
        elif word.kind in ("name", "iri"):
            swap = Token("iri", f"<{_NONE}>", word.apart)
            yield "class or path swapped", where, _put(words, place, swap)
        elif word.text in _TURNED:
            kind = "bound moved" if word.text[0] in "<>" else "condition turned round"
            yield kind, where, _put(words, place, Token("other", _TURNED[word.text]))
        elif word.is_word("TRUE", "FALSE"):
            other = "false" if word.is_word("TRUE") else "true"
            yield "condition turned round", where, _put(words, place, Token("word", other))
        elif word.text in ("*", "+", "?") and not word.apart and words[place - 1].kind == "name":
            yield "class or path swapped", where, _put(words, place, Token("other", ""))


def _joined(words: Sequence[Token]) -> list[Token]:
    """The words with signs of two characters as one."""
    found: list[Token] = []
    for word in words:
        if found and not word.apart and found[-1].text + word.text in _TURNED:
            found[-1] = Token("other", found[-1].text + word.text, found[-1].apart)
        else:
            found.append(word)
    return found


def _end(words: Sequence[Token], place: int) -> int:
    """Where a FILTER ends."""
    place += 1
    while words[place].text not in ("(", "{"):
        place += 1
    return closing(words, place) + 1


def _put(words: Sequence[Token], place: int, word: Token) -> str:
    return text_of((*words[:place], word, *words[place + 1 :]))


@cache
def _example(rule: Rule) -> tuple[tuple[str, examples.Example], ...]:
    return tuple((path.name, examples.read(path)) for path in rule.examples())


def is_killed(rule: Rule, mutant: Rule) -> bool | None:
    """Whether an example of the rule comes out otherwise; None where the mutant is no rule."""
    try:
        plan = compiled.__wrapped__(mutant)
        for name, example in _example(rule):
            found = live.run(plan, example.snapshot, example.days)
            results = {
                (rule.iri, str(hit.focus), hit.path or "", str(hit.value or ""), mutant.severity)
                for hit in found.hits
            }
            if results != example.expected:
                return True
            if not {hit.focus for hit in found.hits} | found.unknown <= found.applies:
                return True
            silent = Outcome.CANNOT_TELL in found.outcomes().values()
            if name.startswith("unknown-") and not silent:
                return True
    except RuleError:
        return True  # the catalogue refuses it
    except (SyntaxError, OtherError):
        return None
    return False


def _judge(rule: Rule) -> list[tuple[str, str, bool]]:
    """Each mutant of a rule that is a rule, and whether it is killed."""
    found = [(kind, where, is_killed(rule, mutant)) for kind, where, mutant in mutants(rule)]
    return [(kind, where, dead) for kind, where, dead in found if dead is not None]


def main() -> None:
    """Judge every mutant of the rules asked for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rules", nargs="*", default=[])
    pool = select(rules(), ask.parse_args().rules)
    made: Counter[str] = Counter()
    dead: Counter[str] = Counter()
    strict = 0
    with multiprocessing.get_context("fork").Pool(initializer=_begin, initargs=(pool,)) as crew:
        for rule, found in zip(pool, crew.imap(_one, range(len(pool))), strict=True):
            for kind, where, killed in found:
                made[kind] += 1
                dead[kind] += killed
                if not killed:
                    strict += rule.family in STRICT
                    print(f"survived {rule.family}/{rule.key}: {kind}: {where}")
    print("| mutants | made | killed |\n|---|---|---|")
    for kind, count in sorted(made.items()):
        print(f"| {kind} | {count} | {dead[kind]} |")
    share = sum(dead.values()) / sum(made.values())
    print(f"| all | {sum(made.values())} | {sum(dead.values())} ({share:.1%}) |")
    print(f"of dates, types and signatures {strict} survive")
    raise SystemExit(1 if share < LEAST or strict else 0)


_pool: tuple[Rule, ...] = ()


def _begin(pool: tuple[Rule, ...]) -> None:
    global _pool
    _pool = pool


def _one(number: int) -> list[tuple[str, str, bool]]:
    return _judge(_pool[number])


if __name__ == "__main__":
    main()
