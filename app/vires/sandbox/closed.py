"""Closes a process for good: no network, no new program, no write, bounded memory.

Each limit is the kernel's own and holds whatever the process runs later. A system-call filter
(seccomp) needs no rights, works as root too, and cannot be taken off again.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from typing import Final

from vires.errors import SandboxOpenError

_CALLS: Final = {
    # machine: (audit architecture, first number of a foreign table, {call: number})
    "x86_64": (
        0xC000003E,
        0x40000000,
        {
            "socket": 41, "connect": 42, "bind": 49, "socketpair": 53, "fork": 57, "vfork": 58,
            "execve": 59, "kill": 62, "ptrace": 101, "execveat": 322, "io_uring_setup": 425,
            "pidfd_getfd": 438, "clone": 56, "clone3": 435,
        },
    ),
    "aarch64": (
        0xC00000B7,
        0xFFFFFFFF,
        {
            "socket": 198, "connect": 203, "bind": 200, "socketpair": 199, "execve": 221,
            "kill": 129, "ptrace": 117, "execveat": 281, "io_uring_setup": 425,
            "pidfd_getfd": 438, "clone": 220, "clone3": 435,
        },
    ),
}  # fmt: skip
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
_NUMBER_AT, _ARCH_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_CLONE_THREAD: Final = 0x10000
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2


def limit(memory: int) -> None:
    """Bound the memory of this process in bytes, and let it write no file and leave no dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # the pages of the site come first


def close() -> None:
    """Take the network and other programs away from this process and all its threads to come.

    Errors: `SandboxOpenError` where this kernel or machine cannot; nothing may run then.
    """
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        raise SandboxOpenError(
            f"no system-call filter for {sys.platform} on {platform.machine()}; "
            "free SPARQL runs on Linux, x86-64 or ARM64"
        )
    filters = _program(*_CALLS[platform.machine()])
    code = b"".join(struct.pack("HBBI", *step) for step in filters)
    held = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("HP", len(filters), ctypes.addressof(held)))
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    done = done and libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0
    if not done:
        raise SandboxOpenError(
            f"the system-call filter was refused ({os.strerror(ctypes.get_errno())}); "
            "run on a kernel with seccomp"
        )


def end_after(seconds: float) -> None:
    """Let the kernel end this process after a time, in real seconds and in seconds of CPU."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(spent.ru_utime + spent.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def end_never() -> None:
    """Stop the clock of `end_after`."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def _program(
    architecture: int, foreign: int, calls: dict[str, int]
) -> list[tuple[int, int, int, int]]:
    """The filter: refuse the calls listed; threads may be made, processes not."""
    barred = [number for name, number in calls.items() if not name.startswith("clone")]
    steps = [
        (_LOAD, 0, 0, _ARCH_AT),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, foreign),
        (_RETURN, 0, 0, _KILL),
    ]
    for number in barred:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    # The flags of clone3 lie behind a pointer; without it the C library falls back to clone.
    steps += [(_EQUAL, 0, 1, calls["clone3"]), (_RETURN, 0, 0, _ENOSYS)]
    return [
        *steps,
        (_EQUAL, 0, 3, calls["clone"]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
