"""Gives what the record states in the forms that other systems read.

Statements come from a snapshot and leave as bytes. The same statements give the same bytes, in
whichever process, so that an entity tag may be strong.
"""

from vires.exchange.describe import (
    FORMATS,
    alternates,
    catalogued,
    context,
    context_iri,
    context_version,
    describe,
)

__all__ = [
    "FORMATS",
    "alternates",
    "catalogued",
    "context",
    "context_iri",
    "context_version",
    "describe",
]
