"""Reports that are read again and put together."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from buildkit.errors import UsageError
from buildkit.model import CellResult, Proof, RunReport, Summary, Verdict
from buildkit.reports.document import encode_run
from buildkit.reports.restored import merge_runs, read_report


def written(report: RunReport, folder: Path, name: str = "report.json") -> Path:
    file = folder / name
    file.write_text(encode_run(report), encoding="utf-8")
    return file


def part(report: RunReport, cells: tuple[CellResult, ...], proofs: tuple[Proof, ...] = ()) -> RunReport:
    """Return what a run of some cells would have said."""
    summary = Summary(cells=len(cells), requested=len(cells) + 2, distinct=len(cells), cargo_calls=3, seconds=1.5)
    return dataclasses.replace(report, cells=cells, proofs=proofs, summary=summary)


def test_a_report_is_read_as_it_was_written(report: RunReport, tmp_path: Path) -> None:
    assert read_report(written(report, tmp_path)) == report


def test_parts_make_the_whole(report: RunReport) -> None:
    halves = part(report, report.cells[:4]), part(report, report.cells[4:], report.proofs)
    whole = merge_runs(halves)
    assert (whole.cells, whole.proofs) == (report.cells, report.proofs)
    expected = dataclasses.replace(report.summary, requested=13, distinct=9, cargo_calls=6, seconds=3.0)
    assert whole.summary == expected


def test_what_a_later_run_says_of_a_cell_holds(report: RunReport) -> None:
    first = report.cells[0]
    mended = dataclasses.replace(first, verdict=Verdict.FAIL)
    whole = merge_runs((part(report, report.cells), part(report, (mended,))))
    assert [result.verdict for result in whole.cells if result.cell == first.cell] == [Verdict.FAIL]
    assert len(whole.cells) == whole.summary.cells == len(report.cells)


def test_what_two_runs_did_of_one_cell_is_counted_twice(report: RunReport) -> None:
    run = part(report, report.cells)
    # One build may stand for several cells: of what was asked for twice, nobody can say how much would have been built once.
    fewer = dataclasses.replace(run, summary=dataclasses.replace(run.summary, distinct=2))
    whole = merge_runs((fewer, fewer)).summary
    assert (whole.cells, whole.requested, whole.distinct, whole.cargo_calls) == (len(report.cells), 2 * run.summary.requested, 4, 6)


def test_samples_are_told_once(report: RunReport) -> None:
    sampled = dataclasses.replace(report, samples=("pairs of 9 features",))
    assert merge_runs((sampled, sampled)).samples == sampled.samples


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("", "Input data was truncated", id="nothing"),
        pytest.param('{"version": 1', "Input data was truncated", id="half"),
        pytest.param("{}", "missing required field", id="something else"),
        pytest.param("\udcff", "malformed", id="no text"),
    ],
)
def test_what_is_no_report_is_named_with_the_reason(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(UsageError, match="this is no report of a run") as caught:
        read_report(file)
    assert said in caught.value.message
    assert str(file) in caught.value.message


def test_a_report_of_another_version_is_refused(report: RunReport, tmp_path: Path) -> None:
    file = written(report, tmp_path)
    document = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**document, "version": 2}), encoding="utf-8")
    with pytest.raises(UsageError, match=r"\$\.version"):
        read_report(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.json: no such file or directory"):
        read_report(tmp_path / "absent.json")
