"""Below a folder everything counts but what cargo made there."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.execute.input_walk import CACHE_TAG, walk_files


def files_below(folder: Path, *, hidden: bool = False) -> list[str]:
    made = str(folder / "target")
    return sorted(found.name for found in walk_files(str(folder), made=made, hidden=hidden) if not found.is_folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.rs", "src/b.rs", ".git/HEAD", "src/.c.swp", "target/made", f"other/{CACHE_TAG}", "other/made"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_what_is_hidden_or_made_is_passed_over(folder: Path) -> None:
    assert files_below(folder) == ["a.rs", "src/b.rs"]


def test_what_is_hidden_counts_where_it_is_asked_for(folder: Path) -> None:
    assert files_below(folder, hidden=True) == [".git/HEAD", "a.rs", "src/.c.swp", "src/b.rs"]


def test_links_are_followed_once(folder: Path) -> None:
    (folder / "src" / "up").symlink_to(folder)
    (folder / "nowhere").symlink_to(folder / "missing")
    found = files_below(folder)
    assert {"a.rs", "nowhere", "src/b.rs"} <= set(found)
    assert len(found) < 20


def test_nothing_lies_below_what_is_no_folder(folder: Path) -> None:
    assert files_below(folder / "a.rs") == files_below(folder / "missing") == []
