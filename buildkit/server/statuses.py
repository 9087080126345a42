"""The states of an instance and the signals that wait for it."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final


@unique
class Status(StrEnum):
    """Where an instance stands."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    SLEEPING = "sleeping"
    READY = "ready"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@unique
class Signal(StrEnum):
    """What somebody asked of an instance; the last one asked for waits, and nothing replaces a cancellation."""

    PAUSE = "pause"
    CANCEL = "cancel"
    RESUME = "resume"


ENDED: Final = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})
"""No workflow goes on from here, except that a failed one may be started again."""

IDLE: Final = frozenset({Status.SUSPENDED, Status.SLEEPING, Status.READY})
"""Nothing runs that could answer a signal."""

QUIET: Final = IDLE | {Status.CANCELLED}
"""A workflow that says it stops has nothing to add here."""
