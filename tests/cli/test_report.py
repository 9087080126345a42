"""`buildkit report`: several runs, shown as one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from buildkit.cli.main import run
from buildkit.errors import ExitCode
from buildkit.model import Cell, CellResult, RunReport, Stage, StageResult, Summary, Verdict
from buildkit.reports.document import encode_run

RUSTC = {"rustc": "1.95.0 (59807616e)", "cargo": "1.95.0"}


def shard(folder: Path, name: str, cells: dict[str, Verdict], rustc: str = RUSTC["rustc"]) -> str:
    """Write the report of a run of some packages on the host."""
    results = tuple(
        CellResult(
            cell=Cell(package=package, target="native"),
            triple="x86_64-unknown-linux-gnu",
            verdict=verdict,
            stages=(StageResult(stage=Stage.CHECK, verdict=verdict, seconds=1.0),),
        )
        for package, verdict in cells.items()
    )
    report = RunReport(
        tool={"name": "buildkit", "version": "0.1.0"},
        workspace=folder,
        toolchain={**RUSTC, "rustc": rustc},
        cells=results,
        summary=Summary(cells=len(cells), requested=len(cells), distinct=len(cells), seconds=1.0),
    )
    file = folder / name
    file.write_text(encode_run(report), encoding="utf-8")
    return str(file)


def test_shards_are_shown_as_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = (shard(tmp_path, "1.json", {"app": Verdict.PASS}), shard(tmp_path, "2.json", {"base": Verdict.PASS}))
    assert run(["report", *parts, "--format", "json"]) == ExitCode.PASSED
    document = json.loads(capsys.readouterr().out)
    assert [cell["id"] for cell in document["cells"]] == ["app/native/-", "base/native/-"]
    assert (document["summary"]["cells"], document["summary"]["passed"]) == (2, 2)


@pytest.mark.parametrize("form", ["plain", "rich"])
def test_one_failure_in_any_part_fails_the_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    parts = (shard(tmp_path, "1.json", {"app": Verdict.PASS}), shard(tmp_path, "2.json", {"base": Verdict.FAIL}))
    assert run(["report", *parts, "--format", form]) == ExitCode.FAILED
    assert "base/native/-" in capsys.readouterr().out


def test_a_later_report_mends_an_earlier_one(tmp_path: Path) -> None:
    parts = (shard(tmp_path, "1.json", {"app": Verdict.FAIL}), shard(tmp_path, "2.json", {"app": Verdict.PASS}))
    assert run(["report", *parts]) == ExitCode.PASSED
    assert run(["report", *reversed(parts)]) == ExitCode.FAILED


def test_it_writes_the_files_that_a_run_writes(tmp_path: Path) -> None:
    junit, sarif, html = (tmp_path / f"report.{ending}" for ending in ("xml", "sarif", "html"))
    part = shard(tmp_path, "1.json", {"app": Verdict.PASS})
    assert run(["report", part, "--junit", str(junit), "--sarif", str(sarif), "--html", str(html)]) == ExitCode.PASSED
    assert "<h2>app</h2>" in html.read_text(encoding="utf-8")
    assert "app/native/-" in junit.read_text(encoding="utf-8")
    assert json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_different_compilers_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = (
        shard(tmp_path, "1.json", {"app": Verdict.PASS}),
        shard(tmp_path, "2.json", {"base": Verdict.PASS}, rustc="1.96.0 (0123abcd)"),
    )
    assert run(["report", *parts, "--format", "plain"]) == ExitCode.PASSED
    assert "different compilers: rustc 1.95.0 (59807616e), 1.96.0 (0123abcd)" in capsys.readouterr().out


def test_what_is_no_report_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    file.write_text("{}", encoding="utf-8")
    assert run(["report", str(file)]) == ExitCode.USAGE
    assert f"{file}: this is no report of a run" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--junit", "--sarif", "--html"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert run(["report", shard(tmp_path, "1.json", {"app": Verdict.PASS}), option, str(tmp_path / "absent" / "file")]) == ExitCode.USAGE
    said = capsys.readouterr()
    assert f"{option} FILE, in a folder that exists" in said.err
    assert said.out == ""
