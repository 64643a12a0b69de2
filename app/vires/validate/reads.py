"""What a rule reads: each link that its queries follow, and the way to it from the focus node.

A query is a tree of groups of patterns. The outcome of a focus node can change only where some
pattern is matched by a statement that changed, and then the patterns on the way to it matched
before as after: so walking back from the statement finds every focus node that it can touch.
Filters are left out, which finds more nodes, never fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from vires import terms
from vires.validate.catalogue import Rule
from vires.validate.compile import Plan, compiled
from vires.validate.day import CHECK
from vires.validate.sparql import TARGET
from vires.validate.steps import OtherError, Pattern, closing, sequence, triples
from vires.validate.token import THIS, Token, tokens


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: along a property, or against it; along any where there is none."""

    prop: str | None
    against: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A pattern as a link between two terms: `?name`, or a term as SPARQL writes it.

    `long` where it is walked by any number of its steps, in any order; `plain` where that, or one
    of its steps, is all that the pattern means, and no more than it means.
    """

    start: str
    steps: tuple[Step, ...]
    end: str
    long: bool
    plain: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A link that a rule reads, and the way from one of its ends back to the focus node.

    Variables have no names here, so that what several rules read alike is the same.

    `near` is whether the way begins at the link's start. Each link of the way is walked from its
    end to its start where the flag beside it is true. `way` is None where nothing binds the link
    to the focus node, so that any of them may be touched.
    """

    link: Link
    near: bool
    way: tuple[tuple[Link, bool], ...] | None


@dataclass(slots=True)
class Group:
    """The patterns of one group and the groups inside it; `alone` for that of a sub-SELECT.

    No way leads into a group from outside: an OPTIONAL or a branch of a UNION may bind nothing.
    `tests` are those of the groups inside that a filter asks for, each with whether it must be
    found or must not; `besides` where more than the patterns and those tests has to hold. `names`
    are the variables of that, and those that stand for a property.
    """

    links: list[Link] = field(default_factory=list)
    inside: list[Group] = field(default_factory=list)
    alone: bool = False
    tests: list[tuple[bool, Group]] = field(default_factory=list)
    besides: bool = False
    names: set[str] = field(default_factory=set)

    def more(self, words: Iterable[Token]) -> None:
        """Notes what else has to hold."""
        self.besides = True
        self.names |= {f"?{word.text[1:]}" for word in words if word.kind == "var"}


@cache
def reads(rule: Rule) -> tuple[Read, ...] | None:
    """Everything that a rule reads; None where its queries are not made of patterns alone."""
    plan = compiled(rule)
    try:
        return tuple(dict.fromkeys(_of_plan(plan)))
    except OtherError:
        return None


def of_query(text: str) -> tuple[Read, ...]:
    """Everything that a query reads, as seen from `?this`.

    Raises `OtherError` where it is not made of patterns alone.
    """
    return tuple(_of_group(group_of(text), []))


def group_of(text: str) -> Group:
    """The patterns of a query, without the one that finds its focus nodes.

    Raises `OtherError` where it is not made of patterns alone.
    """
    group = Group()
    _read(tokens(text.replace(TARGET, " ")), group)
    return group


def _of_plan(plan: Plan) -> Iterator[Read]:
    for target in plan.targets:
        yield from of_query(target.pattern)
    asked = [check.query for check in plan.checks]
    for text in (*asked, plan.applies, plan.unknown):
        if text is not None:
            yield from of_query(text)


def _read(words: Sequence[Token], group: Group) -> None:
    """Reads the words of a group into it."""
    words = list(words)
    place = 0
    while place < len(words):
        word = words[place]
        if word.text in ("{", "("):
            end = closing(words, place)
            within = words[place + 1 : end]
            if word.text == "{":
                inner = Group(alone=bool(within) and within[0].is_word("SELECT"))
                group.inside.append(inner)
                _read(within, inner)
                _test(words[max(0, place - 3) : end], inner, group)
            else:
                _read_expression(within, group)
                group.more(within)
            place = end + 1
        elif word.is_word("SELECT"):
            place = next(i for i in range(place, len(words)) if words[i].text == "{")
        elif word.is_word("VALUES"):
            group.more(words[place : place + 2])
            place = closing(words, place + 2) + 1
        elif word.kind in ("var", "iri", "string", "number"):
            place = _read_triples(words, place, group)
        elif word.text == ".":
            place += 1
        elif word.kind == "word":
            place = place + 1
            if word.is_word("BY"):  # what a result is grouped by is no pattern
                while place < len(words) and words[place].kind == "var":
                    place += 1
        else:
            raise OtherError


