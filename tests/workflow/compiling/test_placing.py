from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.workflow.compiling.placing import place_copy, place_text


def test_a_copy_keeps_the_mode_of_a_program(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.write_bytes(b"\x7fELF")
    made.chmod(0o755)
    place_copy(made, tmp_path / "new" / "folder" / "program")
    assert (tmp_path / "new" / "folder" / "program").stat().st_mode & 0o777 == 0o755


def test_a_text_replaces_what_was_there_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text("before")
    place_text("after", file)
    assert file.read_text() == "after"
    assert [one.name for one in tmp_path.iterdir()] == ["order.json"]


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    file = tmp_path / "order"
    file.write_text("before")
    with pytest.raises(FileNotFoundError):
        place_copy(tmp_path / "absent", file)
    assert file.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["order"]
