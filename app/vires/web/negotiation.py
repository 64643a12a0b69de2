"""Which of the formats offered a client wants: by extension, by name, or by Accept (RFC 9110).

werkzeug's own choice knows no other names of a format, trips over parameters and takes the first
of a range for the one meant (site.md 2.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header


class Offer(Protocol):
    """A format: its media type and the other names that a client may use for it."""

    @property
    def media(self) -> str:
        """The media type."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other media types and names."""
        ...


_Offer = TypeVar("_Offer", bound=Offer)


def best(header: str | None, offers: Sequence[_Offer]) -> _Offer | None:
    """The offer that an Accept header likes best, the first of equals; None where it likes none.

    No header means that anything will do. Parameters other than `q` are not looked at.
    """
    if not header or not header.strip():
        return offers[0]
    wanted: dict[str, float] = {}
    for value, quality in parse_accept_header(header, MIMEAccept):
        media = value.split(";", 1)[0].strip().lower()
        wanted[media] = max(quality, wanted.get(media, 0.0))
    scored = [(_quality(offer, wanted), -place) for place, offer in enumerate(offers)]
    quality, place = max(scored)
    return offers[-place] if quality > 0 else None


def _quality(offer: Offer, wanted: dict[str, float]) -> float:
    """How much an offer is wanted: by its name, else its range, else by anything will do."""
    exact = [wanted[name] for name in (offer.media, *offer.aliases) if name in wanted]
    if offer.media in wanted:
        return wanted[offer.media]
    if exact:
        return max(exact)
    return wanted.get(offer.media.split("/")[0] + "/*", wanted.get("*/*", 0.0))


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a document comes in: its short name and extension, media type and name."""

    short: str
    media: str
    name: str
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The media type as a header says it: a text with the encoding that it is in."""
        return self.media + ("; charset=utf-8" if self.media.startswith("text/") else "")


HTML: Final = Form("html", "text/html", "Web page", ("application/xhtml+xml",))
TURTLE: Final = Form("ttl", "text/turtle", "Turtle", ("application/x-turtle",))
JSON_LD: Final = Form("jsonld", "application/ld+json", "JSON-LD", ("application/json",))
RDF_XML: Final = Form("rdf", "application/rdf+xml", "RDF/XML", ("application/xml", "text/xml"))
N_TRIPLES: Final = Form("nt", "application/n-triples", "N-Triples", ("text/plain",))
FORMS: Final = (HTML, TURTLE, JSON_LD, RDF_XML, N_TRIPLES)
"""What every thing comes in; the first is what a client gets that has no wish."""


def split(path: str, forms: Sequence[Form] = FORMS) -> tuple[str, Form | None]:
    """A path without the extension that names a form, and that form."""
    stem, dot, extension = path.rpartition(".")
    wanted = next((form for form in forms if dot and form.short == extension), None)
    return (stem, wanted) if wanted else (path, None)


def named(name: str, forms: Sequence[Form] = FORMS) -> Form | None:
    """The form of a short name or a media type, as `?_mediatype=` gives it."""
    plain = name.partition(";")[0].strip().lower()
    return next((f for f in forms if plain in (f.short, f.media, *f.aliases)), None)
