"""The words of a query: enough of SPARQL's grammar to move whole parts of it about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

THIS: Final = "this"
_TOKEN: Final = re.compile(
    r"(?P<space>\s+|#[^\n]*)"
    r"|(?P<iri><[^<>\"{}|^`\\\s]*>)"
    r'|(?P<string>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')'
    r"|(?P<var>[?$]\w+)"
    r"|(?P<name>[A-Za-z][\w-]*:(?:[\w-](?:[\w.-]*[\w-])?)?)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<word>@?[A-Za-z_][\w-]*)"
    r"|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a query: its kind, its text, and whether a blank stands before it."""

    kind: str
    text: str
    apart: bool = True

    def is_this(self) -> bool:
        """Whether it is `$this` or `?this`."""
        return self.kind == "var" and self.text[1:] == THIS

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, in any case."""
        return self.kind == "word" and self.text.upper() in words


def tokens(text: str) -> list[Token]:
    """The words of a query, without blanks and comments."""
    found: list[Token] = []
    apart = False
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "space":
            apart = True
        else:
            found.append(Token(match.lastgroup or "other", match[0], apart))
            apart = False
    return found


def text_of(words: Iterable[Token]) -> str:
    """The text of words."""
    return "".join(f" {word.text}" if word.apart else word.text for word in words).strip()
