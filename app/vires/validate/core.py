"""The constraints of SHACL Core as SPARQL patterns that hold where the constraint is violated.

A pattern stands where its node is bound. Each is the recommendation's definition of the constraint
component, put so that no solution is counted: which nodes violate, not how many ways.
Source: SHACL, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, count
from typing import Final

import pyoxigraph as ox

from vires import terms
from vires.errors import RuleError
from vires.validate.graph import ShapeGraph, Term
from vires.validate.path import sparql_path

MOST_COUNTED: Final = 8
"""The greatest count that is compiled: n values are told apart by n(n-1)/2 comparisons."""

UNCONSTRAINING: Final = frozenset(
    terms.SH + name
    for name in (
        "path", "severity", "message", "name", "description", "order", "group", "defaultValue",
        "deactivated", "flags", "sparql",
        "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf",
    )
)  # fmt: skip
"""What constrains nothing here: `compile` reads `sh:sparql` and the targets."""

_CAST: Final = frozenset(
    terms.XSD + name
    for name in ("date", "dateTime", "time", "boolean", "integer", "decimal", "double", "float")
)
_UNCHECKED: Final = frozenset(
    {terms.XSD + "string", terms.XSD + "anyURI", terms.RDF + "langString"}
)
_KINDS: Final = {
    "IRI": "isIRI(%v)",
    "BlankNode": "isBLANK(%v)",
    "Literal": "isLITERAL(%v)",
    "BlankNodeOrIRI": "(isBLANK(%v) || isIRI(%v))",
    "BlankNodeOrLiteral": "(isBLANK(%v) || isLITERAL(%v))",
    "IRIOrLiteral": "(isIRI(%v) || isLITERAL(%v))",
}
_COMPARED: Final = {
    "minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<",
}  # fmt: skip
_SLOT: Final = re.compile(r"%([a-z]+)")


@dataclass(frozen=True, slots=True)
class Violation:
    """Where a constraint is violated: its component, the pattern, and the variable of the value."""

    component: str
    pattern: str
    value: str | None


@dataclass(slots=True)
class Patterns:
    """Writes the patterns of one shape graph; `where` names the rule in errors."""

    graph: ShapeGraph
    where: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def violations(self, shape: Term, node: str) -> tuple[Violation, ...]:
        """Every constraint of a shape on the node that a variable is bound to.

        Errors: `RuleError` naming what is not supported.
        """
        if self.graph.text(shape, terms.SH + "deactivated") in ("true", "1"):
            return ()
        found: list[Violation] = []
        path = self.path(shape)
        for prop in self.graph.properties(shape):
            if not prop.startswith(terms.SH) or prop in UNCONSTRAINING:
                continue
            name = prop.removeprefix(terms.SH)
            if name not in _WRITERS:
                raise RuleError(f"{self.where}: `sh:{name}` is not supported by the compiled rules")
            for value in self.graph.all(shape, prop):
                use = _Use(self, shape, node, path, name, value)
                found += _WRITERS[name](use)
        return tuple(found)

    def conforms(self, shape: Term, node: str) -> str:
        """An expression that is true where a node conforms to a shape."""
        if self.graph.one(shape, terms.SH + "sparql") is not None:
            raise RuleError(f"{self.where}: `sh:sparql` inside another shape is not supported")
        found = self.violations(shape, node)
        said = [fill("NOT EXISTS { %pattern }", pattern=v.pattern) for v in found]
        return f"({' && '.join(said)})" if said else "true"

    def fresh(self) -> str:
        """A variable that no other pattern has."""
        return f"?v{next(self._numbers)}"

    def path(self, shape: Term) -> str | None:
        """The path of a property shape, as SPARQL; None for a node shape."""
        node = self.graph.one(shape, terms.SH + "path")
        return None if node is None else sparql_path(self.graph, node, self.where)


def fill(template: str, **slots: str) -> str:
    """A template with each `%slot` filled; what fills a slot is not read again."""
    return _SLOT.sub(lambda match: slots[match[1]], template)


@dataclass(frozen=True, slots=True)
class _Use:
    """One use of a constraint parameter in a shape."""

    patterns: Patterns
    shape: Term
    node: str
    path: str | None
    name: str
    value: Term

    def each(self, filters: str, **slots: str) -> list[Violation]:
        """A violation by each value node for which the filters hold."""
        each, name = self._each()
        pattern = fill(f"%each {filters}", each=each, v=name, n=self.node, **slots)
        return [self.violation(pattern, name)]

    def whole(self, pattern: str, **slots: str) -> list[Violation]:
        """A violation by the node itself, of no one value."""
        path = self.need_path()
        return [self.violation(fill(pattern, n=self.node, p=path, **slots), None)]

    def violation(self, pattern: str, value: str | None) -> Violation:
        return Violation(_component(self.name), pattern, value)

    def need_path(self) -> str:
        if self.path is None:
            raise RuleError(f"{self.patterns.where}: `sh:{self.name}` needs `sh:path`")
        return self.path

    def number(self) -> int:
        try:
            found = int(self.value.value)
        except ValueError as error:
            raise RuleError(f"{self.patterns.where}: `sh:{self.name}` is no number") from error
        if not 0 <= found <= MOST_COUNTED and "Count" in self.name:
            raise RuleError(
                f"{self.patterns.where}: `sh:{self.name}` over {MOST_COUNTED} is not supported"
            )
        return found

    def values(self, least: int) -> str:
        """A pattern that holds where the node has so many different values."""
        names = [self.patterns.fresh() for _ in range(least)]
        path = self.need_path()
        lines = [fill("%n %p %v .", n=self.node, p=path, v=name) for name in names]
        lines += [fill("FILTER(!sameTerm(%a, %b))", a=a, b=b) for a, b in combinations(names, 2)]
        return " ".join(lines)

    def members(self) -> tuple[Term, ...]:
        return self.patterns.graph.list(self.value)

    def _each(self) -> tuple[str, str]:
        """The pattern that binds each value node, and its variable."""
        if self.path is None:
            return "", self.node
        name = self.patterns.fresh()
        return fill("%n %p %v .", n=self.node, p=self.path, v=name), name


def _component(name: str) -> str:
    return f"{terms.SH}{name[0].upper()}{name[1:]}ConstraintComponent"


def _class(use: _Use) -> list[Violation]:
    return use.each(
        "FILTER NOT EXISTS { %v %type %class }", type=TYPE_PATH, **{"class": str(use.value)}
    )


def _datatype(use: _Use) -> list[Violation]:
    kind = use.value.value
    if kind not in _CAST | _UNCHECKED:
        raise RuleError(f"{use.patterns.where}: `sh:datatype` {use.value} is not supported")
    form = "isLITERAL(%cast(STR(%v)))" if kind in _CAST else "true"
    return use.each(
        f"FILTER(!COALESCE(DATATYPE(%v) = %cast && {form}, false))", cast=str(use.value)
    )


def _node_kind(use: _Use) -> list[Violation]:
    kind = _KINDS.get(use.value.value.removeprefix(terms.SH))
    if kind is None:
        raise RuleError(f"{use.patterns.where}: `sh:nodeKind` {use.value} is no kind of node")
    return use.each(f"FILTER(!{kind})")


def _min_count(use: _Use) -> list[Violation]:
    least = use.number()
    if not least:
        return []
    return use.whole("FILTER NOT EXISTS { %values }", values=use.values(least))


def _max_count(use: _Use) -> list[Violation]:
    return use.whole("FILTER EXISTS { %values }", values=use.values(use.number() + 1))


def _compared(use: _Use) -> list[Violation]:
    return use.each(
        "FILTER(!COALESCE(%v %sign %bound, false))",
        sign=_COMPARED[use.name],
        bound=str(use.value),
    )


def _min_length(use: _Use) -> list[Violation]:
    return use.each("FILTER(isBLANK(%v) || STRLEN(STR(%v)) < %least)", least=str(use.number()))


def _max_length(use: _Use) -> list[Violation]:
    return use.each("FILTER(isBLANK(%v) || STRLEN(STR(%v)) > %most)", most=str(use.number()))


def _pattern(use: _Use) -> list[Violation]:
    flags = use.patterns.graph.text(use.shape, terms.SH + "flags") or ""
    return use.each(
        "FILTER(isBLANK(%v) || !REGEX(STR(%v), %pattern, %flags))",
        pattern=str(ox.Literal(use.value.value)),
        flags=str(ox.Literal(flags)),
    )


def _language_in(use: _Use) -> list[Violation]:
    tests = [fill("langMatches(LANG(%v), %l)", v="%v", l=str(m)) for m in use.members()]
    return use.each(f"FILTER(!COALESCE({' || '.join(tests) or 'false'}, false))")


def _unique_lang(use: _Use) -> list[Violation]:
    if use.value.value not in ("true", "1"):
        return []
    return use.whole(
        'FILTER EXISTS { %n %p %a , %b FILTER(!sameTerm(%a, %b) && LANG(%a) != "" '
        "&& LCASE(LANG(%a)) = LCASE(LANG(%b))) }",
        a=use.patterns.fresh(),
        b=use.patterns.fresh(),
    )


def _in(use: _Use) -> list[Violation]:
    slots = {f"m{chr(97 + i // 26)}{chr(97 + i % 26)}": str(m) for i, m in enumerate(use.members())}
    tests = [f"sameTerm(%v, %{slot})" for slot in slots]
    return use.each(f"FILTER(!({' || '.join(tests) or 'false'}))", **slots)


def _has_value(use: _Use) -> list[Violation]:
    if use.path is None:
        pattern = fill("FILTER(!sameTerm(%n, %x))", n=use.node, x=str(use.value))
        return [use.violation(pattern, None)]
    return use.whole("FILTER NOT EXISTS { %n %p %x }", x=str(use.value))


def _equals(use: _Use) -> list[Violation]:
    other = use.patterns.fresh()
    path = use.path
    lacking = (
        fill("FILTER(!sameTerm(%n, %o))", n=use.node, o=other)
        if path is None
        else fill("FILTER NOT EXISTS { %n %p %o }", n=use.node, p=path, o=other)
    )
    back = fill("%n %q %o . %lacking", n=use.node, q=str(use.value), o=other, lacking=lacking)
    forth = use.each("FILTER NOT EXISTS { %n %q %v }", q=str(use.value))
    return [*forth, use.violation(back, other)]


def _disjoint(use: _Use) -> list[Violation]:
    return use.each("FILTER EXISTS { %n %q %v }", q=str(use.value))


def _less_than(use: _Use) -> list[Violation]:
    sign = "<=" if use.name.endswith("OrEquals") else "<"
    use.need_path()
    return use.each(
        f"%n %q %o . FILTER(!COALESCE(%v {sign} %o, false))",
        q=str(use.value),
        o=use.patterns.fresh(),
    )


def _not(use: _Use) -> list[Violation]:
    return _of_shapes(use, (use.value,), lambda said: said[0])


def _node(use: _Use) -> list[Violation]:
    return _of_shapes(use, (use.value,), lambda said: f"!{said[0]}")


def _and(use: _Use) -> list[Violation]:
    return _of_shapes(use, use.members(), lambda said: f"!({' && '.join(said)})")


def _or(use: _Use) -> list[Violation]:
    return _of_shapes(use, use.members(), lambda said: f"!({' || '.join(said)})")


def _xone(use: _Use) -> list[Violation]:
    def exactly_one(said: list[str]) -> str:
        return " + ".join(f"IF({one}, 1, 0)" for one in said) + " != 1"

    return _of_shapes(use, use.members(), exactly_one)


def _property(use: _Use) -> list[Violation]:
    """A property shape inside another shape: violated by the node where it does not conform."""
    said = use.patterns.conforms(use.value, use.node)
    return [use.violation(fill("FILTER(!%said)", said=said), None)]


def _of_shapes(
    use: _Use, shapes: tuple[Term, ...], violated: Callable[[list[str]], str]
) -> list[Violation]:
    """A violation by each value node, judged by whether it conforms to other shapes."""
    if not shapes:
        raise RuleError(f"{use.patterns.where}: `sh:{use.name}` names no shapes")
    each, name = use._each()
    said = [use.patterns.conforms(shape, name) for shape in shapes]
    pattern = fill("%each FILTER(%test)", each=each, test=violated(said))
    return [use.violation(pattern, name)]


TYPE_PATH: Final = f"<{terms.TYPE}>/<{terms.RDFS}subClassOf>*"
"""How SHACL finds that a node is of a class."""

_WRITERS: Final[dict[str, Callable[[_Use], list[Violation]]]] = {
    "class": _class, "datatype": _datatype, "nodeKind": _node_kind,
    "minCount": _min_count, "maxCount": _max_count,
    "minInclusive": _compared, "minExclusive": _compared,
    "maxInclusive": _compared, "maxExclusive": _compared,
    "minLength": _min_length, "maxLength": _max_length, "pattern": _pattern,
    "languageIn": _language_in, "uniqueLang": _unique_lang, "in": _in, "hasValue": _has_value,
    "equals": _equals, "disjoint": _disjoint, "lessThan": _less_than,
    "lessThanOrEquals": _less_than,
    "not": _not, "and": _and, "or": _or, "xone": _xone, "node": _node, "property": _property,
}  # fmt: skip
