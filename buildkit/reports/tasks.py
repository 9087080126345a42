"""Where each piece of provisioning stands."""

from __future__ import annotations

from dataclasses import field, replace

from rich.filesize import decimal

from buildkit.events import TaskAdvanced, TaskFinished, TaskStarted
from buildkit.records import dataclass
from buildkit.reports.words import clean


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """A task on its way; `total` is `None` while unknown."""

    title: str
    unit: str = "steps"
    completed: int = 0
    total: int | None = None
    detail: str = ""

    @property
    def quarter(self) -> int:
        """Return how many quarters are done, from 0 to 4; 0 while the total is unknown."""
        return min(4, 4 * self.completed // self.total) if self.total else 0

    @property
    def amount(self) -> str:
        """Return `14/23 crates`, `1.2 MB/3.4 MB`, or what is known of it."""
        if self.unit == "bytes":
            return decimal(self.completed) if self.total is None else f"{decimal(self.completed)}/{decimal(self.total)}"
        done = f"{self.completed}" if self.total is None else f"{self.completed}/{self.total}"
        return f"{done} {self.unit}"


@dataclass()
class TaskBook:
    """The tasks of a run by their names; a task that was never started is known by its name alone."""

    _states: dict[str, TaskState] = field(default_factory=dict)

    def start(self, event: TaskStarted) -> TaskState:
        """Record that a task begins."""
        state = TaskState(title=clean(event.title), unit=event.unit, total=event.total)
        self._states[event.task] = state
        return state

    def advance(self, event: TaskAdvanced) -> TaskState:
        """Record how far a task is."""
        before = self.state(event.task)
        total = before.total if event.total is None else event.total
        state = replace(before, completed=event.completed, total=total, detail=clean(event.detail))
        self._states[event.task] = state
        return state

    def finish(self, event: TaskFinished) -> TaskState:
        """Forget a task, and return how far it was."""
        state = self.state(event.task)
        self._states.pop(event.task, None)
        return state

    def state(self, task: str) -> TaskState:
        """Return how far a task is."""
        return self._states.get(task, TaskState(title=clean(task)))
