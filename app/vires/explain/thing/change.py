"""What changed from one version of an agreement to the next, in words."""

from __future__ import annotations

from typing import Final

from vires import terms
from vires.explain.thing.naming import Namer
from vires.explain.thing.parts import Item, Section, Table
from vires.explain.thing.read import iris, nodes, unique

_OF_FLOWS: Final = {
    "Purposes": (terms.FOR_PURPOSE,),
    "Information": (terms.SHARES_CATEGORY,),
    "Information excluded": (terms.EXCLUDES_CATEGORY,),
    "About whom": (terms.ABOUT_SUBJECTS,),
    "Methods": (terms.METHOD,),
    "Bases and conditions": (terms.RELIES_ON_BASIS, terms.RELIES_ON_CONDITION),
    "Powers relied on": (terms.RELIES_ON_POWER,),
}
_OF_VERSION: Final = {
    "Purposes stated": (terms.STATES_PURPOSE,),
    "Powers cited": (terms.CITES_POWER,),
    "Stands on": (terms.UNDERPINNED_BY,),
}


def changes(namer: Namer, version: str, before: str) -> Section:
    """What a version has that the one before it had not, and the other way about."""
    new, old = _content(namer, version), _content(namer, before)
    lines = []
    for what in new:
        added, left = new[what] - old[what], old[what] - new[what]
        if added or left:
            lines.append(
                (
                    (Item(what),),
                    unique(namer.thing(iri) for iri in added) or (Item("nothing"),),
                    unique(namer.thing(iri) for iri in left) or (Item("nothing"),),
                )
            )
    heading = f"What changed from {namer.label(before)}"
    if not lines:
        said = "Nothing differs in its parties, purposes, information, people, powers and tiers."
        return Section(heading, said)
    table = Table(heading, ("What", "Added", "Left out"), tuple(lines))
    return Section(heading, tables=(table,))


def _content(namer: Namer, version: str) -> dict[str, set[str]]:
    """What a version holds, by kind of content, as IRIs."""
    parties = nodes(namer.source, "page/parties", version=version).values()
    flows = nodes(namer.source, "page/flows", version=version).values()
    own = [(p.value, v.value) for p, v in namer.source.rows("page/statements", thing=version)]
    found = {"Parties": {iri for part in parties for iri in iris(part, terms.PARTICIPANT)}}
    for what, props in _OF_FLOWS.items():
        found[what] = {iri for facts in flows for iri in iris(facts, *props)}
    for what, props in _OF_VERSION.items():
        found[what] = {value for prop, value in own if prop in props}
    return found
