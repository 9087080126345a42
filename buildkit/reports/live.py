"""The part of a terminal that moves: provisioning tasks, running cells, and how much of the run is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.padding import Padding
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from buildkit.model import Cell, Stage
from buildkit.records import dataclass
from buildkit.reports.page import INDENT, SIDE_BY_SIDE
from buildkit.reports.styles import QUIET_STYLE, cell_text
from buildkit.reports.tasks import TaskState
from buildkit.reports.words import counted, duration

REFRESHES_PER_SECOND: Final = 8

LONGEST_AMOUNT: Final = 20
"""How many columns an amount may take, `200.0 MB/412.3 MB` included."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A cell that is being worked on, since a moment of the clock."""

    cell: Cell
    stage: Stage
    since: float


class RunningCells:
    """Draws the running cells; read by the refreshing thread while others replace them."""

    def __init__(self, limit: int, clock: Callable[[], float]) -> None:
        """Draw at most `limit` lines."""
        self._limit = limit
        self._clock = clock
        self._cells: Mapping[Cell, Running] = {}
        self._spinner = Spinner("dots", style=QUIET_STYLE)

    def begin(self, cell: Cell, stage: Stage) -> None:
        """Show a cell, or its next stage."""
        before = self._cells.get(cell)
        since = self._clock() if before is None else before.since
        self._cells = {**self._cells, cell: Running(cell=cell, stage=stage, since=since)}

    def end(self, cell: Cell) -> None:
        """Show a cell no longer."""
        self._cells = {other: running for other, running in self._cells.items() if other != cell}

    def __rich__(self) -> Table:
        cells = self._cells
        grid = Table.grid(
            Column(no_wrap=True), Column(no_wrap=True), Column(no_wrap=True, overflow="ellipsis"), Column(justify="right"), padding=(0, 1)
        )
        for running in islice(cells.values(), self._limit):
            spent = Text(duration(self._clock() - running.since), style=QUIET_STYLE)
            grid.add_row(self._spinner, Text(running.stage, style=QUIET_STYLE), cell_text(running.cell.id), spent)
        if len(cells) > self._limit:
            grid.add_row("", "", Text(f"and {len(cells) - self._limit} more", style=QUIET_STYLE), "")
        return grid


class LivePart:
    """Three groups of lines at the bottom of a terminal, redrawn while things happen above them."""

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        """Stand ready; nothing is drawn before `start`."""
        bar = max(8, min(32, console.width // 4))
        self._tasks = _progress(console, *_task_columns(console.width, bar))
        self._cells = RunningCells(max(3, console.height // 3), clock)
        self._overall = _progress(console, BarColumn(bar), _amount(), TimeElapsedColumn())
        self._live = Live(
            Padding.indent(Group(self._tasks, self._cells, self._overall), INDENT),
            console=console,
            transient=True,
            refresh_per_second=REFRESHES_PER_SECOND,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._ids: dict[str, TaskID] = {}
        self._run: TaskID | None = None

    def start(self) -> None:
        """Begin to draw."""
        self._live.start()

    def stop(self) -> None:
        """Take everything that was drawn away."""
        self._live.stop()

    def start_run(self, cells: int) -> None:
        """Show how much of a run is done."""
        self._run = self._overall.add_task("", total=cells, title="", amount=f"0/{counted(cells, 'cell')}")

    def count_cells(self, done: int, total: int, failed: int) -> None:
        """Show that `done` cells have ended."""
        if self._run is not None:
            amount = f"{done}/{counted(total, 'cell')}" + (f", {failed} failed" if failed else "")
            self._overall.update(self._run, completed=done, amount=amount)

    def begin_cell(self, cell: Cell, stage: Stage) -> None:
        """Show a running cell."""
        self._cells.begin(cell, stage)

    def end_cell(self, cell: Cell) -> None:
        """Show a cell no longer."""
        self._cells.end(cell)

    def show_task(self, task: str, state: TaskState) -> None:
        """Show how far a task is; its bar appears with the first call."""
        if task not in self._ids:
            self._ids[task] = self._tasks.add_task("", total=state.total, title=state.title, amount="")
        amount = f"{state.amount}  {state.detail}".rstrip()
        self._tasks.update(self._ids[task], total=state.total, completed=state.completed, amount=amount)

    def end_task(self, task: str) -> None:
        """Take the bar of a task away."""
        number = self._ids.pop(task, None)
        if number is not None:
            self._tasks.remove_task(number)


def _progress(console: Console, *columns: ProgressColumn) -> Progress:
    return Progress(*columns, console=console, auto_refresh=False)


def _task_columns(width: int, bar: int) -> tuple[ProgressColumn, ...]:
    """Return what is shown of a task; where there is no room for all, a title is shortened and never a figure."""
    if width < SIDE_BY_SIDE:
        return _title(max(12, width - LONGEST_AMOUNT - 2 * INDENT)), _amount()
    return SpinnerColumn(style=QUIET_STYLE), _title(None), BarColumn(bar), _amount(), TimeElapsedColumn()


def _title(longest: int | None) -> ProgressColumn:
    column = Column(no_wrap=True, overflow="ellipsis", max_width=longest)
    return TextColumn("{task.fields[title]}", markup=False, table_column=column)


def _amount() -> ProgressColumn:
    return TextColumn("{task.fields[amount]}", markup=False, style=QUIET_STYLE, table_column=Column(no_wrap=True, overflow="ellipsis"))
