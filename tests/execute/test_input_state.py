"""The state of inputs is that of their contents, whatever is remembered of the files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from buildkit.execute.input_state import RACY, SECOND, FileState, InputList, Observer, UnknownState, last_change, variables_state


def watching(*, files: tuple[str, ...] = (), folders: tuple[str, ...] = (), packages: tuple[str, ...] = ()) -> InputList:
    return InputList(files=files, folders=folders, packages=packages, variables=())


def observer(root: Path, known: dict[str, FileState] | None = None) -> Observer:
    return Observer(root=str(root), made=str(root / "target"), known={} if known is None else known)


def state(root: Path, inputs: InputList, known: dict[str, FileState] | None = None) -> bytes:
    return observer(root, known).state(inputs)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.rs").write_text("one")
    return tmp_path


@pytest.mark.parametrize("inputs", [watching(files=("src/lib.rs",)), watching(folders=("src",)), watching(packages=(".",))])
def test_the_content_counts_and_a_touch_does_not(inputs: InputList, root: Path) -> None:
    before = state(root, inputs)
    os.utime(root / "src" / "lib.rs", (1, 1))
    assert state(root, inputs) == before
    (root / "src" / "lib.rs").write_text("two")
    assert state(root, inputs) != before


@pytest.mark.parametrize(("inputs", "counts"), [(watching(folders=("src",)), True), (watching(packages=("src",)), False)])
def test_a_hidden_file_counts_only_where_every_file_does(inputs: InputList, *, counts: bool, root: Path) -> None:
    before = state(root, inputs)
    (root / "src" / ".new").touch()
    assert (state(root, inputs) != before) is counts


def test_a_file_that_appears_counts(root: Path) -> None:
    inputs = watching(files=("src/new.rs", "src/lib.rs/below"))
    before = state(root, inputs)
    (root / "src" / "new.rs").touch()
    assert state(root, inputs) != before


def test_a_name_that_moves_within_a_folder_counts(root: Path) -> None:
    before = state(root, watching(folders=(".",)))
    (root / "src" / "lib.rs").rename(root / "src" / "main.rs")
    assert state(root, watching(folders=(".",))) != before


def test_a_file_that_is_as_remembered_is_not_read(root: Path) -> None:
    file = root / "src" / "lib.rs"
    known: dict[str, FileState] = {}
    before = state(root, watching(files=("src/lib.rs",)), known)
    remembered = known[str(file)]
    late = FileState(
        remembered.size, remembered.changed, remembered.altered, remembered.inode, last_change(file.stat()) + 2 * RACY, b"told"
    )
    assert state(root, watching(files=("src/lib.rs",)), {str(file): late}) != before
    assert state(root, watching(files=("src/lib.rs",)), {str(file): remembered}) == before


def test_a_file_that_was_read_right_after_its_last_change_is_read_again(root: Path) -> None:
    file = root / "src" / "lib.rs"
    status = file.stat()
    soon = FileState(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, last_change(status) + 1, b"told")
    assert state(root, watching(files=("src/lib.rs",)), {str(file): soon}) == state(root, watching(files=("src/lib.rs",)))


def test_a_time_that_was_set_back_does_not_hide_a_change(root: Path) -> None:
    file = root / "src" / "lib.rs"
    known: dict[str, FileState] = {}
    before = state(root, watching(files=("src/lib.rs",)), known)
    seen = known[str(file)]
    known[str(file)] = FileState(seen.size, seen.changed, seen.altered, seen.inode, seen.read + 2 * RACY, seen.digest)
    file.write_text("two")
    os.utime(file, ns=(seen.changed, seen.changed))
    assert state(root, watching(files=("src/lib.rs",)), known) != before


def test_what_is_no_file_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert state(root, watching(files=("pipe",), folders=(".",)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_no_state(root: Path) -> None:
    (root / "src" / "lib.rs").chmod(0)
    with pytest.raises(UnknownState):
        state(root, watching(files=("src/lib.rs",)))


def test_a_loop_of_links_is_no_state(root: Path) -> None:
    (root / "loop").symlink_to(root / "loop")
    with pytest.raises(UnknownState):
        state(root, watching(files=("loop",)))


def test_what_changed_too_late_is_refused(root: Path) -> None:
    changed = last_change((root / "src" / "lib.rs").stat())
    seen = observer(root)
    seen.require_older("src/lib.rs", changed + 1)
    seen.require_older("missing", 0)
    with pytest.raises(UnknownState):
        seen.require_older("src/lib.rs", changed)
    with pytest.raises(UnknownState):
        seen.require_older_below(".", changed, hidden=True)


def test_what_cargo_makes_in_the_folder_of_a_package_at_the_root_is_not_too_late(root: Path) -> None:
    latest = max(last_change(path.stat()) for path in (root, *root.rglob("*")))
    (root / "target" / "debug").mkdir(parents=True)
    os.utime(root / "target", ns=(latest + RACY, latest + RACY))
    Observer(root=str(root), made=str(root / "target"), known={}).require_older_below(".", latest + 1, hidden=False)


def test_a_file_system_with_whole_seconds_is_not_taken_at_its_word(root: Path) -> None:
    whole = os.stat_result((0, 0, 0, 0, 0, 0, 0, 5, 5, 5, 5.0, 5.0, 5.0, 5 * SECOND, 5 * SECOND, 5 * SECOND))
    assert last_change(whole) == 6 * SECOND - 1


def test_a_variable_that_is_empty_is_set() -> None:
    states = {variables_state(("A",), environment) for environment in ({}, {"A": ""}, {"A": "unset"}, {"B": "1"})}
    assert len(states) == 3
