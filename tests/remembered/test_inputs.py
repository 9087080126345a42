from __future__ import annotations

import os
from pathlib import Path

import pytest
from remembering import age

from buildkit.remembered import inputs as module
from buildkit.remembered.inputs import InputKind, look, look_again


@pytest.fixture(autouse=True)
def _files_settle_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLING_NANOSECONDS", 100_000_000)


def test_a_file_that_has_settled_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    age(file)
    seen = look(InputKind.FILE, str(file))
    assert seen.status is not None
    monkeypatch.setattr(module, "_read", None)
    assert look_again(seen) is seen


def test_a_file_that_was_written_just_now_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    seen = look(InputKind.FILE, str(file))
    assert seen.status is None
    assert look_again(seen) == seen


def test_a_second_change_in_the_same_moment_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    status = file.stat()
    seen = look(InputKind.FILE, str(file))
    file.write_text("two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert look_again(seen) is None


def test_a_change_that_hides_its_time_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    age(file)
    status = file.stat()
    seen = look(InputKind.FILE, str(file))
    file.write_text("two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert look_again(seen) is None


def test_a_touched_file_is_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    age(file)
    seen = look(InputKind.FILE, str(file))
    file.touch()
    now = look_again(seen)
    assert now is not None
    assert now is not seen
    assert now.value == seen.value


def test_a_file_that_comes_or_goes_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a"
    nothing = look(InputKind.FILE, str(file))
    assert look_again(nothing) is nothing
    file.write_text("")
    assert look_again(nothing) is None
    empty = look(InputKind.FILE, str(file))
    file.unlink()
    assert look_again(empty) is None
    file.mkdir()
    assert look_again(empty) is None


def test_a_file_below_a_file_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    for kind in (InputKind.FILE, InputKind.PRESENCE, InputKind.SOURCES):
        assert look(kind, str(tmp_path / "a" / "b")).value == ""


def test_presence_tells_files_from_folders(tmp_path: Path) -> None:
    place = tmp_path / "a"
    seen = [look(InputKind.PRESENCE, str(place)).value]
    place.write_text("")
    seen.append(look(InputKind.PRESENCE, str(place)).value)
    place.unlink()
    place.mkdir()
    seen.append(look(InputKind.PRESENCE, str(place)).value)
    assert seen == ["", "file", "folder"]


def test_sources_are_rust_files_and_folders_with_a_main(tmp_path: Path) -> None:
    (tmp_path / "one.rs").touch()
    (tmp_path / "notes.md").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "two").mkdir()
    assert look(InputKind.SOURCES, str(tmp_path)).value == "one.rs"
    (tmp_path / "two" / "main.rs").touch()
    assert look(InputKind.SOURCES, str(tmp_path)).value == "one.rs/two"


def test_matches_are_all_that_a_pattern_matches(tmp_path: Path) -> None:
    pattern = str(tmp_path / "crates" / "a*")
    for name in ("b", "a2", "a1"):
        (tmp_path / "crates" / name).mkdir(parents=True)
    assert look(InputKind.MATCHES, pattern).value.split("\0") == [str(tmp_path / "crates" / name) for name in ("a1", "a2")]


def test_what_cannot_be_read_any_more_counts_as_changed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("one")
    seen = look(InputKind.FILE, str(file))
    file.unlink()
    file.symlink_to(file)
    assert look_again(seen) is None
