"""What is done to a shared call from outside changes no verdict, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from defects import manifest, write_workspace

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are found through /proc"),
]

PATIENCE = 120.0
"""Seconds until something that must come is given up."""

WAITING = """extern crate proc_macro;
#[proc_macro]
pub fn wait(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let root = std::path::PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..");
    std::fs::write(root.join("started"), "").unwrap();
    while root.join("hold").exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    Default::default()
}
"""
FILES = {
    "ws/crates/waiting/Cargo.toml": manifest("waiting", more="[lib]\nproc-macro = true"),
    "ws/crates/waiting/src/lib.rs": WAITING,
    "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []\nbad = []", 'waiting = { path = "../waiting" }'),
    "ws/crates/app/src/lib.rs": 'waiting::wait!();\n#[cfg(feature = "bad")] compile_error!("bad");\n',
    "ws/buildkit.toml": '[workspace]\ntargets = ["native"]\n[package.app.target.native]\nfeatures = []\nextra = "*"\ndepth = "each"\n',
}
VERDICTS = {"app/native/-": "pass", "app/native/a": "pass", "app/native/b": "pass", "app/native/bad": "fail"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_workspace(tmp_path, FILES)


@contextmanager
def running(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Give a check that stands in the middle of a shared call, until `hold` goes."""
    (root / "hold").touch()
    command = (sys.executable, "-m", "buildkit", "check", "-C", str(root), "--no-cache", "--format", "json", "app/*")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            until((root / "started").exists)
            yield process
        finally:
            (root / "hold").unlink(missing_ok=True)
            process.kill()


def until(condition: Any) -> None:
    """Wait for something that must come."""
    given_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < given_up
        time.sleep(0.01)


def working_on(root: Path, program: str = "") -> list[int]:
    """Return the processes that name the workspace, of one program or of any."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_text(encoding="utf-8").split("\0")
        except OSError:
            continue
        if Path(words[0]).name.startswith(program) and any(str(root) in word for word in words):
            found.append(int(process.name))
    return found


def kill(processes: list[int]) -> None:
    """End some processes at once."""
    assert processes
    for process in processes:
        os.kill(process, signal.SIGKILL)


def verdicts(process: subprocess.Popen[str], root: Path) -> dict[str, str]:
    """Let a check go on to its end, and return what it says of the cells."""
    (root / "hold").unlink()
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    return {cell["id"]: cell["verdict"] for cell in json.loads(out)["cells"]}


def test_a_cargo_that_is_killed_leaves_its_cells_to_calls_of_their_own(root: Path) -> None:
    with running(root) as process:
        kill(working_on(root, "cargo"))
        assert verdicts(process, root) == VERDICTS


def test_a_compiler_that_is_killed_fails_no_cell(root: Path) -> None:
    with running(root) as process:
        kill(working_on(root, "rustc"))
        assert verdicts(process, root) == VERDICTS


def test_a_scratch_workspace_that_is_removed_changes_no_verdict(root: Path) -> None:
    with running(root) as process:
        shutil.rmtree(root / "target" / "buildkit" / "batches")
        assert verdicts(process, root) == VERDICTS


def test_two_checks_at_once_get_the_same_verdicts(root: Path) -> None:
    with running(root) as first, running(root) as second:
        found = verdicts(first, root)
        out, err = second.communicate(timeout=PATIENCE)
        assert second.returncode == 1, err
        assert found == {cell["id"]: cell["verdict"] for cell in json.loads(out)["cells"]} == VERDICTS


def test_an_interrupt_ends_a_shared_call_and_all_its_processes(root: Path) -> None:
    with running(root) as process:
        assert working_on(root, "rustc")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
        assert "Traceback" not in err
        until(lambda: not working_on(root))


def test_an_output_folder_that_cannot_be_written_is_an_error_of_every_cell(root: Path) -> None:
    (root / "target").mkdir()
    (root / "target" / "buildkit").touch()
    command = (sys.executable, "-m", "buildkit", "check", "-C", str(root), "--no-cache", "--format", "json", "app/*")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert {cell["verdict"] for cell in json.loads(done.stdout)["cells"]} == {"error"}
    assert "Traceback" not in done.stderr
