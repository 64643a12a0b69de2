"""The agreements of every framework by tier, and one of them in focus, as at a day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from vires.decide import binding
from vires.decide.chain import climb
from vires.decide.gather import Source, value_of, whole
from vires.decide.logic import Outcome
from vires.decide.record import as_date
from vires.explain.read import law_of, words_of
from vires.explain.shown import Law, Named, uk_date
from vires.explain.standing import Standing
from vires.once import Once

LEVELS: Final = ("principles", "purposes", "processes")
"""The functional levels, the highest first; an agreement stands on those before its own."""

NO_FRAMEWORK: Final = Named("", "In no framework on record")

SIGNED: Final = "Signed"

_SIGNED: Final = {
    Outcome.MET: SIGNED,
    Outcome.CANNOT_TELL: "Cannot tell if signed",
    Outcome.NOT_MET: "Not yet signed",
}


_FOOTING: Final = {
    Outcome.MET: "",
    Outcome.CANNOT_TELL: "Cannot tell if what it stands on is in force",
    Outcome.NOT_MET: "What it must stand on is not in force, or not recorded",
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """An agreement on a day.

    `key` is its name in an address of the tier pages; `version` the IRI of the version shown, ''
    where none is recorded, with its label and days in words; `above` the IRIs of the agreements
    that this version stands on; `footing` says where these are not, or may not be, in force, and
    is '' otherwise; `parties` is how many organisations take part in it on the day, or, where
    that version has ended, on its last day, which is `ended`.
    """

    iri: str
    key: str
    label: str
    level: str
    tier: str
    framework: Named
    community: Named | None
    illustrative: bool
    status: str
    in_force: bool
    version: str
    version_label: str
    commences: str
    review: str
    above: tuple[str, ...]
    footing: str
    parties: int
    ended: date | None


@dataclass(frozen=True, slots=True)
class Branch:
    """An agreement and what stands on it."""

    instrument: Instrument
    below: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class FrameworkTiers:
    """A framework: its published agreements, then those of the record's examples, as trees.

    A tree begins with an agreement that stands on none; a level with a label of its own, such as
    'Tier 1', has it in `tiers`.
    """

    iri: str
    label: str
    published: tuple[Branch, ...]
    examples: tuple[Branch, ...]
    tiers: dict[str, str]
    size: int


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation, or a class of them, that takes part; `signed` in words, '' for a class."""

    iri: str
    label: str
    signed: str


@dataclass(frozen=True, slots=True)
class Focus:
    """One agreement with what it stands on (the highest first), who takes part, and its powers.

    `doubts` is the status on the day of each power that is not plainly in force, by its IRI.
    """

    instrument: Instrument
    above: tuple[Instrument, ...]
    below: tuple[Instrument, ...]
    parties: tuple[Party, ...]
    powers: tuple[Law, ...]
    doubts: Mapping[str, str]


def instruments(source: Source, on: date) -> tuple[Instrument, ...]:
    """Every agreement on record, by framework, level and label."""
    return _instruments(Once(source), on)


def frameworks(source: Source, on: date) -> tuple[FrameworkTiers, ...]:
    """Every framework with its agreements as trees, the one with most agreements first."""
    grouped: dict[Named, list[Instrument]] = defaultdict(list)
    for one in instruments(source, on):
        grouped[one.framework].append(one)
    order = sorted(grouped, key=lambda f: (-len(grouped[f]), f.label, f.iri))
    return tuple(_framework(named, grouped[named]) for named in order)


def focus(source: Source, iri: str, on: date) -> Focus | None:
    """One agreement in focus; None where the record holds no agreement of that IRI."""
    known = {one.iri: one for one in instruments(source, on)}
    if iri not in known:
        return None
    found = known[iri]
    above = {up: known[up] for up in _upwards(found, known)}
    rows = source.rows("tiers/powers", version=found.version) if found.version else ()
    powers = [law_of(source, power.value) for (power,) in rows]
    standing = Standing(source, on)
    doubts = {law.iri: standing.doubt(law.iri) for law in powers}
    return Focus(
        instrument=found,
        above=tuple(sorted(above.values(), key=_place)),
        below=tuple(one for one in known.values() if iri in one.above),
        parties=_party_list(source, found.version, found.ended or on) if found.version else (),
        powers=tuple(sorted(powers, key=_law_place)),
        doubts={power: word for power, word in doubts.items() if word},
    )


def by_key(source: Source, key: str, on: date) -> Instrument | None:
    """The agreement that a key of the tier pages names."""
    return next((one for one in instruments(source, on) if one.key == key), None)


def _place(one: Instrument) -> tuple[int, str, str]:
    level = LEVELS.index(one.level) if one.level in LEVELS else len(LEVELS)
    return level, one.label.casefold(), one.iri


def _law_place(law: Law) -> tuple[str, str]:
    return law.label.casefold(), law.iri


def _upwards(found: Instrument, known: dict[str, Instrument]) -> set[str]:
    """Every agreement above one, by any number of steps."""
    reached: set[str] = set()
    edge = set(found.above)
    while edge:
        reached |= edge
        edge = {up for iri in edge if iri in known for up in known[iri].above} - reached
    return {iri for iri in reached if iri in known} - {found.iri}


