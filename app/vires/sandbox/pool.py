"""A pool of children: each runs one query at a time, and is killed where it does not end."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from typing import IO, Final, cast

from vires.errors import QueryStoppedError, SandboxBusyError, SandboxOpenError
from vires.sandbox import job as wire
from vires.sandbox.job import Job, Reply

_LOOK: Final = 0.25
"""How often, in seconds, a waiting server looks whether the client is still there."""

_IN_MEMORY: Final = 1024 * 1024
_FRAME: Final = 64 * 1024
"""What an answer may be longer than its limit: its head and tail."""


class _Child:
    """One child process, with what to write to and read from."""

    def __init__(self, memory: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
            [sys.executable, "-S", "-s", "-P", "-m", "vires.sandbox.child", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            # Nothing of the server's environment goes along but where the modules are.
            env={
                "PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path if p),  # noqa: PTH100
                "PYTHONDONTWRITEBYTECODE": "1",
                "MALLOC_ARENA_MAX": "2",
                "LC_ALL": "C.UTF-8",
            },
            # Out of the way of the terminal's signals, but in the server's session: the kernel
            # weighs sessions against each other, and niceness only within one.
            process_group=0,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, asked: Job) -> None:
        pipe = cast("IO[bytes]", self._process.stdin)
        pipe.write(wire.pack(asked))
        pipe.flush()

    def read(self, until: float, gone: Callable[[], bool]) -> bytes:
        """What the child has written since; empty where it ended.

        Errors: `QueryStoppedError` at the time limit, or where the client has gone.
        """
        pipe = cast("IO[bytes]", self._process.stdout)
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise QueryStoppedError("the query took longer than one query may")
            if poll.poll(min(left, _LOOK) * 1000):
                return os.read(pipe.fileno(), _FRAME)
            if gone():
                raise QueryStoppedError("the client left before the query ended")

    def end(self) -> int:
        """Kill the child, and wait until it is no more; its exit code."""
        with contextlib.suppress(OSError):
            self._process.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                cast("IO[bytes]", pipe).close()
        return code

    def code(self) -> int:
        """The exit code of a child whose output has ended."""
        try:
            return self._process.wait(1)
        except subprocess.TimeoutExpired:
            return self.end()


class Pool:
    """At most `size` children; safe for many threads."""

    def __init__(self, size: int, memory: int, patience: float = 1.0) -> None:
        self._size = size
        self._memory = memory
        self._patience = patience
        self._idle: list[_Child] = []
        self._children: set[_Child] = set()
        self._waiting = 0
        self._free = threading.Condition()
        self._closed = weakref.finalize(self, _end_all, self._children)

    def pids(self) -> set[int]:
        """The process ids of the children that live."""
        with self._free:
            return {child.pid for child in self._children}

    def warm(self) -> None:
        """Start every child, so that no query waits for one."""
        with self._free:
            while len(self._children) < self._size:
                self._idle.append(self._start())

    def close(self) -> None:
        """End every child."""
        self._closed()

    def run(self, asked: Job, gone: Callable[[], bool]) -> tuple[Reply, IO[bytes]]:
        """The reply to a job, and its body from the start.

        `gone` says whether the client has left. Errors: `SandboxBusyError` where no child came
        free in time, `QueryStoppedError` where the query was ended, `SandboxOpenError` where
        the child cannot be closed.
        """
        child = self._take()
        try:
            child = self._sent(child, asked)
            until = time.monotonic() + asked.limits.seconds
            answer, body = _received(child, asked, until, gone)
        except BaseException:
            self._replace(child)
            raise
        if answer.spent:
            self._replace(child)
        else:
            self._give_back(child)
        return answer, body

    def _sent(self, child: _Child, asked: Job) -> _Child:
        """Hand over the job; a child that died while idle is replaced once."""
        try:
            child.send(asked)
        except OSError:
            with self._free:
                self._drop(child)
                child = self._start()
            child.send(asked)
        return child

    def _start(self) -> _Child:
        child = _Child(self._memory)
        self._children.add(child)
        return child

    def _drop(self, child: _Child) -> None:
        child.end()
        self._children.discard(child)

    def _take(self) -> _Child:
        with self._free:
            if self._idle:
                return self._idle.pop()
            if len(self._children) < self._size:
                return self._start()
            if self._waiting >= self._size:
                raise SandboxBusyError("other queries are running; try again in a few seconds")
            self._waiting += 1
            try:
                if not self._free.wait_for(lambda: bool(self._idle), self._patience):
                    raise SandboxBusyError("other queries are running; try again in a few seconds")
            finally:
                self._waiting -= 1
            return self._idle.pop()

    def _give_back(self, child: _Child) -> None:
        with self._free:
            self._idle.append(child)
            self._free.notify()

    def _replace(self, child: _Child) -> None:
        with self._free:
            self._drop(child)
            self._idle.append(self._start())
            self._free.notify()


def _end_all(children: set[_Child]) -> None:
    while children:
        children.pop().end()


def _received(
    child: _Child, asked: Job, until: float, gone: Callable[[], bool]
) -> tuple[Reply, IO[bytes]]:
    line = b""
    while b"\n" not in line:
        part = child.read(until, gone)
        if not part:
            raise QueryStoppedError(_ended(child.code()))
        line += part
    first, rest = line.split(b"\n", 1)
    answer = wire.reply(first)
    if answer.outcome == "open":
        raise SandboxOpenError(answer.message)
    if answer.length > asked.limits.bytes + _FRAME:
        raise QueryStoppedError("the answer is longer than one answer may be")
    body = cast("IO[bytes]", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
    body.write(rest)
    received = len(rest)
    while received < answer.length:
        part = child.read(until, gone)
        if not part:
            raise QueryStoppedError(_ended(child.code()))
        body.write(part)
        received += len(part)
    body.seek(0)
    return answer, body


def _ended(code: int) -> str:
    """Why a child ended by itself, from its exit code."""
    if -code in (14, 24):  # SIGALRM, SIGXCPU
        return "the query took longer than one query may"
    if -code == 11:  # SIGSEGV
        return "the query is nested too deeply to be evaluated"
    return "the query needed more memory than one query may use"
