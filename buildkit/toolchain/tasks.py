"""Announce a piece of provisioning, its progress and its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from buildkit.errors import BuildkitError
from buildkit.events import Emit, Event, TaskAdvanced, TaskFinished, TaskStarted
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Task:
    """A piece of provisioning that is being done."""

    name: str
    emit: Emit

    def advance(self, completed: int, total: int | None, detail: str) -> None:
        """Tell how far it has come."""
        self.emit(TaskAdvanced(task=self.name, completed=completed, total=total, detail=detail))


@contextmanager
def task(emit: Emit, name: str, title: str, unit: str) -> Iterator[Task]:
    """Announce a task, and how it ends."""
    started = time.monotonic()
    emit(TaskStarted(task=name, title=title, unit=unit))
    error: str | None = "interrupted"
    try:
        yield Task(name=name, emit=emit)
        error = None
    except BuildkitError as failure:
        error = failure.message
        raise
    except OSError as failure:
        error = (failure.strerror or str(failure)).lower()
        raise
    finally:
        emit(TaskFinished(task=name, seconds=time.monotonic() - started, error=error))


def one_at_a_time(emit: Emit) -> Emit:
    """Return an `emit` that several threads may call."""
    lock = threading.Lock()

    def locked(event: Event) -> None:
        with lock:
            emit(event)

    return locked
