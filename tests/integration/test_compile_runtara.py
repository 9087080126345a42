"""`buildkit compile` with the real library: a static program and a component that give the same result, and so does the project of cargo."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from command_line import Buildkit
from filelock import FileLock
from scenarios import SCENARIOS
from working_copy import synchronize, working_copy

from buildkit.artifacts.inspection import inspect_artifact
from buildkit.artifacts.wasm import read_wasm
from buildkit.process import Command, ProcessRunner

SCENARIO = SCENARIOS / "table.json"
INPUT = SCENARIOS / "inputs" / "table.json"
MINUTES = 60

pytestmark = [pytest.mark.integration, pytest.mark.network]


def compiled(folder: Path, *arguments: str) -> dict[str, Any]:
    copy = working_copy()
    buildkit = Buildkit(folder=folder, environment={"CARGO_TARGET_DIR": str(copy.output)})
    ran = buildkit("compile", str(SCENARIO), "-C", str(copy.workspace), "--locked", "--format", "json", *arguments, timeout=60 * MINUTES)
    assert ran.code == 0, ran.err + ran.out
    found: dict[str, Any] = json.loads(ran.out)
    return found


def artifact(folder: Path, target: str) -> Path:
    (made,) = compiled(folder, "-t", target)["artifacts"]
    return Path(made["artifact"])


def result(program: Path, folder: Path) -> Any:
    """Run a native program on the scenario's input, and return its result."""
    variables: Mapping[str, str] = {"RUNTARA_INPUT_PATH": str(INPUT), "RUNTARA_OUTPUT_PATH": str(folder / "result.json")}
    without = {name: value for name, value in os.environ.items() if not name.startswith("RUNTARA_")}
    subprocess.run((program,), env={**without, **variables}, check=True, capture_output=True)
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


def result_of_component(component: Path, folder: Path) -> Any:
    ran = Buildkit(folder=folder)("run", str(component), "--input", str(INPUT))
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def built_by_cargo(project: Path, folder: Path) -> Path:
    """Build a project as its README says, where the last one was built, and return its program in a folder."""
    place = working_copy().output.parent / "project"
    with FileLock(f"{place}.lock"):
        synchronize(project, place)
        command = Command(argv=("cargo", "build", "--release", "--locked"), cwd=place, env={"CARGO_TARGET_DIR": None})
        built = ProcessRunner().run(command)
        assert built.succeeded, built.stderr
        return Path(shutil.copy2(place / "target" / "release" / "scenario-table", folder))


def test_a_component_and_a_static_program_give_the_same_result(tmp_path: Path) -> None:
    component, program = artifact(tmp_path, "wasm32-wasip2"), artifact(tmp_path, "native-musl")
    facts = read_wasm(component)
    assert facts.kind == "component"
    assert {name.partition(":")[0] for name in facts.imports} == {"wasi"}
    assert inspect_artifact(program).static is True
    assert result(program, tmp_path) == result_of_component(component, tmp_path)


def test_the_project_gives_what_the_artifact_gives(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    compiled(tmp_path, "-t", "native", "--emit-source", str(folder))
    assert result(built_by_cargo(folder, tmp_path), tmp_path) == result(artifact(tmp_path, "native"), tmp_path)


@pytest.mark.parametrize(
    ("target", "machine"),
    [pytest.param("thumbv7em-none-eabihf", "ARM", id="firmware"), pytest.param("wasm32-unknown-unknown", "WASM", id="browser")],
)
def test_a_scenario_is_compiled_where_there_is_no_system(tmp_path: Path, target: str, machine: str) -> None:
    assert inspect_artifact(artifact(tmp_path, target)).machine == machine
