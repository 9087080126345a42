"""The first thing that runs: it imports next to nothing, so that an interrupt while the rest is imported ends as any other."""

from __future__ import annotations

import importlib
import os
import signal
from types import FrameType

from buildkit.errors import ExitCode

STDERR = 2


def main() -> None:
    """Run the command line of this process and end it; until a verb listens to signals, an interrupt ends it at once."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end_at_once)
    importlib.import_module("buildkit.cli.main").main()


def end_at_once(_number: int, _frame: FrameType | None) -> None:
    """End without unwinding: nothing has been started yet, and Python loses an exception that reaches it within an import's callback."""
    os.write(STDERR, b"error: interrupted\n")
    os._exit(ExitCode.INTERRUPTED)
