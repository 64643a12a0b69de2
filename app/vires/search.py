"""Finds things of the record by name, earlier name, code or section number; forgives misspelling.

Two SQLite FTS5 indexes are built in memory for each data version: one of the words of every name,
one of the trigrams of every word, by which a misspelt word reaches those that look like it. What
is not in a snapshot's access class is not in its index.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log
from typing import Final, NamedTuple

from vires.decide.gather import Source
from vires.once import Once


class Kind(NamedTuple):
    """What a kind of thing is called: one, and many."""

    one: str
    many: str


KINDS: Final[Mapping[str, Kind]] = {
    "organisation": Kind("Organisation", "Organisations"),
    "agreement": Kind("Agreement", "Agreements"),
    "community": Kind("Information community", "Information communities"),
    "framework": Kind("Framework", "Frameworks"),
    "guidance": Kind("Guidance for staff", "Guidance for staff"),
    "reading": Kind("Reading of the law", "Readings of the law"),
    "law": Kind("Act or other source of law", "Acts and other sources of law"),
    "provision": Kind("Provision of the law", "Provisions of the law"),
    "condition": Kind("Condition or basis", "Conditions and bases"),
    "purpose": Kind("Purpose", "Purposes"),
    "category": Kind("Kind of information", "Kinds of information"),
    "subjects": Kind("Group of people", "Groups of people"),
    "organisation-type": Kind("Type of organisation", "Types of organisation"),
    "principle": Kind("Principle", "Principles"),
    "rule": Kind("Rule of the health check", "Rules of the health check"),
    "restructure": Kind("Change of organisations", "Changes of organisations"),
    "code": Kind("Entry of a list", "Entries of lists"),
    "term": Kind("Term of the data model", "Terms of the data model"),
}
"""The kinds of things that can be found, in the order in which equals are listed."""

MAX_QUERY: Final = 100
"""The longest text searched for, in characters; more is left out."""

MAX_WORDS: Final = 12
"""The most words of it that are read."""

MAX_HITS: Final = 100
"""The most things that one search gives."""

_KIND: Final = {
    "rule": 0.75,  # its claim is long, and names what other things are
    "term": 0.8,
    "code": 0.85,
    "restructure": 0.85,
    "organisation-type": 0.93,
}
_ENDED: Final = 0.95  # a body with an end on record stands below one that is there
_HOW: Final = {"label": 1.0, "also": 0.97, "earlier": 0.9, "code": 0.95, "citation": 0.95}
_TEXT: Final = 0.45  # a word in a definition says less than one in a name
_LIKE: Final = 0.4  # the least likeness, by shared trigrams, of two spellings of one word
_ENOUGH: Final = 0.4  # the least part of a query that a thing must answer to
_NEAR: Final = 0.55  # how near to the best a hit must come
_SHORT: Final = 6  # a code shorter than this has neighbours that mean something else: s45, s47
_SPREAD: Final = 12  # spellings tried for one word
_POOL: Final = 600  # names looked at for one query

_PART: Final = re.compile(
    r"\b(sections?|sect?|ss?|articles?|art|schedules?|sch|paragraphs?|paras?|regulations?|regs?)"
    r"[.\s]*(\d+[a-z]{0,3})\b"
)
_INITIAL: Final = {"s": "s", "a": "art", "p": "para", "r": "reg"}
_COMPOUND: Final = re.compile(r"\b[^\W\d_]+(?:-[^\W\d_]+)+\b")
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found.

    `kind` is a key of `KINDS`, `what` a line on what it is, `by` the name that matched where that
    is not its label, and `how`: label, also, earlier, code, citation or text.
    """

    iri: str
    kind: str
    label: str
    what: str
    illustrative: bool
    how: str
    by: str


@dataclass(frozen=True, slots=True)
class _Thing:
    iri: str
    kind: str
    label: str
    what: str
    illustrative: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class _Name:
    """One way to call a thing: its words, and what that way is worth."""

    thing: int
    how: str
    text: str
    words: frozenset[str]

    @property
    def worth(self) -> float:
        return _HOW.get(self.how, _TEXT)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared, with one spelling for each way to cite a part.

    >>> words_of("Care Act 2014, Section 45(6)")
    ('care', 'act', '2014', 's45', '6')
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub("['\u2019]", "", plain).replace("&", " and ")
    return tuple(_WORD.findall(_PART.sub(_cited, plain)))


