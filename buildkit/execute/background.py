"""A call of cargo whose messages are taken while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from queue import SimpleQueue

from buildkit.cargo.messages import Message, parse_message
from buildkit.errors import BuildkitError
from buildkit.process import Command, Completed, Runner


class BackgroundCall:
    """A call that runs in a thread, which may be left behind: whoever ends the run ends its process."""

    def __init__(self, command: Command, processes: Runner) -> None:
        """Start it."""
        self._command = command
        self._processes = processes
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._ended: list[Completed] = []
        self.told_at = 0
        """When the newest line came, in nanoseconds since the epoch: no other cargo has written in the folder before, for this one has its lock."""
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def ended(self) -> Completed:
        """Return how it ended, once all messages were taken; raises `BuildkitError` where the run was ended."""
        if not self._ended:
            raise BuildkitError("the run was ended", hint=self._command.shell)
        return self._ended[0]

    def messages(self) -> Iterator[Message]:
        """Give cargo's messages as they come."""
        while (line := self._lines.get()) is not None:
            message = parse_message(line)
            if message is not None:
                yield message

    def _run(self) -> None:
        try:
            # The runner raises this where the run is ended; it is for the main thread.
            with suppress(KeyboardInterrupt):
                self._ended.append(self._processes.run(self._command, on_stdout=self._take))
        finally:
            self._lines.put(None)

    def _take(self, line: str) -> None:
        self.told_at = time.time_ns()
        self._lines.put(line)
