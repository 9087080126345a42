"""Lanes lead into the folder that they belong to, and whoever has them keeps cargo out of it."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from buildkit.events import Event
from buildkit.execute.disk import find_trees, size_of
from buildkit.execute.lanes import COMPILER_FACTS, LINKED, LOCK, closed, is_free, locked, open_lane

TREES = ("debug", "wasm32-wasip2/debug")


def lane_of(output: Path, number: int = 0) -> Path:
    """Return a lane where buildkit has them."""
    return output / "batches" / str(number) / "output"


@pytest.mark.parametrize("tree", TREES)
def test_what_is_written_in_a_lane_lies_in_the_folder_itself(tmp_path: Path, tree: str) -> None:
    open_lane(lane_of(tmp_path), tmp_path, TREES)
    for name in LINKED:
        (lane_of(tmp_path) / tree / name / "made").write_text(name, encoding="utf-8")
        assert (tmp_path / tree / name / "made").read_text(encoding="utf-8") == name
    assert not (tmp_path / tree / LOCK).exists()


def test_a_lane_goes_on_where_the_whole_folder_was_moved(tmp_path: Path) -> None:
    open_lane(lane_of(tmp_path / "one"), tmp_path / "one", TREES)
    moved = (tmp_path / "one").rename(tmp_path / "other")
    (lane_of(moved) / "debug" / "deps" / "made").touch()
    assert (moved / "debug" / "deps" / "made").exists()


def spoil_by_copy(link: Path) -> None:
    link.unlink()
    (link / "inside").mkdir(parents=True)


def spoil_by_other_link(link: Path) -> None:
    link.unlink()
    link.symlink_to("/elsewhere")


def spoil_by_file(link: Path) -> None:
    link.unlink()
    link.touch()


@pytest.mark.parametrize("spoil", [Path.unlink, spoil_by_copy, spoil_by_other_link, spoil_by_file])
def test_what_is_no_link_into_the_folder_becomes_one(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    open_lane(lane_of(tmp_path), tmp_path, TREES)
    spoil(lane_of(tmp_path) / "debug" / "deps")
    open_lane(lane_of(tmp_path), tmp_path, TREES)
    (lane_of(tmp_path) / "debug" / "deps" / "made").touch()
    assert (tmp_path / "debug" / "deps" / "made").exists()


def test_what_rustc_said_of_itself_is_taken_over_from_another_lane(tmp_path: Path) -> None:
    open_lane(lane_of(tmp_path), tmp_path, TREES)
    assert not (lane_of(tmp_path) / COMPILER_FACTS).exists()
    (lane_of(tmp_path) / COMPILER_FACTS).write_text("known", encoding="utf-8")
    open_lane(lane_of(tmp_path, 1), tmp_path, TREES)
    assert (lane_of(tmp_path, 1) / COMPILER_FACTS).read_text(encoding="utf-8") == "known"


def test_a_lane_is_no_tree_and_takes_no_room(tmp_path: Path) -> None:
    open_lane(lane_of(tmp_path), tmp_path, TREES)
    before = size_of(tmp_path)
    (tmp_path / "debug" / "deps" / "made").write_bytes(bytes(100_000))
    assert size_of(tmp_path) - before <= 110_000
    assert [tree.name for tree in find_trees(tmp_path)] == list(TREES)


def test_others_are_kept_out_of_each_tree_for_as_long_as_it_takes(tmp_path: Path) -> None:
    with locked(tmp_path, TREES, list[Event]().append):
        assert [is_unlocked(tmp_path / tree) for tree in TREES] == [False, False]
    assert [is_unlocked(tmp_path / tree) for tree in TREES] == [True, True]


def is_unlocked(tree: Path) -> bool:
    """Say whether cargo would not have to wait."""
    with (tree / LOCK).open("rb") as stream, suppress(BlockingIOError):
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


@pytest.mark.parametrize("tree", TREES)
def test_who_is_at_work_is_waited_for_and_it_is_told_once(tmp_path: Path, tree: str) -> None:
    (tmp_path / tree).mkdir(parents=True)
    told: list[Event] = []
    heard = threading.Event()

    def emit(event: Event) -> None:
        told.append(event)
        heard.set()

    stream = (tmp_path / tree / LOCK).open("wb")
    fcntl.flock(stream, fcntl.LOCK_EX)
    entered = threading.Event()

    def wait() -> None:
        with locked(tmp_path, TREES, emit):
            entered.set()

    thread = threading.Thread(target=wait)
    thread.start()
    try:
        assert heard.wait(10)
        assert not entered.is_set()
    finally:
        stream.close()
        thread.join(10)
    assert entered.is_set()
    assert [event.message for event in told if hasattr(event, "message")] == [
        "waiting for another cargo, which holds the lock on the build directory"
    ]


def test_where_no_file_can_be_made_there_are_no_lanes(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError), locked(tmp_path / "file", TREES, list[Event]().append):  # noqa: PT011  # which one depends on the system
        raise AssertionError
    with pytest.raises(OSError):  # noqa: PT011  # as above
        open_lane(tmp_path / "file" / "lane", tmp_path, TREES)


def test_a_lane_is_closed_by_one_alone_and_free_again(tmp_path: Path) -> None:
    lane = lane_of(tmp_path)
    open_lane(lane, tmp_path, TREES)
    assert is_free(lane)
    with closed(lane):
        assert not is_free(lane)
        with pytest.raises(BlockingIOError, match="another cargo"), closed(lane):
            raise AssertionError
    assert is_free(lane)


def test_a_cargo_that_is_left_in_a_lane_is_waited_for(tmp_path: Path) -> None:
    lane = lane_of(tmp_path)
    open_lane(lane, tmp_path, TREES)
    told: list[Event] = []
    left = ExitStack()
    left.enter_context(closed(lane))

    def emit(event: Event) -> None:
        told.append(event)
        left.close()

    with locked(tmp_path, TREES, emit):
        assert len(told) == 1
