"""`buildkit compile` as far as no compiler is needed: what it refuses before anything is begun."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import FIXTURES
from scenarios import SCENARIOS, action, finish, scenario

from buildkit.cli.main import run
from buildkit.errors import ExitCode

WORKSPACE = str(FIXTURES / "runtara")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(SCENARIOS / "one-action.json", tmp_path / "order.json")
    return tmp_path


def compiled(*arguments: str) -> int:
    return run(["compile", "-C", WORKSPACE, *arguments])


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[str, str]:
    assert compiled(*arguments) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    message, hint = err.removesuffix("\n").split("\n")
    return message.removeprefix("error: "), hint.removeprefix(" hint: ")


def test_a_target_must_be_named_and_those_that_fit_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message, hint = refused(capsys, "order.json")
    assert message.startswith("no target is named for order.json: all its agents work on native, native-musl, ")
    assert hint == "buildkit compile order.json -t native"


def test_an_unknown_target_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "order.json", "-t", "wasm32-wasi")[0] == "unknown target 'wasm32-wasi'"


def test_one_artifact_is_not_named_for_two_targets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message, _ = refused(capsys, "order.json", "-t", "native", "-t", "wasm32-wasip2", "-o", "a")
    assert message == "-o names one artifact, and there are 2 targets"


def test_only_a_wasi_host_gives_functions(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message, hint = refused(capsys, "order.json", "-t", "native", "--transport", "host")
    assert message == "only a WASI host gives functions to a scenario, and native is none"
    assert hint == "--transport http"


def test_the_scenario_is_not_replaced_by_its_metadata(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        refused(capsys, "order.json", "-t", "native", "-o", "order")[0]
        == "order.json is the scenario itself, and would be replaced by what describes the artifact"
    )


def test_a_folder_of_somebody_else_is_no_place_for_a_project(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message, _ = refused(capsys, "order.json", "-t", "native", "--emit-source", ".")
    assert message == ". is not empty, and buildkit did not write it"


def test_a_project_and_an_artifact_are_not_made_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message, _ = refused(capsys, "order.json", "-t", "native", "--emit-source", "new", "-o", "a")
    assert message == "--emit-source writes a project for one target, and no artifact"


def test_what_is_no_scenario_is_a_usage_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "none.json", "-t", "native")[0] == "none.json: no such file"


def write_broken(folder: Path) -> None:
    tree = scenario(action("up", "gone", agent="sftp", capability="list"), finish())
    (folder / "order.json").write_text(json.dumps(tree, indent=1))


def test_all_faults_are_told_and_nothing_is_compiled(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_broken(folder)
    assert compiled("order.json", "-t", "wasm32-wasip2") == ExitCode.FAILED
    out, err = capsys.readouterr()
    assert err == ""
    assert "which the target wasm32-wasip2 does not have" in out
    assert '"gone"' in out
    assert out.endswith(" faults in order.json\n")
    assert [file.name for file in folder.iterdir()] == ["order.json"]


def test_faults_as_json_are_one_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_broken(folder)
    assert compiled("order.json", "-t", "wasm32-wasip2", "--format", "json") == ExitCode.FAILED
    document = json.loads(capsys.readouterr().out)
    assert (document["version"], document["scenario"]["valid"], document["artifacts"]) == (1, False, [])
    assert {fault["rule"] for fault in document["faults"]} >= {"unsupported", "unknown-step"}
