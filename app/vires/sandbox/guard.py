"""Reads a query by its tokens, before any parser sees it: refuses what may never run.

A parser that calls out or breaks on deep nesting cannot be asked whether a text is harmless, so
the text is cut into tokens here. Where Oxigraph's grammar reads a keyword without a space behind
it (`SERVICE:x`, `SERVICESILENT<x>`), so does the guard.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from vires import terms
from vires.errors import QueryRefusedError, QueryTooLongError, ServiceRefusedError

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 64
FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES: Final = frozenset(
    "ADD CLEAR COPY CREATE DELETE DROP INSERT LOAD MOVE USING WITH".split()  # noqa: SIM905
)
BASE: Final = terms.BASE
"""What a relative IRI in a query is relative to, whatever the address of the endpoint."""

_LETTER: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_IN_WORD: Final = _LETTER + "_0-9\u00b7\u0300-\u036f\u203f\u2040"
_IN_NAME: Final = _IN_WORD + "\\-"
# No group is possessive: Python before 3.11.5, as Debian 12 has it, does not go back to where the
# last round of one began. None needs to be: each character can be read in one way alone.
# Bounded, else a long text without a colon takes quadratic time.
_PREFIX: Final = rf"(?:[{_LETTER}](?:[{_IN_NAME}]|\.+(?=[{_IN_NAME}])){{0,63}})?:"
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL: Final = (
    rf"(?:(?:[{_LETTER}_:0-9]|{_ESCAPED})"
    rf"(?:(?:[{_IN_NAME}:]|{_ESCAPED})|\.+(?=[{_IN_NAME}:%\\]))*)?"
)
_TOKEN: Final = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<comment>\#[^\r\n]*)"
    r'|(?P<iri><[^<>"{}|^`\x00-\x20]*>)'
    r"|(?P<string>'''(?:[^'\\]++|\\.|'(?!''))*'''|\"\"\"(?:[^\"\\]++|\\.|\"(?!\"\"))*\"\"\""
    r"|'(?!'')(?:[^'\\\r\n]++|\\.)*'|\"(?!\"\")(?:[^\"\\\r\n]++|\\.)*\")"
    rf"|(?P<variable>[?$][{_IN_WORD}]+)"
    rf"|(?P<blank>_:(?:[{_IN_NAME}]|\.+(?=[{_IN_NAME}]))+)"
    rf"|(?P<name>{_PREFIX}{_LOCAL})"
    r"|(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>[0-9]+)"
    r"|(?P<open>[{(\[])|(?P<close>[})\]])"
    r"|(?P<sign>[.,;:*+/^|!?=<>&~@-])",
    re.DOTALL,
)
_CHANGING: Final = ("NOW", "RAND", "UUID", "BNODE")
_ROW: Final = "row"
_UNICODE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))|\\[uU]")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A query that may be run: its form, and the graphs that its own FROM clauses name."""

    text: str
    form: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    lasting: bool = True
    """Whether the same query on the same data gives the same answer."""

    @property
    def has_dataset(self) -> bool:
        """Whether it says itself which graphs it reads."""
        return bool(self.default_graphs or self.named_graphs)


@dataclass(slots=True)
class _Reading:
    """What has been read of a query so far."""

    text: str
    form: str = ""
    brackets: list[str] = field(default_factory=list)
    closed: str = ""
    base: str = BASE
    prefixes: dict[str, str] = field(default_factory=dict)
    default: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    lasting: bool = True


