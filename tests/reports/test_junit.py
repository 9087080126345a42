from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from buildkit.errors import ToolchainError, UsageError
from buildkit.events import Event
from buildkit.model import RunReport
from buildkit.reports.file_reporter import FileReporter
from buildkit.reports.files import write_report
from buildkit.reports.junit import junit_text

Golden = Callable[[str, str], None]


@pytest.fixture
def root(report: RunReport) -> ET.Element:
    return ET.fromstring(junit_text(report))  # noqa: S314  # our own text


def test_junit_report_reads_as_the_golden_file(report: RunReport, golden: Golden) -> None:
    golden("reports/junit.xml", junit_text(report))


def test_there_is_a_suite_for_each_target_and_a_case_for_each_cell_and_proof(root: ET.Element, report: RunReport) -> None:
    assert [suite.get("name") for suite in root] == ["native", "wasm32-wasip2", "thumbv7em-none-eabihf", "wasm32-unknown-unknown"]
    assert len(list(root.iter("testcase"))) == len(report.cells) + len(report.proofs)


def test_counts_are_those_of_the_cases(root: ET.Element) -> None:
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "12",
        "failures": "4",
        "errors": "1",
        "skipped": "3",
    }


def test_a_failure_tells_the_finding_and_the_path(root: ET.Element) -> None:
    case = next(case for case in root.iter("testcase") if case.get("name") == "shop-core/wasm32-wasip2/wasi")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("type") == "denied-crate"
    assert "crates/shop-store/Cargo.toml:9" in (failure.text or "")


def test_a_skip_has_its_reason(root: ET.Element) -> None:
    case = next(case for case in root.iter("testcase") if case.get("name") == "shop-web/wasm32-unknown-unknown/wasm-js")
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "no browser runner yet"


def case_of(root: ET.Element, name: str) -> ET.Element:
    return next(case for case in root.iter("testcase") if case.get("name") == name)


def test_a_cell_whose_program_never_ran_is_skipped_and_says_why(root: ET.Element) -> None:
    skipped = case_of(root, "shop-web/thumbv7em-none-eabihf/-").find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "run skipped: nothing here runs this target"


def test_what_was_skipped_in_a_passing_cell_and_what_was_expected_are_told_beside_it(root: ET.Element) -> None:
    passing = case_of(root, "shop-store/native/-")
    assert [child.tag for child in passing] == ["system-out"]
    assert passing.findtext("system-out") == "artifact skipped: a Rust library: there is no artifact to inspect"
    told = case_of(root, "shop-store/wasm32-unknown-unknown/default").findtext("system-out")
    assert told == "expected-fail: the store [/] keeps its files in a temporary folder"


def test_the_file_appears_at_the_end_and_nothing_beside_it(story: tuple[Event, ...], tmp_path: Path) -> None:
    file = tmp_path / "reports" / "junit.xml"
    reporter = FileReporter(file=file, text=junit_text)
    for event in story[:-1]:
        reporter.report(event)
    assert not file.exists()
    reporter.report(story[-1])
    reporter.close()
    assert [entry.name for entry in file.parent.iterdir()] == ["junit.xml"]


def test_a_file_that_cannot_be_written_is_named(story: tuple[Event, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"file/junit\.xml: the report cannot be written: "):
        FileReporter(file=tmp_path / "file" / "junit.xml", text=junit_text).report(story[-1])


def test_a_full_disk_is_told_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(ToolchainError, match=r"junit\.xml: the report cannot be written: the disk is full$"):
        write_report(tmp_path / "junit.xml", "text")
    assert list(tmp_path.iterdir()) == []
