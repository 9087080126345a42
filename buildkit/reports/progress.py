"""Progress as plain lines: what begins and what ended, for logs."""

from __future__ import annotations

from typing import TextIO, assert_never

from buildkit.events import (
    CellFinished,
    Event,
    Notice,
    ProgramOutput,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    TaskAdvanced,
    TaskFinished,
    TaskStarted,
)
from buildkit.model import Cell, CellResult
from buildkit.reports.settings import QUIET, VERBOSE
from buildkit.reports.tasks import TaskBook, TaskState
from buildkit.reports.words import DURATION_WIDTH, LABEL_WIDTH, LABELS, cell_duration, clean, counted, duration, remark, stage_remark


def line(label: str, spent: str, *parts: str) -> str:
    """Return a progress line: label, duration, then the parts that are not empty."""
    return "  ".join((f"{label:<{LABEL_WIDTH}}", f"{spent:>{DURATION_WIDTH}}", *(part for part in parts if part)))


class PlainProgress:
    """Writes one line when a cell or a task begins, and one when it ended."""

    def __init__(self, stream: TextIO, verbosity: int) -> None:
        """Write to `stream`; with a verbosity of -1 only tasks that failed are told."""
        self._stream = stream
        self._verbosity = verbosity
        self._tasks = TaskBook()
        self._running: set[Cell] = set()

    def report(self, event: Event) -> None:  # one arm for each kind of event
        """Show one event."""
        match event:
            case RunStarted():
                self._tell(f"{counted(len(event.cells), 'cell')} in {clean(str(event.workspace))}: {', '.join(event.stages)}")
            case Notice():
                self._tell(*notice_lines(event))
            case TaskStarted() | TaskAdvanced() | TaskFinished():
                self._task(event)
            case StageStarted():
                self._begin(event.cell)
            case ProgramOutput():
                self._tell(line("OUT", "", clean(event.cell.id), clean(event.line)))
            case StageFinished():
                self._stage(event)
            case CellFinished():
                self._end(event.result)
            case RunFinished():
                pass
            case _:
                assert_never(event)

    def _task(self, event: TaskStarted | TaskAdvanced | TaskFinished) -> None:
        match event:
            case TaskStarted():
                self._tell(line("TASK", "", self._tasks.start(event).title))
            case TaskAdvanced():
                before = self._tasks.state(event.task)
                after = self._tasks.advance(event)
                if after.quarter > before.quarter:
                    self._tell(line("TASK", "", after.title, after.amount))
            case TaskFinished():
                self._task_end(event, self._tasks.finish(event))

    def _task_end(self, event: TaskFinished, state: TaskState) -> None:
        if event.error is None:
            self._tell(line("TASK", duration(event.seconds), state.title, "done"))
        else:
            self._write(line("TASK", duration(event.seconds), state.title, f"failed: {clean(event.error)}"))

    def _begin(self, cell: Cell) -> None:
        if cell not in self._running:
            self._running.add(cell)
            self._tell(line("START", "", clean(cell.id)))

    def _stage(self, event: StageFinished) -> None:
        if self._verbosity >= VERBOSE:
            result = event.result
            self._write(line("STAGE", "", clean(event.cell.id), result.stage, stage_remark(result)))
            if result.command:
                self._write(f"  {clean(result.command)}")

    def _end(self, result: CellResult) -> None:
        self._running.discard(result.cell)
        self._tell(line(LABELS[result.verdict], cell_duration(result), clean(result.cell.id), remark(result)))

    def _tell(self, *lines: str) -> None:
        if self._verbosity > QUIET:
            self._write(*lines)

    def _write(self, *lines: str) -> None:
        for text in lines:
            self._stream.write(f"{text.rstrip()}\n")
        self._stream.flush()


def notice_lines(notice: Notice) -> tuple[str, ...]:
    """Return a notice as lines, its detail indented."""
    detail = clean(notice.detail or "").strip().splitlines()
    return (f"note: {clean(notice.message)}", *(f"  {text}" for text in detail))