def check(text: str, held: Collection[str]) -> Guarded:
    """The query, if it may be run on a record that holds the graphs `held`.

    Errors: `QueryTooLongError` over 64 KiB, `ServiceRefusedError` for SERVICE, and
    `QueryRefusedError`, with line and column, for updates, deep nesting, escapes outside strings
    and IRIs, graphs that are not held, and text that is no token.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise QueryTooLongError(
            f"the query is longer than {MAX_BYTES} bytes; shorten it, or ask in several queries"
        )
    reading = _Reading(text)
    tokens = [t for t in _tokens(text) if t.lastgroup not in ("space", "comment")]
    for place, token in enumerate(tokens):
        _read(reading, tokens, place, token)
    if not reading.form:
        raise _refused(text, len(text), "there is no SELECT, ASK, CONSTRUCT or DESCRIBE; write one")
    for graph in (*reading.default, *reading.named):
        if graph not in held:
            raise QueryRefusedError(
                f"FROM `{graph[:200]}`: the record holds no graph of that name, and none is "
                "fetched; name one that the service description lists"
            )
    return Guarded(
        text, reading.form, tuple(reading.default), tuple(reading.named), reading.lasting
    )


def form_of(text: str) -> str:
    """The form of a query for another service, which may hold what this one refuses.

    Errors: `QueryRefusedError` where it has none.
    """
    for token in _tokens(text):
        if token.lastgroup == "word" and token[0].upper() in FORMS:
            return token[0].upper()
    raise _refused(text, len(text), "there is no SELECT, ASK, CONSTRUCT or DESCRIBE; write one")


def with_values(text: str, terms_of: Mapping[str, str]) -> str:
    """A query with a term for each variable, for a service that binds none.

    The terms, in N-Triples, stand as VALUES at the start of the pattern, so that its filters see
    them. Errors: those of `form_of`; `QueryRefusedError` for a query without a pattern.
    """
    if not terms_of:
        return text
    groups, depth = [], 0
    for token in _tokens(text):
        if token.lastgroup == "open":
            if depth == 0 and token[0] == "{":
                groups.append(token.end())
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
    if not groups:
        raise _refused(text, len(text), "there is no pattern to bind a variable in; write one")
    start = groups[-1]
    values = "".join(f" VALUES ?{name} {{ {term} }}" for name, term in terms_of.items())
    return text[:start] + values + text[start:]


def place_of(text: str, offset: int) -> tuple[int, int, str]:
    """The line and column, from 1, of an offset in a text, and that line."""
    before = text.count("\n", 0, offset)
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:].split("\n", 1)[0].rstrip("\r")
    return before + 1, offset - start + 1, line


def _refused(text: str, offset: int, why: str) -> QueryRefusedError:
    return QueryRefusedError(why, *place_of(text, offset))


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Every token; text that is none, and nesting that is too deep, are refused."""
    offset = depth = 0
    while offset < len(text):
        token = _TOKEN.match(text, offset)
        if token is None:
            raise _refused(text, offset, _stray(text, offset))
        if token.lastgroup in ("string", "iri"):
            _check_escapes(text, token)
        elif token.lastgroup == "comment" and _UNICODE.search(token[0]):
            raise _refused(text, offset, "an escape in a comment; leave it out")
        elif token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
        if depth > MAX_DEPTH:
            raise _refused(text, offset, f"nested deeper than {MAX_DEPTH} levels; flatten it")
        yield token
        offset = token.end()


def _stray(text: str, offset: int) -> str:
    character = text[offset]
    if character in "\"'":
        return f"a string opens with {character} and never closes; close it"
    if character == "\\":
        return "an escape outside a string or IRI; write the character itself"
    return f"the character U+{ord(character):04X} has no place here; take it out"


def _check_escapes(text: str, token: re.Match[str]) -> None:
    """Refuse escapes that stand for ASCII: a parser that reads them early sees another query."""
    for escape in _UNICODE.finditer(token[0]):
        code = int(escape[1] or escape[2] or "0", 16)
        if code < 0x80 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            raise _refused(
                text, token.start() + escape.start(),
                f"the escape `{escape[0]}` stands for no letter that needs one; write it out",
            )  # fmt: skip


def _read(reading: _Reading, tokens: list[re.Match[str]], place: int, token: re.Match[str]) -> None:
    match token.lastgroup:
        case "open":
            _open(reading, token, tokens[place - 1] if place else None)
        case "close":
            reading.closed = reading.brackets.pop() if reading.brackets else ""
        case "iri":
            _iri(reading, token, tokens[place - 1] if place else None)
        case "word":
            _word(reading, tokens, place, token)
        case "name":
            _name(reading, token)


