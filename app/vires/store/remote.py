"""Asks a SPARQL 1.1 service elsewhere, always with a time limit."""

from __future__ import annotations

from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from SPARQLWrapper import POST, SPARQLExceptions, SPARQLWrapper

from vires.errors import RemoteError

_MOST: Final = 256 * 1024 * 1024
"""Bytes of an answer that are read; a service may send without end."""


class Remote:
    """A SPARQL service at an address."""

    def __init__(self, endpoint: str, timeout: float) -> None:
        if urlsplit(endpoint).scheme not in ("http", "https"):
            raise RemoteError(f"`{endpoint[:200]}` is no http or https address; give one")
        self._endpoint = endpoint
        self._timeout = timeout

    def query(self, text: str, media: str) -> bytes:
        """The answer to a query, in the media type asked for.

        Errors: `RemoteError` where the service is not there, takes too long, refuses the query
        or answers without end.
        """
        client = SPARQLWrapper(self._endpoint)
        client.setTimeout(max(1, round(self._timeout)))
        client.setMethod(POST)
        client.setOnlyConneg(True)
        client.addCustomHttpHeader("Accept", media)
        client.setQuery(text)
        try:
            with client.query().response as reply:
                body: bytes = reply.read(_MOST + 1)
        except SPARQLExceptions.SPARQLWrapperException as error:
            if isinstance(error.__context__, HTTPError):
                error.__context__.close()
            raise self._refused(_told(error)) from error
        except HTTPError as error:
            with error:
                said = error.read(2000).decode("utf-8", "replace")
            raise self._refused(f"{error.code} {error.reason}: {said}") from error
        except TimeoutError as error:
            raise self._refused(f"no answer within {self._timeout:g} seconds") from error
        except (URLError, OSError, HTTPException, ValueError) as error:
            raise self._refused(str(getattr(error, "reason", error))) from error
        if len(body) > _MOST:
            raise self._refused(f"it answers with more than {_MOST} bytes; add LIMIT")
        return body

    def _refused(self, why: str) -> RemoteError:
        return RemoteError(f"{self._endpoint}: {' '.join(why.split())[:1000]}")


def _told(error: Exception) -> str:
    """What the service said, without the words that SPARQLWrapper wraps it in."""
    said = str(error.args[0] if error.args else error)
    _, _, response = said.partition("Response:\n")
    return response.removeprefix("b'").rstrip("'").replace("\\n", " ") or said
