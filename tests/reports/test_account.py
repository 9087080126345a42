from __future__ import annotations

from dataclasses import replace

from buildkit.model import RunReport
from buildkit.reports.account import artifacts, effort, pruned_lines, tallies, totals


def test_tallies_agree_with_the_summary(report: RunReport) -> None:
    rows = tallies(report)
    assert sum(row.passed for row in rows) == report.summary.passed
    assert sum(row.failed for row in rows) == report.summary.failed
    assert sum(row.errors for row in rows) == report.summary.errors
    assert sum(row.skipped for row in rows) == report.summary.skipped


def test_shared_artifacts_are_listed_once(report: RunReport) -> None:
    twice = replace(report, cells=(report.cells[0], report.cells[0]))
    assert len(artifacts(twice)) == 2


def test_totals_tell_what_failed_as_expected_and_what_was_proved(report: RunReport) -> None:
    assert totals(report) == "9 cells in 1m 12s: 3 passed (1 failed as expected), 3 failed, 1 error, 2 skipped; 2 of 3 proofs hold"


def test_the_effort_tells_what_was_asked_for_and_what_was_run(report: RunReport) -> None:
    assert effort(report) == "524 requested, 8 distinct, 1 cached, 4 run, 9 cargo calls"


def test_a_selection_without_a_cell_has_one_line(report: RunReport) -> None:
    assert list(pruned_lines(report.pruned)) == [
        "shop-core/native/[red],tls: same closure as shop-core/native/default",
        "508 of shop-core/native/*: every two features are covered by the cells",
    ]
