"""What is remembered of workspaces goes when they are gone, or unused for long; never under a run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from buildkit.execute.memory import ROOT, Memory, workspace_folder
from buildkit.execute.memory_pruning import prune_workspaces

DAY = 86_400


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def remembered(store: Path, root: Path, *, days_ago: float = 0.0) -> Path:
    """Let a run remember something of a workspace, and return the folder of that."""
    root.mkdir(exist_ok=True)
    memory = Memory(folder=workspace_folder(store, root), root=root)
    with memory.recording("check", lambda _: None):
        pass
    then = time.time() - days_ago * DAY
    for path in (*memory.folder.iterdir(), memory.folder):
        os.utime(path, (then, then))
    return memory.folder


def prune(store: Path, days: float = 30.0) -> int:
    return prune_workspaces(store / "workspaces", unused_days=days)


def test_a_workspace_that_is_there_and_in_use_is_remembered(store: Path, tmp_path: Path) -> None:
    folder = remembered(store, tmp_path / "one", days_ago=29)
    assert prune(store) == 0
    assert folder.is_dir()


def test_a_workspace_that_is_gone_is_forgotten_at_once(store: Path, tmp_path: Path) -> None:
    folder, other = remembered(store, tmp_path / "one"), remembered(store, tmp_path / "two")
    (tmp_path / "one").rmdir()
    assert prune(store) > 0
    assert (folder.exists(), other.exists()) == (False, True)


def test_a_workspace_that_was_not_used_for_long_is_forgotten(store: Path, tmp_path: Path) -> None:
    folder = remembered(store, tmp_path / "one", days_ago=31)
    assert prune(store) > 0
    assert not folder.exists()


def test_what_an_older_buildkit_remembered_goes_by_its_age_alone(store: Path, tmp_path: Path) -> None:
    folder = remembered(store, tmp_path / "one")
    (folder / ROOT).unlink()
    (tmp_path / "one").rmdir()
    assert prune(store) == 0
    assert prune(store, 0.0) > 0


def test_the_memory_of_a_workspace_in_which_buildkit_runs_stays(store: Path, tmp_path: Path) -> None:
    folder = remembered(store, tmp_path / "one")
    with Memory(folder=folder).recording("check", lambda _: None):
        assert prune(store, 0.0) == 0
    assert prune(store, 0.0) > 0


def test_without_a_store_there_is_nothing_to_forget(store: Path) -> None:
    assert prune(store) == 0
