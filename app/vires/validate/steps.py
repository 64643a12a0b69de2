"""Puts what stands inside EXISTS into steps, so that each starts from what is known.

A planner that does not know which variables an EXISTS is given may begin at the wrong end: with
`?a :p ?b . ?b skos:broader* ?c` it walks every pair of the whole store. So the patterns of the
group become nested groups, each of one pattern that begins at a known variable:
`EXISTS { A . B }` is true exactly where `EXISTS { A FILTER EXISTS { B } }` is.
Source: SPARQL 1.1, section 18.6, on the substitution of variables in EXISTS.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from vires.validate.token import THIS, Token

_MODIFIERS: Final = frozenset("*+?")
_OPENING: Final = {"(": ")", "{": "}"}
_LONE: Final = ("OPTIONAL", "BIND", "VALUES", "SELECT", "UNION")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One triple pattern: the words of its ends, and of the path between them."""

    subject: tuple[Token, ...]
    path: tuple[Token, ...]
    value: tuple[Token, ...]

    @property
    def words(self) -> tuple[Token, ...]:
        """All of its words, in order."""
        return (*self.subject, *self.path, *self.value)

    @property
    def start(self) -> str | None:
        """The variable that it begins at."""
        return _variable(self.subject)

    @property
    def end(self) -> str | None:
        """The variable that it leads to."""
        return _variable(self.value)

    @property
    def long(self) -> bool:
        """Whether its path may have any number of steps."""
        return any(word.text in _MODIFIERS for word in self.path)

    @property
    def names(self) -> frozenset[str]:
        """The variables in it."""
        return _names(self.words)

    def cost(self, known: frozenset[str]) -> tuple[int, int]:
        """How wide the step would be, from what is known: lower is sooner."""
        open_ends = sum(1 for end in (self.start, self.end) if end is not None and end not in known)
        wide = 3 if open_ends == 2 and self.long else open_ends
        return wide, 0 if self.start is None or self.start in known else 1


class OtherError(Exception):
    """What is read holds something else than patterns of triples."""


def stepped(words: Sequence[Token]) -> tuple[Token, ...]:
    """The words of a query with every EXISTS in steps."""
    fresh = (Token("var", f"?_{number}") for number in count(1))
    return tuple(_stepped(list(words), frozenset({THIS}), fresh))


def _stepped(words: list[Token], known: frozenset[str], fresh: Iterator[Token]) -> list[Token]:
    out: list[Token] = []
    groups = dict(_exists(words))
    around = known | _names(_without(words, groups))
    place = 0
    while place < len(words):
        if place in groups:
            out += _group(words[place + 1 : groups[place]], around, fresh)
            place = groups[place] + 1
        else:
            out.append(words[place])
            place += 1
    return out


def _exists(words: list[Token]) -> Iterator[tuple[int, int]]:
    """Where the outermost groups of EXISTS open and close."""
    place = 1
    while place < len(words):
        if words[place].text == "{" and words[place - 1].is_word("EXISTS"):
            end = closing(words, place)
            yield place, end
            place = end
        place += 1


def _without(words: list[Token], groups: dict[int, int]) -> Iterator[Token]:
    """The words outside the groups: what they name is known inside."""
    inside = -1
    for number, word in enumerate(words):
        inside = max(inside, groups.get(number, -1))
        if number > inside:
            yield word


def _group(words: list[Token], known: frozenset[str], fresh: Iterator[Token]) -> list[Token]:
    """One group of EXISTS with its braces, in steps where it is made of patterns and filters."""
    try:
        patterns, filters = _parts(words, fresh)
    except OtherError:
        return [Token("other", "{"), *_stepped(words, known, fresh), Token("other", "}")]
    return _nested(patterns, filters, known, fresh)


def _nested(
    patterns: list[Pattern],
    filters: list[list[Token]],
    known: frozenset[str],
    fresh: Iterator[Token],
) -> list[Token]:
    """The cheapest pattern, the filters that it makes ready, and the rest in an EXISTS inside."""
    out = [Token("other", "{")]
    rest = list(patterns)
    if rest:
        first = min(rest, key=lambda pattern: pattern.cost(known))
        rest.remove(first)
        out += [*first.words, Token("other", ".")]
        known |= first.names
    waiting = frozenset().union(*(pattern.names for pattern in rest)) - known
    ready = [one for one in filters if not rest or not _names(one) & waiting]
    for one in ready:
        out += [Token("word", "FILTER"), *_stepped(one, known, fresh)]
    if rest:
        later = [one for one in filters if not any(one is taken for taken in ready)]
        inside = _nested(rest, later, known, fresh)
        out += [Token("word", "FILTER"), Token("word", "EXISTS"), *inside]
    return [*out, Token("other", "}")]


