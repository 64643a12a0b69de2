"""The page of a consistency rule: what it claims, where it holds, its examples and its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vires import terms
from vires.explain.thing.generic import Found, Richer
from vires.explain.thing.naming import capital
from vires.explain.thing.parts import Item, Section, Table
from vires.validate import SAID, Rule, rules

RULES: Final = frozenset({terms.CONSISTENCY_RULE})
WHOLE: Final = 36_000
"""How many characters of examples a page holds; those beyond it are files to open."""

_KINDS: Final = {
    "pass": "Met",
    "fail": "Not met",
    "unknown": "Cannot tell",
}
"""The outcome of each kind of example, in the words of a check."""

_TARGETS: Final = {
    "targetClass": "Every {0} on record",
    "targetSubjectsOf": "Everything that states {0}",
}
_SHOWN: Final = frozenset(
    {
        *(terms.VIRES + name for name in ("why", "fix", "ruleLimits", "ruleId")),
        *(terms.VIRES + name for name in ("appliesWhen", "cannotTellWhen")),
        *(terms.SH + name for name in ("severity", "message", "sparql", *_TARGETS)),
    }
)


def rule(found: Found) -> Richer:
    """A rule of the catalogue; one that the catalogue does not have is shown as any other thing."""
    one = next((rule for rule in rules() if rule.iri == found.iri), None)
    if one is None:
        return Richer()
    return Richer(
        sections=(
            Section("Why it matters", one.why),
            Section("How to mend it", one.fix),
            Section("What it cannot see", one.limits),
            _where(found, one),
            _doubt(one),
            _severities(found, one),
            _examples(one),
            Section("The shape", code=(one.path / "rule.ttl").read_text(encoding="utf-8")),
        ),
        shown=_SHOWN | frozenset(p for p in found.values if p.startswith(terms.SH)),
        told=frozenset({terms.SETS_RULE}),
        kinds=(f"Consistency rule {one.number}, {one.family.replace('-', ' ')}",),
        views=("page/rule-severities",),
    )


def example(key: str, name: str) -> str | None:
    """The text of an example of a rule, by the rule's key and the file's name without its end."""
    for one in rules():
        if one.key == key:
            for path in one.examples():
                if path.stem == name:
                    return path.read_text(encoding="utf-8")
    return None


def _where(found: Found, one: Rule) -> Section:
    items = []
    for name, words in _TARGETS.items():
        for term in found.values.get(terms.SH + name, ()):
            thing = found.namer.thing(term.value)
            items.append(Item(words.format(thing.text[:1].lower() + thing.text[1:]), thing.href))
    note = (
        "It is asked of these, whatever they state:"
        if one.applies_when is None
        else ("It is asked of these, where the query below finds them:")
    )
    items.sort(key=lambda item: item.text)
    return Section("When it applies", note, items=tuple(items), code=one.applies_when or "")


def _doubt(one: Rule) -> Section:
    if one.cannot_tell_when is None:
        return Section("When it cannot tell", "Never: what it asks is on record or is not.")
    note = "Where the record says that the source is silent, as this query finds."
    return Section("When it cannot tell", note, code=one.cannot_tell_when)


def _severities(found: Found, one: Rule) -> Section:
    """The severity that the rule has by itself, and in each framework that sets its own."""
    own = capital(SAID[one.severity])
    lines = [((Item("Where no framework says otherwise"),), (Item(own),), (Item("the rule"),))]
    for framework, setting, severity in found.source.rows("page/rule-severities", rule=one.iri):
        named = own if severity is None else capital(_severity(severity.value))
        by = Item("the rule") if setting is None else found.namer.thing(setting.value)
        lines.append(((found.namer.thing(framework.value),), (Item(named),), (by,)))
    table = Table("Severity", ("Framework", "Severity", "Set by"), tuple(lines))
    note = "About the consistency of the record; never about whether an act of sharing is right."
    return Section("Severity", note, tables=(table,))


def _severity(iri: str) -> str:
    name = iri.removeprefix(terms.SH)
    return SAID.get(name, name)


def _examples(one: Rule) -> Section:
    """Its examples by outcome; the first of each as text, then others as far as the page holds."""
    first = {next(iter(found), None) for found in map(one.examples, _KINDS)}
    left = WHOLE - sum(len(_text(path)) for path in first if path)
    shown: list[Section] = []
    others: list[Item] = []
    for kind, path in _ordered(one):
        text = _text(path)
        name = f"{_KINDS[kind]}: {path.stem.removeprefix(kind + '-').replace('-', ' ')}"
        if path not in first:
            if len(text) > left:
                others.append(Item(name, f"/rules/{one.key}/{path.stem}"))
                continue
            left -= len(text)
        shown.append(Section(name, code=text))
    if others:
        shown.append(Section("More examples, each a file", items=tuple(others)))
    note = "" if one.examples("unknown") else "None that cannot tell: it can always tell."
    return Section("Examples", note, below=tuple(shown))


def _ordered(one: Rule) -> Iterator[tuple[str, Path]]:
    return ((kind, path) for kind in _KINDS for path in one.examples(kind))


def _text(path: Path) -> str:
    return re.sub(r"\s+\Z", "\n", path.read_text(encoding="utf-8"))
