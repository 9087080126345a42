"""A call of cargo whose messages are taken while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from buildkit.errors import BuildkitError
from buildkit.process import Command, Completed, Runner

Tell = Callable[[str | None], None]
"""Takes a line of what a call prints, and `None` after the last one; called from a thread."""


class BackgroundCall:
    """A call that runs in a thread, which may be left behind: whoever ends the run ends its process."""

    def __init__(self, command: Command, processes: Runner, tell: Tell) -> None:
        """Start it."""
        self._command = command
        self._processes = processes
        self._tell = tell
        self._ended: list[Completed] = []
        self.told_at = 0
        """When the newest line came, in nanoseconds since the epoch."""
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def ended(self) -> Completed:
        """Return how it ended, once all lines were told; raises `BuildkitError` where the run was ended."""
        if not self._ended:
            raise BuildkitError("the run was ended", hint="the same command again goes on from there")
        return self._ended[0]

    def _run(self) -> None:
        try:
            # The runner raises this where the run is ended; it is for the main thread.
            with suppress(KeyboardInterrupt):
                self._ended.append(self._processes.run(self._command, on_stdout=self._take))
        finally:
            self._tell(None)

    def _take(self, line: str) -> None:
        self.told_at = time.time_ns()
        self._tell(line)
