"""Of what rustc keeps for the next edit, only what the next session begins with stays."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from buildkit.execute.disk_eviction import ASIDE
from buildkit.execute.incremental import DIGITS, MICROSECOND, Tidying, ready_sessions, settle_sessions
from buildkit.execute.packing import MAKING, SUFFIX, packable_bytes

TREE = "wasm32-wasip2/debug"
OLD, OLDER, NEW = "s-hdx0z6z1lu-0kcz5xv-2m8qk3", "s-9zzzzzzzz-1aaaaaa-9m8qk3", "s-hdx0z701ab-05l9bc3-7d2nnx"
LATER = 2**63
LATER_UNDONE = "s-hdx0z702ab-1k9f2ma-working"


def session(unit: Path, name: str) -> None:
    """Lay out a session as rustc does."""
    (unit / name).mkdir(parents=True)
    (unit / name / "dep-graph.bin").write_bytes(b"x")
    (unit / (name.rpartition("-")[0] + ".lock")).touch()


def names(unit: Path) -> set[str]:
    return {path.name for path in unit.iterdir()}


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Two trees, that of a triple and the host's, each with cargo's lock and one unit that has three finished sessions."""
    output = tmp_path / "target" / "buildkit"
    for tree in (output / TREE, output / "debug"):
        (tree / "deps").mkdir(parents=True)
        (tree / ".cargo-lock").touch()
        for name in (OLD, OLDER, NEW):
            session(tree / "incremental" / "app-3v0vy0i2dhw9q", name)
    return output


def unit_of(output: Path, tree: str = TREE) -> Path:
    return output / tree / "incremental" / "app-3v0vy0i2dhw9q"


KEPT = {NEW, "s-hdx0z701ab-05l9bc3.lock"}


def test_the_newest_finished_session_of_each_unit_stays(output: Path) -> None:
    session(unit_of(output).with_name("base-1x"), OLD)
    settle_sessions(output, [TREE], LATER)
    assert names(unit_of(output)) == KEPT
    ready_sessions(output, [TREE], ["app"])
    assert (unit_of(output) / NEW / "dep-graph.bin").exists()
    assert names(unit_of(output).with_name("base-1x")) == {OLD, "s-hdx0z6z1lu-0kcz5xv.lock"}
    assert not list(output.glob(f"{ASIDE}*"))


def test_trees_that_were_not_asked_for_stay(output: Path) -> None:
    settle_sessions(output, ["debug"], LATER)
    assert names(unit_of(output, "debug")) == KEPT
    assert {OLD, OLDER, NEW} < names(unit_of(output))


def test_a_session_that_is_not_finished_stays_and_is_no_reason_to_remove_another(output: Path) -> None:
    session(unit_of(output), LATER_UNDONE)
    settle_sessions(output, [TREE], LATER)
    assert names(unit_of(output)) == KEPT | {LATER_UNDONE, "s-hdx0z702ab-1k9f2ma.lock"}


def test_what_is_called_otherwise_stays(output: Path) -> None:
    (unit_of(output) / "S-1-2-3").mkdir()
    (unit_of(output) / "s-1-2").mkdir()
    (unit_of(output) / "s-1-2-3").touch()
    settle_sessions(output, [TREE], LATER)
    assert names(unit_of(output)) == KEPT | {"S-1-2-3", "s-1-2", "s-1-2-3"}


