from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.errors import UsageError
from buildkit.runners.model import Preopen
from buildkit.workflow.launch.folders import make_folders, refuse_reserved
from buildkit.workflow.launch.model import Left, Outcome, Report


def test_the_folders_are_private_and_hold_the_input_as_it_is(tmp_path: Path) -> None:
    folders = make_folders(tmp_path, b'{"a":  1}')
    assert (folders.input / "data.json").read_bytes() == b'{"a":  1}'
    assert [folder.stat().st_mode & 0o777 for folder in (folders.input, folders.output)] == [0o700, 0o700]


def test_a_program_may_write_to_the_output_alone(tmp_path: Path) -> None:
    assert [(entry.guest, entry.writable) for entry in make_folders(tmp_path, b"").preopens] == [("/input", False), ("/output", True)]


def test_what_was_left_is_read(tmp_path: Path) -> None:
    folders = make_folders(tmp_path, b"")
    assert folders.left() == Left()
    (folders.output / "result.json").write_bytes(b"[1]")
    (folders.output / "outcome.json").write_text('{"version": 1, "outcome": "failed", "step": "a", "error": "no"}')
    report = Report(version=1, outcome=Outcome.FAILED, step="a", error="no")
    assert folders.left() == Left(report=report, result=b"[1]")


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        pytest.param('{"version": 1, "outcome": "compl', "its outcome.json cannot be read: ", id="half a file"),
        pytest.param('{"version": 1, "outcome": "done"}', "its outcome.json cannot be read: ", id="unknown word"),
        pytest.param('{"version": 2, "outcome": "completed"}', "its outcome.json has version 2, and 1 is known here", id="another version"),
    ],
)
def test_a_report_that_cannot_be_used_is_told(tmp_path: Path, text: str, trouble: str) -> None:
    folders = make_folders(tmp_path, b"")
    (folders.output / "outcome.json").write_text(text)
    left = folders.left()
    assert left.report is None
    assert (left.trouble or "").startswith(trouble)


@pytest.mark.parametrize("guest", ["/input", "/output", "/output/"])
def test_no_declared_folder_takes_the_place_of_a_private_one(guest: str) -> None:
    with pytest.raises(UsageError, match="is the scenario's own folder"):
        refuse_reserved((Preopen(host=Path("data"), guest=guest),))
