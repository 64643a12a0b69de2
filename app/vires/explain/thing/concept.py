"""The pages of concepts and code lists: the tree around one, and what uses it."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from vires import terms
from vires.explain.thing.generic import Found, Richer
from vires.explain.thing.naming import text_of
from vires.explain.thing.parts import Branch, Item, Register, Row, Section, Table
from vires.explain.thing.read import agreement as example
from vires.explain.thing.read import iris, unique

CONCEPTS: Final = tuple(
    terms.VIRES + name
    for name in ("Purpose", "DataCategory", "DataSubjectCategory", "OrganisationType")
)
BROADER: Final = terms.SKOS + "broader"
SCHEMES: Final = (terms.SKOS + "ConceptScheme",)
IN_SCHEME: Final = terms.SKOS + "inScheme"
_FACETS: Final = {"Purpose": "purpose", "DataCategory": "category"}
"""The facet of the register of flows that a class of concepts is chosen by."""
TOP: Final = terms.SKOS + "topConceptOf"


def concept(found: Found) -> Richer:
    """A purpose, kind of information, group of people or organisation type."""
    sections = [tree(found), _flows(found), _readings(found)]
    views = ["page/broader", "page/narrower", "page/concept-flows", "page/concept-readings"]
    if found.is_a(terms.VIRES + "OrganisationType"):
        bodies = found.source.rows("page/of-type", type=found.iri)
        items = unique(found.namer.thing(body.value) for (body,) in bodies)
        sections.append(
            Section(
                "Organisations of this type, or a narrower one",
                items=items,
                register=Register("organisations", "kind", found.iri),
            )
            if items
            else Section("Organisations of this type", "None on record.")
        )
        views.append("page/of-type")
    return Richer(
        sections=tuple(sections),
        shown=frozenset({BROADER, TOP, IN_SCHEME}),
        told=_TOLD,
        trail=tuple(found.namer.thing(iri) for iri in iris(found.values, IN_SCHEME)[:1]),
        views=tuple(views),
    )


def coded(found: Found) -> Richer:
    """Any other concept of a code list: its place in it."""
    section = tree(found)
    alone = not section.tree or not (section.tree[0].below or section.tree[0].here is False)
    return Richer(
        sections=() if alone else (section,),
        shown=frozenset({BROADER, TOP, IN_SCHEME}),
        told=frozenset({BROADER}),
        trail=tuple(found.namer.thing(iri) for iri in iris(found.values, IN_SCHEME)[:1]),
        views=("page/broader", "page/narrower"),
    )


_TOLD: Final = frozenset(
    {
        BROADER,
        terms.FOR_PURPOSE,
        terms.SHARES_CATEGORY,
        terms.EXCLUDES_CATEGORY,
        terms.ABOUT_SUBJECTS,
        terms.HAS_TYPE,
        terms.PERMITS_PURPOSE,
        terms.PERMITS_DATA,
        terms.RESTRICTS_DATA,
        terms.HOLDER_TYPE,
        terms.HOLDER_TYPE_EXCLUDED,
        terms.RECIPIENT_TYPE,
        terms.HUB_TYPE,
    }
)


def tree(found: Found) -> Section:
    """The concepts above a concept, itself, and those directly below it."""
    above: dict[str, set[str]] = defaultdict(set)
    for lower, upper in found.source.rows("page/broader", concept=found.iri):
        above[lower.value].add(upper.value)
    below = found.source.rows("page/narrower", concept=found.iri)
    narrower = tuple(Branch(item) for item in unique(found.namer.thing(n.value) for (n,) in below))
    here = Branch(found.namer.thing(found.iri), narrower, here=True)
    return Section("Broader and narrower", tree=_under(found, above, here, found.iri, ()))


def _under(
    found: Found, above: dict[str, set[str]], branch: Branch, iri: str, seen: tuple[str, ...]
) -> tuple[Branch, ...]:
    """A branch below each thing that is above it, up to the top; a ring ends where it closes."""
    uppers = sorted(above.get(iri, set()) - {*seen, iri})
    if not uppers:
        return (branch,)
    return tuple(
        grown
        for upper in uppers
        for grown in _under(
            found, above, Branch(found.namer.thing(upper), (branch,)), upper, (*seen, iri)
        )
    )


def _flows(found: Found) -> Section:
    """The flows for, of or about the concept or a narrower one, by agreement."""
    heading = "Flows that use it, or a narrower one"
    uses: dict[str, tuple[list[Item], set[str]]] = {}
    for flow, version, agreement, prop in found.source.rows(
        "page/concept-flows", concept=found.iri
    ):
        flows, how = uses.setdefault(text_of(agreement) or version.value, ([], set()))
        flows.append(found.namer.thing(flow.value))
        how.add(prop.value)
    lines = sorted(
        (
            (
                (example(found.namer, agreement),),
                unique(Item(found.namer.property(prop)) for prop in how),
                tuple(
                    Item(f"Flow {n}", item.href, hidden=item.text)
                    for n, item in enumerate(unique(flows), start=1)
                ),
            )
            for agreement, (flows, how) in uses.items()
        ),
        key=lambda line: line[0][0].text.casefold(),
    )
    if not lines:
        return Section(heading, "None on record.")
    headings = ("Agreement", "How", "Flows")
    table = Table(heading, headings, tuple(lines))
    facet = next((facet for name, facet in _FACETS.items() if found.is_a(terms.VIRES + name)), "")
    register = Register("flows", facet, found.iri) if facet else None
    return Section(heading, tables=(table,), register=register)


def _readings(found: Found) -> Section:
    groups: dict[str, list[Item]] = defaultdict(list)
    for reading, prop in found.source.rows("page/concept-readings", concept=found.iri):
        groups[prop.value].append(found.namer.thing(reading.value))
    rows = []
    for prop, items in groups.items():
        rows.append(Row(found.namer.property(prop), unique(items)))
    heading = "Readings of the law that name it"
    if not rows:
        return Section(heading, "None on record.")
    return Section(heading, rows=tuple(sorted(rows, key=lambda row: row.label)))


def scheme(found: Found) -> Richer:
    """A code list as a tree."""
    below: dict[str, set[str]] = defaultdict(set)
    members: set[str] = set()
    lower: set[str] = set()
    for member, upper in found.source.rows("page/scheme", scheme=found.iri):
        members.add(member.value)
        if upper is not None:
            below[upper.value].add(member.value)
            lower.add(member.value)
    tops = members - lower or members

    def branch(iri: str, seen: frozenset[str]) -> Branch:
        under = below.get(iri, set()) - seen
        grown = (branch(one, seen | {iri}) for one in under)
        return Branch(
            found.namer.thing(iri), tuple(sorted(grown, key=lambda b: b.item.text.casefold()))
        )

    roots = sorted((branch(iri, frozenset()) for iri in tops), key=lambda b: b.item.text.casefold())
    return Richer(
        sections=(Section("What it holds", tree=tuple(roots)),) if roots else (),
        told=frozenset({IN_SCHEME, TOP}),
        views=("page/scheme",),
    )
