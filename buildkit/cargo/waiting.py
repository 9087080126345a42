"""Say that cargo waits: for another cargo that holds its lock, or for a server that does not answer."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from buildkit.events import Emit, Notice
from buildkit.process import Command, Completed, OnLine, Runner
from buildkit.records import dataclass

_BLOCKED: Final = re.compile(r"^\s*Blocking waiting for file lock on (?P<what>.+)$")
_RETRIED: Final = re.compile(r"^warning: spurious network error \((?P<left>[^)]+)\): (?P<reason>.+)$")


@dataclass(frozen=True, kw_only=True)
class WaitingRunner:
    """Runs what another runner runs, and tells of waiting once for each reason while it goes on.

    Where several run at once, one that waits for a lock waits for another of them, which is as it should be.
    """

    processes: Runner
    emit: Emit
    _told: set[str] = field(default_factory=set)
    _running: list[Command] = field(default_factory=list)

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        """Run to the end; see `Runner`."""
        is_first = not self._running

        def listen(line: str) -> None:
            if (is_first and len(self._running) == 1) or not _BLOCKED.match(line):
                self._tell(waits_for(line))
            if on_stderr is not None:
                on_stderr(line)

        self._running.append(command)
        try:
            return self.processes.run(command, on_stdout=on_stdout, on_stderr=listen, timeout=timeout)
        finally:
            self._running.remove(command)

    def _tell(self, sentence: str | None) -> None:
        if sentence is not None and sentence not in self._told:
            self._told.add(sentence)
            self.emit(Notice(message=sentence))


def waits_for(line: str) -> str | None:
    """Return what a line of cargo's says that it waits for, `None` where it says nothing of that."""
    blocked = _BLOCKED.match(line)
    if blocked is not None:
        return holds_lock(blocked["what"].strip())
    retried = _RETRIED.match(line)
    return None if retried is None else f"waiting for a server: {retried['reason']} ({retried['left']})"


def holds_lock(what: str) -> str:
    """Return how it is told that another cargo has to be waited for, by what that one has locked."""
    return f"waiting for another cargo, which holds the lock on the {what}"
