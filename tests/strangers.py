"""What tests and benchmarks of the endpoint share: a stranger's requests, and a canary."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import closing
from email.message import Message
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.serving import Server, read

LIMIT = 1.0
SECRET = "what-the-canary-file-says"  # noqa: S105
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


class Canary:
    """A server that counts who calls it, and a file that must not be read."""

    def __init__(self, folder: Path) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/sparql"
        self.file = folder / "canary.ttl"
        self.file.write_text(f'<urn:a> <urn:b> "{SECRET}" .')
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            self.hits += 1
            link.close()

    def close(self) -> None:
        self._socket.close()


def post(server: Server, query: str, accept: str = "*/*") -> tuple[int, Message, bytes]:
    link = http.client.HTTPConnection(urlsplit(server.base).netloc, timeout=30)
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    with closing(link):
        link.request("POST", "/sparql", query.encode("utf-8", "surrogatepass"), headers)
        reply = link.getresponse()
        return reply.status, reply.headers, reply.read()


def busy(server: Server) -> list[int]:
    """The children that are at work: an idle one waits for its pipe."""
    return [
        pid for pid in server.children()
        if read(pid, "stat").rsplit(")", 1)[-1].split()[:1] == ["R"]
    ]  # fmt: skip


def leave(server: Server, after: float) -> None:
    """Ask for something endless, and go away."""
    address = urlsplit(server.base)
    with socket.create_connection((address.hostname, address.port)) as link:
        link.sendall(
            f"GET /sparql?{urlencode({'query': SLOW})} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        time.sleep(after)
