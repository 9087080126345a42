"""What is removed of cargo's output where it is larger than the budget, and what never is."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest

from buildkit.execute.disk import USED_STAMP, find_trees, held, note_use, size_of, tree_name
from buildkit.execute.disk_budget import parse_budget
from buildkit.execute.disk_eviction import ASIDE, Use, evict, sweep
from buildkit.execute.edited import STAMP

BLOCK = 64 * 1024
NOW = 2_000_000_000.0


def write(path: Path, *, blocks: int = 1, at: float | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * BLOCK * blocks)
    if at is not None:
        os.utime(path, (at, at))
    return path


def unit(tree: Path, name: str, digest: str, features: list[str], *, at: float = NOW - 100) -> Path:
    """Lay out one crate as cargo does."""
    folder = tree / ".fingerprint" / f"{name}-{digest}"
    folder.mkdir(parents=True)
    (folder / f"lib-{name}.json").write_text(json.dumps({"features": json.dumps(features)}))
    write(tree / "deps" / f"lib{name}-{digest}.rmeta")
    os.utime(folder, (at, at))
    return folder


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Three trees: one for wasm, the host's, and an old one for wasm with another profile."""
    root = tmp_path / "target" / "buildkit"
    for name, at in (("debug", NOW - 10), ("wasm32-wasip2/debug", NOW - 20), ("wasm32-wasip2/release", NOW - 3000)):
        write(root / name / "deps" / "libdep-00.rmeta", blocks=4)
        crate = root / name / "incremental" / "app-1"
        write(crate / "s-1" / "dep-graph.bin", blocks=2)
        os.utime(crate, (at, at))
        write(root / name / USED_STAMP, at=at)
    return root


def use(*trees: str) -> Use:
    return Use(trees=frozenset(trees or ("debug", "wasm32-wasip2/debug")), since=NOW)


def names(output: Path) -> set[str]:
    return {tree.name for tree in find_trees(output)}


def test_trees_are_found_by_what_cargo_puts_into_them(output: Path) -> None:
    (output / "batches" / "0" / "deep").mkdir(parents=True)
    assert names(output) == {"debug", "wasm32-wasip2/debug", "wasm32-wasip2/release"}


@pytest.mark.parametrize(
    ("triple", "profile", "expected"),
    [(None, "dev", "debug"), ("a", "dev", "a/debug"), ("a", "release", "a/release"), ("a", "bench", "a/release"), (None, "small", "small")],
)
def test_a_tree_is_called_as_cargo_calls_it(triple: str | None, profile: str, expected: str) -> None:
    assert tree_name(triple, profile) == expected


def test_what_is_within_the_budget_stays(output: Path) -> None:
    before = size_of(output)
    freed = evict(output, before, use())
    assert (freed.size, freed.left, freed.titles) == (0, before, ())


def test_incremental_folders_go_first_the_oldest_before_others(output: Path) -> None:
    freed = evict(output, size_of(output) - 1, use())
    assert freed.titles == ("wasm32-wasip2/release: incremental compilation", "wasm32-wasip2/debug: incremental compilation")
    assert (output / "debug/incremental/app-1").exists()


def test_what_the_run_itself_wrote_incrementally_stays(output: Path) -> None:
    os.utime(output / "wasm32-wasip2/debug/incremental/app-1", (NOW + 1, NOW + 1))
    evict(output, 1, use())
    assert (output / "wasm32-wasip2/debug/incremental/app-1").exists()
    assert not (output / "debug/incremental/app-1").exists()


def test_then_whole_trees_go_and_never_those_that_the_run_uses(output: Path) -> None:
    write(output / "wasm32-wasip2" / STAMP)
    freed = evict(output, 1, use())
    assert names(output) == {"debug", "wasm32-wasip2/debug"}
    assert not (output / "wasm32-wasip2" / STAMP).exists()
    assert "wasm32-wasip2/release: all of it" in freed.titles
    assert (output / "wasm32-wasip2/debug/deps/libdep-00.rmeta").exists()
    assert freed.left == size_of(output)


def test_the_tree_that_was_used_last_goes_last(output: Path) -> None:
    sizes = size_of(output)
    evict(output, int((sizes - 3 * 2 * BLOCK - BLOCK) / 0.9), use("other"))
    assert names(output) == {"debug", "wasm32-wasip2/debug"}


