"""What happened during a run, as a closed union of frozen dataclasses; the only thing that reports consume."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from buildkit.model import Cell, CellResult, RunReport, Stage, StageResult
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """A run of `cells` begins; `assumptions` are the sentences that say what was taken for granted without a configuration."""

    workspace: Path
    cells: tuple[Cell, ...]
    stages: tuple[Stage, ...]
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A sentence for the reader that is no verdict: what is about to be done, or what to know."""

    message: str
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class TaskStarted:
    """A piece of provisioning begins (a download, a standard library). `total` counts `unit`s, `None` while unknown."""

    task: str
    title: str
    total: int | None = None
    unit: str = "steps"


@dataclass(frozen=True, kw_only=True)
class TaskAdvanced:
    """A task has done `completed` of its units; `total` replaces the earlier one when it has become known."""

    task: str
    completed: int
    total: int | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskFinished:
    """A task ended; `error` is the reason when it failed."""

    task: str
    seconds: float
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class StageStarted:
    """A stage of a cell begins, with the command that can be pasted into a shell when there is one."""

    cell: Cell
    stage: Stage
    command: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProgramOutput:
    """A line, without its line end, that a cell's program wrote while it ran."""

    cell: Cell
    line: str


@dataclass(frozen=True, kw_only=True)
class StageFinished:
    """A stage of a cell ended; always follows its `StageStarted`."""

    cell: Cell
    result: StageResult


@dataclass(frozen=True, kw_only=True)
class CellFinished:
    """All stages of a cell that will run have run."""

    result: CellResult


@dataclass(frozen=True, kw_only=True)
class RunFinished:
    """The run is over; `rerun` is the command that repeats only what failed, `None` when all passed."""

    report: RunReport
    rerun: str | None = None


Event = (
    RunStarted
    | Notice
    | TaskStarted
    | TaskAdvanced
    | TaskFinished
    | StageStarted
    | ProgramOutput
    | StageFinished
    | CellFinished
    | RunFinished
)

Emit = Callable[[Event], None]
"""Takes an event; may be called from any thread, one call at a time."""
