"""End a verb at once, and everything that it started, when it is interrupted or told to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from buildkit.process import ProcessRunner

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible() -> Iterator[ProcessRunner]:
    """Give a process runner whose children end with this process's signals; the verb then ends as interrupted."""
    processes = ProcessRunner()

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        # Threads that wait for a child would hold up the exception until the child has ended.
        processes.interrupt()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield processes
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
