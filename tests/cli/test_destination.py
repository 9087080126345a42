"""Where a command may write what it is told to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from buildkit.cli.destination import require_place, take_away, write_whole
from buildkit.errors import UsageError


def refused(output: Path, *needed: Path) -> str:
    with pytest.raises(UsageError) as caught:
        require_place(output, needed)
    assert caught.value.hint
    return caught.value.message


def test_a_file_that_the_run_needs_is_not_replaced_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text("{}")
    (tmp_path / "link").symlink_to("data.json")
    assert "is a file that is needed" in refused(tmp_path / "link", tmp_path / "data.json")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"--output {tmp_path} is a folder"


def test_a_pipe_or_a_device_is_refused_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert refused(pipe) == f"--output {pipe} is no file that could be replaced"
    assert refused(Path(os.devnull)) == f"--output {os.devnull} is no file that could be replaced"
    assert pipe.is_fifo()


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "no" / "x.json") == f"--output {tmp_path}/no/x.json: there is no folder {tmp_path}/no"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder here takes no files from anybody")
def test_a_folder_that_takes_no_files_is_refused_before_the_run() -> None:
    assert refused(Path("/proc/x")).startswith("--output /proc/x cannot be written: ")


def test_looking_leaves_nothing_behind(tmp_path: Path) -> None:
    require_place(tmp_path / "result.json", ())
    assert list(tmp_path.iterdir()) == []


def test_a_result_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    output = tmp_path / "result.json"
    write_whole(output, b"1")
    require_place(output, ())
    assert output.read_bytes() == b"1"
    take_away(output)
    assert not output.exists()
    write_whole(output, b"2")
    assert list(tmp_path.iterdir()) == [output]
