"""Terms and findings in words: labels of the record, days as they are written, `not recorded`."""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as ox

from vires import answer_text, terms
from vires.decide.words import NOT_RECORDED
from vires.store import Snapshot
from vires.validate.catalogue import Rule, extra_names
from vires.validate.graph import Term

SAID: Final = {"Violation": "must", "Warning": "should", "Info": "advisory"}
"""The severities of SHACL as people say them."""

_SLOT: Final = re.compile(r"\{[?$](\w+)\}")
_STEP: Final = re.compile(r"<([^<>]*)>")


class Words:
    """Says what things are called in one record; each is looked up once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[str, str] = {}

    def thing(self, iri: str) -> str:
        """The label of a thing, in English where there is one; else its IRI."""
        if iri not in self._known:
            rows = self._snapshot.rows("check/label", thing=iri)
            said = [row[0] for row in rows if isinstance(row[0], ox.Literal)]
            english = [one for one in said if (one.language or "en").startswith("en")]
            best = next(iter(english or said), None)
            self._known[iri] = iri if best is None else best.value
        return self._known[iri]

    def term(self, term: Term | None) -> str:
        """A term in words."""
        if term is None:
            return NOT_RECORDED
        if isinstance(term, ox.NamedNode):
            return self.thing(term.value)
        if isinstance(term, ox.BlankNode):
            return "a thing without an address"
        if term.datatype.value == terms.XSD_DATE:
            return _day(term.value)
        return f"`{term.value}`"

    def path(self, path: str | None) -> str:
        """A path in words: the labels of its steps."""
        if path is None:
            return NOT_RECORDED
        if simple := _STEP.fullmatch(path):
            return self.thing(simple[1])
        return _STEP.sub(lambda step: self.thing(step[1]), path)

    def message(
        self,
        rule: Rule,
        focus: Term,
        path: str | None,
        value: Term | None,
        extra: tuple[Term | None, ...],
    ) -> str:
        """The rule's message with every placeholder filled."""
        said = dict(zip(extra_names(rule), map(self.term, extra), strict=True))
        said |= {"this": self.term(focus), "value": self.term(value), "path": self.path(path)}
        return _SLOT.sub(lambda slot: said[slot[1]], rule.message)


def _day(text: str) -> str:
    """A day as it is written in the United Kingdom; as it stands where it is none."""
    try:
        return answer_text.uk_date(text)
    except (ValueError, IndexError):
        return f"`{text}`"
