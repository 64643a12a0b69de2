"""Where things stand on a day, in words: instruments, readings of law, bodies, memberships.

Every outcome is that of the conditions of `vires.decide`, so that a list and an answer never
disagree; this module only finds the word for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from vires import terms
from vires.decide import names
from vires.decide.binding import bound, dissolved, member
from vires.decide.force import reading_in_force, version_in_force
from vires.decide.gather import Source, whole
from vires.decide.logic import Finding, Outcome
from vires.decide.record import Record, State, as_boolean, as_date, as_iri

IN_FORCE: Final = "In force"
UNDER_REVIEW: Final = "Under review"
UNTOLD: Final = "Cannot tell if in force"
NOT_STATED: Final = "Not stated in the source"

INSTRUMENT_WORDS: Final = (
    IN_FORCE,
    UNDER_REVIEW,
    "Not yet signed",
    "Not yet started",
    "In development",
    "Draft",
    "Planned",
    "Suspended",
    "Withdrawn",
    "Superseded",
    "Ended",
    "Not in force",
    UNTOLD,
    NOT_STATED,
    "Not recorded",
)
"""The words for an instrument; those between 'Not yet started' and 'Ended' are its statuses'."""

READING_WORDS: Final = (
    IN_FORCE,
    "In force, not checked",
    "Not yet in force",
    "Announced",
    "Not commenced",
    "Partly commenced",
    "Repealed",
    "No longer in force",
    UNTOLD,
)

SIGNED_WORDS: Final = (
    "Signed by every party",
    "Signed by some parties",
    "Not yet signed",
    "Cannot tell who signed",
    "No party named",
)

DISSOLVED: Final = "Dissolved"
ENDED: Final = "Ended"

BODY_WORDS: Final = ("No dissolution recorded", DISSOLVED, "Cannot tell if dissolved")


@dataclass(frozen=True, slots=True)
class InstrumentStatus:
    """The version of an instrument that stands on a day, or came nearest, and the word for it."""

    version: str | None
    word: str