@pytest.mark.parametrize("tree", [TREE, "debug"], ids=["of the triple", "of the host"])
def test_nothing_is_removed_while_a_cargo_holds_the_folder(tree: str, output: Path) -> None:
    before = names(unit_of(output))
    with (output / tree / ".cargo-lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        settle_sessions(output, [TREE], LATER)
    assert names(unit_of(output)) == before


@pytest.mark.parametrize("linked", ["incremental", "incremental/app-3v0vy0i2dhw9q"], ids=["folder of all units", "folder of a unit"])
def test_no_link_is_followed(linked: str, output: Path, tmp_path: Path) -> None:
    link = output / TREE / linked
    link.rename(tmp_path / "elsewhere")
    link.symlink_to(tmp_path / "elsewhere")
    before = names(unit_of(output))
    settle_sessions(output, [TREE], LATER)
    assert names(unit_of(output)) == before


def test_a_session_without_its_lock_is_removed_as_well(output: Path) -> None:
    (unit_of(output) / "s-hdx0z6z1lu-0kcz5xv.lock").unlink()
    settle_sessions(output, [TREE], LATER)
    assert names(unit_of(output)) == KEPT


BEGAN = int("hdx0z701ab", DIGITS) * MICROSECOND


def tidying(output: Path, since: int) -> Tidying:
    return Tidying(output=output, names=frozenset({TREE}), since=since)


def test_the_first_session_of_a_unit_is_packed_in_its_run(output: Path) -> None:
    unit = unit_of(output).with_name("base-1x")
    session(unit, NEW)
    graph = unit / NEW / "dep-graph.bin"
    tidying(output, BEGAN + 1).tidy()
    assert graph.exists()
    tidying(output, BEGAN).tidy()
    assert not graph.exists()


def test_what_takes_little_room_waits_for_more_of_its_crate(output: Path) -> None:
    graphs = [unit_of(output).with_name(unit) / NEW / "dep-graph.bin" for unit in ("base-1x", "base-2x", "core-1x")]
    for graph in graphs:
        session(graph.parent.parent, NEW)
    one = packable_bytes([graphs[2].parent])
    behind = tidying(output, BEGAN)
    behind.tidy(3 * one)
    assert [graph.exists() for graph in graphs] == [True, True, True]
    behind.tidy(3 * one - 1)
    assert [graph.exists() for graph in graphs] == [False, False, True]
    behind.tidy(one)
    assert graphs[2].exists()
    behind.tidy()
    assert not graphs[2].exists()


def test_the_session_of_an_edit_is_packed_after_a_run_without_one(output: Path) -> None:
    graph = unit_of(output) / NEW / "dep-graph.bin"
    tidying(output, BEGAN).tidy()
    settle_sessions(output, [TREE], BEGAN)
    assert graph.exists()
    settle_sessions(output, [TREE], BEGAN + 1)
    assert not graph.exists()


def test_what_a_session_of_the_run_went_on_from_is_removed_while_cargo_runs(output: Path) -> None:
    session(unit_of(output).with_name("base-1x"), OLD)
    before = names(unit_of(output))
    with (output / TREE / ".cargo-lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tidying(output, BEGAN + 1).tidy()
        assert names(unit_of(output)) == before
        tidying(output, BEGAN).tidy()
    assert names(unit_of(output)) == KEPT
    assert (unit_of(output) / NEW / "dep-graph.bin").exists()
    assert names(unit_of(output).with_name("base-1x")) == {OLD, "s-hdx0z6z1lu-0kcz5xv.lock"}
    assert not list(output.glob(f"{ASIDE}*"))


def test_what_a_kill_left_half_written_is_removed(output: Path) -> None:
    left = (unit_of(output).parent / f"app.1{SUFFIX}{MAKING}", unit_of(output) / NEW / f"dep-graph.bin{MAKING}")
    for file in left:
        file.write_bytes(b"half")
    settle_sessions(output, [TREE], LATER)
    assert not [file for file in left if file.exists()]


def test_nothing_is_unpacked_while_a_cargo_holds_the_folder(output: Path) -> None:
    settle_sessions(output, [TREE], LATER)
    with (output / TREE / ".cargo-lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready_sessions(output, [TREE], ["app"])
    assert not (unit_of(output) / NEW / "dep-graph.bin").exists()


def test_where_nothing_was_written_nothing_is_removed_or_made(tmp_path: Path) -> None:
    settle_sessions(tmp_path / "nowhere", [TREE], LATER)
    assert not list(tmp_path.iterdir())
