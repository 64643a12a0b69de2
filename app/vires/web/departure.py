"""Whether a client has left while its query runs, from the kernel's table of connections.

WSGI does not say so. A client is taken to have left when none is left of the connections that it
had to this process when its request came in; while one of several stays, nobody can tell which
request it waits for, and the query goes on to its limit.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

_ESTABLISHED: Final = "01"
_TABLES: Final = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))


def watch(environ: dict[str, Any]) -> Callable[[], bool]:
    """A question that answers whether the client of a request has left."""
    client = environ.get("werkzeug.proxy_fix.orig", environ).get("REMOTE_ADDR", "")
    port = str(environ.get("SERVER_PORT", ""))
    known = _connections(client, port)

    def gone() -> bool:
        return bool(known) and not (known & _connections(client, port))

    return gone


def _connections(client: str, port: str) -> frozenset[str]:
    """The open connections of a client to this process, by inode."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return frozenset()
    if not port.isdigit():
        return frozenset()
    mine = set(_own_sockets())
    return frozenset(
        inode
        for table in _TABLES
        for local, remote, state, inode in _rows(table)
        if state == _ESTABLISHED and inode in mine
        if int(local.rsplit(":", 1)[1], 16) == int(port) and _same(remote, address)
    )


def _own_sockets() -> Iterator[str]:
    for handle in Path("/proc/self/fd").iterdir():
        try:
            target = str(handle.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def _rows(table: Path) -> Iterator[tuple[str, str, str, str]]:
    try:
        lines = table.read_text("ascii").splitlines()[1:]
    except OSError:
        return
    for line in lines:
        fields = line.split()
        yield fields[1], fields[2], fields[3], fields[9]


def _same(remote: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an entry of the table, words in the machine's order, is an address."""
    text = remote.rsplit(":", 1)[0]
    words = [int(text[i : i + 8], 16) for i in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    found = ipaddress.ip_address(packed)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return found == address
