"""The single-fault matrix: every fact of the covered worlds, spoiled in every way in turn."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from tests.worlds.scenes import scenes
from tests.worlds.world import ORG, SKOS, TYPE, VARIANTS, XSD, C, V, W, World, covered, day, iri

_LISTS = {
    "resultsInStatus": (
        "status", "approved commenced renewed reviewed under-review planned in-development draft "
        "suspended withdrawn superseded ended unheard-of",
    ),
    "commencementStatus": (
        "commencement",
        "in-force in-force-unchecked repealed announced not-commenced partly-commenced unheard-of",
    ),
    "strength": ("strength", "gateway duty implied function"),
    "direction": (
        "direction",
        "one-way open-holder mutual same-list hub-and-spoke matched-objective unheard-of",
    ),
    "dataForm": ("data-form", "identifiable depersonalised identifier-only de-identified"),
    "restrictionKind": (
        "restriction-kind", "limits-power follows-data holder-secrecy general-law unheard-of"
    ),
    "regime": ("regime", "general law-enforcement unheard-of"),
    "sideRole": ("role", "controller joint-controller processor unheard-of"),
    "trigger": ("trigger", "none on-request"),
    "functionalLevel": ("level", "principles purposes processes"),
    "requiresLevel": ("level", "principles purposes processes"),
    "sensitivity": ("sensitivity", "ordinary special-category criminal-offence confidential"),
    "appliesIn": ("nation", "england wales"),
    "inNation": ("nation", "england wales"),
}  # fmt: skip
_PLAIN = frozenset({"readingText", "triggerText", "prefLabel", "howToContact"})
_VARIED = frozenset(
    ["giver", "taker", "profile", "t3-v1", "policy-to", "art6-interest", "le-necessary", "le-strict", "sch8", "gate"]
)  # fmt: skip
_ALONE = frozenset(["giver", "case-record", "genetic", "offences"])
_SPOILT: dict[str, frozenset[str]] = {
    "no-purposes": _VARIED | {"flow"},
    "single-level": _VARIED | {"flow"},
    "special-category": _ALONE,
    "criminal-offence": _ALONE,
    "confidential": _ALONE,
    "restructured": frozenset(["merger", "forming", "transfer", "sig-old", "sig-from-t2", "sig-from-t1"]),
}  # fmt: skip
"""The nodes on the path that a variant changes; of the first variant every node is spoilt.

Without a level of purposes a purpose of the flow fails alone, so the flow is spoilt there too.
"""
_ALIKE = frozenset(["other language", "date-time", "string"])
"""Spoilt in the same way as what is ill-typed: tried of the first variant alone."""


def local(value: str) -> str:
    return value.removeprefix(V).removeprefix(W).removeprefix(ORG).removeprefix(SKOS)


def _others(prop: str, value: ox.NamedNode | ox.Literal) -> Iterator[tuple[str, ox.NamedNode]]:
    """Other IRIs that might stand for a value: a code of its list, and a stranger."""
    if isinstance(value, ox.Literal):
        return
    if prop in _LISTS:
        scheme, codes = _LISTS[prop]
        for code in codes.split():
            other = ox.NamedNode(f"{C}{scheme}/{code}")
            if other != value:
                yield code, other
        return
    bodies = {W + "from": "to", W + "to": "from"}
    if value.value in bodies:
        yield "the other party", iri(f"w:{bodies[value.value]}")
    for name in ("stranger", "third", "other-version"):
        yield name, iri(f"w:{name}")


def _spoiled_values(
    prop: str, value: ox.NamedNode | ox.Literal
) -> Iterator[tuple[str, ox.NamedNode | ox.Literal]]:
    """Values that may stand in place of one, with what is wrong with each."""
    yield "ill-typed", ox.Literal("not a value")
    yield "other language", ox.Literal("valeur", language="fr")
    yield from _others(prop, value)
    if not isinstance(value, ox.Literal):
        return
    if value.datatype.value == XSD + "date":
        for text in ("2026-11-21", "2026-11-22", "2026-11-23", "2026-02-30", "2024-01-01Z"):
            yield text, day(text)
        yield (
            "date-time",
            ox.Literal("2024-01-01T00:00:00", datatype=ox.NamedNode(XSD + "dateTime")),
        )
        yield "string", ox.Literal("2024-01-01")
    elif value.datatype.value == XSD + "boolean":
        yield "true", ox.Literal("true", datatype=value.datatype)
        yield "false", ox.Literal("false", datatype=value.datatype)
        yield "maybe", ox.Literal("maybe", datatype=value.datatype)


def faults(world: World, subject: str, prop: str) -> Iterator[World]:
    """A world for each fault of one property of one node."""
    values = sorted((f[2] for f in world.facts if (f[0], f[1]) == (subject, prop)), key=str)
    where = f"{world.name}: {local(subject)} {local(prop)}"
    if prop == TYPE:
        for value in values:
            yield world.without(subject, prop, value).named(f"{where} without {local(value.value)}")
        return
    yield world.without(subject, prop).named(f"{where} absent")
    yield world.silent(subject, prop).named(f"{where} silent")
    if world.name == "three-level":
        yield world.plus(subject, "v:notStated", iri(prop)).named(f"{where} stated and silent")
    for value in values:
        lone = world.without(subject, prop, value)
        if len(values) > 1:
            yield lone.named(f"{where} without {local(value.value)}")
        doubled = 0
        for what, spoiled in _spoiled_values(local(prop), value):
            if spoiled == value or (what in _ALIKE and world.name != "three-level"):
                continue
            yield lone.plus(subject, prop, spoiled).named(f"{where} {what} for {value.value[-24:]}")
            if what not in _ALIKE and doubled < 2:
                doubled += 1
                yield world.plus(subject, prop, spoiled).named(f"{where} and also {what}")


def matrix() -> Iterator[tuple[str, World]]:
    """Every world of the matrix with its name; names are unique."""
    seen: set[str] = set()
    for variant in VARIANTS:
        world = covered(variant)
        pairs = sorted({(f[0], f[1]) for f in world.facts})
        spoiled = (
            fault
            for subject, prop in pairs
            if local(prop) not in _PLAIN
            and (variant == "three-level" or local(subject) in _SPOILT.get(variant, _VARIED))
            for fault in faults(world, subject, prop)
        )
        for found in (world, *spoiled, *scenes(world)):
            name = found.name
            while name in seen:
                name += "'"
            seen.add(name)
            yield name, found.named(name)