def _cited(match: re.Match[str]) -> str:
    word = match[1]
    return f" {'sch' if word.startswith('sch') else _INITIAL[word[0]]}{match[2]} "


def search(snapshot: Source, query: str) -> tuple[Hit, ...]:
    """What a text may mean, best first; empty where nothing comes near.

    Types: any text; at most `MAX_QUERY` characters and `MAX_WORDS` words of it are read. Errors:
    those of the snapshot's views.
    """
    words = tuple(dict.fromkeys(words_of(query[:MAX_QUERY])))[:MAX_WORDS]
    return _index(Once(snapshot)).find(words) if words else ()


@lru_cache(maxsize=4)
def _index(held: Once[Source]) -> _Index:
    return _Index(held.source)


class _Index:
    """The two indexes of one data version, read-only once built; safe for many threads."""

    def __init__(self, source: Source) -> None:
        self.things, self.names = _read(source)
        self.lock = threading.Lock()
        self.base = sqlite3.connect(":memory:", check_same_thread=False)
        self.base.executescript(
            "CREATE VIRTUAL TABLE names USING fts5(words, tokenize='unicode61', detail='none');"
            "CREATE VIRTUAL TABLE terms USING fts5vocab('names', 'row');"
            "CREATE VIRTUAL TABLE spellings USING fts5(padded, word UNINDEXED, tokenize='trigram');"
        )
        lines = enumerate(" ".join(sorted(name.words)) for name in self.names)
        self.base.executemany("INSERT INTO names(rowid, words) VALUES (?, ?)", lines)
        self.rarity = {
            term: log(1 + len(self.names) / count)
            for term, count in self.base.execute("SELECT term, doc FROM terms")
        }
        spelt = ((f"  {term} ", term) for term in self.rarity if len(term) > 2)
        self.base.executemany("INSERT INTO spellings VALUES (?, ?)", spelt)
        self.base.execute("PRAGMA query_only = ON")

    def find(self, words: tuple[str, ...]) -> tuple[Hit, ...]:
        """The things that answer to some words, best first."""
        with self.lock:
            meant = {word: self._meant(word) for word in words}
            names = self._names({term for terms in meant.values() for term in terms})
        rarest = max(self.rarity.values(), default=1.0)
        weight = {
            word: max((self.rarity[t] * like for t, like in terms.items()), default=rarest)
            for word, terms in meant.items()
        }
        scored = self._scored(meant, weight, names)
        best = max((score for score, _, _ in scored), default=0.0)
        kept = [one for one in scored if one[0] >= _NEAR * best]
        kept.sort(key=lambda one: (-one[0], self._order(one[1])))
        return tuple(self._hit(thing, name) for _, thing, name in kept[:MAX_HITS])

    def _meant(self, word: str) -> dict[str, float]:
        """The words of the index that a word may mean, each with its likeness from 0 to 1."""
        found = {word: 1.0} if word in self.rarity else {}
        if len(word) > 1 and not word.isdigit():
            longer = self.base.execute(
                "SELECT term FROM terms WHERE term > ? AND term < ? LIMIT 60",
                (word, word + "\U0010ffff"),
            )
            for (term,) in longer:
                found[term] = 0.55 + 0.4 * len(word) / len(term)
        if len(word) > 2 and (len(word) >= _SHORT or word.isalpha()):
            for term, like in self._alike(word):
                found[term] = max(found.get(term, 0.0), 0.9 * like)
        return found

    def _alike(self, word: str) -> list[tuple[str, float]]:
        asked = " OR ".join(f'"{part}"' for part in sorted(_trigrams(word)))
        rows = self.base.execute(
            "SELECT word FROM spellings WHERE padded MATCH ? ORDER BY rank LIMIT 80", (asked,)
        )
        likened = [(term, _likeness(word, term)) for (term,) in rows]
        near = sorted((t for t in likened if t[1] >= _LIKE), key=lambda one: (-one[1], one[0]))
        return near[:_SPREAD]

    def _names(self, terms: Iterable[str]) -> list[_Name]:
        asked = " OR ".join(f'"{term}"' for term in sorted(terms))
        if not asked:
            return []
        rows = self.base.execute(
            "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank, rowid LIMIT ?",
            (asked, _POOL),
        )
        return [self.names[number] for (number,) in rows]

    def _scored(
        self,
        meant: Mapping[str, Mapping[str, float]],
        weight: Mapping[str, float],
        names: Iterable[_Name],
    ) -> list[tuple[float, int, _Name]]:
        """Each thing with how much of the query it answers to, and its best name.

        A thing answers with all its names together; a name that holds little else counts more.
        """
        total = sum(weight.values())
        likest: dict[str, float] = {}
        for terms in meant.values():
            for term, like in terms.items():
                likest[term] = max(like, likest.get(term, 0.0))
        by_thing: dict[int, list[_Name]] = defaultdict(list)
        for name in names:
            by_thing[name.thing].append(name)
        found = []
        for thing, own in by_thing.items():
            answered = sum(
                weight[word] * max(_match(name, terms) for name in own)
                for word, terms in meant.items()
            )
            tight, _, best = max(
                ((self._tightness(n, likest), -number, n) for number, n in enumerate(own)),
                key=lambda one: one[:2],
            )
            if answered / total >= _ENOUGH:
                one = self.things[thing]
                worth = _KIND.get(one.kind, 1.0) * (_ENDED if one.ended else 1.0)
                found.append(
                    (worth * (answered / total + 0.3 * tight), thing, _plainest(own, best, meant))
                )
        return found

    def _tightness(self, name: _Name, likest: Mapping[str, float]) -> float:
        """How much of a name the query accounts for, by the likeness of each word to it."""
        whole = sum(self.rarity[term] for term in name.words)
        told = sum(self.rarity[term] * likest[term] for term in name.words if term in likest)
        return name.worth * told / whole

    def _order(self, thing: int) -> tuple[int, str, str]:
        one = self.things[thing]
        return list(KINDS).index(one.kind), one.label.casefold(), one.iri

    def _hit(self, thing: int, name: _Name) -> Hit:
        one = self.things[thing]
        by = "" if name.how in ("label", "text") else name.text
        return Hit(one.iri, one.kind, one.label, one.what, one.illustrative, name.how, by)


