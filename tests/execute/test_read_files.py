"""What cargo and rustc wrote down of what they read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from buildkit.execute.read_files import ReadFiles

WRITTEN = 1_700_000_000_000_000_000


@pytest.fixture
def output(tmp_path: Path) -> Path:
    file = tmp_path / "output"
    file.write_text("cargo::rerun-if-changed=absent\n", encoding="utf-8")
    os.utime(file, ns=(WRITTEN, WRITTEN))
    return file


def test_the_newest_file_that_was_asked_for_is_known(output: Path) -> None:
    read = ReadFiles()
    assert read.newest == 0
    for _ in range(2):
        watched = read.output(output)
        assert watched is not None
        assert list(watched.paths) == ["absent"]
    assert read.newest == WRITTEN


def test_what_is_written_meanwhile_is_not_believed(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_text

    def overtaken(file: Path, encoding: str | None = None, errors: str | None = None) -> str:
        text = real(file, encoding=encoding, errors=errors)
        os.utime(file, ns=(WRITTEN + 1, WRITTEN + 1))
        return text

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", overtaken)
        assert ReadFiles().output(output) is None
    assert ReadFiles().output(output) is not None
