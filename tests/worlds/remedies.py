"""What a near miss says to do, done: one change to the record for each condition that fails.

The engine gives a change in words. Here each is carried out as its words say, so that a test can
see whether it would have been enough.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.worlds.world import ORG, W, World, day, iri

_REMEDY_POWER = (
    "w:new-power a v:PermissivePower ; v:strength <https://w3id.org/vires/strength/gateway> ; "
    "v:holder w:from ; v:openRecipient true ; v:overridesConfidentiality true ; "
    "v:permitsPurpose <https://w3id.org/vires/purpose/all> ; "
    "v:permitsData <https://w3id.org/vires/category/any> ; "
    "v:commencementStatus <https://w3id.org/vires/commencement/in-force> ; "
    'v:inForceFrom "2000-01-01"^^xsd:date . w:giver v:reliesOnPower w:new-power . '
    "w:t2-v1 v:citesPower w:new-power . "
)


def _signed(world: World) -> World:
    """Record a signature of each body."""
    return world.add(_signatures("t3-v1"))


def _signatures(version: str) -> str:
    return "".join(
        f"w:new-{body}-{version} a v:Signature ; v:signs w:{version} ; v:onBehalfOf w:{body} ; "
        'v:signedOn "2024-01-01"^^xsd:date . '
        for body in ("from", "to")
    )


def _parties(world: World) -> World:
    """Record both bodies as parties."""
    return world.add(
        "w:new-a a v:Participation ; v:participant w:from ; v:participatesIn w:t3-v1 . "
        "w:new-b a v:Participation ; v:participant w:to ; v:participatesIn w:t3-v1 ."
    )


def goes_on(world: World) -> World:
    """Record that a body goes on after its restructure."""
    gone = [
        o for s, p, o in world.facts if p == ORG + "originalOrganization" and s == W + "closing"
    ]
    return world.plus("w:closing", "org:resultingOrganization", *gone)


def _bound_above(world: World) -> World:
    """Record the signatures and memberships of both bodies above the agreement."""
    return world.add(
        _signatures("t2-v1")
        + _signatures("t1-v1")
        + "".join(
            f"w:new-m-{body} a v:CommunityMembership ; org:member w:{body} ; "
            'v:inCommunity w:community ; v:memberFrom "2024-01-01"^^xsd:date . '
            for body in ("from", "to")
        )
    )


def _asked(field: str, prop: str) -> Callable[[World], World]:
    """Add what is asked to the values of a property of the flow."""
    return lambda world: world.plus("w:flow", prop, iri(str(world.question[field])))


def _category(world: World) -> World:
    """Add the information to what the flow shares, or take it out of what it excludes."""
    asked = iri(str(world.question["category"]))
    return world.without("w:flow", "v:excludesCategory", asked).plus(
        "w:flow", "v:sharesCategory", asked
    )


def _purpose_within(world: World) -> World:
    """State a purpose above that takes in the purpose of the flow."""
    return world.plus("w:t2-v1", "v:statesPurpose", "c:purpose/all")


def _relying(*kinds: str) -> Callable[[World], World]:
    """Record a condition of these classes or groups that holds for each side."""

    def mended(world: World) -> World:
        for number, kind in enumerate(kinds):
            name = f"w:new-condition-{number}"
            prop = "v:inGroup" if kind.startswith("c:") else "a"
            world = world.plus(name, "a", "v:LawEnforcementCondition").plus(name, prop, kind)
            for side in ("w:giver", "w:taker"):
                world = world.plus(side, "v:reliesOnCondition", name)
        return world

    return mended


def _law_enforcement(world: World) -> World:
    """Record what Part 3 asks of each side: the conditions, and a competent authority."""
    relying = _relying("c:condition-group/dpa-part3", "c:condition-group/dpa-part3-sensitive")
    return relying(world).plus("w:from", "a", "v:CompetentAuthority")


def _restriction(world: World) -> World:
    """Rely on a power that lifts the restriction."""
    return world.add(_REMEDY_POWER + "w:wall v:liftedBy w:new-power .")


def _tier_chain(world: World) -> World:
    """Record a version of each level above that is in force."""
    return (
        world.put("w:t1-v1", "v:endsOn", day("2027-12-31"))
        .put("w:t2-v1", "v:endsOn", day("2027-12-31"))
        .gone("w:news")
    )


def _version_in_force(world: World) -> World:
    """Record that the version is in force."""
    return world.gone("w:news").gone("w:t3-v2")


def _same_community(world: World) -> World:
    """Stand on an agreement of the same community."""
    return world.put("w:t2", "v:forCommunity", "w:community")


def _power(world: World) -> World:
    """Rely on a power in force that fits, and cite it above."""
    return world.add(_REMEDY_POWER)


REMEDIES: dict[str, Callable[[World], World]] = {
    "version-in-force": _version_in_force,
    "tier-chain": _tier_chain,
    "same-community": _same_community,
    "parties": _parties,
    "signed": _signed,
    "bound-above": _bound_above,
    "category": _category,
    "subjects": _asked("subjects", "v:aboutSubjects"),
    "purpose": _asked("purpose", "v:forPurpose"),
    "purpose-within": _purpose_within,
    "power": _power,
    "article-6": _relying("v:Article6Basis"),
    "article-9": _relying("v:Article9Condition"),
    "article-10": _relying("v:Article10Basis"),
    "law-enforcement": _law_enforcement,
    "confidentiality": _relying("v:ConfidentialityBasis"),
    "restriction": _restriction,
}
"""For each condition, its near miss's change, carried out."""
