"""What a run leaves that was killed with -9, and what the next one does about it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import Buildkit
from wasmtime import wat2wasm

pytestmark = pytest.mark.integration

ENDLESS = '(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))'
SECRET = '{"secret": "of the input"}'
STEMS = {"buildkit-scenario", "buildkit-run"}
PATIENCE_SECONDS = 60


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "endless.wasm").write_bytes(bytes(wat2wasm(ENDLESS)))
    (tmp_path / "data.json").write_text(SECRET)
    (tmp_path / "tmp").mkdir()
    return tmp_path


@contextmanager
def running(place: Path) -> Iterator[tuple[subprocess.Popen[bytes], set[Path]]]:
    """Run a program that does not end, until it has its folders, and give these."""
    before = set((place / "tmp").iterdir())
    command = (sys.executable, "-m", "buildkit", "run", "endless.wasm", "--input", "data.json")
    environment = {**os.environ, "TMPDIR": str(place / "tmp")}
    with subprocess.Popen(command, cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process, wait_for_folders(place, before)
        finally:
            process.kill()


def wait_for_folders(place: Path, before: set[Path]) -> set[Path]:
    ending = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ending:
        made = set((place / "tmp").iterdir()) - before
        if {folder.name.rpartition("-")[0] for folder in made} == STEMS and all(any(folder.iterdir()) for folder in made):
            return made
        time.sleep(0.05)
    raise AssertionError(f"there are only {list((place / 'tmp').iterdir())}")


def test_the_next_run_removes_what_a_killed_one_left_and_nothing_of_one_that_runs(place: Path) -> None:
    with running(place) as (killed, left):
        assert all(folder.stat().st_mode & 0o777 == 0o700 for folder in left)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert all(folder.is_dir() for folder in left)
        with running(place) as (_, kept):
            assert not any(folder.exists() for folder in left)
            ended = Buildkit(folder=place, environment={"TMPDIR": str(place / "tmp")})(
                "run", "endless.wasm", "--input", "data.json", "--timeout", "0.1"
            )
            assert ended.code == 1
            assert set((place / "tmp").iterdir()) == kept
            assert all(any(folder.iterdir()) for folder in kept)


def test_an_interrupted_run_leaves_nothing(place: Path) -> None:
    with running(place) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 130
    assert list((place / "tmp").iterdir()) == []
