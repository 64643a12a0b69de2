"""The record as plain triples: a strict N-Quads reader and a few look-ups (decision.md 2 and 9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

Term = tuple[str, ...]  # ('iri', text) or ('lit', lexical, datatype, language)

NS = "https://w3id.org/vires/ns#"
REF = "https://w3id.org/vires/"
ORG = "http://www.w3.org/ns/org#"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDF_LANG = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
BROADER = "http://www.w3.org/2004/02/skos/core#broader"
TOPS = {REF + "purpose/all", REF + "category/any", REF + "org-type/any-person"}

_UCHAR = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_IRI = rf'<((?:[^\x00-\x20<>"{{}}|^`\\]|{_UCHAR})*)>'
_BLANK = r"_:([A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_\-])?)"
_STRING = rf'"((?:[^"\\\n\r]|\\[tbnrf"\'\\]|{_UCHAR})*)"'
_LITERAL = rf"{_STRING}(?:\^\^{_IRI}|@([A-Za-z]+(?:-[A-Za-z0-9]+)*))?"
_LINE = re.compile(
    rf"[ \t]*(?:{_IRI}|{_BLANK})[ \t]*{_IRI}[ \t]*(?:{_IRI}|{_BLANK}|{_LITERAL})[ \t]*"
    rf"(?:(?:{_IRI}|{_BLANK})[ \t]*)?\.[ \t]*(?:#.*)?"
)
_EMPTY = re.compile(r"[ \t]*(?:#.*)?")
_ESCAPE = re.compile(rf"{_UCHAR}|\\.")
_SIMPLE = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        hit = match.group()
        if hit[1] in "uU":
            return chr(int("0x" + hit[2:], 0))
        return _SIMPLE.get(hit[1], hit[1])

    return _ESCAPE.sub(one, text)


def _node(iri: str | None, blank: str | None) -> str | None:
    if iri is not None:
        return _unescape(iri)
    return None if blank is None else "_:" + blank


def parse(nquads: str) -> list[tuple[str, str, Term, str | None]]:
    """Every statement; ValueError on a line that is not N-Quads."""
    quads: list[tuple[str, str, Term, str | None]] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", nquads), 1):
        if _EMPTY.fullmatch(line):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"line {number} is not N-Quads: {line!r}")
        s_iri, s_blank, pred, o_iri, o_blank, text, datatype, lang, g_iri, g_blank = match.groups()
        subject = _node(s_iri, s_blank)
        assert subject is not None
        node = _node(o_iri, o_blank)
        obj: Term
        if node is not None:
            obj = ("iri", node)
        elif lang is not None:
            obj = ("lit", _unescape(text), RDF_LANG, lang.lower())
        else:
            kind = XSD + "string" if datatype is None else _unescape(datatype)
            obj = ("lit", _unescape(text), kind, "")
        quads.append((subject, _unescape(pred), obj, _node(g_iri, g_blank)))
    return quads


def as_date(term: Term) -> date | None:
    """xsd:date of the exact form YYYY-MM-DD that is a real day; else None."""
    if term[0] != "lit" or term[2] != XSD + "date":
        return None
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", term[1]):
        return None
    try:
        return date.fromisoformat(term[1])
    except ValueError:
        return None


def as_bool(term: Term) -> bool | None:
    if term[0] != "lit" or term[2] != XSD + "boolean":
        return None
    return {"true": True, "1": True, "false": False, "0": False}.get(term[1])


def full(name: str) -> str:
    """A property or class name: of vires unless it is an IRI already."""
    return name if ":" in name else NS + name


class Facts:
    """One union of triples, drafts left out."""

    def __init__(self, triples: Iterable[tuple[str, str, Term]]) -> None:
        self.triples = set(triples)
        self._by_subject: dict[tuple[str, str], list[Term]] = {}
        self._by_object: dict[tuple[str, Term], list[str]] = {}
        for s, p, o in sorted(self.triples):
            self._by_subject.setdefault((s, p), []).append(o)
            self._by_object.setdefault((p, o), []).append(s)

    def values(self, subject: str, prop: str) -> list[Term]:
        return self._by_subject.get((subject, full(prop)), [])

    def iris(self, subject: str, prop: str) -> list[str]:
        return [v[1] for v in self.values(subject, prop) if v[0] == "iri"]

    def ill_typed(self, subject: str, prop: str) -> bool:
        """A literal where a node is meant."""
        return any(v[0] == "lit" for v in self.values(subject, prop))

    def having(self, prop: str, target: str) -> list[str]:
        return self._by_object.get((full(prop), ("iri", target)), [])

    def silent(self, subject: str, prop: str) -> bool:
        """Section 2: recorded silence; where the property is stated too, the statement counts."""
        if self.values(subject, prop):
            return False
        return ("iri", full(prop)) in self.values(subject, "notStated")

    def says_silent(self, subject: str, prop: str) -> bool:
        """The silence itself, on a node that never carries the property (`signs` on a version)."""
        return ("iri", full(prop)) in self.values(subject, "notStated")

    def is_a(self, subject: str, *classes: str) -> bool:
        types = self.iris(subject, RDF_TYPE)
        return any(full(c) in types for c in classes)

    def typed(self, *classes: str) -> list[str]:
        return sorted({s for c in classes for s in self.having(RDF_TYPE, full(c))})

    def upwards(self, start: str, prop: str) -> set[str]:
        """start and all it reaches by prop+ (a cycle ends where it closes)."""
        seen: set[str] = set()
        todo = [start]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo.extend(self.iris(here, prop))
        return seen

    def downwards(self, start: str, prop: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo.extend(self.having(prop, here))
        return seen

    def within(self, asked: str, wide: str) -> bool:
        """Section 2.1: asked is equal to or narrower than wide; the tops match everything."""
        return wide in TOPS or wide in self.upwards(asked, BROADER)

    # one value of each kind: (state, value), state stated, absent, silent or bad (section 2)

    def _one(self, subject: str, prop: str) -> tuple[str, Term | None]:
        found = self.values(subject, prop)
        if not found:
            return ("silent" if self.silent(subject, prop) else "absent"), None
        if len(found) > 1:
            return "bad", None
        return "stated", found[0]

    def one_date(self, subject: str, prop: str) -> tuple[str, date | None]:
        state, term = self._one(subject, prop)
        if term is None:
            return state, None
        day = as_date(term)
        return ("bad", None) if day is None else ("stated", day)

    def one_bool(self, subject: str, prop: str) -> tuple[str, bool | None]:
        found = self.values(subject, prop)
        read = {as_bool(v) for v in found}
        if len(read) == 1 and None not in read:  # "1" and "true" are one value
            return "stated", read.pop()
        return self._one(subject, prop)[0] if not found else "bad", None

    def one_iri(self, subject: str, prop: str) -> tuple[str, str | None]:
        state, term = self._one(subject, prop)
        if term is None:
            return state, None
        return ("stated", term[1]) if term[0] == "iri" else ("bad", None)

    def one_text(self, subject: str, prop: str) -> tuple[str, str | None]:
        state, term = self._one(subject, prop)
        if term is None:
            return state, None
        return ("stated", term[1]) if term[0] == "lit" else ("bad", None)

    def one_key(self, subject: str, prop: str, code_list: str) -> tuple[str, str | None]:
        """The key of a concept of a code list; a concept of another list is ill-typed."""
        state, iri = self.one_iri(subject, prop)
        if iri is None:
            return state, None
        head = REF + code_list + "/"
        return ("stated", iri[len(head) :]) if iri.startswith(head) else ("bad", None)


def load(nquads: str) -> Facts:
    """Section 2: a graph stated to be a draft is no part of the record."""
    quads = parse(nquads)
    drafts = {s for s, p, o, _ in quads if p == NS + "isDraft" and as_bool(o) is True}
    return Facts((s, p, o) for s, p, o, g in quads if g not in drafts)