def _test(words: Sequence[Token], inner: Group, group: Group) -> None:
    """Reads what the words before the brace of a group make of it."""
    brace = next(number for number, word in enumerate(words) if word.text == "{")
    said = [word.text.upper() for word in words[:brace]]
    if said[-2:] == ["FILTER", "EXISTS"]:
        group.tests.append((True, inner))
    elif said == ["FILTER", "NOT", "EXISTS"]:
        group.tests.append((False, inner))
    else:
        group.more(words)


def _read_expression(words: Sequence[Token], group: Group) -> None:
    """Reads the groups of EXISTS in an expression."""
    place = 0
    while place < len(words):
        if words[place].text == "{":
            end = closing(words, place)
            inner = Group()
            group.inside.append(inner)
            _read(words[place + 1 : end], inner)
            place = end
        place += 1


def _read_triples(words: list[Token], place: int, group: Group) -> int:
    found: list[Pattern] = []
    fresh = (Token("var", f"?_{id(group)}_{place}_{number}") for number in range(len(words)))
    end = triples(words, place, found, fresh)
    for one in found:
        if one.subject[0].text == f"<{CHECK}>":
            group.more(one.value)
        else:
            group.links.append(_link(one))
            # A variable property is bound too, though no link leads to it.
            group.names |= {f"?{word.text[1:]}" for word in one.path if word.kind == "var"}
    return end


def _link(pattern: Pattern) -> Link:
    def text(words: Sequence[Token]) -> str:
        name = "".join(word.text for word in words)
        return f"?{name[1:]}" if name[0] in "$?" else name

    path = pattern.path
    many = pattern.long or len(sequence(list(path))) > 1 or any(w.text == "/" for w in path)
    words = [word.text for word in path]
    plain = path[0].kind != "var" and (len(words) == 1 or words[1:] == ["*"])
    return Link(text(pattern.subject), tuple(_steps(path)), text(pattern.value), many, plain)


def _steps(path: Sequence[Token]) -> Iterator[Step]:
    """The steps that a path may take. What is turned round in brackets may go either way."""
    either = any(a.text == "^" and b.text == "(" for a, b in pairwise(path))
    before = ""
    for word in path:
        if word.text == "!" or word.kind == "var":
            yield Step(None, False)
            if word.text == "!":
                yield Step(None, True)
            return
        if word.kind == "iri" or word.text == "a":
            prop = terms.TYPE if word.text == "a" else word.text[1:-1]
            yield Step(prop, before == "^")
            if either:
                yield Step(prop, before != "^")
        before = word.text


def _of_group(group: Group, around: list[Link]) -> Iterator[Read]:
    """The links of a group and of those inside it, each with its way."""
    known = ([] if group.alone else around) + group.links
    ways = _ways(known)
    for link in group.links:
        # The way may not lead through the link itself, which need not have matched before.
        own = ways if _is_off(link, ways) else _ways([one for one in known if one is not link])
        ends = [end for end in (link.start, link.end) if end in own]
        if ends:
            nearest = min(ends, key=lambda end: len(own[end]))
            way = tuple((_bare(one), back) for one, back in own[nearest])
            yield Read(_bare(link), nearest == link.start, way)
        else:
            yield Read(_bare(link), True, None)
    for inner in group.inside:
        yield from _of_group(inner, known)


def _bare(link: Link) -> Link:
    """A link without the names of its variables."""
    start, end = ("?" if name.startswith("?") else name for name in (link.start, link.end))
    return Link(start, link.steps, end, link.long, link.plain)


def _is_off(link: Link, ways: dict[str, tuple[tuple[Link, bool], ...]]) -> bool:
    """Whether no way leads through a link."""
    return all(link is not one for way in ways.values() for one, _ in way)


def _ways(links: Sequence[Link]) -> dict[str, tuple[tuple[Link, bool], ...]]:
    """The shortest way from each term that the links bind back to the focus node."""
    found: dict[str, tuple[tuple[Link, bool], ...]] = {f"?{THIS}": ()}
    edge = [f"?{THIS}"]
    while edge:
        later = []
        for link in links:
            for one, other, back in ((link.start, link.end, True), (link.end, link.start, False)):
                if one in edge and other not in found and other.startswith("?"):
                    found[other] = ((link, back), *found[one])
                    later.append(other)
        edge = later
    return found
