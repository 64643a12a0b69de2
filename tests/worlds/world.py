"""A world: a small record and one question about it, made by edits of one covered record.

The record of `base.ttl` is covered by `decision.md`; variants change what applies, and stay covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pyoxigraph as ox

W = "https://world.example/"
V = "https://w3id.org/vires/ns#"
C = "https://w3id.org/vires/"
ORG = "http://www.w3.org/ns/org#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD = "http://www.w3.org/2001/XMLSchema#"
ON = "2026-11-22"

Node = ox.NamedNode | ox.Literal
Fact = tuple[str, str, Node]
"""Subject IRI, property IRI and value."""


def iri(name: str) -> ox.NamedNode:
    """An IRI from a short name: `w:`, `v:`, `c:`, `org:`, `skos:` or in full."""
    for prefix, base in (("w:", W), ("v:", V), ("c:", C), ("org:", ORG), ("skos:", SKOS)):
        if name.startswith(prefix):
            return ox.NamedNode(base + name[len(prefix) :])
    return ox.NamedNode(TYPE if name == "a" else name)


def day(text: str) -> ox.Literal:
    """A date."""
    return ox.Literal(text, datatype=ox.NamedNode(XSD + "date"))


def truth(value: bool) -> ox.Literal:
    """A boolean."""
    return ox.Literal("true" if value else "false", datatype=ox.NamedNode(XSD + "boolean"))


@dataclass(frozen=True)
class World:
    """A record with one question. Edits give a new world; the old is unchanged."""

    name: str
    facts: frozenset[Fact]
    question: dict[str, str | None] = field(hash=False)
    drafts: frozenset[Fact] = frozenset()

    def named(self, name: str) -> World:
        """The same world under another name."""
        return replace(self, name=name)

    def without(self, subject: str, prop: str, value: Node | None = None) -> World:
        """Take away the values of a property, or one of them."""
        s, p = iri(subject).value, iri(prop).value
        kept = {f for f in self.facts if not (f[0] == s and f[1] == p and value in (None, f[2]))}
        return replace(self, facts=frozenset(kept))

    def plus(self, subject: str, prop: str, *values: Node | str) -> World:
        """Add values of a property; a string is a short name."""
        s, p = iri(subject).value, iri(prop).value
        new = {(s, p, iri(v) if isinstance(v, str) else v) for v in values}
        return replace(self, facts=self.facts | new)

    def put(self, subject: str, prop: str, *values: Node | str) -> World:
        """Put values in place of those that a property has."""
        return self.without(subject, prop).plus(subject, prop, *values)

    def silent(self, subject: str, prop: str) -> World:
        """Record silence in place of a property's values."""
        return self.without(subject, prop).plus(subject, "v:notStated", iri(prop))

    def gone(self, subject: str) -> World:
        """Take away a node: what it states and what is stated of it."""
        node = iri(subject)
        kept = {f for f in self.facts if f[0] != node.value and f[2] != node}
        return replace(self, facts=frozenset(kept))

    def asking(self, **changed: str | None) -> World:
        """Ask something else; values are short names or, for `on`, a date."""
        question = dict(self.question)
        for key, value in changed.items():
            name = key.rstrip("_")
            question[name] = value if value is None or name == "on" else iri(value).value
        return replace(self, question=question)

    def add(self, turtle: str) -> World:
        """Add statements written in Turtle with the prefixes of `base.ttl`."""
        return replace(self, facts=self.facts | frozenset(_parse(_prefixes() + turtle)))

    def draft(self, turtle: str) -> World:
        """Add a draft graph that holds statements written in Turtle."""
        return replace(self, drafts=self.drafts | frozenset(_parse(_prefixes() + turtle)))

    def quads(self) -> list[ox.Quad]:
        """The statements, each in its graph."""
        kept, draft = ox.NamedNode(W + "graph"), ox.NamedNode(W + "draft")
        found = [_quad(fact, kept) for fact in self.facts]
        if self.drafts:
            found += [_quad(fact, draft) for fact in self.drafts]
            found.append(ox.Quad(draft, iri("v:isDraft"), truth(True), kept))
        return found

    def nquads(self) -> str:
        """The record as sorted N-Quads."""
        return "\n".join(sorted(f"{quad} ." for quad in self.quads())) + "\n"


