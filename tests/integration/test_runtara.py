"""The real workspace: every target, every stage, and the commands of its documentation.

It is checked as a copy outside the checkout, so that a second run is fast; nothing depends on what is there.
"""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path

import pytest
from command_line import FIXTURES, Buildkit, Ran
from working_copy import working_copy

EXPECTED = FIXTURES / "runtara" / "expected.toml"
MINUTES = 60

pytestmark = pytest.mark.integration

PLAIN_COMMANDS = (
    "cargo check -p runtara-workflow-stdlib --features native --no-default-features",
    "cargo check -p runtara-workflow-stdlib --features wasi --no-default-features",
    "cargo check -p runtara-workflow-stdlib --features wasm-js --no-default-features",
    "cargo check -p runtara-sdk --features quic --no-default-features",
    "cargo check -p runtara-sdk --features wasi --no-default-features",
    "cargo check -p runtara-agents --features native --no-default-features",
)
WASI_COMMANDS = (
    "cargo build -p runtara-workflow-stdlib --target wasm32-wasip2 --features wasi --no-default-features",
    "cargo check -p runtara-sdk --target wasm32-wasip2 --features wasi --no-default-features",
    "cargo check -p runtara-agents --target wasm32-wasip2 --features wasi --no-default-features",
    "cargo check -p runtara-workflow-stdlib --target wasm32-wasip2 --features wasi --no-default-features",
)
BROWSER_COMMANDS = ("cargo build -p runtara-workflow-stdlib --target wasm32-unknown-unknown --features wasm-js --no-default-features",)


@pytest.fixture
def runtara(tmp_path: Path) -> Buildkit:
    """Run the command on a copy of the workspace, which is only read."""
    return Buildkit(folder=tmp_path, environment={"CARGO_TARGET_DIR": str(working_copy().output)})


def run(buildkit: Buildkit, verb: str, *arguments: str) -> Ran:
    return buildkit(
        verb, "-C", str(working_copy().workspace), "--locked", "--no-cache", "--format", "json", *arguments, timeout=60 * MINUTES
    )


@pytest.mark.network
def test_every_cell_is_isolated_and_compiles(runtara: Buildkit) -> None:
    expected = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))
    # The programs are built below as well; asking for what builds need keeps one standard library for each target.
    ensured = runtara("toolchain", "ensure", "-C", str(working_copy().workspace), timeout=60 * MINUTES)
    assert ensured.code == 0, ensured.err
    ran = run(runtara, *expected["arguments"])
    assert ran.code == expected["exit-code"], ran.err
    found = {cell["id"]: cell["verdict"] for cell in ran.document["cells"]}
    assert found == {cell["id"]: cell["verdict"] for cell in expected["cell"]}
    assert {proof["verdict"] for proof in ran.document["proofs"]} == {"pass"}


@pytest.mark.network
@pytest.mark.parametrize(
    ("program", "target", "kind"),
    [
        pytest.param("runtara-program-wasi", "wasm32-wasip2", "component", id="wasip2"),
        pytest.param("runtara-program-native", "native-musl", "elf", id="native-musl"),
    ],
)
def test_programs_of_two_targets_give_the_same_result(runtara: Buildkit, tmp_path: Path, program: str, target: str, kind: str) -> None:
    data = working_copy().workspace / "data"
    folders = ("--dir", f"{data}::/input::ro", "--dir", f"{tmp_path}::/output")
    environment = {
        "component": ("--env", "RUNTARA_OUTPUT_PATH=/output/result.json"),
        "elf": ("--env", f"RUNTARA_OUTPUT_PATH={tmp_path / 'result.json'}"),
    }
    ran = run(runtara, "run", "-p", program, "-t", target, *(folders if kind == "component" else ()), *environment[kind])
    assert ran.code == 0, ran.err
    (cell,) = ran.document["cells"]
    assert [stage["name"] for stage in cell["stages"]] == ["isolation", "build", "artifact", "run"]
    assert [artifact["kind"] for artifact in cell["artifacts"]] == [kind]
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8")) == json.loads((data / "expected.json").read_text())


@pytest.mark.network
def test_artifacts_for_browsers_and_microcontrollers_are_built_and_inspected(runtara: Buildkit) -> None:
    ran = run(runtara, "build", "-p", "runtara-program-web", "-p", "runtara-program-embedded")
    assert ran.code == 0, ran.err
    kinds = {cell["target"]: [artifact["kind"] for artifact in cell["artifacts"]] for cell in ran.document["cells"]}
    assert kinds.pop("wasm32-unknown-unknown") == ["core-module"]
    assert set(map(tuple, kinds.values())) == {("archive",)}


@pytest.mark.network
@pytest.mark.parametrize(
    ("target", "commands"),
    [
        pytest.param(None, PLAIN_COMMANDS, id="host"),
        pytest.param("wasm32-wasip2", WASI_COMMANDS, id="wasip2"),
        pytest.param("wasm32-unknown-unknown", BROWSER_COMMANDS, id="browser"),
    ],
)
def test_the_commands_of_the_reference_pass_verbatim(runtara: Buildkit, target: str | None, commands: tuple[str, ...]) -> None:
    copy = working_copy()
    printed = "" if target is None else runtara("toolchain", "env", target, "-C", str(copy.workspace)).out
    script = "\n".join(("set -e", printed, f"export CARGO_TARGET_DIR={copy.output}", *commands))
    done = subprocess.run(("/bin/sh", "-c", script), cwd=copy.workspace, capture_output=True, text=True, timeout=60 * MINUTES, check=False)
    assert done.returncode == 0, done.stderr
