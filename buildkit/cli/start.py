"""The first thing that runs: it imports next to nothing, so that what was said before is said again at once, and an interrupt ends as any other."""

from __future__ import annotations

import importlib
import os
import signal
import sys

from buildkit.replay.reply import reply

STDERR = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command line of this process and end it; until a verb listens to signals, an interrupt ends it at once."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, end_at_once)
    code = reply(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    importlib.import_module("buildkit.cli.main").main()


def end_at_once(*_signal: object) -> None:
    """End without unwinding: nothing has been started yet, and Python loses an exception that reaches it within an import's callback."""
    os.write(STDERR, b"error: interrupted\n")
    os._exit(INTERRUPTED)
