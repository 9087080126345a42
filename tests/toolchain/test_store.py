from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import pytest
from toolchain_fakes import Recorder, ignore, recipe

from buildkit.errors import ExitCode, ToolchainError
from buildkit.events import Notice
from buildkit.toolchain.layout import LOCKS, WORK
from buildkit.toolchain.manifest import FILE_NAME
from buildkit.toolchain.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(root=tmp_path / "store", emit=ignore)


def fill(entry: Path, _: Path) -> None:
    (entry / "lib").mkdir()
    (entry / "lib" / "libcore.rlib").write_text("core")
    (entry / "lib" / "link").symlink_to("libcore.rlib")


def test_an_entry_is_named_by_its_stem_and_its_facts() -> None:
    one, same, other = recipe(commit="a", triple="t"), recipe(triple="t", commit="a"), recipe(commit="b", triple="t")
    assert one.name == same.name
    assert one.name != other.name
    assert one.name.startswith("thumb-build-")


def test_a_fact_never_runs_into_the_next_one() -> None:
    assert recipe(a="1", b="2").name != recipe(a="1b", b="2").name != recipe(a="12").name


def test_an_entry_appears_whole_or_not_at_all(store: Store) -> None:
    def fail(entry: Path, scratch: Path) -> None:
        fill(entry, scratch)
        raise ToolchainError("std could not be built")

    with pytest.raises(ToolchainError, match="could not be built"):
        store.obtain(recipe(), fail)
    assert store.find(recipe()) is None
    assert not store.path(recipe()).exists()
    assert list((store.root / WORK).iterdir()) == []


def test_an_entry_that_is_there_is_not_built_again(store: Store) -> None:
    built: list[Path] = []

    def build(entry: Path, scratch: Path) -> None:
        built.append(entry)
        fill(entry, scratch)

    assert store.obtain(recipe(), build) == store.obtain(recipe(), build)
    assert len(built) == 1


def test_a_build_never_sees_the_folder_that_will_be_published(store: Store) -> None:
    def build(entry: Path, scratch: Path) -> None:
        assert entry != store.path(recipe())
        assert not store.path(recipe()).exists()
        assert entry.is_relative_to(store.root / WORK)
        fill(entry, scratch)

    assert (store.obtain(recipe(), build) / "lib" / "libcore.rlib").read_text() == "core"


@pytest.mark.parametrize("damage", ["shorter", "other", "missing", "link", "manifest"])
def test_a_damaged_entry_is_found_out_and_built_again(store: Store, damage: str) -> None:
    library = store.obtain(recipe(), fill) / "lib" / "libcore.rlib"
    match damage:
        case "shorter":
            library.write_text("cor")
        case "other":
            library.write_text("eroc")
        case "missing":
            library.unlink()
        case "link":
            (library.parent / "link").unlink()
            (library.parent / "link").symlink_to("elsewhere")
        case _:
            (store.path(recipe()) / FILE_NAME).write_text("{")
    assert store.find(recipe()) is None
    assert (store.obtain(recipe(), fill) / "lib" / "libcore.rlib").read_text() == "core"
    assert store.find(recipe()) is not None


def test_a_file_that_was_only_touched_is_no_damage(store: Store) -> None:
    os.utime(store.obtain(recipe(), fill) / "lib" / "libcore.rlib", (1, 1))
    assert store.find(recipe()) is not None


def test_what_a_killed_builder_left_is_removed_by_the_next(store: Store) -> None:
    leftover = store.root / WORK / f"{recipe().name}.dead"
    leftover.mkdir(parents=True)
    (leftover / "half").touch()
    store.obtain(recipe(), fill)
    assert not leftover.exists()