def _parts(words: list[Token], fresh: Iterator[Token]) -> tuple[list[Pattern], list[list[Token]]]:
    """The triple patterns and filters of a group.

    Raises `OtherError` where it holds anything else, or a blank node, which spans patterns.
    """
    patterns: list[Pattern] = []
    filters: list[list[Token]] = []
    place = 0
    while place < len(words):
        word = words[place]
        if word.is_word(*_LONE) or word.text in ("{", "[", "(", "_"):
            raise OtherError
        if word.is_word("FILTER"):
            end = _filter_end(words, place + 1)
            filters.append(words[place + 1 : end])
        elif word.text == ".":
            end = place + 1
        else:
            end = triples(words, place, patterns, fresh)
        place = end
    return patterns, filters


def _filter_end(words: list[Token], place: int) -> int:
    """Where a filter ends: after its brackets or its braces."""
    while place < len(words) and words[place].text not in _OPENING:
        place += 1
    if place == len(words):
        raise OtherError
    return closing(words, place) + 1


def triples(words: list[Token], place: int, patterns: list[Pattern], fresh: Iterator[Token]) -> int:
    """Reads a subject with all that is said of it; where it ends.

    Raises `OtherError` where it is written in another way than with terms and paths.
    """
    start, place = _term(words, place)
    while True:
        path, place = _path(words, place)
        while True:
            value, place = _term(words, place)
            patterns += _hops(start, path, value, fresh)
            if place < len(words) and words[place].text == ",":
                place += 1
                continue
            break
        while place < len(words) and words[place].text == ";":
            place += 1
        ended = place == len(words) or words[place].text in (".", "}")
        if ended or words[place - 1].text != ";":
            return place


def _hops(
    start: list[Token], path: list[Token], value: list[Token], fresh: Iterator[Token]
) -> Iterator[Pattern]:
    """A pattern for each step of a sequence path; one for any other path.

    `?a :p/:q ?b` is `?a :p ?m . ?m :q ?b`, and Oxigraph finds the latter five times sooner.
    Source: SPARQL 1.1, section 18.2.2.4, on the sequence path.
    """
    parts = sequence(path)
    for part in parts[:-1]:
        middle = [next(fresh)]
        yield Pattern(tuple(start), tuple(part), tuple(middle))
        start = middle
    yield Pattern(tuple(start), tuple(parts[-1]), tuple(value))


def sequence(path: list[Token]) -> list[list[Token]]:
    """The parts of a path that is a sequence; the whole of any other."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for word in path:
        depth += {"(": 1, ")": -1}.get(word.text, 0)
        if depth == 0 and word.text == "|":
            return [path]
        if depth == 0 and word.text == "/":
            parts.append([])
        else:
            parts[-1].append(word if parts[-1] else replace(word, apart=True))
    return parts


def _term(words: list[Token], place: int) -> tuple[list[Token], int]:
    """One node of a pattern: a variable, an IRI, a number, a boolean or a string."""
    if place >= len(words):
        raise OtherError
    word = words[place]
    end = place + 1
    if word.kind == "string":
        if end < len(words) and words[end].text.startswith("@"):
            end += 1
        elif [w.text for w in words[end : end + 2]] == ["^", "^"]:
            end += 3
    elif word.kind not in ("var", "iri", "number") and not word.is_word("TRUE", "FALSE"):
        raise OtherError
    return words[place:end], end


def _path(words: list[Token], place: int) -> tuple[list[Token], int]:
    """One predicate: a variable, or a path up to the node it leads to."""
    start = place
    if place < len(words) and words[place].kind == "var":
        return words[place : place + 1], place + 1
    while True:
        while place < len(words) and words[place].text in ("^", "!"):
            place += 1
        if place >= len(words):
            raise OtherError
        if words[place].text == "(":
            place = closing(words, place) + 1
        elif words[place].kind == "iri" or words[place].text == "a":
            place += 1
        else:
            raise OtherError
        if place < len(words) and words[place].text in _MODIFIERS and not words[place].apart:
            place += 1
        if place < len(words) and words[place].text in ("/", "|"):
            place += 1
            continue
        return words[start:place], place


def closing(words: Sequence[Token], place: int) -> int:
    """Where the bracket or brace at a place is closed.

    Raises `OtherError` where it is not.
    """
    opening = words[place].text
    depth = 0
    for number in range(place, len(words)):
        text = words[number].text
        depth += 1 if text == opening else -1 if text == _OPENING[opening] else 0
        if depth == 0:
            return number
    raise OtherError


def _variable(words: Sequence[Token]) -> str | None:
    return words[0].text[1:] if words[0].kind == "var" else None


def _names(words: Iterable[Token]) -> frozenset[str]:
    return frozenset(word.text[1:] for word in words if word.kind == "var")
