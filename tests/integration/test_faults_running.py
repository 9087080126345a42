"""Faults while cargo runs: a cell that could not be judged is an error, and nothing is left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Buildkit
from faulty import EACH, Make, until, verdicts

from buildkit.errors import ExitCode

pytestmark = pytest.mark.integration

REMOVES_ITS_TARGET = """\
fn main() {
    let out = std::path::PathBuf::from(std::env::var("OUT_DIR").unwrap());
    let folder = out.ancestors().find(|folder| folder.ends_with("buildkit")).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
}
"""
SLEEPS = "fn main() { std::thread::sleep(std::time::Duration::from_secs(600)); }\n"
WAITS = """\
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for _ in 0..6000 {
        if std::path::Path::new("go").exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
"""


def wrapper(folder: Path, body: str) -> str:
    """Write a wrapper of rustc that does something else for `app`."""
    script = folder / "wrapper.sh"
    script.write_text(f'#!/bin/sh\ncase "$*" in *"--crate-name app "*) {body};; esac\nexec "$@"\n')
    script.chmod(0o755)
    return str(script)


def test_a_target_directory_that_is_removed_while_cargo_compiles_is_no_failure_of_the_code(make: Make, buildkit: Buildkit) -> None:
    folder = make('build = "build.rs"\n')
    (folder / "app" / "build.rs").write_text(REMOVES_ITS_TARGET)
    code, cells = verdicts(buildkit, folder)
    assert code == ExitCode.FAILED
    assert [verdict for verdict, _ in cells] == ["error"]
    (folder / "app" / "build.rs").write_text("fn main() {}\n")
    assert verdicts(buildkit, folder) == (ExitCode.PASSED, [("pass", "")])


def test_two_checks_of_one_workspace_are_both_right(make: Make) -> None:
    folder = make('build = "build.rs"\n[features]\nx = []\ny = []\n', settings=EACH)
    (folder / "app" / "build.rs").write_text(SLEEPS.replace("600", "1"))
    command = (sys.executable, "-m", "buildkit", "check", "-C", str(folder))
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [ExitCode.PASSED, ExitCode.PASSED], said
    assert all("3 passed" in text for text in said)


def test_a_check_that_waits_for_another_cargo_says_so(make: Make) -> None:
    folder = make('build = "build.rs"\n')
    (folder / "app" / "build.rs").write_text(WAITS)
    going = subprocess.Popen((sys.executable, "-m", "buildkit", "check"), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with going:
        assert until(lambda: len(scripts_of(folder)) == 1)
        with subprocess.Popen((sys.executable, "-m", "buildkit", "check"), cwd=folder, stdout=subprocess.PIPE, text=True) as waiting:
            assert waiting.stdout is not None
            assert any("waiting for another cargo, which holds the lock on the build directory" in line for line in waiting.stdout)
            (folder / "app" / "go").touch()
            assert "1 passed" in waiting.stdout.read()
    assert (going.returncode, waiting.returncode) == (ExitCode.PASSED, ExitCode.PASSED)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param("kill -9 $$", "a compiler process was killed by SIGKILL", id="killed"),
        pytest.param(
            'echo "error: internal compiler error: no type" >&2; exit 101', "rustc crashed: internal compiler error: no", id="crash"
        ),
        pytest.param('echo "sccache: no cache" >&2; exit 2', "{wrapper} ended with exit code 2: sccache: no cache", id="wrapper fails"),
    ],
)
def test_a_compiler_that_gives_up_judges_nothing(make: Make, buildkit: Buildkit, tmp_path: Path, body: str, told: str) -> None:
    script = wrapper(tmp_path, body)
    code, cells = verdicts(buildkit, make(), RUSTC_WRAPPER=script)
    assert (code, [verdict for verdict, _ in cells]) == (ExitCode.FAILED, ["error"])
    assert cells[0][1].startswith(told.format(wrapper=script))


def test_a_real_crash_of_the_compiler_judges_nothing(make: Make, buildkit: Buildkit) -> None:
    folder = make()
    (folder / "app" / "src" / "lib.rs").write_text('pub fn a() -> u8 { "x" }\n')
    code, cells = verdicts(buildkit, folder, RUSTFLAGS="-Ztreat-err-as-bug=1", RUSTC_BOOTSTRAP="1")
    assert (code, [verdict for verdict, _ in cells]) == (ExitCode.FAILED, ["error"])
    assert cells[0][1].startswith("rustc crashed: ")
    assert [verdict for verdict, _ in verdicts(buildkit, folder)[1]] == ["fail"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("verb", ["check", "plan", "targets", "config"])
def test_a_full_disk_that_ends_a_command_always_gives_the_same_exit_code(make: Make, verb: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            (sys.executable, "-m", "buildkit", verb), cwd=make(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (ExitCode.TOOLCHAIN, "error: the disk is full\n hint: df -h\n")


def test_an_interrupt_and_a_kill_end_a_build_script_that_hangs(make: Make) -> None:
    folder = make('build = "build.rs"\n')
    (folder / "app" / "build.rs").write_text(SLEEPS)
    for number, code in ((signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGKILL, -signal.SIGKILL)):
        with subprocess.Popen((sys.executable, "-m", "buildkit", "check"), cwd=folder, stdout=subprocess.DEVNULL) as check:
            assert until(lambda: len(scripts_of(folder)) == 1)
            check.send_signal(number)
            assert check.wait(10) == code
        assert until(lambda: scripts_of(folder) == [])


def scripts_of(folder: Path) -> list[str]:
    """Return the build scripts of a workspace that run."""
    programs = []
    for process in Path("/proc").glob("[0-9]*/exe"):
        try:
            programs.append(str(process.readlink()))
        except OSError:
            continue
    return [program for program in programs if program.startswith(str(folder)) and "build-script" in program.replace("_", "-")]
