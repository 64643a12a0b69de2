"""Faults aimed at one condition: each leaves every other condition of the route met.

A fault makes its condition `not-met` or `cannot-tell` by `decision.md`, and names the variants in
which it strikes that condition alone. The random mix draws on every pair in turn, so that none of
the conditions is seen only in the company of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.worlds.world import World, covered, day, iri

Edit = Callable[[World], World]

_SINGLE = ("no-purposes", "single-level")
_TIERED = ("three-level", "processor", "deceased", "restructured", "special-category", "private")
_ALL = (*_TIERED, *_SINGLE)
_PUBLIC = ("three-level", "processor", "deceased", "restructured", "criminal-offence")
_SENSITIVE = ("three-level", "restructured", *_SINGLE)
_FORCE = ("law-enforcement-from", "law-enforcement-both")


def _put(subject: str, prop: str, *values: str) -> Edit:
    return lambda world: world.put(subject, prop, *values)


def _plus(subject: str, prop: str, *values: str) -> Edit:
    return lambda world: world.plus(subject, prop, *values)


def _on(subject: str, prop: str, text: str) -> Edit:
    return lambda world: world.put(subject, prop, day(text))


def _silent(subject: str, prop: str) -> Edit:
    return lambda world: world.silent(subject, prop)


def _gone(subject: str) -> Edit:
    return lambda world: world.gone(subject)


def _unrecorded(subject: str, owner: str, prop: str) -> Edit:
    """A node is not recorded, and what it would belong to is silent about it."""
    return lambda world: world.gone(subject).silent(owner, prop)


def _less(subject: str, prop: str, value: str) -> Edit:
    return lambda world: world.without(subject, prop, iri(value))


def _add(turtle: str) -> Edit:
    return lambda world: world.add(turtle)


def _asking(**changed: str | None) -> Edit:
    return lambda world: world.asking(**changed)


def _event(instrument: str, status: str, more: str = "") -> Edit:
    """A status event of an instrument: undated and of the whole, but for what `more` says."""
    return _add(
        f"w:{instrument} v:hadStatusEvent w:news . w:news a v:LifecycleEvent ; {more} "
        f"v:resultsInStatus <https://w3id.org/vires/status/{status}> ."
    )


def _wall(more: str) -> Edit:
    """A restriction in force that fits the discloser."""
    return _add(
        "w:wall a v:SharingRestriction ; v:holder w:from ; "
        "v:commencementStatus <https://w3id.org/vires/commencement/in-force> ; "
        f'v:inForceFrom "2000-01-01"^^xsd:date {more} .'
    )


_PAST = '"2026-03-01"^^xsd:date'
_KIND = "; v:restrictionKind <https://w3id.org/vires/restriction-kind"

AIMED: dict[tuple[str, str], tuple[tuple[str, ...], tuple[Edit, ...]]] = {
    ("version-in-force", "not-met"): (
        _ALL,
        (
            _event("t3", "suspended", f"v:occurredOn {_PAST} ;"),
            _event("t3", "withdrawn", f"v:occurredOn {_PAST} ; v:aboutVersion w:t3-v1 ;"),
            _add(f"w:t3-v2 v:versionOf w:t3 ; v:revises w:t3-v1 ; v:commencesOn {_PAST} ."),
        ),
    ),
    ("version-in-force", "cannot-tell"): (
        _ALL,
        (
            _event("t3", "suspended"),
            _event("t3", "superseded", f"v:occurredOn {_PAST} ;"),
            _event("t3", "unheard-of", f"v:occurredOn {_PAST} ; v:aboutVersion w:t3-v1 ;"),
        ),
    ),
    ("tier-chain", "not-met"): (
        _TIERED,
        (
            _on("w:t1-v1", "v:endsOn", "2026-11-21"),
            _on("w:t2-v1", "v:endsOn", "2025-06-30"),
            _event("t2", "ended", f"v:occurredOn {_PAST} ;"),
        ),
    ),
    ("tier-chain", "cannot-tell"): (
        _TIERED,
        (
            _silent("w:t1-v1", "v:commencesOn"),
            _event("t2", "suspended"),
            _event("t1", "unheard-of", f"v:occurredOn {_PAST} ;"),
        ),
    ),
    ("same-community", "not-met"): (
        _TIERED,
        (
            _put("w:t2", "v:forCommunity", "w:community-2"),
            lambda world: world.without("w:t2", "v:forCommunity"),
        ),
    ),
    ("same-community", "cannot-tell"): (
        _TIERED,
        (_silent("w:t2", "v:forCommunity"), _plus("w:t2", "v:forCommunity", "w:community-2")),
    ),
    ("parties", "not-met"): (
        _ALL,
        (
            _gone("w:part-to"),
            _on("w:part-from", "v:participatesUntil", "2026-11-21"),
            _add(
                f"w:closing a v:Dissolution ; v:occurredOn {_PAST} ; org:originalOrganization w:to ."
            ),
        ),
    ),
    ("parties", "cannot-tell"): (
        _ALL,
        (
            _unrecorded("w:part-from", "w:t3-v1", "v:participatesIn"),
            _silent("w:part-to", "v:participant"),
            _add("w:closing a v:Dissolution ; org:originalOrganization w:from ."),
            _add(
                f"w:closing a v:Merger ; v:occurredOn {_PAST} ; org:originalOrganization w:to ; "
                'org:resultingOrganization w:other , "unread" .'
            ),
        ),
    ),
    ("signed", "not-met"): (
        ("three-level", "processor", "deceased", "private", *_SINGLE),
        (
            _gone("w:sig-from"),
            _on("w:sig-from", "v:signedOn", "2026-11-23"),
            lambda world: world.without("w:merger", "v:carriesSignatures"),
        ),
    ),
    ("signed", "cannot-tell"): (
        ("three-level", "processor", "deceased", "private", *_SINGLE),
        (
            _silent("w:sig-from", "v:signedOn"),
            _unrecorded("w:sig-from", "w:t3-v1", "v:signs"),
            _silent("w:merger", "v:carriesSignatures"),
        ),
    ),
    ("bound-above", "not-met"): (
        _TIERED,
        (
            _gone("w:sig-to-t2"),
            _gone("w:member-from"),
            _on("w:member-from", "v:memberUntil", "2026-11-21"),
        ),
    ),
    ("bound-above", "cannot-tell"): (
        _TIERED,
        (
            _silent("w:sig-to-t1", "v:signedOn"),
            _silent("w:member-to", "v:memberFrom"),
            _unrecorded("w:member-to", "w:community", "v:inCommunity"),
        ),
    ),
    ("category", "not-met"): (
        _ALL,
        (
            _put("w:flow", "v:sharesCategory", "w:unrelated"),
            _put("w:flow", "v:sharesCategory", "w:offences"),
            _plus("w:flow", "v:excludesCategory", "w:case-record"),
        ),
    ),
    ("category", "cannot-tell"): (_ALL, (_silent("w:flow", "v:sharesCategory"),)),
    ("subjects", "not-met"): (
        ("three-level", "processor", "private", "ordinary", *_SINGLE),
        (
            _asking(subjects="w:anyone"),
            _put("w:flow", "v:aboutSubjects", "w:adult"),
            lambda world: world.without("w:flow", "v:aboutSubjects"),
        ),
    ),
    ("subjects", "cannot-tell"): (
        ("three-level", "processor", "private", "ordinary", *_SINGLE),
        (_silent("w:flow", "v:aboutSubjects"),),
    ),
    ("purpose", "not-met"): (
        _SINGLE,
        (
            _put("w:flow", "v:forPurpose", "w:planning"),
            _asking(purpose="w:safeguarding"),
            lambda world: world.without("w:flow", "v:forPurpose"),
        ),
    ),
    ("purpose", "cannot-tell"): (_SINGLE, (_silent("w:flow", "v:forPurpose"),)),
    ("purpose-within", "not-met"): (
        _TIERED,
        (
            _put("w:t2-v1", "v:statesPurpose", "w:planning"),
            _put("w:t2-v1", "v:statesPurpose", "w:section-47"),
            lambda world: world.without("w:t2-v1", "v:statesPurpose"),
        ),
    ),
    ("purpose-within", "cannot-tell"): (_TIERED, (_silent("w:t2-v1", "v:statesPurpose"),)),
    ("power", "not-met"): (
        _PUBLIC,
        (
            _put("w:t2-v1", "v:citesPower", "w:duty"),
            lambda world: world.without("w:t2-v1", "v:citesPower"),
        ),
    ),
    ("power", "cannot-tell"): (
        _PUBLIC,
        (
            _silent("w:t2-v1", "v:citesPower"),
            _silent("w:power", "v:strength"),
        ),
    ),
    ("article-6", "not-met"): (
        _SENSITIVE,
        (
            lambda world: world.without("w:taker", "v:reliesOnBasis"),
            _put("w:giver", "v:reliesOnBasis", "w:art6-interest"),
            _on("w:art6-task", "v:validFrom", "2026-11-23"),
        ),
    ),
    ("article-6", "cannot-tell"): (
        _SENSITIVE,
        (
            _silent("w:giver", "v:reliesOnBasis"),
            _add("w:art6-task v:validUntil w:unknown ."),
            _silent("w:art6-task", "v:validFrom"),
        ),
    ),
    ("article-9", "not-met"): (
        _SENSITIVE,
        (
            _less("w:taker", "v:reliesOnCondition", "w:art9"),
            _add('w:art9 v:validUntil "2026-11-21"^^xsd:date .'),
        ),
    ),
    ("article-9", "cannot-tell"): (
        _SENSITIVE,
        (_add("w:art9 v:validUntil w:unknown ."), _silent("w:art9", "v:requiresCompanion")),
    ),
    ("article-10", "not-met"): (
        _SENSITIVE,
        (
            _less("w:giver", "v:reliesOnCondition", "w:art10"),
            _plus("w:art10", "v:onlyForPurpose", "w:planning"),
        ),
    ),
    ("article-10", "cannot-tell"): (
        _SENSITIVE,
        (_add("w:art10 v:validUntil w:unknown ."), _silent("w:art10", "v:requiresCompanion")),
    ),
    ("law-enforcement", "not-met"): (
        _FORCE,
        (
            _less("w:giver", "v:reliesOnCondition", "w:le-necessary"),
            _less("w:from", "a", "v:CompetentAuthority"),
            _less("w:giver", "v:reliesOnCondition", "w:sch8"),
        ),
    ),
    ("law-enforcement", "cannot-tell"): (
        _FORCE,
        (_silent("w:giver", "v:policyDocument"), _add("w:le-necessary v:validUntil w:unknown .")),
    ),
    ("confidentiality", "not-met"): (
        (*_SENSITIVE, "deceased", "processor", "confidential"),
        (
            _less("w:giver", "v:reliesOnCondition", "w:confidence"),
            _put("w:power", "v:overridesConfidentiality"),
        ),
    ),
    ("confidentiality", "cannot-tell"): (
        (*_SENSITIVE, "deceased", "processor", "confidential"),
        (
            _silent("w:power", "v:overridesConfidentiality"),
            _add("w:confidence v:validFrom w:unknown ."),
        ),
    ),
    ("restriction", "not-met"): (
        _ALL,
        (
            _wall(f"{_KIND}/holder-secrecy>"),
            _wall(f"{_KIND}/holder-secrecy> ; v:liftedBy w:exchange"),
        ),
    ),
    ("restriction", "cannot-tell"): (
        (*_PUBLIC, *_SINGLE),
        (
            _wall(""),
            _wall(f"{_KIND}/holder-secrecy> ; v:notStated v:restrictsData"),
            _wall(f"{_KIND}/holder-secrecy> ; v:notStated v:liftedBy"),
        ),
    ),
}
"""For each condition and outcome: the variants, and the faults, any of which gives it alone."""


def aimed_world(pair: tuple[str, str], variant: int, edit: int) -> World:
    """The world of one aimed fault; numbers beyond the lists begin again."""
    variants, edits = AIMED[pair]
    name = variants[variant % len(variants)]
    world = edits[edit % len(edits)](covered(name))
    return world.named(f"{name}: {pair[0]} {pair[1]} {edit % len(edits)}")


def aimed_worlds() -> Iterator[tuple[tuple[str, str], World]]:
    """Every aimed fault in every variant that it names."""
    for pair, (variants, edits) in AIMED.items():
        for variant in range(len(variants)):
            for edit in range(len(edits)):
                yield pair, aimed_world(pair, variant, edit)