def test_then_what_no_cell_asks_for_goes(output: Path) -> None:
    tree = output / "wasm32-wasip2/debug"
    kept = unit(tree, "app", "aa", ["std"])
    gone = unit(tree, "app", "bb", ["old", "std"])
    fresh = unit(tree, "app", "cc", ["new"], at=NOW + 1)
    wrapper = unit(tree, "buildkit-cell-0123", "dd", [])
    unknown = unit(tree, "dep", "ee", [])
    (unknown / "lib-dep.json").write_text("not JSON")
    freed = evict(output, 1, Use(trees=use().trees, since=NOW, wanted=lambda: frozenset({("app", frozenset({"std"}))})))
    assert all(path.exists() for path in (kept, fresh, wrapper, unknown, tree / "deps" / "libapp-aa.rmeta"))
    assert not gone.exists()
    assert not (tree / "deps" / "libapp-bb.rmeta").exists()
    assert "wasm32-wasip2/debug: cells that are no longer in the plan" in freed.titles


def test_a_build_script_that_was_run_stays_while_its_package_is_wanted(output: Path) -> None:
    tree = output / "wasm32-wasip2/debug"
    runs = {}
    for name in ("app", "old"):
        folder = tree / ".fingerprint" / f"{name}-{name}"
        folder.mkdir(parents=True)
        (folder / "run-build-script-build-script-build.json").write_text(json.dumps({"features": ""}))
        os.utime(folder, (NOW - 100, NOW - 100))
        runs[name] = write(tree / "build" / f"{name}-{name}" / "output")
    evict(output, 1, Use(trees=use().trees, since=NOW, wanted=lambda: frozenset({("app", frozenset({"std"}))})))
    assert {name: file.exists() for name, file in runs.items()} == {"app": True, "old": False}


def test_a_tree_that_another_cargo_uses_stays(output: Path) -> None:
    lock = write(output / "release" / ".cargo-lock")
    with lock.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        evict(output, 1, use())
        assert "wasm32-wasip2/release" in names(output)
    evict(output, 1, use())
    assert "wasm32-wasip2/release" not in names(output)


def test_cargo_is_kept_out_while_a_part_is_moved_away(output: Path) -> None:
    lock = write(output / "debug" / ".cargo-lock")
    (tree,) = (tree for tree in find_trees(output) if tree.name == "wasm32-wasip2/debug")
    with held(output, tree) as is_free, lock.open("rb") as stream:
        assert is_free
        with pytest.raises(BlockingIOError):
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("place", ["outside", "outside/debug"])
def test_a_link_leads_nowhere(output: Path, tmp_path: Path, place: str) -> None:
    precious = write(tmp_path / "precious" / "deps" / "mine.txt", blocks=50)
    (output / place).parent.mkdir(exist_ok=True)
    (output / place).symlink_to(tmp_path / "precious")
    (output / "wasm32-wasip2" / "release" / "deps" / "link").symlink_to(tmp_path / "precious")
    shutil.rmtree(output / "debug" / "incremental")
    (output / "debug" / "incremental").symlink_to(tmp_path / "precious")
    assert size_of(output) < 30 * BLOCK
    evict(output, 1, use())
    assert precious.exists()
    assert (output / place).is_symlink()


def test_a_folder_that_is_a_link_itself_is_left_alone(output: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(output)
    assert evict(tmp_path / "link", 1, use()).size == 0
    assert evict(tmp_path / "absent", 1, use()).size == 0


def test_what_a_killed_eviction_left_is_removed(output: Path) -> None:
    write(output / f"{ASIDE}abc" / "0" / "deps" / "file")
    before = names(output)
    sweep(output)
    assert not list(output.glob(f"{ASIDE}*"))
    assert names(output) == before


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    write(tmp_path / "a", blocks=3)
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    assert size_of(tmp_path) == 3 * BLOCK


def test_a_use_is_noted_on_the_trees_that_there_are(output: Path) -> None:
    note_use(output, ("wasm32-wasip2/release", "absent/debug"))
    used = {tree.name: tree.used for tree in find_trees(output)}
    assert used["wasm32-wasip2/release"] > NOW - 3000 or used["wasm32-wasip2/release"] > 1_700_000_000
    assert not (output / "absent").exists()


@pytest.mark.parametrize(
    ("value", "expected"),
    [("20 GB", 20 * 1000**3), ("1.5 GiB", 3 * 512 * 1024**2), (4096, 4096), ("none", None), ("0", None), (0, None)],
)
def test_a_budget_is_read(value: str | int, expected: int | None) -> None:
    assert parse_budget(value) == expected
