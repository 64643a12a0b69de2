"""The SELECT of a rule: guarded, given the day, and asked of every focus node at once.

SHACL asks a constraint's SELECT once for each focus node, with `$this` bound beforehand. Here the
pattern that finds the focus nodes is set at the head of the SELECT, and of each group inside that
speaks of `$this` and is evaluated by itself, so that one query answers for all; and what would mean
something else when it is asked for all at once is refused by name.
Source: SHACL, sections 5.2 and 5.3.2, and its appendix A on pre-binding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from vires import terms
from vires.errors import RuleError
from vires.validate.day import CHECK, Days
from vires.validate.steps import closing, stepped
from vires.validate.token import Token, text_of, tokens

_FORBIDDEN: Final = frozenset(
    {
        "MINUS", "VALUES", "SERVICE", "FROM", "GRAPH", "LIMIT", "OFFSET", "ORDER", "CONSTRUCT",
        "DESCRIBE", "ASK", "BASE",
    }
)  # fmt: skip
_RESERVED: Final = frozenset({"shapesGraph", "currentShape"})


TARGET: Final = "%target"
"""Where the pattern that finds the focus nodes goes in a query."""


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT of a rule, checked: its words, and the names of what it returns."""

    words: tuple[Token, ...]
    columns: tuple[str, ...]

    def of_all(self) -> str:
        """The SELECT asked of every focus node, with `%target` for the pattern that finds them."""
        return text_of(stepped(list(_with_target(self.words))))


def read(text: str, prefixes: Mapping[str, str], where: str) -> Select:
    """A SELECT from a rule's text, with every name in full.

    Errors: `RuleError` where it holds what is not supported, or does not return `$this`.
    """
    body, own = _prologue(tokens(text), where)
    words = tuple(_in_full(body, {**prefixes, **own}, where))
    for word in words:
        if word.is_word(*_FORBIDDEN):
            raise RuleError(f"{where}: `{word.text.upper()}` is not supported in a rule's query")
        if word.kind == "var" and word.text[1:] in _RESERVED:
            raise RuleError(f"{where}: `{word.text}` is not supported in a rule's query")
    if not words or not words[0].is_word("SELECT"):
        raise RuleError(where + ": a rule asks with `SELECT $this`; begin so")
    heads = [_head(words, i) for i, word in enumerate(words) if word.is_word("SELECT")]
    for head in heads:
        if not any(word.is_this() for word in head):
            raise RuleError(where + ": a SELECT that does not return `$this` is not supported")
    for before, word in pairwise(words):
        if before.is_word("AS") and word.is_this():
            raise RuleError(f"{where}: `$this` is bound already; bind another name")
    return Select(words, tuple(_columns(heads[0])))


def _prologue(words: list[Token], where: str) -> tuple[list[Token], dict[str, str]]:
    """The words after the prologue, and the prefixes that it declares."""
    own: dict[str, str] = {}
    while words and words[0].is_word("PREFIX"):
        name, iri = (*words[1:3], words[0], words[0])[:2]
        if name.kind != "name" or not name.text.endswith(":") or iri.kind != "iri":
            raise RuleError(f"{where}: a PREFIX is malformed; write `PREFIX p: <iri>`")
        own[name.text[:-1]] = iri.text[1:-1]
        words = words[3:]
    return words, own


def _in_full(words: Iterable[Token], prefixes: Mapping[str, str], where: str) -> Iterator[Token]:
    for word in words:
        if word.kind != "name":
            yield word
            continue
        prefix, _, local = word.text.partition(":")
        if prefix not in prefixes:
            raise RuleError(
                f"{where}: the prefix `{prefix}:` is not declared; declare or write out"
            )
        yield Token("iri", f"<{prefixes[prefix]}{local}>", word.apart)


def _head(words: tuple[Token, ...], start: int) -> tuple[Token, ...]:
    """What a SELECT returns: the words between it and its WHERE."""
    end = start
    while end < len(words) and words[end].text != "{" and not words[end].is_word("WHERE"):
        end += 1
    return words[start + 1 : end]


