from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from buildkit.events import Event, RunFinished, TaskFinished
from buildkit.model import Verdict
from buildkit.reports.plain import PlainReporter, branch_for

Golden = Callable[[str, str], None]


def told(events: tuple[Event, ...], verbosity: int = 0) -> str:
    stream = io.StringIO()
    reporter = PlainReporter(stream, verbosity)
    for event in events:
        reporter.report(event)
    reporter.close()
    return stream.getvalue()


@pytest.mark.parametrize(
    ("verbosity", "name"), [(-1, "plain-quiet.txt"), (0, "plain.txt"), (1, "plain-verbose.txt")], ids=["quiet", "normal", "verbose"]
)
def test_plain_report_reads_as_the_golden_file(story: tuple[Event, ...], golden: Golden, verbosity: int, name: str) -> None:
    golden(f"reports/{name}", told(story, verbosity))


def test_plain_report_has_no_terminal_codes_and_no_trailing_spaces(story: tuple[Event, ...]) -> None:
    text = told(story, 1)
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_text_that_looks_like_markup_survives(story: tuple[Event, ...]) -> None:
    text = told(story)
    for verbatim in ("[red]not markup[/red]", "aborting [/] due", "shop-sync/wasm32-wasip2/[red],wasi", "total: [bold]3[/bold]"):
        assert verbatim in text


def test_a_diagnostic_stands_once_in_a_block(story: tuple[Event, ...]) -> None:
    assert told(story).count(" --> crates/shop-sync/src/lib.rs:7:5") == 1


def test_quiet_report_shows_failures_and_nothing_that_passed(story: tuple[Event, ...]) -> None:
    text = told(story, -1)
    assert "START" not in text
    assert "isolated for all" not in text
    assert "--- FAIL  shop-core/wasm32-wasip2/wasi" in text
    assert "failed: the connection was closed" in text


def test_an_interrupted_run_shows_the_failures_so_far(story: tuple[Event, ...]) -> None:
    cut = tuple(event for event in story if not isinstance(event, RunFinished))
    text = told(cut)
    assert "--- FAIL  shop-core/wasm32-wasip2/wasi" in text
    assert text.endswith("stopped after 9 of 9 cells\n")


def test_a_task_that_was_never_started_is_told_by_its_name() -> None:
    assert told((TaskFinished(task="libc", seconds=1.0),)) == "TASK      1.0s  libc  done\n"


@pytest.mark.parametrize(("encoding", "branch"), [("utf-8", "└── "), ("ascii", "`-- "), (None, "└── "), ("no such encoding", "`-- ")])
def test_a_tree_is_drawn_in_the_characters_of_the_stream(encoding: str | None, branch: str) -> None:
    assert branch_for(encoding) == branch


def test_every_failing_cell_has_its_command_and_every_verdict_its_word(story: tuple[Event, ...]) -> None:
    text = told(story)
    finished = story[-1]
    assert isinstance(finished, RunFinished)
    for result in finished.report.cells:
        if result.verdict in (Verdict.FAIL, Verdict.ERROR):
            assert any(stage.command in text for stage in result.stages if stage.command and stage.verdict is result.verdict)
