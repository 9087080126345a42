"""The report for programs: one JSON document on standard output, and progress beside it."""

from __future__ import annotations

from typing import TextIO

from buildkit.events import Event, RunFinished
from buildkit.reports.document import encode_run
from buildkit.reports.progress import PlainProgress


class JsonReporter:
    """Writes the document when the run is over; without an end there is no document."""

    def __init__(self, stream: TextIO, progress: PlainProgress) -> None:
        """Write the document to `stream`, and leave all else to `progress`."""
        self._stream = stream
        self._progress = progress

    def report(self, event: Event) -> None:
        """Show one event."""
        self._progress.report(event)
        if isinstance(event, RunFinished):
            self._stream.write(encode_run(event.report))
            self._stream.flush()

    def close(self) -> None:
        """Leave things as they are: half a document is none."""
