"""What every reporter is: a consumer of events that is closed at the end."""

from __future__ import annotations

from typing import Protocol

from buildkit.events import Event


class Reporter(Protocol):
    """Takes the events of one run, one call at a time."""

    def report(self, event: Event) -> None:
        """Show or record one event."""
        ...

    def close(self) -> None:
        """End the report, whether or not the run came to its end; called once."""
        ...