def _match(name: _Name, terms: Mapping[str, float]) -> float:
    return name.worth * max((terms[t] for t in terms.keys() & name.words), default=0.0)


def _plainest(own: Iterable[_Name], best: _Name, meant: Mapping[str, Mapping[str, float]]) -> _Name:
    """The label where it answers to as much as the best name does: it needs no explaining."""

    def answers(name: _Name) -> set[str]:
        return {word for word, terms in meant.items() if terms.keys() & name.words}

    labels = (name for name in own if name.how == "label" and answers(name) >= answers(best))
    return next(labels, best)


def _read(source: Source) -> tuple[list[_Thing], list[_Name]]:
    """Everything that can be found, each of one kind, and all its names."""
    kinds = {kind: place for place, kind in enumerate(KINDS)}
    described: dict[str, tuple[str, str, bool, bool]] = {}
    for thing, kind, what, marked, ended in source.rows("search/things"):
        held = described.get(thing.value)
        if held is None or kinds[kind.value] < kinds[held[0]]:
            said = (marked.value in ("true", "1"), ended.value in ("true", "1"))
            described[thing.value] = (kind.value, what.value, *said)
    named: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for thing, how, name in source.rows("search/names"):
        if thing.value in described:
            named[thing.value].append((how.value, name.value))
    things: list[_Thing] = []
    names: list[_Name] = []
    for iri in sorted(named):
        label = min((text for how, text in named[iri] if how == "label"), default="")
        if label:
            names += _names_of(len(things), sorted(named[iri]))
            kind, what, marked, ended = described[iri]
            things.append(_Thing(iri, kind, label, what, marked, ended))
    return things, names


def _names_of(thing: int, named: Iterable[tuple[str, str]]) -> Iterator[_Name]:
    for how, text in named:
        words = frozenset(words_of(text)) | frozenset(_besides(text, how))
        if words:
            yield _Name(thing, how, text, words)


def _besides(text: str, how: str) -> Iterator[str]:
    """Other ways to write what a name holds: multiagency, and 45 for s45."""
    if how != "text":
        for word in words_of(text):
            if part := re.fullmatch(r"(?:s|art|sch|para|reg)(\d+[a-z]{0,3})", word):
                yield part[1]
        for compound in _COMPOUND.findall(text.casefold()):
            yield "".join(words_of(compound))


@cache
def _trigrams(word: str) -> frozenset[str]:
    padded = f"  {word} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _likeness(one: str, other: str) -> float:
    """The part of their trigrams that two words share (Dice), from 0 to 1."""
    left, right = _trigrams(one), _trigrams(other)
    return 2 * len(left & right) / (len(left) + len(right))
