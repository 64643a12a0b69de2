"""Which of the formats offered a client would rather have, by RFC 9110.

werkzeug's own choice knows no other names of a format, trips over parameters and takes the first
of a range for the one meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

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
