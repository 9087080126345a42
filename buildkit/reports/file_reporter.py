"""The reporter of files: one file for a whole run, whatever its form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from buildkit.events import Event, RunFinished
from buildkit.model import RunReport
from buildkit.records import dataclass
from buildkit.reports.files import write_report


@dataclass(frozen=True, kw_only=True)
class FileReporter:
    """Writes `file` when the run is over, with what `text` makes of its report."""

    file: Path
    text: Callable[[RunReport], str]

    def report(self, event: Event) -> None:
        """Record one event."""
        if isinstance(event, RunFinished):
            write_report(self.file, self.text(event.report))

    def close(self) -> None:
        """Leave things as they are: a report of half a run would look like a whole one."""
