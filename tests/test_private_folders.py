"""Folders that are gone with their process, and those of others that stay for as long as these live."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from buildkit.private_folders import HELD, private_folder, remove_left_over

LEFT = f"run-abcdefgh{HELD}"


def test_a_folder_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with private_folder("run", tmp_path) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "secret.json").write_text("{}")
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_without_a_place_it_is_in_the_systems_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with private_folder("run") as folder:
        assert folder.parent == tmp_path


def test_what_nobody_holds_is_removed_when_the_next_one_is_made(tmp_path: Path) -> None:
    (tmp_path / LEFT / "input").mkdir(parents=True)
    (tmp_path / LEFT / "input" / "data.json").write_text("{}")
    with private_folder("run", tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_what_somebody_holds_stays(tmp_path: Path) -> None:
    with private_folder("run", tmp_path) as first, private_folder("run", tmp_path) as second:
        assert set(tmp_path.iterdir()) == {first, second}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [f"runs-abcdefgh{HELD}", "run-abcdefgh", f"run-{HELD}", f"run-ABCDEFGH{HELD}", f"run-abcdefghi{HELD}"])
def test_what_has_another_name_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    remove_left_over("run", tmp_path)
    assert (tmp_path / name).is_dir()


def test_neither_a_file_nor_a_link_is_followed_or_removed(tmp_path: Path) -> None:
    place, elsewhere = tmp_path / "place", tmp_path / "elsewhere"
    place.mkdir()
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (place / LEFT).symlink_to(elsewhere)
    (place / f"run-00000000{HELD}").touch()
    remove_left_over("run", place)
    assert {path.name for path in place.iterdir()} == {LEFT, f"run-00000000{HELD}"}
    assert (elsewhere / "kept").exists()


def test_a_folder_that_another_process_took_for_left_over_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, opened = os.open, []

    def removed_first(path: Path, flags: int) -> int:
        """Let another process come between the folder and its lock, once."""
        opened.append(path)
        if len(opened) == 1:
            path.rmdir()
        return real(path, flags)

    monkeypatch.setattr(os, "open", removed_first)
    with private_folder("run", tmp_path) as folder:
        assert folder.is_dir()
        assert folder != opened[0]
    assert len(opened) == 2


def test_a_folder_that_was_removed_while_its_lock_was_waited_for_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, opened = os.open, []

    def removed_afterwards(path: Path, flags: int) -> int:
        opened.append(path)
        descriptor = real(path, flags)
        if len(opened) == 1:
            path.rmdir()
        return descriptor

    monkeypatch.setattr(os, "open", removed_afterwards)
    with private_folder("run", tmp_path) as folder:
        assert folder.is_dir()
        assert folder != opened[0]
