"""Whether a client has left while its query runs, as the kernel tells of this process's sockets.

WSGI does not say so. A client is taken to have left when none is left of the connections that it
had to this process when its request came in; while one of several stays, nobody can tell which
request it waits for, and the query goes on to its limit. The sockets are asked one by one: the
kernel's table of all connections takes milliseconds to read, on every request.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
from collections.abc import Callable, Iterator
from typing import Any, Final

_ESTABLISHED: Final = 1
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def watch(environ: dict[str, Any]) -> Callable[[], bool]:
    """A question that answers whether the client of a request has left."""
    client = environ.get("werkzeug.proxy_fix.orig", environ).get("REMOTE_ADDR", "")
    port = str(environ.get("SERVER_PORT", ""))
    known = _connections(client, port)

    def gone() -> bool:
        return bool(known) and not (known & _connections(client, port))

    return gone


def _connections(client: str, port: str) -> frozenset[int]:
    """The open connections of a client to this process, by inode."""
    try:
        address = _plain(client)
    except ValueError:
        return frozenset()
    if not port.isdigit():
        return frozenset()
    return frozenset(
        inode
        for inode, here, peer in _open_sockets()
        if here == int(port) and _plain(peer) == address
    )


def _open_sockets() -> Iterator[tuple[int, int, str]]:
    """Each open connection of this process: its inode, our port, the address at its other end."""
    for handle in map(int, os.listdir("/proc/self/fd")):  # noqa: PTH208 - a path each is dear
        try:
            if not stat.S_ISSOCK(os.fstat(handle).st_mode):
                continue
            # A copy, looked at alone: the server may close its own meanwhile, and open another.
            with _copy(handle) as one:
                inode = os.fstat(one.fileno())
                if one.family not in _FAMILIES or one.type != socket.SOCK_STREAM:
                    continue
                if one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == _ESTABLISHED:
                    yield inode.st_ino, one.getsockname()[1], one.getpeername()[0]
        except OSError:
            continue


def _copy(handle: int) -> socket.socket:
    """A copy of an open socket.

    Errors: `OSError` where it is closed, or is no socket.
    """
    copy = os.dup(handle)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise


def _plain(address: str) -> _Address:
    """An address, an IPv4 one that is written as IPv6 as itself.

    Errors: `ValueError` for what is none.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found