def test_callers_at_the_same_time_build_once_and_the_waiting_one_says_so(tmp_path: Path) -> None:
    recorder, built = Recorder(), []
    inside = threading.Event()

    def build(entry: Path, scratch: Path) -> None:
        inside.set()
        time.sleep(0.2)
        built.append(entry)
        fill(entry, scratch)

    def obtain(found: list[Path]) -> None:
        found.append(Store(root=tmp_path, emit=recorder.emit).obtain(recipe(), build))

    found: list[Path] = []
    first = threading.Thread(target=obtain, args=(found,))
    first.start()
    assert inside.wait(5)
    obtain(found)
    first.join()
    assert len(built) == 1
    assert found[0] == found[1]
    assert Notice(message=f"waiting for another process that provides {recipe().title}") in recorder.events


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EROFS, "cannot be written"),
        (errno.EACCES, "cannot be written"),
    ],
)
def test_what_the_system_refuses_is_one_sentence(store: Store, number: int, said: str) -> None:
    def build(entry: Path, _: Path) -> None:
        (entry / "half").touch()
        raise OSError(number, os.strerror(number))

    with pytest.raises(ToolchainError, match=said) as refused:
        store.obtain(recipe(), build)
    assert refused.value.exit_code is ExitCode.TOOLCHAIN
    assert "\n" not in refused.value.message
    assert list((store.root / WORK).iterdir()) == []
    assert not store.path(recipe()).exists()


def test_a_store_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("")
    with pytest.raises(ToolchainError, match="store is no folder"):
        Store(root=tmp_path / "store", emit=ignore).obtain(recipe(), fill)


def test_pruning_removes_what_was_not_used_for_long(store: Store) -> None:
    old, new = store.obtain(recipe(age="old"), fill), store.obtain(recipe(age="new"), fill)
    long_ago = time.time() - 40 * 86400
    os.utime(old / FILE_NAME, (long_ago, long_ago))
    assert [entry.path for entry in store.prune(unused_days=30)] == [old]
    assert (old.exists(), new.exists()) == (False, True)


def test_use_keeps_an_entry_from_being_pruned(store: Store) -> None:
    path = store.obtain(recipe(), fill)
    os.utime(path / FILE_NAME, (1, 1))
    assert store.find(recipe()) is not None
    assert store.prune(unused_days=30) == ()


def test_pruning_removes_leftovers_but_not_what_is_being_built(store: Store) -> None:
    dead = store.root / WORK / "other-0123.dead"
    dead.mkdir(parents=True)
    pruned: list[object] = []

    def build(entry: Path, scratch: Path) -> None:
        fill(entry, scratch)
        pruned.append(store.prune(unused_days=0))
        assert entry.exists()

    store.obtain(recipe(), build)
    assert pruned == [()]
    assert not dead.exists()
    assert store.path(recipe()).exists()


def test_locks_stay_when_everything_is_pruned(store: Store) -> None:
    store.obtain(recipe(), fill)
    assert len(store.prune(unused_days=0)) == 1
    assert store.entries() == ()
    assert list((store.root / LOCKS).iterdir())


def test_entries_tell_their_size_and_title(store: Store) -> None:
    store.obtain(recipe(), fill)
    (entry,) = store.entries()
    assert (entry.size, entry.manifest.title, entry.kind) == (4, "an entry for thumb-build", "sysroots")


def test_the_entry_of_a_stem_that_was_used_last_comes_first(store: Store) -> None:
    old, new = store.obtain(recipe(version="1"), fill), store.obtain(recipe(version="2"), fill)
    os.utime(old / FILE_NAME, (1, 1))
    assert [entry.path for entry in store.entries_of("sysroots", "thumb-build")] == [new, old]
    assert store.entries_of("sysroots", "thumb") == ()


def test_of_many_entries_of_a_stem_the_latest_are_kept(store: Store) -> None:
    made = [store.obtain(recipe(version=str(number)), fill) for number in range(4)]
    other = store.obtain(recipe(stem="other", version="0"), fill)
    for age, path in enumerate((*made, other)):
        os.utime(path / FILE_NAME, (1000 + age, 1000 + age))
    store.keep_latest("sysroots", "thumb-build", 2)
    assert [path.exists() for path in (*made, other)] == [False, False, True, True, True]
    assert list((store.root / WORK).iterdir()) == []
