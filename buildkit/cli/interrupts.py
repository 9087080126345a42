"""End a verb at once, and everything that it started, when it is interrupted or told to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from buildkit.process import ProcessRunner, Runner
from buildkit.remembered.runner import Remembered, RememberingRunner

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interruptible(remembered: Remembered | None = None) -> Iterator[Runner]:
    """Give a process runner whose children end with this process's signals; the verb then ends as interrupted.

    It does so at the latest when it is done: Python may lose the exception of a signal, within a callback of the interpreter.
    What is remembered is answered without starting a process.
    """
    processes = ProcessRunner()
    received: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        # Threads that wait for a child would hold up the exception until the child has ended.
        processes.interrupt()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield processes if remembered is None else RememberingRunner(processes=processes, remembered=remembered)
        if received:
            raise KeyboardInterrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
