"""Every error as a page or a problem: the urgent statement, what happened, what to do, an id."""

from __future__ import annotations

import html
import traceback
import uuid
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from vires.decide import URGENT
from vires.errors import ViresError
from vires.web.api import problem
from vires.web.negotiation import FORMS, HTML, best


class Words(NamedTuple):
    """What an error page says: a heading, what happened, what to do."""

    heading: str
    happened: str
    do: str


class Link(Protocol):
    """A link of an error page: its words and where it leads."""

    @property
    def text(self) -> str:
        """The words of the link."""
        ...

    @property
    def href(self) -> str:
        """Where it leads."""
        ...


_ADDRESS: Final = "Check the address, or start again from the front page."
_AGAIN: Final = "Try again in a minute. If it keeps happening, report it with the id below."

WORDS: Final = {
    400: Words("The request could not be read", "Something in the address is wrong.", _ADDRESS),
    401: Words("Sign in first", "This page is for people who are signed in.", _ADDRESS),
    403: Words("This page is not open to you", "It is for other people.", _ADDRESS),
    404: Words("Page not found", "There is nothing at this address.", _ADDRESS),
    405: Words(
        "This address does not work that way",
        "Pages here are read, not written to.",
        "Open the address in a browser, or start again from the front page.",
    ),
    406: Words("Not in that format", "This is not offered in the format asked for.", _ADDRESS),
    408: Words("That took too long", "The request did not arrive in time.", _AGAIN),
    410: Words("No longer here", "This was taken away.", _ADDRESS),
    413: Words("Too large", "The request is larger than this site reads.", _ADDRESS),
    414: Words("The address is too long", "It is longer than this site reads.", _ADDRESS),
    415: Words("Not in a known format", "This site does not read that format.", _ADDRESS),
    429: Words("Too many requests", "More was asked than one client may ask.", _AGAIN),
    500: Words(
        "Something went wrong here",
        "The fault is on this site. It says nothing about whether to share.",
        _AGAIN,
    ),
    501: Words("Not offered", "This site does not do that.", _ADDRESS),
    503: Words(
        "The record cannot be read now",
        "That says nothing about whether to share: use your judgement and record why.",
        _AGAIN,
    ),
}

_CARRIED: Final = ("Allow", "Retry-After")


def register(app: Flask) -> None:
    """Answer every error of the application in words."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def told(status: int, happened: str, do: str, links: Sequence[Link] = ()) -> Response:
    """An error page that says more than its status does, with links to go on by."""
    words = Words(WORDS[status].heading, happened, do)
    page = render_template(
        "vires/error.html", words=words, status=status, instance=uuid.uuid4(), links=links
    )
    return Response(page, status=status, mimetype="text/html")


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    instance = uuid.uuid4()
    if status >= 500:
        _log(instance, error.__cause__ or error)
    response = _answer(status, instance)
    for name, value in error.get_headers():
        if name in _CARRIED:
            response.headers[name] = value
    if status == 503:
        response.headers.setdefault("Retry-After", "30")
    return response


def _fault(error: Exception) -> Response:
    status = error.status if isinstance(error, ViresError) else 500
    instance = uuid.uuid4()
    if status >= 500:
        _log(instance, error)
    return _answer(status, instance)


def _log(instance: uuid.UUID, error: BaseException) -> None:
    # Type and place only: a message or a query string may hold what a person typed.
    frames = "".join(traceback.format_tb(error.__traceback__))
    current_app.logger.error("%s %s %s\n%s", instance, request.path, type(error).__name__, frames)


def _answer(status: int, instance: uuid.UUID) -> Response:
    words = WORDS.get(status, WORDS[500] if status >= 500 else WORDS[400])
    if _for_a_machine():
        detail = f"{words.happened} {words.do}"
        return problem(status, "", words.heading, detail=detail, instance=instance.urn)
    try:
        page = render_template("vires/error.html", words=words, status=status, instance=instance)
    except Exception as fault:  # the statement must be shown with the templates gone
        _log(instance, fault)
        page = _bare(words, instance)
    return Response(page, status=status, mimetype="text/html")


def _for_a_machine() -> bool:
    """Whether who asks would rather read a problem than a page: by the address, else by Accept."""
    if request.path.startswith("/api/") or request.path in ("/healthz", "/sparql"):
        return True
    extension = request.path.rpartition(".")[2]
    if extension != HTML.short and any(extension == form.short for form in FORMS):
        return True
    return best(request.headers.get("Accept"), FORMS) not in (HTML, None)


def _bare(words: Words, instance: uuid.UUID) -> str:
    heading, happened, do = (html.escape(part) for part in words)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{heading}</title>'
        f"</head><body><header><p><strong>{html.escape(URGENT)}</strong></p></header>"
        f"<main><h1>{heading}</h1><p>{happened}</p><p>{do}</p><p>Id: {instance}</p></main>"
        "</body></html>\n"
    )