def _framework(named: Named, held: list[Instrument]) -> FrameworkTiers:
    known = {one.iri for one in held}
    below: dict[str, list[Instrument]] = defaultdict(list)
    roots = []
    for one in sorted(held, key=_place):
        parents = [up for up in one.above if up in known]
        below[parents[0]].append(one) if parents else roots.append(one)
    trees = [_branch(root, below, frozenset()) for root in roots]
    labels = {level: {one.tier for one in held if one.level == level} for level in LEVELS}
    return FrameworkTiers(
        iri=named.iri,
        label=named.label,
        published=tuple(t for t in trees if not t.instrument.illustrative),
        examples=tuple(t for t in trees if t.instrument.illustrative),
        tiers={level: next(iter(found)) for level, found in labels.items() if len(found) == 1},
        size=len(held),
    )


def _branch(root: Instrument, below: dict[str, list[Instrument]], trail: frozenset[str]) -> Branch:
    """What stands on an agreement; a ring, which the record should not hold, is cut."""
    seen = trail | {root.iri}
    children = (one for one in below[root.iri] if one.iri not in seen)
    return Branch(root, tuple(_branch(one, below, seen) for one in children))


def _party_list(source: Source, version: str, on: date) -> tuple[Party, ...]:
    """Who takes part on the day, and whether each is bound by a signature."""
    named = _parties(Once(source)).get(version, ())
    record = whole(source, on)
    found = []
    for iri, label, is_class in named:
        if is_class:
            found.append(Party(iri, label, ""))
        elif binding.participates(record, version, iri, on).outcome is not Outcome.NOT_MET:
            signed = binding.bound(record, version, iri, on).outcome
            found.append(Party(iri, label, _SIGNED[signed]))
    return tuple(found)


@lru_cache(maxsize=8)
def _parties(held: Once[Source]) -> dict[str, tuple[tuple[str, str, bool], ...]]:
    found: dict[str, tuple[tuple[str, str, bool], ...]] = {}
    for version, party, label, is_class in held.source.rows("tiers/parties"):
        row = (party.value, label.value if label else words_of(party.value), _true(is_class))
        if all(row[0] != other[0] for other in found.get(version.value, ())):
            found[version.value] = (*found.get(version.value, ()), row)
    return found


@dataclass(slots=True)
class _Version:
    label: str
    commences: date | None
    ends: date | None
    review: date | None
    above: list[str]


@lru_cache(maxsize=16)
def _instruments(held: Once[Source], on: date) -> tuple[Instrument, ...]:
    source = held.source
    versions = _versions(source)
    standing = Standing(source, on)
    rows: dict[str, tuple[Any, ...]] = {}
    for row in source.rows("tiers/instruments"):
        rows.setdefault(row[2].value, row)
    keys = short_keys(rows)
    found = []
    for iri, row in rows.items():
        own = versions.get(iri, {})
        stood = standing.instrument(iri)
        shown = own.get(stood.version or "", _Version("", None, None, None, []))
        ended = shown.ends if shown.ends and shown.ends < on else None
        running = stood.version and standing.version(stood.version).outcome is Outcome.MET
        found.append(
            Instrument(
                iri=iri,
                key=keys[iri],
                label=_text(row[3]) or words_of(iri),
                level=_last(row[4].value),
                tier=_text(row[5]),
                framework=_named(row[0], row[1]) or NO_FRAMEWORK,
                community=_named(row[6], row[7]),
                illustrative=_true(row[8]),
                status=stood.word,
                in_force=bool(running),
                version=stood.version or "",
                version_label=shown.label,
                commences=uk_date(shown.commences) if shown.commences else "",
                review=uk_date(shown.review) if shown.review else "",
                above=tuple(shown.above),
                footing=_footing(source, stood.version, _last(row[4].value), on),
                parties=_count(source, stood.version, ended or on),
                ended=ended,
            )
        )
    return tuple(sorted(found, key=lambda one: (one.framework.label, *_place(one))))


def _footing(source: Source, version: str | None, level: str, on: date) -> str:
    """Whether the tiers that a sharing agreement needs above it are in force, where in doubt."""
    if version is None or level != LEVELS[-1]:
        return ""
    return _FOOTING[climb(whole(source, on), version, on).finding.outcome]


def _count(source: Source, version: str | None, on: date) -> int:
    if version is None:
        return 0
    return sum(1 for party in _party_list(source, version, on) if party.signed)


def _versions(source: Source) -> dict[str, dict[str, _Version]]:
    found: dict[str, dict[str, _Version]] = defaultdict(dict)
    for instrument, version, label, commences, ends, review, above in source.rows("tiers/versions"):
        one = found[instrument.value].setdefault(
            version.value, _Version(_text(label), _day(commences), _day(ends), _day(review), [])
        )
        if above is not None and above.value not in one.above:
            one.above.append(above.value)
    return found


def short_keys(iris: Iterable[str]) -> dict[str, str]:
    """The end of each IRI; before it the first name of its host, where two areas share one."""
    listed = list(iris)
    shared = Counter(_last(iri) for iri in listed)
    return {
        iri: _last(iri)
        if shared[_last(iri)] == 1
        else f"{urlsplit(iri).netloc.split('.')[0]}.{_last(iri)}"
        for iri in listed
    }


def _named(iri: Any, label: Any) -> Named | None:
    return None if iri is None else Named(iri.value, _text(label) or words_of(iri.value))


def _day(term: Any) -> date | None:
    return None if term is None else as_date(value_of(term))


def _true(term: Any) -> bool:
    return term is not None and term.value in ("true", "1")


def _text(term: Any) -> str:
    return "" if term is None else str(term.value)


def _last(iri: str) -> str:
    return iri.rstrip("/").rsplit("/", 1)[-1]
