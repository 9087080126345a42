"""The report for people: progress that moves on a terminal, a line for each cell, and the failures and the summary at the end."""

from __future__ import annotations

from typing import assert_never

from rich.console import Console
from rich.text import Text

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
from buildkit.execute.verdicts import GOOD
from buildkit.model import Cell, CellResult, Verdict
from buildkit.reports.blocks import Blocks
from buildkit.reports.closing import print_closing
from buildkit.reports.failures import print_blocks
from buildkit.reports.live import LivePart
from buildkit.reports.page import INDENT, Page
from buildkit.reports.plain import stopped
from buildkit.reports.progress import notice_lines
from buildkit.reports.settings import QUIET, VERBOSE
from buildkit.reports.styles import QUIET_STYLE, STYLES, cell_text
from buildkit.reports.tasks import TaskBook
from buildkit.reports.words import DURATION_WIDTH, LABEL_WIDTH, LABELS, cell_duration, clean, counted, duration, remark, stage_remark


class RichReporter:
    """Prints on a rich console; what moves is drawn on an interactive one only."""

    def __init__(self, console: Console, verbosity: int) -> None:
        """Print on `console`."""
        self._page = Page(console)
        self._verbosity = verbosity
        self._live = LivePart(console) if console.is_interactive else None
        self._is_drawing = False
        self._tasks = TaskBook()
        self._started: RunStarted | None = None
        self._results: list[CellResult] = []
        self._speaking: Cell | None = None
        self._has_prelude = False

    def report(self, event: Event) -> None:
        """Show one event."""
        match event:
            case RunStarted():
                self._start(event)
            case Notice():
                self._notice(event)
            case TaskStarted() | TaskAdvanced() | TaskFinished():
                self._task(event)
            case StageStarted():
                self._draw_cell(event)
            case ProgramOutput():
                self._output(event)
            case StageFinished():
                self._stage(event)
            case CellFinished():
                self._cell(event.result)
            case RunFinished():
                self._finish(event)
            case _:
                assert_never(event)

    def close(self) -> None:
        """Take away what moves, and print what is known of a run that did not come to its end."""
        self._stop_drawing()
        if self._started is not None:
            print_blocks(self._page, Blocks().of_cells(self._results))
            self._page.blank()
            self._page.print(Text(stopped(self._started, len(self._results)), style=STYLES[Verdict.ERROR]))

    def _start(self, event: RunStarted) -> None:
        self._started = event
        if self._verbosity > QUIET:
            stages = ", ".join(event.stages)
            if self._has_prelude:
                self._page.blank()
            self._page.print(Text.assemble(counted(len(event.cells), "cell"), (f"  {clean(str(event.workspace))}  {stages}", QUIET_STYLE)))
        live = self._drawing()
        if live is not None:
            live.start_run(len(event.cells))

    def _notice(self, event: Notice) -> None:
        self._has_prelude = True
        if self._verbosity > QUIET:
            first, *rest = notice_lines(event)
            self._page.print(Text(first))
            self._page.verbatim(Text("\n".join(rest), style=QUIET_STYLE), indent=0)

    def _task(self, event: TaskStarted | TaskAdvanced | TaskFinished) -> None:
        live = self._drawing()
        match event:
            case TaskStarted():
                state = self._tasks.start(event)
            case TaskAdvanced():
                state = self._tasks.advance(event)
            case TaskFinished():
                if live is not None:
                    live.end_task(event.task)
                self._task_end(event)
                return
            case _:
                assert_never(event)
        if live is not None:
            live.show_task(event.task, state)

    def _task_end(self, event: TaskFinished) -> None:
        self._has_prelude = True
        title = self._tasks.finish(event).title
        if event.error is not None:
            self._line(Verdict.FAIL, duration(event.seconds), Text(f"{title}: {clean(event.error)}"))
        elif self._verbosity > QUIET:
            self._line(Verdict.PASS, duration(event.seconds), Text(title), label="DONE")

    def _draw_cell(self, event: StageStarted) -> None:
        live = self._drawing()
        if live is not None:
            live.begin_cell(event.cell, event.stage)

    def _stage(self, event: StageFinished) -> None:
        if self._verbosity >= VERBOSE:
            stage = event.result
            told = Text.assemble(cell_text(event.cell.id), f"  {stage.stage}  {stage_remark(stage)}")
            self._line(Verdict.SKIPPED, "", told, label="STAGE")
            if stage.command:
                self._page.command(clean(stage.command))

    def _output(self, event: ProgramOutput) -> None:
        if self._verbosity > QUIET:
            if self._speaking != event.cell:
                self._line(Verdict.SKIPPED, "", cell_text(event.cell.id), label="RUN")
            self._speaking = event.cell
            self._page.verbatim(Text.assemble(("| ", QUIET_STYLE), clean(event.line)), indent=2 * INDENT)

    def _cell(self, result: CellResult) -> None:
        self._results.append(result)
        self._speaking = None
        if self._verbosity > QUIET:
            told = Text.assemble(cell_text(result.cell.id), (f"  {remark(result)}".rstrip(), QUIET_STYLE))
            self._line(result.verdict, cell_duration(result), told)
        live = self._drawing()
        if live is not None and self._started is not None:
            failed = sum(done.verdict not in GOOD for done in self._results)
            live.end_cell(result.cell)
            live.count_cells(len(self._results), len(self._started.cells), failed)

    def _finish(self, event: RunFinished) -> None:
        self._stop_drawing()
        assumptions = () if self._started is None else self._started.assumptions
        self._started = None
        print_blocks(self._page, Blocks().of_report(event.report))
        print_closing(self._page, event, assumptions, self._verbosity)

    def _line(self, verdict: Verdict, spent: str, told: Text, label: str | None = None) -> None:
        word = f"{label or LABELS[verdict]:<{LABEL_WIDTH}}"
        line = Text.assemble((word, STYLES[verdict]), (f"  {spent:>{DURATION_WIDTH}}  ", QUIET_STYLE), told)
        self._page.verbatim(line, indent=INDENT)

    def _drawing(self) -> LivePart | None:
        if self._live is not None and not self._is_drawing:
            self._is_drawing = True
            self._live.start()
        return self._live

    def _stop_drawing(self) -> None:
        if self._live is not None and self._is_drawing:
            self._is_drawing = False
            self._live.stop()
            self._live = None
