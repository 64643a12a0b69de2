"""Random worlds: a covered one, a few edits, and things that have nothing to do with it."""

from __future__ import annotations

import random
from functools import cache

from tests.worlds.matrix import _faults, _local
from tests.worlds.scenes import scenes
from tests.worlds.world import ON, TYPE, VARIANTS, W, World, covered, day

_SILENCEABLE = [
    "commencesOn",
    "resultsInStatus",
    "signedOn",
    "occurredOn",
    "versionOf",
    "participant",
    "forCommunity",
    "regime",
    "permitsData",
    "needsPolicyDocument",
    "direction",
    "strength",
    "isLive",
    "underpinnedBy",
    "functionalLevel",
    "requiresCompanion",
    "memberFrom",
    "holderType",
    "sharesCategory",
    "forPurpose",
    "statesPurpose",
    "citesPower",
    "overridesConfidentiality",
    "inGroup",
    "hasProfile",
    "reliesOnPower",
    "reliesOnBasis",
]


@cache
def _pool(variant: str) -> tuple[World, ...]:
    return tuple(scenes(covered(variant)))


def _edited(world: World, chance: random.Random) -> World:
    """The world with one more fault."""
    pairs = sorted({(f[0], f[1]) for f in world.facts if f[0].startswith(W) and f[1] != TYPE})
    if chance.random() < 0.4:
        pairs = [pair for pair in pairs if _local(pair[1]) in _SILENCEABLE] or pairs
        subject, prop = chance.choice(pairs)
        return world.silent(subject, prop)
    subject, prop = chance.choice(pairs)
    faults = list(_faults(world, subject, prop))
    return chance.choice(faults) if faults else world


def _distracted(world: World, chance: random.Random) -> World:
    """The world with things that bear on nothing, and sometimes a second route."""
    number = chance.randrange(1000)
    extras = (
        f"w:other-{number} a v:Organisation, v:PublicBody ; v:hasType w:hospital .",
        f"w:term-{number} a v:Purpose ; skos:broader w:planning .",
        f"w:part-{number} a v:DataCategory ; skos:broader w:genetic .",
        f'w:sig-{number} a v:Signature ; v:signs w:t3-v1 ; v:onBehalfOf w:third ; v:signedOn "2025-02-01"^^xsd:date .',
        f'w:move-{number} a v:FunctionTransfer ; v:occurredOn "2025-05-05"^^xsd:date ; org:originalOrganization w:third ; org:resultingOrganization w:hospital-trust .',
        f'w:version-{number} v:versionOf w:other-instrument ; v:commencesOn "2025-01-01"^^xsd:date .',
    )  # fmt: skip
    for text in chance.sample(extras, chance.randrange(len(extras))):
        world = world.add(text)
    if chance.random() < 0.2:
        world = world.add(
            "w:flow-2 a v:DataFlow ; v:flowOf w:t3-v1 ; v:hasSide w:giver, w:taker ; "
            f"v:forPurpose w:{chance.choice(('planning', 'safeguarding'))} ; "
            "v:sharesCategory w:personal ; v:aboutSubjects w:child ."
        )
    if chance.random() < 0.2:
        world = world.draft(
            "w:sig-from v:signedOn '1999-01-01'^^xsd:date . w:flow v:flowOf w:t2-v1 ."
        )
    return world


def random_world(seed: int) -> World:
    """The world of a seed; the same for ever."""
    chance = random.Random(f"vires-{seed}")
    variant = chance.choice(list(VARIANTS))
    world = covered(variant)
    kind = chance.random()
    if kind < 0.13:
        world = world.gone("w:flow")
        if chance.random() < 0.7:
            world = world.gone("w:secrecy")
        if chance.random() < 0.3:
            world = world.gone("w:duty").gone("w:power").gone("w:exchange")
    elif kind < 0.18:
        world = world.asking(to=chance.choice(("w:third", "w:from", "w:old")))
    elif kind < 0.35:
        world = chance.choice(_pool(variant))
    for _ in range(chance.choice((0, 0, 1, 1, 1, 2, 3))):
        world = _edited(world, chance)
    if chance.random() < 0.2:
        moved = chance.choice(
            ("2024-12-31", "2025-01-01", "2026-11-21", "2027-12-31", "2028-01-01")
        )
        world = world.asking(on=moved)
    elif chance.random() < 0.1:
        world = world.put("w:t3-v1", "v:endsOn", day(ON))
    return _distracted(world, chance).named(f"random {seed}")
