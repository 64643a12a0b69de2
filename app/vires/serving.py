"""Runs the server: granian with the site, the table of fair use, and the findings beside it."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from vires import config, shipped
from vires.errors import PortInUseError, ViresError
from vires.store import Reader
from vires.validate import standing


def refuse_taken(address: tuple[str, int]) -> None:
    """Refuse an address that is taken, before anything is loaded.

    Errors: `PortInUseError`.
    """
    try:
        family = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise PortInUseError(
            f"port {address[1]} at {address[0]}: {error.strerror}; name another with --port"
        ) from error


def run(settings: config.Settings, address: tuple[str, int]) -> None:
    """Serve the current record at an address until told to stop.

    Errors: those of the reader.
    """
    if not standing.fresh(Reader(settings).findings(), settings.today()):
        # Beside the server: the first visitor does not wait for the rules.
        spawn = multiprocessing.get_context("spawn")
        aside = spawn.Process(target=_keep_findings, args=(settings,), daemon=True)
        aside.start()
        threading.Thread(target=aside.join, daemon=True).start()  # so that it leaves no zombie
    from granian import Granian  # a server is of no use to the other commands
    from granian.constants import Interfaces

    # Most threads wait for a query that another process runs; granian warns of their number.
    logging.getLogger("_granian").addFilter(lambda line: "quite high" not in line.getMessage())
    with _ledger(settings):
        Granian(
            "vires.web:application",
            factory=True,
            address=address[0],
            port=address[1],
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=settings.threads,
            log_level="warning",  # type: ignore[arg-type]
        ).serve()


def _keep_findings(settings: config.Settings) -> None:
    os.nice(10)
    try:
        shipped.keep_findings(settings)
    except ViresError as error:
        print(f"vires: {error}", file=sys.stderr)


@contextmanager
def _ledger(settings: config.Settings) -> Iterator[None]:
    """A file that the server processes share while they run, unless the operator names one."""
    if settings.ledger is not None:
        yield
        return
    with tempfile.NamedTemporaryFile(prefix="vires-ledger-") as file:
        os.environ["VIRES_LEDGER"] = file.name
        yield
