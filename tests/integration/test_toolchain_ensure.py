"""Provisioning for real, on a machine that has Debian's package tools: rustup is hidden, so that every step is taken.

The standard libraries are built once into the user's store and are there the next time; so the tests stay quick.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Buildkit, Ran

from buildkit.toolchain.apt import is_available

pytestmark = [pytest.mark.integration, pytest.mark.network]

TARGETS = ("wasm32-wasip2", "native-musl")

SHELL = "/bin/sh"
UNSHARE = shutil.which("unshare") or "unshare"

PROGRAM = """\
fn main() {
    let caught = std::panic::catch_unwind(|| panic!("thrown")).is_err();
    let joined = std::thread::spawn(|| 42).join().unwrap();
    println!("caught {caught}, joined {joined}");
}
"""


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Buildkit:
    """Return the command on a machine without rustup, in a workspace with one program."""
    if not is_available(os.environ):
        if "CI" in os.environ:
            pytest.fail("this machine has no apt")
        pytest.skip("this machine has no apt")
    scratch = tmp_path_factory.mktemp("workspace")
    (scratch / "src").mkdir()
    (scratch / "src" / "main.rs").write_text(PROGRAM)
    (scratch / "Cargo.toml").write_text('[package]\nname = "program"\nversion = "0.1.0"\nedition = "2021"\n[workspace]\n')
    folders = [folder for folder in os.environ["PATH"].split(":") if not (Path(folder) / "rustup").exists()]
    return Buildkit(
        folder=scratch, environment={"PATH": ":".join(folders), "RUSTUP_HOME": str(scratch / "none"), "RUSTC": None, "RUSTFLAGS": None}
    )


@pytest.fixture(scope="module")
def ensured(command: Buildkit) -> Ran:
    """Provide for both targets, which takes about two minutes where the store is empty."""
    ran = command("toolchain", "ensure", *TARGETS)
    assert ran.code == 0, ran.err + ran.out
    return ran


def shell(command: Buildkit, script: str) -> subprocess.CompletedProcess[str]:
    merged = {**os.environ, **command.environment}
    environment = {name: value for name, value in merged.items() if value is not None}
    return subprocess.run((SHELL, "-euc", script), cwd=command.folder, env=environment, capture_output=True, text=True, check=False)


def exports(command: Buildkit, target: str) -> str:
    ran = command("toolchain", "env", target)
    assert ran.code == 0, ran.err
    return ran.out


@pytest.mark.usefixtures("ensured")
def test_doctor_finds_nothing_missing_afterwards(command: Buildkit) -> None:
    ran = command("doctor", *TARGETS)
    assert ran.code == 0, ran.out
    assert [line for line in ran.out.splitlines() if line.startswith(("missing", "impossible"))] == []


@pytest.mark.usefixtures("ensured")
def test_the_second_time_there_is_nothing_to_do_and_no_network_is_needed(command: Buildkit) -> None:
    merged = {**os.environ, **command.environment}
    environment = {name: value for name, value in merged.items() if value is not None}
    if subprocess.run((UNSHARE, "--user", "--net", "true"), check=False, capture_output=True).returncode != 0:
        pytest.skip("this machine allows no network namespace")
    argv = (
        UNSHARE,
        "--user",
        "--map-current-user",
        "--net",
        sys.executable,
        "-m",
        "buildkit",
        "toolchain",
        "ensure",
        "--offline",
        *TARGETS,
    )
    done = subprocess.run(argv, cwd=command.folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "TASK" not in done.stdout


@pytest.mark.usefixtures("ensured")
def test_plain_cargo_builds_a_component_in_a_shell_with_our_variables(command: Buildkit) -> None:
    done = shell(command, f"{exports(command, 'wasm32-wasip2')}\ncargo build --target wasm32-wasip2 && cargo check")
    assert done.returncode == 0, done.stderr
    component = command.folder / "target" / "wasm32-wasip2" / "debug" / "program.wasm"
    assert component.read_bytes()[:8] == b"\0asm\x0d\0\x01\0"


@pytest.mark.usefixtures("ensured")
def test_a_static_musl_program_links_unwinds_and_runs(command: Buildkit) -> None:
    triple = f"{os.uname().machine}-unknown-linux-musl"
    done = shell(command, f"{exports(command, 'native-musl')}\ncargo build --target {triple}\ntarget/{triple}/debug/program")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "caught true, joined 42\n"


@pytest.mark.usefixtures("ensured")
def test_buildkit_works_in_a_shell_that_has_our_variables(command: Buildkit) -> None:
    first = exports(command, "wasm32-wasip2")
    again = shell(command, f"{first}\n{sys.executable} -m buildkit toolchain env wasm32-wasip2")
    assert again.stdout == first


def test_an_unknown_target_is_refused_with_the_nearest(command: Buildkit) -> None:
    ran = command("toolchain", "ensure", "wasm32-wasip1")
    assert ran.code == 2
    assert "unknown target 'wasm32-wasip1'" in ran.err
    assert "wasm32-wasip2" in ran.err


def test_a_cold_store_offline_is_one_sentence(command: Buildkit, tmp_path: Path) -> None:
    empty = Buildkit(folder=command.folder, environment={**command.environment, "BUILDKIT_CACHE_DIR": str(tmp_path / "empty")})
    ran = empty("toolchain", "ensure", "--offline", "wasm32-wasip2")
    assert ran.code == 4
    assert ran.err.startswith("error: ")
    assert len(ran.err.splitlines()) == 2


@pytest.mark.usefixtures("ensured")
def test_a_planned_call_finds_the_provided_library(command: Buildkit) -> None:
    ran = command("plan", "-t", "wasm32-wasip2", "-t", "native-musl", "--json")
    assert ran.code == 0, ran.err
    assert "is not here" not in ran.err
    calls = [cell["command"] for cell in json.loads(ran.out)["cells"]]
    assert len(calls) == len(TARGETS)
    for call in calls:
        done = shell(command, call)
        assert done.returncode == 0, done.stderr