def _columns(head: tuple[Token, ...]) -> Iterator[str]:
    """The names that a head returns: those outside brackets, and those after AS."""
    depth = 0
    for before, word in zip((Token("other", ""), *head), head, strict=False):
        depth += {"(": 1, ")": -1}.get(word.text, 0)
        if word.kind == "var" and (depth == 0 or before.is_word("AS")):
            yield word.text[1:]


def _with_target(words: tuple[Token, ...]) -> Iterator[Token]:
    """The words with the target pattern at the head of each group that needs it."""
    first = next(number for number, word in enumerate(words) if word.text == "{")
    grouped = any(word.is_word("GROUP", "HAVING") for word in words)
    needing = set(_lone_groups(words, first))
    if not _begins_with(needing, words, first):
        needing.add(first)
    found = "{ SELECT DISTINCT ?this { %target } }" if grouped else TARGET
    for number, word in enumerate(words):
        yield word
        if number in needing:
            yield Token("other", found)


def _begins_with(groups: set[int], words: tuple[Token, ...], first: int) -> bool:
    """Whether a group begins with a union of these groups, each of which finds the focus nodes.

    Joined with them once more, it would be slower and the same.
    """
    place = first + 1
    while words[place].text == "{" and place in groups:
        place = closing(words, place) + 1
        if not words[place].is_word("UNION"):
            return True
        place += 1
    return False


def _lone_groups(words: tuple[Token, ...], first: int) -> Iterator[int]:
    """Groups inside that speak of `$this` and are evaluated by themselves.

    Not those of EXISTS, which see the solution they filter, nor anything inside one; nor those of
    OPTIONAL, whose filters see what stands before; nor a sub-SELECT, which returns `$this`.
    """
    open_groups: list[tuple[int, bool]] = []
    for number, word in enumerate(words):
        if word.text == "{":
            before = words[number - 1]
            sees = before.is_word("EXISTS") or (bool(open_groups) and open_groups[-1][1])
            open_groups.append((number, sees))
            skip = before.is_word("OPTIONAL", "WHERE") or words[number + 1].is_word("SELECT")
            if number != first and not sees and not skip and _speaks(words, number):
                yield number
        elif word.text == "}" and open_groups:
            open_groups.pop()


def _speaks(words: tuple[Token, ...], start: int) -> bool:
    """Whether a group speaks of `$this` at its own level."""
    depth = 0
    for word in words[start:]:
        depth += {"{": 1, "}": -1}.get(word.text, 0)
        if depth == 0:
            return False
        if depth == 1 and word.is_this():
            return True
    return False


@lru_cache(maxsize=4096)
def on_days(text: str, days: Days) -> str:
    """The query with the days of the check in the place of the statements that give them.

    `<https://w3id.org/vires/check> vires:asAt ?day` becomes inline data of one row, or of none
    where no such day is stated, and joins as the statement would. A snapshot is read-only,
    and a day is no part of the record.
    Errors: `RuleError` where a day is asked for in another form.
    """
    known = {f"<{prop}>": day for prop, day in days.facts}
    found = tokens(text)
    out: list[Token] = []
    place = 0
    while place < len(found):
        if found[place].text != f"<{CHECK}>":
            out.append(found[place])
            place += 1
            continue
        end = ";"
        while end == ";":
            prop, name = (*found[place + 1 : place + 3], found[place], found[place])[:2]
            if prop.kind != "iri" or name.kind != "var":
                raise RuleError(f"`{CHECK}` is asked for its days alone: `vires:asAt ?day .`")
            day = known.get(prop.text)
            row = "" if day is None else f'"{day.isoformat()}"^^<{terms.XSD_DATE}>'
            out.append(Token("other", f"VALUES {name.text} {{ {row} }}"))
            end = found[place + 3].text if place + 3 < len(found) else ""
            place += 3
    return text_of(out)
