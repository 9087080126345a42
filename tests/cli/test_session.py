"""What a session allows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from buildkit.cli.options import Everywhere
from buildkit.cli.session import open_session


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "app"\n')
    return tmp_path


@pytest.fixture
def one_processor() -> Iterator[None]:
    """Let this process run on one processor alone."""
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_of_them)})
    yield
    os.sched_setaffinity(0, all_of_them)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process is not bound to processors")
@pytest.mark.usefixtures("one_processor")
def test_as_many_jobs_run_as_the_process_has_processors(workspace: Path) -> None:
    assert open_session(Everywhere(workspace=workspace)).jobs == 1


def test_jobs_that_were_told_are_taken_as_they_are(workspace: Path) -> None:
    assert open_session(Everywhere(workspace=workspace, jobs=33)).jobs == 33
