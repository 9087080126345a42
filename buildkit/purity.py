"""A guard under which no process can be started and no connection opened."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

FORBIDDEN = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "socket.connect"})
"""Audit events of the Python runtime that a declaration must not raise."""

_guarded: ContextVar[bool] = ContextVar("guarded", default=False)
_installed: list[bool] = []


class ImpureError(Exception):
    """Guarded code tried to reach outside."""


@contextmanager
def forbid_side_effects() -> Iterator[None]:
    """Raise `ImpureError` in this context wherever a process is started or a connection opened."""
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
    if event in FORBIDDEN and _guarded.get():
        raise ImpureError(f"its declaration is not pure: it raised {event} {arguments[:1]}")
