"""Durations that machines share."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from buildkit.errors import UsageError
from buildkit.execute.durations import read_durations, save_durations
from buildkit.model import Cell, CellResult, Stage, StageResult, Verdict


def result(feature: str, seconds: float, *, verdict: Verdict = Verdict.PASS, cached: bool = False) -> CellResult:
    stage = StageResult(stage=Stage.CHECK, verdict=verdict, seconds=seconds, cached=cached)
    return CellResult(cell=Cell(package="app", target="native", features=(feature,)), triple="t", verdict=verdict, stages=(stage,))


def test_what_was_measured_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    save_durations(file, "check", [result("a", 1.5), result("b", 2.5, cached=True), result("c", 3.5, verdict=Verdict.ERROR)])
    assert read_durations((file,), "check") == {"app/native/a": 1.5}
    assert read_durations((file,), "build") == {}


def test_a_file_keeps_what_a_run_did_not_measure(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    save_durations(file, "check", [result("a", 1.0), result("b", 2.0)])
    save_durations(file, "build", [result("a", 9.0)])
    save_durations(file, "check", [result("b", 3.0)])
    assert read_durations((file,), "check") == {"app/native/a": 1.0, "app/native/b": 3.0}
    assert read_durations((file,), "build") == {"app/native/a": 9.0}
    assert [path.name for path in tmp_path.iterdir()] == ["d.json"]


def test_several_files_are_read_as_one_the_later_ones_last(tmp_path: Path) -> None:
    save_durations(tmp_path / "1.json", "check", [result("a", 1.0), result("b", 1.0)])
    save_durations(tmp_path / "2.json", "check", [result("b", 2.0), result("c", 2.0)])
    found = read_durations((tmp_path / "1.json", tmp_path / "2.json"), "check")
    assert found == {"app/native/a": 1.0, "app/native/b": 2.0, "app/native/c": 2.0}


def test_runs_that_end_at_once_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: save_durations(file, "check", [result(f"f{number}", 1.0)]), range(40)))
    assert len(read_durations((file,), "check")) == 40


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"version": 2}', '{"other": 1}', '{"seconds": {"check": {"a": "long"}}}', '{"seconds": {"check": {"a": -1.0}}}'],
)
def test_a_file_that_holds_something_else_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    file = tmp_path / "d.json"
    file.write_text(content)
    with pytest.raises(UsageError, match="is no file of durations"):
        read_durations((file,), "check")
    with pytest.raises(UsageError, match="is no file of durations"):
        save_durations(file, "check", [result("a", 1.0)])
    assert file.read_text() == content


def test_a_missing_file_is_refused_for_other_machines_would_split_otherwise(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file of durations") as caught:
        read_durations((tmp_path / "d.json",), "check")
    assert caught.value.hint == f"buildkit check --save-durations {tmp_path / 'd.json'}"


def test_a_file_reads_well_in_a_diff(tmp_path: Path) -> None:
    save_durations(tmp_path / "d.json", "check", [result("b", 1.0), result("a", 2.0)])
    text = (tmp_path / "d.json").read_text()
    assert text.index("app/native/a") < text.index("app/native/b")
    assert json.loads(text)["version"] == 1
