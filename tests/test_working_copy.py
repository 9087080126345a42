"""The copy that the real workspace is built in follows the fixture, and never while another run relies on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from working_copy import claim, contents, synchronize

FILES = {"Cargo.toml": "[workspace]\n", "crates/a/src/lib.rs": "pub fn a() {}\n", "tool.sh": "#!/bin/sh\n"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout" / "ws"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "tool.sh").chmod(0o755)
    return folder


def test_a_copy_has_every_file_of_the_source_but_what_was_made_of_it(source: Path, tmp_path: Path) -> None:
    (source / "target").mkdir()
    (source / "target" / "made").touch()
    copy = claim(source, tmp_path / "copy")
    assert copy is not None
    assert {path.relative_to(copy.workspace).as_posix() for path in copy.workspace.rglob("*") if path.is_file()} == set(FILES)
    assert contents(copy.workspace) == contents(source)
    assert (copy.workspace / "tool.sh").stat().st_mode & 0o111
    assert not copy.output.is_relative_to(copy.workspace)


def test_only_what_changed_gets_a_new_time(source: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "ws"
    synchronize(source, copy)
    (copy / "gone.rs").touch()
    before = {name: (copy / name).stat().st_mtime_ns for name in FILES}
    (source / "crates/a/src/lib.rs").write_text("pub fn b() {}\n")
    (source / "Cargo.toml").touch()
    synchronize(source, copy)
    assert contents(copy) == contents(source)
    assert {name for name in FILES if (copy / name).stat().st_mtime_ns != before[name]} == {"crates/a/src/lib.rs"}


def test_a_copy_that_is_relied_upon_is_shared_by_equals_and_not_changed_for_others(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    copy = claim(source, folder)
    assert copy is not None
    assert claim(source, folder) == copy
    kept = contents(copy.workspace)
    (source / "Cargo.toml").write_text("[workspace]\nmembers = []\n")
    assert claim(source, folder) is None
    assert contents(copy.workspace) == kept


def test_a_copy_that_nobody_relies_upon_follows_its_source(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    synchronize(source, folder / "ws")
    (source / "Cargo.toml").write_text("[workspace]\nmembers = []\n")
    copy = claim(source, folder)
    assert copy is not None
    assert contents(copy.workspace) == contents(source)
