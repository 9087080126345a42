"""A guard under which nothing outside can be changed or asked: no process, no connection, no thread, no file written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from typing import Final

PROCESSES: Final = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.forkpty"})
SOCKETS: Final = frozenset(
    {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}
)
THREADS: Final = frozenset({"_thread.start_new_thread", "_thread.start_joinable_thread"})
"""A thread begins with a context of its own, in which nothing would be guarded. Python tells of it from 3.12 on."""

FORBIDDEN: Final = PROCESSES | SOCKETS | THREADS
"""Audit events of the Python runtime that a declaration must not raise."""

FILE_CHANGES: Final = {"os.mkdir": 1, "os.remove": 1, "os.rmdir": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.truncate": 1}
"""Audit events that change files, and how many of their first arguments are paths."""

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
BYTECODE_FOLDER: Final = "__pycache__"

_guarded: ContextVar[bool] = ContextVar("guarded", default=False)
_installed: list[bool] = []


class ImpureError(Exception):
    """Guarded code tried to reach outside."""


@contextmanager
def forbid_side_effects() -> Iterator[None]:
    """Raise `ImpureError` in this context wherever a process or thread is started, a socket used, or a file changed.

    The interpreter may still keep the bytecode of what is imported.
    """
    if not _installed:
        # An audit hook can never be removed, so there is one, and it looks at the context.
        sys.addaudithook(_audit)
        _installed.append(True)
    token = _guarded.set(True)
    try:
        yield
    finally:
        _guarded.reset(token)


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _guarded.get() and _is_forbidden(event, arguments):
        raise ImpureError(f"its declaration is not pure: it raised {event} {arguments[:1]}")


def _is_forbidden(event: str, arguments: tuple[object, ...]) -> bool:
    if event in FILE_CHANGES:
        return not all(_is_bytecode(path) for path in arguments[: FILE_CHANGES[event]])
    if event == "open":
        path, flags = arguments[0], arguments[-1]
        return isinstance(flags, int) and bool(flags & WRITING) and not _is_bytecode(path)
    return event in FORBIDDEN


def _is_bytecode(path: object) -> bool:
    if isinstance(path, int):
        # A descriptor that is already open: its opening was judged.
        return True
    if not isinstance(path, str | bytes | os.PathLike):
        return False
    place = PurePath(os.fsdecode(path))
    return BYTECODE_FOLDER in place.parts or (sys.pycache_prefix is not None and place.is_relative_to(sys.pycache_prefix))
