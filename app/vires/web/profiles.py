"""Profiles: which statements a document makes of a thing, chosen by `?_profile=`.

As W3C's Content Negotiation by Profile has it (draft of 3 July 2026): a profile is named by its
token or its IRI, several in order of liking, and every document says in its `Link` header which
profile it keeps to and which others there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from vires.decide.gather import Source
from vires.exchange import alternates, catalogued, describe
from vires.web.negotiation import FORMS, HTML, Form

_PROFILE: Final = "http://www.w3.org/ns/dx/prof/Profile"


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile: its token, IRI and name, its forms, and what writes its statements.

    `write` takes the record, the thing, the document's IRI and the form's short name.
    """

    token: str
    iri: str
    name: str
    forms: tuple[Form, ...]
    write: Callable[[Source, str, str, str], bytes]


def _whole(source: Source, iri: str, _document: str, short: str) -> bytes:
    return describe(source, iri, short)


WHOLE: Final = Profile(
    "vires", "https://w3id.org/vires/ns", "What the record states of it", FORMS, _whole
)
ALTERNATES: Final = Profile(
    "alt",
    "http://www.w3.org/ns/dx/connegp/altr",
    "The forms and profiles it comes in",
    FORMS,
    alternates,
)
DCAT: Final = Profile(
    "dcat",
    "http://www.w3.org/ns/dcat",
    "The document and its files, as a catalogue has them",
    tuple(form for form in FORMS if form is not HTML),
    catalogued,
)
PROFILES: Final = (WHOLE, ALTERNATES, DCAT)
"""The profiles of a document; the first is what a client gets that has no wish."""


def wanted(names: str) -> Profile | None:
    """The profile that a client likes best of those it names and there are; None where none is."""
    for name in names.split(","):
        plain = name.partition(";")[0].strip().strip("<>")
        for profile in PROFILES:
            if plain in (profile.token, profile.iri):
                return profile
    return None


def links(path: str, here: Profile) -> list[str]:
    """What the `Link` header says of profiles: the one kept to, each token, where others are."""
    tokens = [f'<{_PROFILE}>; rel="type"; token="{p.token}"; anchor=<{p.iri}>' for p in PROFILES]
    others = [
        f'<{path}.{form.short}{wish(profile)}>; rel="alternate"; type="{form.media}"; '
        f'profile="{profile.iri}"'
        for profile in PROFILES
        if profile is not here
        for form in profile.forms[:1]
    ]
    return [f'<{here.iri}>; rel="profile"', *tokens, *others]


def wish(profile: Profile) -> str:
    """The query string that asks for a profile; '' for the one that needs no asking."""
    return "" if profile is WHOLE else f"?_profile={profile.token}"
