"""Random worlds: a covered one, a few faults, and things that have nothing to do with it.

Every second world has one fault aimed at one condition, the conditions and outcomes in turn, so
that each is seen alone; the other half takes its faults by chance. Nothing but the number decides.
"""

from __future__ import annotations

import random
from functools import cache

from tests.worlds.aimed import AIMED, aimed_world
from tests.worlds.matrix import faults, local
from tests.worlds.scenes import scenes
from tests.worlds.world import ON, PROFILES, TRIGGERS, TYPE, W, World, covered, covered_world, day

_SILENCEABLE = frozenset(
    [
        "commencesOn", "resultsInStatus", "signedOn", "occurredOn", "versionOf", "participant",
        "forCommunity", "regime", "permitsData", "needsPolicyDocument", "direction", "strength",
        "isLive", "underpinnedBy", "functionalLevel", "requiresCompanion", "memberFrom",
        "holderType", "sharesCategory", "forPurpose", "statesPurpose", "citesPower",
        "overridesConfidentiality", "inGroup", "hasProfile", "reliesOnPower", "reliesOnBasis",
    ]
)  # fmt: skip
_SCENIC = ("three-level", "private", "no-purposes", "deceased")


@cache
def _pool(variant: str) -> tuple[World, ...]:
    return tuple(scenes(covered(variant)))


def _edited(world: World, chance: random.Random) -> World:
    """The world with one more fault; two in five are recorded silence."""
    pairs = sorted({(f[0], f[1]) for f in world.facts if f[0].startswith(W) and f[1] != TYPE})
    if chance.random() < 0.4:
        pairs = [pair for pair in pairs if local(pair[1]) in _SILENCEABLE] or pairs
        return world.silent(*chance.choice(pairs))
    found = list(faults(world, *chance.choice(pairs)))
    return chance.choice(found) if found else world


def _distracted(world: World, chance: random.Random) -> World:
    """The world with what bears on no route: other bodies, terms, agreements, drafts."""
    number = chance.randrange(1000)
    extras = (
        f"w:other-{number} a v:Organisation, v:PublicBody ; v:hasType w:hospital .",
        f"w:term-{number} a v:Purpose ; skos:broader w:planning .",
        f"w:part-{number} a v:DataCategory ; skos:broader w:genetic .",
        f'w:sig-{number} a v:Signature ; v:signs w:t3-v1 ; v:onBehalfOf w:third ; v:signedOn "2025-02-01"^^xsd:date .',
        f'w:move-{number} a v:FunctionTransfer ; v:occurredOn "2025-05-05"^^xsd:date ; org:originalOrganization w:third ; org:resultingOrganization w:hospital-trust .',
        f'w:version-{number} v:versionOf w:other-instrument ; v:commencesOn "2025-01-01"^^xsd:date .',
        f"w:newer-{number} v:revises w:version-{number} ; v:versionOf w:other-instrument .",
    )  # fmt: skip
    for text in chance.sample(extras, chance.randrange(len(extras))):
        world = world.add(text)
    if chance.random() < 0.2:
        world = world.draft(
            'w:sig-from v:signedOn "1999-01-01"^^xsd:date . w:flow v:flowOf w:t2-v1 .'
        )
    return world


def _second_route(world: World, chance: random.Random) -> World:
    """The world with one more flow between the same sides."""
    return world.add(
        "w:flow-2 a v:DataFlow ; v:flowOf w:t3-v1 ; v:hasSide w:giver, w:taker ; "
        f"v:forPurpose w:{chance.choice(('planning', 'safeguarding'))} ; "
        "v:sharesCategory w:personal ; v:aboutSubjects w:child ."
    )


def _without_agreement(world: World, chance: random.Random) -> World:
    """No flow between the two, and the powers that are left."""
    world = world.gone("w:flow")
    kind = chance.random()
    if kind < 0.65:
        return world.gone("w:secrecy")
    if kind < 0.8:
        return world.gone("w:secrecy").gone("w:power").gone("w:exchange")
    for power in ("w:duty", "w:power", "w:exchange"):
        world = world.gone(power)
    return world


def _by_chance(chance: random.Random) -> World:
    """A world whose faults are none, a scene of the matrix, or a few at random."""
    world = covered_world(chance.choice(list(PROFILES)), chance.choice([None, *TRIGGERS]))
    kind = chance.random()
    if kind < 0.18:
        world = _without_agreement(world, chance)
    elif kind < 0.25:
        world = world.asking(to=chance.choice(("w:third", "w:from", "w:old")))
    elif kind < 0.36:
        world = chance.choice(_pool(chance.choice(_SCENIC)))
    for _ in range(chance.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4))):
        world = _edited(world, chance)
    if chance.random() < 0.1:
        moved = ("2024-12-31", "2025-01-01", "2026-11-21", "2027-12-31", "2028-01-01")
        world = world.asking(on=chance.choice(moved))
    elif chance.random() < 0.1:
        world = world.put("w:t3-v1", "v:endsOn", day(ON))
    return _second_route(world, chance) if chance.random() < 0.2 else world


PARTED = (7874,)
"""The seeds of worlds that engine and oracle once judged differently."""


def random_world(seed: int) -> World:
    """The world of a seed; the same for ever."""
    chance = random.Random(f"vires-{seed}")
    if seed % 2:
        pairs = list(AIMED)
        pair = pairs[seed // 2 % len(pairs)]
        world = aimed_world(pair, chance.randrange(60), chance.randrange(60))
    else:
        world = _by_chance(chance)
    return _distracted(world, chance).named(f"random {seed}")