def _quad(fact: Fact, graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(ox.NamedNode(fact[0]), ox.NamedNode(fact[1]), fact[2], graph)


@cache
def _text() -> str:
    return (Path(__file__).parent / "base.ttl").read_text()


def _prefixes() -> str:
    return "".join(line + "\n" for line in _text().splitlines() if line.startswith("PREFIX"))


def _parse(text: str) -> Iterable[Fact]:
    for triple in ox.parse(text, format=ox.RdfFormat.TURTLE):
        yield (triple.subject.value, triple.predicate.value, triple.object)


@cache
def base() -> World:
    """The covered world of `base.ttl`."""
    question: dict[str, str | None] = {
        "from": W + "from",
        "to": W + "to",
        "purpose": W + "section-47",
        "category": W + "case-record",
        "subjects": W + "infant",
        "on": ON,
    }
    return World("three-level", frozenset(_parse(_text())), question)


def no_purposes(world: World) -> World:
    """A profile that requires principles alone."""
    return (
        world.put("w:profile", "v:requiresLevel", "c:level/principles")
        .put("w:t3-v1", "v:underpinnedBy", "w:t1-v1")
        .gone("w:t2")
    )


def single_level(world: World) -> World:
    """A profile that requires no level above."""
    return world.without("w:profile", "v:requiresLevel").without("w:t3-v1", "v:underpinnedBy")


def law_enforcement_from(world: World) -> World:
    """The discloser is under Part 3, the recipient under the general regime."""
    return (
        world.plus("w:from", "a", "v:CompetentAuthority")
        .put("w:giver", "v:regime", "c:regime/law-enforcement")
        .without("w:giver", "v:reliesOnBasis")
        .put(
            "w:giver",
            "v:reliesOnCondition",
            "w:le-necessary",
            "w:le-strict",
            "w:sch8",
            "w:confidence",
        )
        .plus("w:policy-from", "v:coversCondition", "w:le-strict")
        .plus("w:taker", "v:crossingBasis", "w:gate")
    )


def law_enforcement_to(world: World) -> World:
    """The recipient is under Part 3, the discloser under the general regime."""
    return (
        world.put("w:taker", "v:regime", "c:regime/law-enforcement")
        .without("w:taker", "v:reliesOnBasis")
        .put("w:taker", "v:reliesOnCondition", "w:le-necessary", "w:le-strict", "w:sch8")
        .plus("w:policy-to", "v:coversCondition", "w:le-strict")
    )


def law_enforcement_both(world: World) -> World:
    """Both sides are under Part 3."""
    return law_enforcement_to(law_enforcement_from(world).without("w:taker", "v:crossingBasis"))


def processor(world: World) -> World:
    """The recipient is a processor with a contract."""
    return (
        world.put("w:taker", "v:sideRole", "c:role/processor")
        .without("w:taker", "v:reliesOnBasis")
        .without("w:taker", "v:reliesOnCondition")
        .plus("w:taker", "v:processorContract", "w:contract")
    )


def deceased(world: World) -> World:
    """The people have died: data protection asks nothing, confidence still does."""
    return (
        world.put("w:flow", "v:aboutSubjects", "c:subjects/deceased-person")
        .asking(subjects=None)
        .without("w:giver", "v:reliesOnBasis")
        .without("w:taker", "v:reliesOnBasis")
    )


def private(world: World) -> World:
    """The discloser is a private body that relies on legitimate interests."""
    return (
        world.put("w:from", "a", "v:Organisation", "v:PrivateBody")
        .put("w:giver", "v:reliesOnBasis", "w:art6-interest")
        .put("w:from", "v:hasType", "w:charity")
    )


def ordinary(world: World) -> World:
    """The information is ordinary: Articles 9 and 10 and confidence do not apply."""
    return (
        world.put("w:case-record", "v:sensitivity", "c:sensitivity/ordinary")
        .put("w:genetic", "v:sensitivity", "c:sensitivity/ordinary")
        .put("w:offences", "v:sensitivity", "c:sensitivity/ordinary")
        .put("w:giver", "v:reliesOnCondition", "w:confidence")
    )


def _only(world: World, kind: str, giver: tuple[str, ...], taker: tuple[str, ...]) -> World:
    """Information of one sensitivity, with what each side then relies on."""
    return (
        world.put("w:case-record", "v:sensitivity", f"c:sensitivity/{kind}")
        .put("w:genetic", "v:sensitivity", "c:sensitivity/ordinary")
        .put("w:offences", "v:sensitivity", "c:sensitivity/ordinary")
        .put("w:giver", "v:reliesOnCondition", *giver)
        .put("w:taker", "v:reliesOnCondition", *taker)
    )


def special_category(world: World) -> World:
    """The information is special category alone: of the four, Article 9 applies."""
    return _only(world, "special-category", ("w:art9", "w:sch1"), ("w:art9", "w:sch1"))


def criminal_offence(world: World) -> World:
    """The information is about offences alone: of the four, Article 10 applies."""
    return _only(world, "criminal-offence", ("w:art10", "w:sch1"), ("w:art10", "w:sch1"))


def confidential(world: World) -> World:
    """The information is held in confidence and is not special: confidentiality applies."""
    return _only(world, "confidential", ("w:confidence",), ())


def restructured(world: World) -> World:
    """Both bodies are bound by predecessors' signatures, one through two events in turn."""
    return (
        world.put("w:sig-old", "v:onBehalfOf", "w:first")
        .put("w:sig-from-t2", "v:onBehalfOf", "w:district")
        .put("w:sig-from-t1", "v:onBehalfOf", "w:district")
        .put("w:sig-to-t1", "v:onBehalfOf", "w:old")
        .add(
            'w:forming a v:Split ; v:occurredOn "2024-07-01"^^xsd:date ; v:carriesSignatures true ;'
            " org:originalOrganization w:first ; org:resultingOrganization w:old, w:hospital-trust ."
            'w:transfer a v:FunctionTransfer ; v:occurredOn "2024-04-01"^^xsd:date ; '
            "v:carriesSignatures true ; org:originalOrganization w:district ; "
            "org:resultingOrganization w:from ."
        )
    )


PROFILES: dict[str, Callable[[World], World]] = {
    "three-level": lambda world: world,
    "no-purposes": no_purposes,
    "single-level": single_level,
}
"""What a profile requires; each is covered."""

TRIGGERS: dict[str, Callable[[World], World]] = {
    "ordinary": ordinary,
    "special-category": special_category,
    "criminal-offence": criminal_offence,
    "confidential": confidential,
    "law-enforcement-from": law_enforcement_from,
    "law-enforcement-to": law_enforcement_to,
    "law-enforcement-both": law_enforcement_both,
    "processor": processor,
    "deceased": deceased,
    "private": private,
    "restructured": restructured,
}
"""What a condition waits for; each is covered under every profile."""

VARIANTS: dict[str, Callable[[World], World]] = PROFILES | TRIGGERS
"""The covered worlds by name: a trigger alone stands under the profile of three levels."""


def covered(variant: str) -> World:
    """The covered world of a variant."""
    return VARIANTS[variant](base()).named(variant)


def covered_world(profile: str, trigger: str | None = None) -> World:
    """The covered world of a profile and, where one is named, a trigger."""
    world = PROFILES[profile](base())
    if trigger is None:
        return world.named(profile)
    return TRIGGERS[trigger](world).named(f"{profile}, {trigger}")