class Standing:
    """What stands on one day in one record; every question is answered from the whole of it."""

    def __init__(self, source: Source, on: date) -> None:
        self.on = on
        self.record: Record = whole(source, on)
        self._names: Mapping[str, str] = names(source)

    def instrument(self, instrument: str) -> InstrumentStatus:
        """The status of an instrument: that of a version in force, else of the latest one."""
        versions = self.record.nodes_with(terms.VERSION_OF, instrument)
        if not versions:
            return InstrumentStatus(None, self._unversioned(instrument))
        findings = {version: self.version(version) for version in versions}
        best = max(finding.outcome for finding in findings.values())
        latest = max((v for v in versions if findings[v].outcome is best), key=self._age)
        if best is Outcome.NOT_MET:
            return InstrumentStatus(latest, self._why_not(instrument, latest))
        return InstrumentStatus(latest, _word(findings[latest]))

    def version(self, version: str) -> Finding:
        """Whether a version is in force, as the condition `version-in-force` finds it."""
        return version_in_force(self.record, version, self.on)

    def version_word(self, version: str, instrument: str) -> str:
        """The word for a version of an instrument."""
        found = self.version(version)
        if found.outcome is Outcome.NOT_MET:
            return self._why_not(instrument, version)
        return _word(found)

    def signed(self, instrument: str, parties: Sequence[str]) -> str:
        """How many of some bodies are bound to the version of an instrument that stands."""
        every, some_, none, untold, unnamed = SIGNED_WORDS
        version = self.instrument(instrument).version
        bodies = [party for party in parties if party != terms.NOT_STATED]
        if version is None or not bodies:
            return unnamed
        found = {bound(self.record, version, body, self.on).outcome for body in bodies}
        if found == {Outcome.MET}:
            return every
        if found == {Outcome.NOT_MET}:
            return none
        return some_ if Outcome.MET in found else untold

    def reading(self, reading: str) -> str:
        """The word for a reading of the law."""
        found = reading_in_force(self.record, reading, self.on)
        if found.outcome is Outcome.CANNOT_TELL:
            return UNTOLD
        if found.outcome is Outcome.MET:
            unchecked = any(caution.code == "reading-unchecked" for caution in found.cautions)
            return "In force, not checked" if unchecked else IN_FORCE
        status = self.record.one(reading, terms.COMMENCEMENT_STATUS, as_iri)
        if not isinstance(status, State) and status not in (
            terms.COMMENCEMENT_IN_FORCE,
            terms.COMMENCEMENT_UNCHECKED,
        ):
            return self._status_word(status)
        start = self.record.one(reading, terms.IN_FORCE_FROM, as_date)
        ahead = not isinstance(start, State) and start > self.on
        return "Not yet in force" if ahead else "No longer in force"

    def doubt(self, reading: str) -> str:
        """The word for a reading that is not plainly in force; '' for one that is."""
        word = self.reading(reading)
        return "" if word == IN_FORCE else word

    def body(self, organisation: str) -> str:
        """Whether an organisation was dissolved, in words."""
        found = dissolved(self.record, organisation, self.on).outcome
        return BODY_WORDS[{Outcome.NOT_MET: 0, Outcome.MET: 1, Outcome.CANNOT_TELL: 2}[found]]

    def gone(self, organisation: str) -> str:
        """'Dissolved', or 'Ended' for an entry that was valid until a past day; '' for neither."""
        dissolution = self.body(organisation)
        if dissolution == DISSOLVED:
            return dissolution
        until = self.record.one(organisation, terms.VALID_UNTIL, as_date)
        return ENDED if not isinstance(until, State) and until < self.on else ""

    def belongs(self, organisation: str, community: str) -> bool:
        """Whether an organisation is a member of a community, or the record cannot tell."""
        found = member(self.record, organisation, community, self.on)
        return found.outcome is not Outcome.NOT_MET

    def _age(self, version: str) -> tuple[date, str]:
        start = self.record.one(version, terms.COMMENCES_ON, as_date)
        return (date.min if isinstance(start, State) else start, version)

    def _unversioned(self, instrument: str) -> str:
        statuses = self._latest(self.record.iris(instrument, terms.HAD_STATUS_EVENT))
        if statuses:
            return self._status_word(statuses[0])
        silent = (terms.HAD_STATUS_EVENT, terms.VERSION_OF)
        stated = any(self.record.silent(instrument, prop) for prop in silent)
        return NOT_STATED if stated else "Not recorded"

    def _why_not(self, instrument: str, version: str) -> str:
        """Why a version is not in force: its status, else its dates, else a later version."""
        whole = self.record.iris(instrument, terms.HAD_STATUS_EVENT)
        events = {*whole, *self.record.nodes_with(terms.ABOUT_VERSION, version)}
        own = [e for e in events if version in self.record.iris(e, terms.ABOUT_VERSION)]
        rest = [e for e in events if not self.record.values(e, terms.ABOUT_VERSION)]
        for status in (*self._latest(own), *self._latest(rest)):
            if self.record.one(status, terms.IS_LIVE, as_boolean) is False:
                return self._status_word(status)
        end = self.record.one(version, terms.ENDS_ON, as_date)
        if not isinstance(end, State) and end < self.on:
            return "Ended"
        start = self.record.one(version, terms.COMMENCES_ON, as_date)
        if start is State.ABSENT or (not isinstance(start, State) and start > self.on):
            unsigned = not self.record.nodes_with(terms.SIGNS, version)
            silent = self.record.silent(version, terms.SIGNS)
            return "Not yet signed" if unsigned and not silent else "Not yet started"
        revised = self.record.nodes_with(terms.REVISES, version)
        return "Superseded" if revised else "Not in force"

    def _latest(self, events: tuple[str, ...] | list[str]) -> list[str]:
        """The statuses that the latest of some events give; undated ones count as latest."""
        days: dict[str, date] = {}
        for event in events:
            day = self.record.one(event, terms.OCCURRED_ON, as_date)
            if isinstance(day, State) or day <= self.on:
                days[event] = date.max if isinstance(day, State) else day
        latest = sorted(event for event in days if days[event] == max(days.values()))
        found = (self.record.one(event, terms.RESULTS_IN_STATUS, as_iri) for event in latest)
        return [status for status in found if not isinstance(status, State)]

    def _status_word(self, status: str) -> str:
        label = self._names.get(status) or status.rsplit("/", 1)[-1].replace("-", " ")
        return label[:1].upper() + label[1:]


def _word(found: Finding) -> str:
    if found.outcome is Outcome.CANNOT_TELL:
        return UNTOLD
    reviewed = any(caution.code == "under-review" for caution in found.cautions)
    return UNDER_REVIEW if reviewed else IN_FORCE
