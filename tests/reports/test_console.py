from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildkit.events import CellFinished, Event, RunFinished, RunStarted
from buildkit.model import Cell, CellResult, RunReport, Stage, StageResult, Verdict
from buildkit.reports.console import RichReporter
from buildkit.reports.page import open_console
from buildkit.reports.settings import Color, Reporting

Golden = Callable[[str, str], None]


def told(events: tuple[Event, ...], *, width: int = 100, color: Color = Color.NEVER, verbosity: int = 0) -> str:
    stream = io.StringIO()
    settings = Reporting(stdout=stream, stderr=io.StringIO(), width=width, color=color)
    reporter = RichReporter(open_console(settings, stream), verbosity)
    for event in events:
        reporter.report(event)
    reporter.close()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("width", "verbosity", "name"),
    [(100, 0, "rich.txt"), (48, 0, "rich-narrow.txt"), (100, 1, "rich-verbose.txt"), (100, -1, "rich-quiet.txt")],
    ids=["wide", "narrow", "verbose", "quiet"],
)
def test_rich_report_reads_as_the_golden_file(story: tuple[Event, ...], golden: Golden, width: int, verbosity: int, name: str) -> None:
    golden(f"reports/{name}", told(story, width=width, verbosity=verbosity))


def test_without_color_there_are_no_terminal_codes_and_no_trailing_spaces(story: tuple[Event, ...]) -> None:
    text = told(story)
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_color_changes_nothing_but_color(story: tuple[Event, ...]) -> None:
    colored = told(story, color=Color.ALWAYS)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == told(story)


def test_a_command_is_never_broken_however_narrow_the_terminal_is(story: tuple[Event, ...], report: RunReport) -> None:
    commands = [stage.command for result in report.cells for stage in result.stages if stage.verdict in (Verdict.FAIL, Verdict.ERROR)]
    lines = told(story, width=20).splitlines()
    assert len(commands) > 2
    assert {f"    {command}" for command in commands if command} <= set(lines)


def test_all_passed_is_a_short_report(report: RunReport) -> None:
    passed = report.cells[0]
    calm = RunReport(tool=report.tool, workspace=report.workspace, toolchain=report.toolchain, cells=(passed,))
    text = told(
        (RunStarted(workspace=report.workspace, cells=(passed.cell,), stages=()), CellFinished(result=passed), RunFinished(report=calm))
    )
    assert "FAIL" not in text
    assert "Rerun" not in text


@given(text=st.text(alphabet=st.sampled_from("[]/\\:abcred=#@ "), min_size=1).map(str.strip).filter(bool))
@settings(max_examples=60, deadline=None)
def test_what_a_program_said_is_never_read_as_markup(text: str) -> None:
    stage = StageResult(stage=Stage.RUN, verdict=Verdict.FAIL, diagnostics=text)
    cell = Cell(package="shop", target="native", features=("[red]",))
    result = CellResult(cell=cell, triple="x", verdict=Verdict.FAIL, stages=(stage,))
    report = RunReport(tool={}, workspace=Path("/shop"), toolchain={}, cells=(result,))
    shown = told((RunFinished(report=report),))
    assert f"  {text}\n" in shown
    assert "shop/native/[red]" in shown
