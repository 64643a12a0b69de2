"""Reads what an answer needs beside it, from the snapshot that it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any, Final

from vires.decide import HEADINGS, Answer, labels
from vires.decide.answer import NearMiss, Route
from vires.decide.gather import Source
from vires.decide.words import NOT_RECORDED
from vires.explain.cautions import cautions
from vires.explain.posts import posts
from vires.explain.shown import (
    CONDITION_TITLES,
    Asker,
    Change,
    Condition,
    Explanation,
    Law,
    Named,
    RouteView,
    Side,
    Signed,
    Standing,
    uk_date,
)
from vires.once import Once

_OUTCOMES: Final = {"met": "met", "not-met": "not met", "cannot-tell": "cannot tell"}
_IRI: Final = re.compile(r"https?://[^\s,;)]+")


def explain(snapshot: Source, answer: Answer) -> Explanation:
    """The answer in names and plain words, from the snapshot it was asked of.

    Errors: none of its own; what the record lacks reads 'not recorded' or ''.
    """
    return _Explainer(snapshot, answer).page()


def _text(term: Any) -> str:
    return "" if term is None else str(term.value)


def _day(term: Any) -> str:
    try:
        return uk_date(date.fromisoformat(_text(term)))
    except ValueError:
        return _text(term)


def words_of(iri: str) -> str:
    """A last resort for a name: the end of the IRI, in words."""
    end = re.split(r"[/#]", iri.rstrip("/"))[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", end).replace("-", " ").lower() or iri


def law_of(snapshot: Source, iri: str) -> Law:
    """A reading or condition of law in words; what the record lacks is '' or 'not recorded'.

    Each is read once for a data version.
    """
    return _law(Once(snapshot), iri)


@lru_cache(maxsize=4096)
def _law(held: Once[Source], iri: str) -> Law:
    rows = held.source.rows("answer/law", thing=iri)
    row = rows[0] if rows else (None,) * 11
    label, text, trigger, needs, citation, printed, duty, strength, checked, begun, seen = (
        _text(term) for term in row
    )
    word = "must share if" if duty == "true" else "" if strength == "function" else "may share"
    if not strength and duty != "true":
        word = ""
    said = f"{checked.rstrip('.')} on {_day(row[-1])}" if checked and seen else checked
    return Law(
        iri=iri,
        label=": ".join(p for p in ("" if text else printed, label) if p) or words_of(iri),
        text=text,
        trigger=(trigger or needs or NOT_RECORDED).rstrip("."),
        href=citation if citation.startswith(("https://", "http://")) else "",
        word=word,
        strength=strength,
        marks=tuple(mark.rstrip(".") for mark in (said, begun) if mark),
    )


class _Explainer:
    """Reads what one answer needs, each thing once."""

    def __init__(self, snapshot: Source, answer: Answer) -> None:
        self.snapshot = snapshot
        self.answer = answer
        self.standings: dict[str, Standing] = {}
        self.nodes: dict[str, Named] = {}

    def label(self, iri: str) -> str:
        return labels(self.snapshot, (iri,)).get(iri) or words_of(iri)

    def named(self, iri: str) -> Named:
        return Named(iri, self.label(iri))

    def names(self, iris: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.label(iri) for iri in iris)

    def page(self) -> Explanation:
        answer, asked = self.answer, self.answer.question
        laws = [self.law(p.power) for p in answer.powers]
        routes = tuple(self.route(r) for r in answer.routes)
        return Explanation(
            heading=HEADINGS[answer.verdict],
            verdict=answer.verdict,
            reason=answer.reason,
            illustrative=answer.illustrative,
            from_=self.named(asked.from_),
            to=self.named(asked.to),
            purpose=self.named(asked.purpose),
            category=self.named(asked.category),
            subjects=self.named(asked.subjects) if asked.subjects else None,
            day=uk_date(asked.on),
            routes=routes,
            near=tuple(self.change(miss) for miss in answer.near_misses),
            powers=tuple(x for x in laws if x.word == "may share"),
            functions=tuple(x for x in laws if not x.word),
            duties=tuple(self.law(d.power) for d in answer.duties),
            restrictions=tuple(
                ((r.kind or NOT_RECORDED).replace("-", " "), self.law(r.power))
                for r in answer.restrictions
            ),
            not_tested=answer.not_tested,
            contacts=tuple(self.askers()),
            note=self.note(routes),
            rests_on=answer.rests_on,
            data_version=answer.data_version,
            queries=answer.query,
        )

    def askers(self) -> Iterator[Asker]:
        """Whom to ask at each body; a role whose every post there is an example is marked so."""
        for one in self.answer.urgent.contacts:
            held = [
                post.example
                for post in posts(self.snapshot, one.organisation)
                if post.role and self.label(post.role) == one.role
            ]
            mark = " (example data)" if held and all(held) else ""
            yield Asker(self.label(one.organisation), one.role, f"{one.how}{mark}")

    def law(self, iri: str) -> Law:
        return law_of(self.snapshot, iri)

    def standing(self, version: str) -> Standing:
        if version not in self.standings:
            rows = self.snapshot.rows("answer/version", version=version)
            row = rows[0] if rows else (None,) * 8
            agreement, title, tier, label, commences, ends, review, community = row
            last = re.search(r"/v/([^/]+)$", version)
            self.standings[version] = Standing(
                version=version,
                agreement=_text(agreement),
                title=_text(title) or words_of(_text(agreement) or version),
                tier=_text(tier),
                label=_version_words(_text(label) or (last[1] if last else "")),
                commences=_day(commences),
                ends=_day(ends),
                review=_day(review),
                community=_text(community),
            )
        return self.standings[version]

    def route(self, route: Route) -> RouteView:
        how: dict[str, list[str]] = {}
        for prop, label in self.snapshot.rows("answer/flow", flow=route.flow):
            how.setdefault(prop.value, []).append(label.value)
        power = route.conditions.get("power")
        return RouteView(
            flow=route.flow,
            outcome=route.outcome,
            describes=route.describes,
            illustrative=route.illustrative,
            standing=self.standing(route.version),
            status=_status(route),
            above=tuple(self.standing(v) for v in route.tier_chain if v != route.version),
            signatures=self.signatures(route),
            powers=tuple(self.law(p) for p in route.powers),
            power_applies=power is None or power.applies,
            sides=self.sides(route.flow),
            data=self.names(route.data),
            excluded=self.names(route.excluded),
            subjects=self.names(route.subjects),
            purposes=tuple(how.get("purpose", ())),
            methods=tuple(how.get("method", ())),
            retention=tuple(how.get("retention", ())),
            cautions=cautions(self.snapshot, self.answer, route, self.law),
            conditions=self.conditions(route),
        )

    def signatures(self, route: Route) -> tuple[Signed, ...]:
        """Those that the answer counted, else those of the two parties, else a row that says so."""
        asked = self.answer.question
        finding = route.conditions.get("signed")
        counted = set(finding.evidence) if finding else set()
        rows = self.snapshot.rows("answer/signatures", version=route.version)
        both = {asked.from_, asked.to}
        found: dict[str, Signed] = {}
        for signature, body, signed, capacity, deemed in rows:
            if body.value in both or signature.value in counted:
                found.setdefault(
                    body.value,
                    Signed(
                        self.label(body.value),
                        _day(signed) or NOT_RECORDED,
                        _text(capacity),
                        deemed is not None,
                    ),
                )
        shown = [found.pop(body) for body in (asked.from_, asked.to) if body in found]
        missing = [b for b in (asked.from_, asked.to) if self.label(b) not in _bodies(shown)]
        shown += found.values()
        if finding is None or finding.outcome != "met":
            shown += [Signed(self.label(body), "", "", False) for body in missing]
        return tuple(shown)

    def sides(self, flow: str) -> tuple[Side, ...]:
        asked = self.answer.question
        grouped: dict[tuple[str, str, str, str], list[Law]] = {}
        for kind, body, regime, role, basis in self.snapshot.rows("answer/sides", flow=flow):
            wanted = asked.from_ if kind.value == "from" else asked.to
            if body.value == wanted:
                key = (kind.value, body.value, _text(regime), _text(role))
                laws = grouped.setdefault(key, [])
                if basis is not None:
                    laws.append(self.law(basis.value))
        return tuple(
            Side(self.label(body), kind == "to", regime, role, tuple(laws))
            for (kind, body, regime, role), laws in grouped.items()
        )

    def conditions(self, route: Route) -> tuple[Condition, ...]:
        return tuple(
            Condition(
                name=name,
                title=CONDITION_TITLES.get(name, name),
                outcome=_OUTCOMES[found.outcome] if found.applies else "does not apply",
                evidence=tuple(self.node(iri) for iri in found.evidence),
                missing=tuple(self.label(iri) for iri in found.missing),
            )
            for name, found in route.conditions.items()
        )

    def node(self, iri: str) -> Named:
        """A node that a condition read: its label, else its kind, whose it is and of what day."""
        if iri not in self.nodes:
            label = labels(self.snapshot, (iri,)).get(iri)
            if not label:
                rows = self.snapshot.rows("answer/evidence", node=iri)
                label = _described(iri, rows[0] if rows else (None,) * 4)
            self.nodes[iri] = Named(iri, label)
        return self.nodes[iri]

    def change(self, miss: NearMiss) -> Change:
        route = next((r for r in self.answer.routes if r.flow == miss.flow), None)
        standing = self.standing(route.version) if route else None
        title = f"{standing.title}, {standing.label}" if standing else words_of(miss.flow)
        return Change(
            title=title,
            fails=tuple(CONDITION_TITLES.get(name, name) for name in miss.fails),
            changes=tuple(
                _plain(_IRI.sub(lambda m: f"'{self.label(m[0].rstrip('.'))}'", text))
                for text in miss.change
            ),
        )

    def note(self, routes: tuple[RouteView, ...]) -> str:
        """The words of a record, to copy; the person fills what only they know."""
        asked = self.answer.question
        about = f", about {self.label(asked.subjects)}" if asked.subjects else ""
        seen = next((r for r in routes if r.outcome == "covered" or r.describes), None)
        route = (
            f"Route seen: {seen.standing.title}, {seen.standing.label}. "
            if seen
            else "No documented route found. "
        )
        return (
            f"{uk_date(asked.on)}. [Your organisation and role.] "
            "Decided: [shared, shared in part, not shared, referred]. "
            f"Asked: {self.label(asked.category)}, from {self.label(asked.from_)} to "
            f"{self.label(asked.to)}, for {self.label(asked.purpose)}{about}. "
            f"The record said: {HEADINGS[self.answer.verdict].rstrip('.')}. {route}"
            "Basis: [under agreement, direct power, duty, emergency, professional judgement]. "
            "Reasons: [your words]. Urgent: [if so, when it will be looked at again]. "
            f"Data version {self.answer.data_version}."
        )


def _version_words(label: str) -> str:
    return label if not label or label.lower().startswith("version") else f"version {label}"


def _described(iri: str, row: tuple[Any, ...]) -> str:
    """A node without a label: its kind, whose it is, about what, of what day."""
    kind, body, about, day = row
    name = _text(kind)
    name = words_of(name).capitalize() if name.startswith("http") else name
    parts = (name or words_of(iri), _text(body), _text(about), _day(day))
    return ", ".join(part for part in parts if part)


def _bodies(signed: Iterable[Signed]) -> set[str]:
    return {one.organisation for one in signed}


def _plain(text: str) -> str:
    """A sentence whose bracketed property names are words: (signedOn) as (signed on)."""
    return re.sub(
        r"\([A-Za-z][A-Za-z, ]*\)", lambda m: re.sub("(?<=[a-z])(?=[A-Z])", " ", m[0]).lower(), text
    )


def _status(route: Route) -> str:
    """The status of the version on the day asked about, in the words of the registers."""
    found = route.conditions.get("version-in-force")
    if found is None or found.outcome == "cannot-tell":
        return "Cannot tell if in force"
    if found.outcome == "not-met":
        return "Not in force on this date"
    codes = {caution.code for caution in route.cautions}
    return "Under review" if "under-review" in codes else "In force"
