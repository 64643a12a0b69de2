"""What a single fact cannot show: events, revisions, restructures, restrictions, questions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from tests.worlds.world import World

_STATUSES = [
    "approved",
    "commenced",
    "renewed",
    "reviewed",
    "under-review",
    "planned",
    "in-development",
    "draft",
    "suspended",
    "withdrawn",
    "superseded",
    "ended",
    "unheard-of",
]
_DAYS = ("2024-12-31", "2026-11-21", "2026-11-22", "2026-11-23", "")


def _date(prop: str, text: str) -> str:
    return f'v:{prop} "{text}"^^xsd:date ;' if text else ""


def _events(world: World) -> Iterator[World]:
    about = {
        "whole": "",
        "version": "v:aboutVersion w:t3-v1 ;",
        "other": "v:aboutVersion w:t3-v0 ;",
        "silent": "v:notStated v:aboutVersion ;",
    }
    for status, when, (whom, text) in product(_STATUSES, _DAYS, about.items()):
        yield world.add(
            f"w:t3 v:hadStatusEvent w:news . w:news a v:LifecycleEvent ; {text} "
            f"{_date('occurredOn', when)} v:resultsInStatus <https://w3id.org/vires/status/{status}> ."
        ).named(f"{world.name}: event {status} of {whom} on {when or 'no day'}")
    for status, instrument in product(_STATUSES, ("t1", "t2")):
        for whom, text in (("whole", ""), ("version", f"v:aboutVersion w:{instrument}-v1 ;")):
            yield world.add(
                f"w:{instrument} v:hadStatusEvent w:news . w:news a v:LifecycleEvent ; {text} "
                'v:occurredOn "2026-11-22"^^xsd:date ; '
                f"v:resultsInStatus <https://w3id.org/vires/status/{status}> ."
            ).named(f"{world.name}: event {status} of {instrument}, {whom}")
    yield (world.without("w:t3", "v:hadStatusEvent").without("w:t2", "v:hadStatusEvent")).named(
        f"{world.name}: no events"
    )
    for status in ("draft", "approved"):
        yield (
            world.without("w:t3", "v:hadStatusEvent")
            .add(
                "w:t3 v:hadStatusEvent w:news . w:news a v:LifecycleEvent ; v:notStated v:aboutVersion ;"
                f' v:occurredOn "2025-06-01"^^xsd:date ; v:resultsInStatus <https://w3id.org/vires/status/{status}> .'
            )
            .named(f"{world.name}: only event {status}, silent whom")
        )


def _revisions(world: World) -> Iterator[World]:
    for old, new, instrument in (
        ("w:t3-v1", "w:t3-v2", "w:t3"),
        ("w:t2-v1", "w:t2-v2", "w:t2"),
        ("w:t1-v1", "w:t1-v2", "w:t1"),
    ):
        for start in ("2026-11-21", "2026-11-22", "2026-11-23", ""):
            text = (
                f"{new} v:versionOf {instrument} ; {_date('commencesOn', start)} v:revises {old} ."
            )
            revised = world.add(text)
            yield revised.named(f"{world.name}: {new} commences {start or 'no day'}")
            for status, when in product(_STATUSES, ("2026-10-01", "2026-11-22", "")):
                yield revised.add(
                    f"{instrument} v:hadStatusEvent w:news . w:news v:aboutVersion {new} ; "
                    f"{_date('occurredOn', when)} "
                    f"v:resultsInStatus <https://w3id.org/vires/status/{status}> ."
                ).named(f"{world.name}: {new} commences {start}, {status} on {when or 'no day'}")
        yield world.add(
            f'{new} v:versionOf {instrument} ; v:revises w:between ; v:commencesOn "2026-01-01"^^xsd:date .'
            f" w:between v:revises {old} ."
        ).named(f"{world.name}: {new} revises by two steps")
        complete = (
            f'{new} v:versionOf {instrument} ; v:commencesOn "2026-01-01"^^xsd:date ; v:revises {old} ; '
            "v:underpinnedBy w:t1-v1 ; v:statesPurpose w:safeguarding ; v:citesPower w:power ; "
            f"v:continuesSignaturesOf {old} ."
        )
        yield world.add(complete).named(f"{world.name}: {new} takes over whole")
        yield world.add(complete + f"w:t3-v1 v:underpinnedBy {new} .").named(
            f"{world.name}: two versions of {instrument} above"
        )
        yield (
            world.put("w:t3-v1", "v:underpinnedBy", new)
            .add(complete)
            .named(f"{world.name}: stands on {new}")
        )
        yield world.add(
            complete
            + f'w:third-version v:versionOf {instrument} ; v:commencesOn "2026-01-01"^^xsd:date .'
        ).named(f"{world.name}: two other versions of {instrument} run")
        yield (
            world.put(old, "v:endsOn")
            .add(complete.replace("v:revises", "v:follows"))
            .named(f"{world.name}: {new} runs beside {old}")
        )


def _bodies(world: World) -> Iterator[World]:
    for body, kind, when in product(
        ("from", "to"), ("Dissolution", "Merger", "Split", "FunctionTransfer", "Renaming"), _DAYS
    ):
        event = f"w:end a v:{kind} ; {_date('occurredOn', when)} org:originalOrganization w:{body}"
        name = f"{world.name}: {kind} of {body} on {when or 'no day'}"
        yield world.add(event + " .").named(name)
        yield world.add(event + f" ; org:resultingOrganization w:{body} .").named(f"{name} stays")
        yield world.add(event + " ; v:notStated org:resultingOrganization .").named(
            f"{name} silent"
        )
    chain = (
        'w:first a v:Merger ; v:occurredOn "2024-07-01"^^xsd:date ; org:originalOrganization w:older ; '
        "org:resultingOrganization w:old ; v:carriesSignatures {carries} ."
    )
    older = world.put("w:sig-old", "v:onBehalfOf", "w:older")
    yield older.named(f"{world.name}: signed by a stranger")
    for carries in ("true", "false"):
        yield older.add(chain.format(carries=carries)).named(f"{world.name}: chain {carries}")
    yield older.add(chain.format(carries="true").replace("2024-07-01", "2024-10-01")).named(
        f"{world.name}: chain out of order"
    )
    yield older.add(chain.format(carries="true").replace("2024-07-01", "2024-04-01")).named(
        f"{world.name}: chain before the signature"
    )
    yield (
        world.without("w:part-from", "v:participant")
        .add("w:part-from v:participantClass w:council .")
        .named(f"{world.name}: takes part by class")
    )
    for node, prop in (
        ("w:sig-from", "v:signs"), ("w:part-from", "v:participatesIn"), ("w:member-from", "v:inCommunity"),
    ):  # fmt: skip
        owner = {
            "v:signs": "w:t3-v1",
            "v:participatesIn": "w:t3-v1",
            "v:inCommunity": "w:community",
        }
        yield world.gone(node).named(f"{world.name}: no {node}")
        yield world.gone(node).silent(owner[prop], prop).named(f"{world.name}: silent on {node}")
    yield world.put("w:sig-from", "v:deemedBy", "w:t2-v1").named(f"{world.name}: deemed, dated")
    yield world.put("w:sig-from-t1", "v:deemedBy", "w:t1-v1").named(
        f"{world.name}: deemed by itself"
    )
    yield (
        world.put("w:sig-from", "v:signedOn")
        .plus("w:sig-from", "v:deemedBy", "w:t1-v1")
        .named(f"{world.name}: deemed twice over")
    )
    for kinds in ((), ("v:PublicBody", "v:PrivateBody"), ("v:PrivateBody",), ("v:PublicBody",)):
        for body in ("w:from", "w:to"):
            changed = world.put(body, "a", "v:Organisation", "v:CompetentAuthority", *kinds)
            yield changed.named(f"{world.name}: {body} is {' '.join(kinds) or 'neither'}")
            for stated in ("true", "false"):
                yield (
                    changed.put("w:giver", "v:reliesOnBasis", "w:art6-interest")
                    .add(f"{body} v:publicAuthority {stated} .")
                    .named(f"{world.name}: {body} {' '.join(kinds)} authority {stated}, interests")
                )


def _law(world: World) -> Iterator[World]:
    rule = (
        "w:new a v:SharingRestriction ; v:holderType w:council ; "
        'v:commencementStatus <https://w3id.org/vires/commencement/{status}> ; v:inForceFrom "2000-01-01"^^xsd:date ; '
        "v:restrictionKind <https://w3id.org/vires/restriction-kind/{kind}> ; {more} ."
    )
    mores = {
        "plain": "a v:LegalReading",
        "limits relied power": "v:limits w:power",
        "limits all": "v:limits w:power, w:function, w:duty, w:exchange",
        "limits with data": "v:limits w:power ; v:restrictsData w:personal",
        "limits all data": "v:limits w:power ; v:restrictsData <https://w3id.org/vires/category/any>",
        "limits part": "v:limits w:power ; v:restrictsData w:offences",
        "limits uncoded": "v:limits w:power ; v:notStated v:restrictsData",
        "limits other data": "v:limits w:power ; v:restrictsData w:unrelated",
        "lifted": "v:liftedBy w:power",
        "lifted by the duty": "v:liftedBy w:duty",
        "for this purpose": "v:permitsPurpose w:safeguarding",
        "for another purpose": "v:permitsPurpose w:planning",
        "in Wales": "v:appliesIn <https://w3id.org/vires/nation/wales>",
        "silent nation": "v:notStated v:appliesIn",
        "excluded holder": "v:holderTypeExcluded w:metropolitan",
        "part, excluded": "v:restrictsData w:genetic",
    }
    kinds = ("limits-power", "holder-secrecy", "follows-data", "general-law", "unheard-of")
    statuses = ("in-force", "partly-commenced", "not-commenced", "in-force-unchecked")
    for kind, status, (name, more) in product(kinds, statuses, mores.items()):
        if status not in ("in-force", "partly-commenced") and name != "plain":
            continue
        yield world.add(rule.format(kind=kind, status=status, more=more)).named(
            f"{world.name}: {status} {kind}, {name}"
        )
    without = rule.format(
        kind="x", status="in-force", more="v:limits w:power ; v:restrictsData w:personal"
    )
    kindless = without.replace(
        "v:restrictionKind <https://w3id.org/vires/restriction-kind/x> ;", ""
    )
    yield world.add(kindless).named(f"{world.name}: a restriction without a kind")
    hub = world.put("w:power", "v:direction", "c:direction/hub-and-spoke")
    for kind in ("w:council", "w:police", "w:hospital"):
        yield hub.plus("w:power", "v:hubType", kind).named(f"{world.name}: hub {kind}")
    for direction in ("mutual", "same-list", "hub-and-spoke", "one-way", "open-holder"):
        turned = (
            world.put("w:power", "v:direction", f"c:direction/{direction}")
            .put("w:power", "v:holderType", "w:police")
            .put("w:power", "v:recipientType", "w:authority")
            .plus("w:power", "v:hubType", "w:police")
        )
        yield turned.named(f"{world.name}: power turned, {direction}")
    yield (
        world.plus("w:power", "v:holder", "w:from")
        .put("w:power", "v:holderType")
        .plus("w:power", "v:holderTypeExcluded", "w:council")
        .named(f"{world.name}: holder named and of an excluded type")
    )
    yield world.put("w:power", "v:holderTypeExcluded", "w:metropolitan").named(
        f"{world.name}: holder of an excluded type"
    )
    yield (
        world.put("w:power", "v:recipientType")
        .plus("w:power", "v:recipient", "w:to")
        .named(f"{world.name}: recipient named")
    )
    yield world.put("w:giver", "v:reliesOnPower", "w:duty", "w:function").named(
        f"{world.name}: relies on a duty that is not cited"
    )
    yield (
        world.put("w:giver", "v:reliesOnPower", "w:duty", "w:power")
        .plus("w:t2-v1", "v:citesPower", "w:duty")
        .named(f"{world.name}: relies on a duty too")
    )
    yield world.put("w:giver", "v:reliesOnBasis", "w:art6-c").named(
        f"{world.name}: obligation alone"
    )
    yield world.put("w:giver", "v:reliesOnBasis", "w:art6-interest").named(
        f"{world.name}: interests"
    )
    yield (
        world.put("w:giver", "v:reliesOnBasis", "w:art6-interest")
        .add("w:giver v:outsidePublicTasks true .")
        .named(f"{world.name}: interests outside its tasks")
    )
    yield (
        world.add("w:sch1 v:policyDocumentException v:CompetentAuthority .")
        .gone("w:policy-from")
        .named(f"{world.name}: policy document excepted")
    )
    listed = world.plus("w:art6-task", "v:requiresCompanion", "w:listed").plus(
        "w:giver", "v:reliesOnCondition", "w:listed"
    )
    listed = listed.plus("w:taker", "v:reliesOnCondition", "w:listed")
    for until in ("2020-01-01", "2030-01-01"):
        yield listed.add(f'w:listed a v:LegalCondition ; v:validUntil "{until}"^^xsd:date .').named(
            f"{world.name}: a companion of no other class until {until}"
        )
    yield world.without("w:sch1", "v:requiresCompanion").named(
        f"{world.name}: no ring of companions"
    )
    yield world.put("w:art9", "v:requiresCompanion", "w:art9").named(f"{world.name}: own companion")


def _questions(world: World) -> Iterator[World]:
    for field, values in {
        "category": ("w:personal", "w:offences", "w:genetic", "c:category/any", "w:unrelated"),
        "purpose": ("w:safeguarding", "w:child-safeguarding", "w:planning", "c:purpose/all"),
        "subjects": (None, "w:child", "w:anyone", "c:subjects/deceased-person"),
        "from_": ("w:to", "w:third", "w:stranger"),
        "to": ("w:from", "w:third", "w:old"),
        "on": (
            "2024-12-31", "2025-01-01", "2026-11-21", "2026-11-23", "2027-12-31", "2028-01-01",
            "1999-12-31",
        ),
    }.items():  # fmt: skip
        for value in values:
            yield world.asking(**{field: value}).named(f"{world.name}: asked {field} {value}")
    yield (
        world.put("w:flow", "v:forPurpose", "w:safeguarding")
        .asking(purpose="w:section-47")
        .named(f"{world.name}: asked two steps below a purpose")
    )
    yield (
        world.put("w:flow", "v:sharesCategory", "w:personal")
        .asking(category="w:genetic")
        .named(f"{world.name}: asked two steps below a category")
    )
    yield world.asking(from_="w:to", to="w:from").named(f"{world.name}: the other way")
    yield world.gone("w:flow").named(f"{world.name}: no flow")
    lone = world.gone("w:flow").gone("w:secrecy")
    yield lone.named(f"{world.name}: no flow, no secrecy")
    yield lone.gone("w:duty").named(f"{world.name}: power alone")
    yield lone.gone("w:duty").gone("w:power").named(f"{world.name}: exchange alone")
    yield lone.gone("w:duty").gone("w:power").gone("w:exchange").named(f"{world.name}: functions")
    yield (
        lone.gone("w:power")
        .put("w:duty", "v:dataForm", "c:data-form/depersonalised")
        .gone("w:exchange")
        .named(f"{world.name}: only depersonalised")
    )
    yield world.draft(
        "w:t3 v:hadStatusEvent w:news . w:news v:resultsInStatus <https://w3id.org/vires/status/suspended> ; "
        'v:occurredOn "2026-01-02"^^xsd:date .'
    ).named(f"{world.name}: a draft that stops it")


def scenes(world: World) -> Iterator[World]:
    """Every scene of a covered world; those of one subject where they differ from the base."""
    yield from _questions(world)
    if world.name in ("three-level", "private"):
        yield from _law(world)
    if world.name == "three-level":
        yield from _bodies(world)
        yield from _events(world)
        yield from _revisions(world)
