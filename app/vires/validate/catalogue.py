"""The catalogue of consistency rules: `shapes/{family}/{rule}/rule.ttl`, each with its examples.

A rule is a SHACL shape that also says, in plain English, what is true of good data, why it matters,
how to mend it, what it cannot see and where it comes from.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from vires import content, ingest, terms
from vires.errors import RuleError, UsageError
from vires.validate.graph import ShapeGraph

RULE: Final = terms.BASE + "rule/"
SEVERITIES: Final = ("Violation", "Warning", "Info")
"""The severities of SHACL, gravest first; on screen they are must, should and advisory."""
RECORD: Final = "record"
"""The family of rules about malformed data, which no record may break."""

_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLACEHOLDER: Final = re.compile(r"\{[?$](\w+)\}")
_FILLED: Final = frozenset({"this", "value", "path"})


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule: its shape, and what it says of itself. Read once, so the same one is itself.

    `claim` is true of good data; `severity` is `Violation`, `Warning` or `Info`, unless a profile
    sets another; `message` says what is wrong with a thing, with placeholders; `applies_when` and
    `cannot_tell_when` are SELECTs of `?this`, None where the rule applies to every focus node, or
    can always tell.
    """

    key: str
    family: str
    number: str
    claim: str
    definition: str
    why: str
    fix: str
    limits: str
    sources: tuple[str, ...]
    severity: str
    message: str
    applies_when: str | None
    cannot_tell_when: str | None
    quads: tuple[ox.Quad, ...]
    path: Path

    @property
    def iri(self) -> str:
        """The IRI of the rule, which is the shape of every result it gives."""
        return RULE + self.key

    def examples(self, kind: str = "*") -> tuple[Path, ...]:
        """Its example files: those of a kind (`pass`, `fail` or `unknown`), or all."""
        found = self.path.glob(f"{kind}-*.ttl") if kind != "*" else self.path.glob("*-*.ttl")
        return tuple(sorted(found))


@cache
def rules(root: Path | None = None) -> tuple[Rule, ...]:
    """Every rule of a content folder (else of the shipped one), in order of family and key.

    Errors: `RuleError` naming the first that is malformed.
    """
    base = content.content_root() if root is None else root
    found = tuple(read(path) for path in sorted(base.glob("shapes/*/*/rule.ttl")))
    seen: dict[str, Path] = {}
    for rule in found:
        if rule.key in seen:
            raise RuleError(f"{rule.path}: `{rule.key}` is also {seen[rule.key]}; rename one")
        seen[rule.key] = rule.path
    return found


def select(pool: tuple[Rule, ...], wanted: list[str]) -> tuple[Rule, ...]:
    """The rules that are asked for, by key, number, family or IRI; all where nothing is.

    Errors: `UsageError` naming the first that is none of them.
    """
    found: list[Rule] = []
    for text in wanted:
        named = text.removeprefix(RULE)
        some = [r for r in pool if named in (r.key, r.family) or named.upper() == r.number.upper()]
        if not some:
            raise UsageError(f"--rule `{text}` is no rule; name one by key, number or family")
        found += some
    return tuple(dict.fromkeys(found)) if wanted else pool


def read(path: Path) -> Rule:
    """The rule of a `rule.ttl`.

    Errors: `RuleError` naming what is malformed, `IngestError` where the file is not well-formed.
    """
    key = path.parent.name
    where = f"rule `{key}`"
    quads = ingest.file_quads(path)
    graph = ShapeGraph(quads)
    shape = ox.NamedNode(RULE + key)
    if not _KEY.fullmatch(key):
        raise RuleError(f"{path}: `{key}` is no key; use lower case, digits and single hyphens")
    kinds = {kind.value for kind in graph.all(shape, terms.TYPE)}
    if terms.CONSISTENCY_RULE not in kinds or not kinds & {
        terms.SH + "NodeShape",
        terms.SH + "PropertyShape",
    }:
        raise RuleError(f"{path}: `{shape.value}` must be a ConsistencyRule and a SHACL shape")

    def said(prop: str) -> str:
        text = graph.text(shape, prop)
        if text is None or not text.strip():
            raise RuleError(f"{path}: <{prop}> is wanting; every rule says it")
        return text

    return Rule(
        key=key,
        family=path.parent.parent.name,
        number=said(terms.VIRES + "ruleId"),
        claim=said(terms.RDFS + "label"),
        definition=said(terms.SKOS + "definition"),
        why=said(terms.VIRES + "why"),
        fix=said(terms.VIRES + "fix"),
        limits=said(terms.VIRES + "ruleLimits"),
        sources=_sources(graph, shape, path),
        severity=_severity(graph, shape, where),
        message=_message(graph, shape, path),
        applies_when=graph.text(shape, terms.VIRES + "appliesWhen"),
        cannot_tell_when=graph.text(shape, terms.VIRES + "cannotTellWhen"),
        quads=quads,
        path=path.parent,
    )


def _sources(graph: ShapeGraph, shape: ox.NamedNode, path: Path) -> tuple[str, ...]:
    found = tuple(source.value for source in graph.all(shape, terms.DCTERMS + "source"))
    if not found:
        raise RuleError(f"{path}: `dcterms:source` is wanting; say where the rule comes from")
    return found


def _severity(graph: ShapeGraph, shape: ox.NamedNode, where: str) -> str:
    found = (graph.text(shape, terms.SH + "severity") or "").removeprefix(terms.SH)
    if found not in SEVERITIES:
        raise RuleError(f"{where}: `sh:severity` must be sh:Violation, sh:Warning or sh:Info")
    return found


def _message(graph: ShapeGraph, shape: ox.NamedNode, path: Path) -> str:
    """The message of the shape, or of its SPARQL constraint."""
    for node in (shape, *graph.all(shape, terms.SH + "sparql")):
        if (found := graph.text(node, terms.SH + "message")) is not None:
            return found
    raise RuleError(f"{path}: `sh:message` is wanting; say what is wrong with `{{$this}}`")


@cache
def edition(pool: tuple[Rule, ...]) -> str:
    """The hash of what rules say, which tells one edition of them from another."""
    lines = sorted(str(quad) for rule in pool for quad in rule.quads)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def placeholders(message: str) -> tuple[str, ...]:
    """The names that a message leaves to be filled: `{$this}`, `{?value}` and the like."""
    return tuple(_PLACEHOLDER.findall(message))


@cache
def extra_names(rule: Rule) -> tuple[str, ...]:
    """What a rule's message names beyond the node, the value and the path."""
    named = placeholders(rule.message)
    return tuple(dict.fromkeys(name for name in named if name not in _FILLED))


@cache
def prefixes(root: Path | None = None) -> dict[str, str]:
    """The prefixes that rules may use in SELECTs, declared once in `shapes/prefixes.ttl`."""
    base = content.content_root() if root is None else root
    found: dict[str, dict[str, str]] = {}
    for quad in ingest.file_quads(base / "shapes" / "prefixes.ttl"):
        if quad.predicate.value in (terms.SH + "prefix", terms.SH + "namespace"):
            assert isinstance(quad.object, ox.Literal)
            row = found.setdefault(str(quad.subject), {})
            row[quad.predicate.value.removeprefix(terms.SH)] = quad.object.value
    return {row["prefix"]: row["namespace"] for row in found.values()}
