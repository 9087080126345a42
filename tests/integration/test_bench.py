"""The comparison's recorder, watch and replay, with the real cargo and rustc."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from bench.measure import Watch, disk_use, measure
from bench.recording import Recording, count_in, install_recorders, read_recording, recording_environment
from bench.replay import Replay, remove_products
from bench.tools import ask
from buildkit.errors import BuildkitError
from buildkit.process import Command, Completed, ProcessRunner

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(shutil.which("cargo") is None and "CI" not in os.environ, reason="there is no cargo"),
]

LEAF = "pub fn leaf() -> u32 { 1 }\n"
ROOT = "pub fn root() -> u32 { leaf::leaf() }\n"


def write_workspace(folder: Path) -> None:
    """Write a package with a dependency and a build script."""
    head = '[package]\nversion = "0.1.0"\nedition = "2021"\n'
    for name, source, more in (("leaf", LEAF, ""), ("root", ROOT, '[dependencies]\nleaf = { path = "../leaf" }\n')):
        (folder / name / "src").mkdir(parents=True)
        (folder / name / "Cargo.toml").write_text(f'{head}name = "{name}"\n{more}', encoding="utf-8")
        (folder / name / "src" / "lib.rs").write_text(source, encoding="utf-8")
    (folder / "root" / "build.rs").write_text("fn main() {}\n", encoding="utf-8")
    (folder / "Cargo.toml").write_text('[workspace]\nresolver = "2"\nmembers = ["leaf", "root"]\n', encoding="utf-8")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Completed, Recording]:
    """A workspace that a recorded cargo has checked."""
    folder = tmp_path_factory.mktemp("recorded")
    workspace, records = folder / "workspace", folder / "records"
    write_workspace(workspace)
    processes = ProcessRunner()
    toolchain = Path(ask(("rustc", "--print", "sysroot"), workspace, processes)) / "bin"
    programs = install_recorders(folder, toolchain, processes)
    path = os.pathsep.join((str(programs), os.environ["PATH"]))
    env = {**recording_environment(folder, records), "PATH": path, "CARGO_TARGET_DIR": None, "CARGO_TERM_COLOR": "never"}
    done = processes.run(Command(argv=("cargo", "check", "--offline", "--package", "root"), cwd=workspace, env=env))
    return workspace, done, read_recording(records)


def products(workspace: Path) -> set[str]:
    """Return the names of what rustc made."""
    return {file.name for file in (workspace / "target").rglob("lib*.rmeta")}


def test_every_cargo_call_and_every_compilation_is_recorded(checked: tuple[Path, Completed, Recording]) -> None:
    workspace, done, recording = checked
    assert done.succeeded, done.stderr
    assert "Finished" in done.stderr
    assert "warning" not in done.stderr
    assert [call.argv[1] for call in recording.cargo_calls] == ["check"]
    assert sorted(unit.option("--crate-name") or "" for unit in recording.units) == ["build_script_build", "leaf", "root"]
    assert {unit.call for unit in recording.units} == {recording.cargo_calls[0].id}
    assert count_in(recording.units, workspace / "leaf") == 0
    assert count_in(recording.units, workspace) == 3


def test_a_replay_makes_again_what_was_removed(checked: tuple[Path, Completed, Recording]) -> None:
    workspace, _, recording = checked
    made = products(workspace)
    assert made
    remove_products(recording.units)
    assert products(workspace) == set()
    Replay(recording.units, ProcessRunner()).run(2)
    assert products(workspace) == made


def test_a_replay_that_ends_otherwise_is_refused(checked: tuple[Path, Completed, Recording]) -> None:
    workspace, _, recording = checked
    source = workspace / "leaf" / "src" / "lib.rs"
    source.write_text("pub fn leaf() -> u32 { wrong }\n", encoding="utf-8")
    try:
        with pytest.raises(BuildkitError, match="did not end as recorded"):
            Replay(recording.units, ProcessRunner()).run(2)
    finally:
        source.write_text(LEAF, encoding="utf-8")


def test_a_watch_sees_the_memory_of_children_and_the_size_of_folders(tmp_path: Path) -> None:
    amount = 50_000_000
    work = f"import pathlib, time; data = b'x' * {amount}; pathlib.Path('made').write_bytes(data); time.sleep(0.5)"
    command = Command(argv=(sys.executable, "-c", work), cwd=tmp_path)
    (done, sample), peaks = Watch(folders=(tmp_path,)).run(lambda: measure(lambda: ProcessRunner().run(command)))
    assert done.succeeded, done.stderr
    assert peaks.memory >= amount
    assert peaks.disk >= amount
    assert sample.seconds > 0
    assert sample.cpu_seconds > 0


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 100_000)
    size = disk_use(tmp_path)
    (tmp_path / "other").hardlink_to(tmp_path / "one")
    assert disk_use(tmp_path) == size


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildkitError, match="cargo-absent"):
        ask(("cargo-absent",), tmp_path, ProcessRunner())
