"""The posts of an organisation: whom one asks, by role, and never a person."""

from __future__ import annotations

from dataclasses import dataclass

from vires.decide.gather import Source
from vires.decide.words import NOT_RECORDED, NOT_STATED
from vires.explain.examples import examples


@dataclass(frozen=True, slots=True)
class Post:
    """A post: its IRI, that of its role ('' where none is recorded), and how to reach it in words.

    `example` where it was written to show how the record works.
    """

    iri: str
    role: str
    reach: str
    example: bool


def posts(source: Source, organisation: str) -> tuple[Post, ...]:
    """The posts of an organisation, by role; what the record lacks is said in words."""
    marked = examples(source)
    rows = source.rows("page/organisation-contacts", organisation=organisation)
    return tuple(
        Post(
            post.value,
            role.value if role else "",
            str(how.value)
            if how
            else f"how to reach: {NOT_STATED if silent.value == 'true' else NOT_RECORDED}",
            post.value in marked,
        )
        for post, role, how, silent in rows
    )
