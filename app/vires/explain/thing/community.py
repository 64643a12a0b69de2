"""The page of an information community: its members, and its agreements by tier."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from vires import terms
from vires.decide.words import NOT_RECORDED, NOT_STATED
from vires.explain.standing import Standing
from vires.explain.thing.generic import Found, Richer
from vires.explain.thing.naming import capital, day, text_of
from vires.explain.thing.parts import Item, Register, Section, Table
from vires.explain.thing.read import EXAMPLE, absence, silences, true
from vires.explain.thing.read import agreement as example

COMMUNITIES: Final = (terms.VIRES + "InformationCommunity",)


def community(found: Found) -> Richer:
    """Who belongs to a community, and what was agreed for it."""
    standing = Standing(found.source, found.today)
    members: list[tuple[tuple[Item, ...], ...]] = []
    tiers: dict[str, list[tuple[tuple[Item, ...], ...]]] = defaultdict(list)
    rows = found.source.rows("page/community", community=found.iri)
    for kind, thing, start, end, tier, marked in rows:
        if kind.value == "member":
            member = (found.namer.thing(thing.value, EXAMPLE if true(marked) else ""),)
            begun = Item(day(start) or NOT_RECORDED)
            members.append((member, (begun,), (Item(day(end) or "no end recorded"),)))
        else:
            status = Item(standing.instrument(thing.value).word)
            named = (example(found.namer, thing.value),)
            tiers[text_of(tier) or "Tier not recorded"].append((named, (status,)))
    silent = NOT_STATED if terms.IN_COMMUNITY in silences(found.values) else NOT_RECORDED
    tables = tuple(
        Table(tier, ("Agreement", "Status"), tuple(lines)) for tier, lines in sorted(tiers.items())
    )
    listed = Table("Members", ("Organisation", "From", "Until"), tuple(members))
    none = capital(absence(found.values, terms.FOR_COMMUNITY)) + "."
    return Richer(
        sections=(
            Section(
                "Members",
                "" if members else capital(silent) + ".",
                tables=(listed,) if members else (),
                register=Register("organisations", "community", found.iri),
            ),
            Section(
                "Agreements by tier",
                "" if tables else none,
                tables=tables,
                register=Register("agreements", "community", found.iri),
            ),
        ),
        told=frozenset({terms.IN_COMMUNITY, terms.FOR_COMMUNITY}),
        views=("page/community",),
    )
