from __future__ import annotations

import io
import re

import pytest

from buildkit.events import Event, RunFinished, StageStarted, TaskAdvanced
from buildkit.model import Cell, Stage
from buildkit.reports.console import RichReporter
from buildkit.reports.live import LivePart, RunningCells
from buildkit.reports.page import open_console
from buildkit.reports.settings import Color, Reporting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def reporter_on(terminal: Terminal, color: Color) -> RichReporter:
    return RichReporter(open_console(Reporting(stdout=terminal, stderr=io.StringIO(), width=100, color=color), terminal), 0)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text)


def test_a_terminal_shows_bars_of_tasks_and_the_running_cells(terminal: Terminal, story: tuple[Event, ...]) -> None:
    reporter = reporter_on(terminal, Color.ALWAYS)
    for event in story:
        reporter.report(event)
        live = reporter._live
        if live is not None:
            live._live.refresh()
    reporter.close()
    text = plain(terminal.getvalue())
    assert "1.2 MB/2.0 MB" in text
    assert "4/4 crates  alloc" in text
    assert "download [wasi-libc]" in text
    assert re.search(r"check\s+shop-sync/wasm32-wasip2/\[red\],wasi", text)
    assert "3/9 cells, 2 failed" in text


def test_nothing_that_moves_is_left_at_the_end(terminal: Terminal, story: tuple[Event, ...]) -> None:
    reporter = reporter_on(terminal, Color.ALWAYS)
    for event in story:
        reporter.report(event)
    reporter.close()
    last_frame_erased = terminal.getvalue().rindex("\x1b[2K")
    rest = plain(terminal.getvalue()[last_frame_erased:])
    assert "/9 cells" not in rest
    assert "Rerun what failed:" in rest
    assert terminal.getvalue().count("\x1b[?25l") == terminal.getvalue().count("\x1b[?25h")


def test_without_color_a_terminal_gets_no_codes_at_all(terminal: Terminal, story: tuple[Event, ...]) -> None:
    reporter = reporter_on(terminal, Color.NEVER)
    for event in story:
        reporter.report(event)
    reporter.close()
    assert "\x1b" not in terminal.getvalue()


def test_an_interrupted_run_leaves_the_cursor_visible(terminal: Terminal, story: tuple[Event, ...]) -> None:
    reporter = reporter_on(terminal, Color.ALWAYS)
    for event in story:
        if not isinstance(event, RunFinished):
            reporter.report(event)
    reporter.close()
    assert "stopped after 9 of 9 cells" in plain(terminal.getvalue())
    assert terminal.getvalue().rindex("\x1b[?25h") > terminal.getvalue().rindex("\x1b[?25l")


def test_more_running_cells_than_lines_are_counted() -> None:
    terminal = Terminal()
    console = open_console(Reporting(stdout=terminal, stderr=io.StringIO(), width=80, color=Color.NEVER), terminal)
    cells = RunningCells(2, lambda: 3.0)
    for number in range(5):
        cells.begin(Cell(package=f"p{number}", target="native"), Stage.CHECK)
    cells.end(Cell(package="p0", target="native"))
    console.print(cells)
    text = terminal.getvalue()
    assert "p1/native/-" in text
    assert "p3" not in text
    assert "and 2 more" in text


def test_a_cell_is_timed_from_its_first_stage() -> None:
    moments = iter([1.0, 9.0])
    cells = RunningCells(2, lambda: next(moments))
    cell = Cell(package="p", target="native")
    cells.begin(cell, Stage.ISOLATION)
    cells.begin(cell, Stage.CHECK)
    terminal = Terminal()
    open_console(Reporting(stdout=terminal, stderr=io.StringIO(), width=80, color=Color.NEVER), terminal).print(cells)
    assert "8.0s" in terminal.getvalue()


def test_a_live_part_outlives_tasks_and_cells_it_never_saw(terminal: Terminal) -> None:
    live = LivePart(open_console(Reporting(stdout=terminal, stderr=io.StringIO(), width=80), terminal))
    live.end_task("unknown")
    live.end_cell(Cell(package="p", target="native"))
    live.count_cells(1, 2, 0)


def test_a_terminal_too_small_for_its_bars_is_no_error(story: tuple[Event, ...]) -> None:
    terminal = Terminal()
    settings = Reporting(stdout=terminal, stderr=io.StringIO(), width=10, color=Color.ALWAYS)
    reporter = RichReporter(open_console(settings, terminal), 0)
    for event in story:
        if isinstance(event, TaskAdvanced | StageStarted):
            reporter.report(event)
            assert reporter._live is not None
            reporter._live._live.refresh()
    reporter.close()
    assert terminal.getvalue()
