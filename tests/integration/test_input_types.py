"""What the check of an input says, and what the real program does with the same input."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from command_line import Buildkit, Ran
from compiled_metadata import metadata
from compiled_scenarios import WASI, shared_programs, written
from input_cases import CASES, SCENARIO, Case
from scenarios import Tree

from buildkit.errors import ExitCode
from buildkit.workflow.compiling.metadata import metadata_file, metadata_text, read_metadata
from buildkit.workflow.input_check import Inputs, judge_input, parse_input

pytestmark = pytest.mark.integration

AT_ONCE = 2
EVERY = int(os.environ.get("INPUT_TEST_EVERY", "2"))
"""One case in so many is run; all of them are judged by the tests of the check."""


@pytest.fixture
def program(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiled = shared_programs(tmp_path_factory).compiled(written(tmp_path / "inputs.json", SCENARIO), WASI)
    for file in (compiled, metadata_file(compiled)):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path / compiled.name


def test_the_program_takes_and_fails_with_what_the_check_lets_pass_and_refuses(program: Path, tmp_path: Path, buildkit: Buildkit) -> None:
    metadata = read_metadata(program)
    assert metadata is not None
    inputs = Inputs(declared=metadata.input, needs=metadata.needs or {})
    unchecked = Path(shutil.copy(program, tmp_path / "unchecked.wasm"))

    def verdict(case: Case) -> tuple[str, bool, bool]:
        data = tmp_path / f"{case.name}.json"
        data.write_text(case.text)
        refused = judge_input(parse_input(data.read_bytes(), data, ""), inputs).faults != ()
        return case.name, refused, buildkit("run", str(unchecked), "--input", str(data)).code == ExitCode.PASSED

    with ThreadPoolExecutor(AT_ONCE) as threads:
        found = list(threads.map(verdict, CASES[::EVERY]))
    assert found == [(case.name, case.refused, case.taken) for case in CASES[::EVERY]]


def test_an_input_that_does_not_fit_is_refused_before_anything_is_registered(program: Path, tmp_path: Path, buildkit: Buildkit) -> None:
    state = tmp_path / "state.sqlite3"
    (tmp_path / "data.json").write_text('{\n"text": 1}')
    refused = buildkit("run", str(program), "--input", "data.json", "--embedded", "--state", str(state), "--instance", "i")
    assert refused.code == ExitCode.USAGE
    assert "data.json:2: /text: 1 is an integer, and the scenario declares a string" in refused.err
    assert not state.exists()


def test_damaged_metadata_is_told_and_compiling_makes_it_anew(program: Path, tmp_path: Path, buildkit: Buildkit) -> None:
    (tmp_path / "data.json").write_text(CASES[0].text)
    whole = metadata_file(program).read_text()
    metadata_file(program).write_text(whole[:100])
    told = run(program, buildkit)
    assert told.code == ExitCode.USAGE
    assert f"{program.name}.json: is damaged" in told.err
    again = shared_compile(program, tmp_path, buildkit)
    assert again.code == ExitCode.PASSED, again.err
    assert metadata_file(program).read_text() == whole
    assert run(program, buildkit).code == ExitCode.PASSED


@pytest.mark.parametrize(
    ("changes", "code", "told"),
    [
        pytest.param(
            {}, ExitCode.USAGE, 'data.json:1: /name: there is no "name", and the scenario declares a string', id="as compiled now"
        ),
        pytest.param({"needs": None}, ExitCode.FAILED, "it ran", id="as compiled before there were needs"),
        pytest.param({"version": 2}, ExitCode.USAGE, "greet.json: is metadata of version 2, and buildkit", id="newer"),
        pytest.param({"size": "x"}, ExitCode.USAGE, "greet.json: is damaged: Expected `int`, got `str`", id="damaged"),
        pytest.param({"artifact": "other"}, ExitCode.FAILED, "it ran", id="of another artifact"),
    ],
)
def test_the_metadata_decide_whether_the_input_is_looked_at(
    tmp_path: Path, buildkit: Buildkit, changes: Tree, code: ExitCode, told: str
) -> None:
    (tmp_path / "greet").write_text("#!/bin/sh\necho it ran\n")
    (tmp_path / "greet").chmod(0o755)
    (tmp_path / "data.json").write_text("{}")
    (tmp_path / "greet.json").write_text(json.dumps(json.loads(metadata_text(metadata("greet"))) | changes))
    ran = buildkit("run", str(tmp_path / "greet"), "--input", "data.json")
    assert (ran.code, told in ran.err, "it ran" in ran.err) == (code, True, told == "it ran"), ran.err


def run(program: Path, buildkit: Buildkit) -> Ran:
    return buildkit("run", str(program), "--input", "data.json")


def shared_compile(program: Path, folder: Path, buildkit: Buildkit) -> Ran:
    workspace = Path(__file__).parents[2] / "fixtures" / "runtara"
    return buildkit("compile", str(folder / "inputs.json"), "-C", str(workspace), "-t", WASI, "-o", str(program))
