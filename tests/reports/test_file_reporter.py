"""Files that a run leaves."""

from __future__ import annotations

from pathlib import Path

from buildkit.events import Event
from buildkit.reports.file_reporter import FileReporter


def test_a_run_that_was_ended_leaves_no_report(story: tuple[Event, ...], tmp_path: Path) -> None:
    reporter = FileReporter(file=tmp_path / "report", text=lambda report: report.workspace.name)
    for event in story[:-1]:
        reporter.report(event)
    reporter.close()
    assert not list(tmp_path.iterdir())
    reporter.report(story[-1])
    assert (tmp_path / "report").read_text(encoding="utf-8") == "shop"