def _open(reading: _Reading, token: re.Match[str], before: re.Match[str] | None) -> None:
    """Note a bracket; a parenthesis that opens a row of data is told from one of an expression."""
    kind = token[0]
    after_row = before is not None and before[0] == ")" and reading.closed == _ROW
    if kind == "(" and before is not None and (before[0] == "{" or after_row):
        kind = _ROW
    reading.brackets.append(kind)


def _iri(reading: _Reading, token: re.Match[str], before: re.Match[str] | None) -> None:
    """Refuse `<` where a parser may read less-than and then see a string or comment inside."""
    if before is None:
        return
    if before[0] == "<" and before.end() == token.start():
        raise _refused(reading.text, before.start(), "put a space between the two <")
    operand = before.lastgroup not in ("open", "sign")
    in_expression = bool(reading.brackets) and reading.brackets[-1] == "("
    if operand and in_expression and re.search(r"[#'\\]", token[0]):
        why = "here < may mean less-than; write the IRI as a prefixed name, or put spaces around <"
        raise _refused(reading.text, token.start(), why)


def _word(reading: _Reading, tokens: list[re.Match[str]], place: int, token: re.Match[str]) -> None:
    word = token[0].upper()
    if "SERVICE" in word:
        raise _no_service(reading, token)
    if word in UPDATES:
        why = f"{word} is an update, and the record is read here, never written; ask a query"
        raise _refused(reading.text, token.start(), why)
    if any(name in word for name in _CHANGING):
        reading.lasting = False
    if word in FORMS and not reading.form:
        reading.form = word
    elif word in ("PREFIX", "BASE") and not reading.form:
        _declare(reading, word, tokens[place + 1 : place + 3])
    elif word.startswith("FROM") and not reading.brackets:
        _from(reading, word, token, tokens[place + 1 : place + 3])


def _no_service(reading: _Reading, token: re.Match[str]) -> ServiceRefusedError:
    why = (
        "SERVICE would make this server call another address, so it is not run here; "
        "query the other endpoint yourself and join the results"
    )
    return ServiceRefusedError(why, *place_of(reading.text, token.start()))


def _name(reading: _Reading, token: re.Match[str]) -> None:
    """A prefixed name whose prefix Oxigraph would read as a keyword is that keyword."""
    prefix = token[0].split(":", 1)[0].upper()
    if "SERVICE" in prefix:
        raise _no_service(reading, token)
    if prefix.startswith("FROM") and not reading.brackets and reading.form:
        why = "put a space behind FROM, or call the prefix something else"
        raise _refused(reading.text, token.start(), why)


def _declare(reading: _Reading, word: str, following: list[re.Match[str]]) -> None:
    if word == "BASE" and following and following[0].lastgroup == "iri":
        reading.base = urljoin(reading.base, following[0][0][1:-1])
    elif len(following) == 2 and following[0].lastgroup == "name":
        prefix, iri = following
        reading.prefixes[prefix[0]] = urljoin(reading.base, iri[0][1:-1])


def _from(
    reading: _Reading, word: str, token: re.Match[str], following: list[re.Match[str]]
) -> None:
    """Note a graph that the query reads; `FROMNAMED<x>` is read by Oxigraph as it is here."""
    named = word == "FROMNAMED"
    if word == "FROM" and following and following[0][0].upper() == "NAMED":
        named, following = True, following[1:]
    if (word not in ("FROM", "FROMNAMED")) or not following:
        raise _refused(reading.text, token.start(), "name a graph after FROM, like FROM <...>")
    graph = following[0]
    if graph.lastgroup == "iri":
        iri = urljoin(reading.base, graph[0][1:-1])
    elif graph.lastgroup == "name":
        prefix, local = graph[0].split(":", 1)
        iri = reading.prefixes.get(f"{prefix}:", "") + re.sub(r"\\(.)", r"\1", local)
    else:
        raise _refused(reading.text, graph.start(), "name a graph after FROM, like FROM <...>")
    (reading.named if named else reading.default).append(iri)
