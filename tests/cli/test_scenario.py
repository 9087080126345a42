"""`buildkit scenario` as a user types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from scenarios import SCENARIOS, Tree, action, delay, finish, scenario

from buildkit.cli.main import run
from buildkit.errors import ExitCode
from buildkit.workflow.json_schema import schema_text

GOOD = str(SCENARIOS / "one-action.json")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory outside of any workspace."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, tree: Tree) -> None:
    (folder / "case.json").write_text(json.dumps(tree, indent=2), encoding="utf-8")


BROKEN = scenario(
    action("upload", "pause", agent="sftp", capability="put", input={"host": {"immediate": "\x1b[2J"}, "user": {"reference": "data.usr"}}),
    delay("pause", "upload") | {"milliseconds": -5},
    delay("lonely", "end"),
    finish(),
    input={"user": "string"},
    name="\u202edetrevni",
)


def test_a_valid_scenario_says_where_it_works(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "check", GOOD]) == ExitCode.PASSED
    assert capsys.readouterr().out.endswith(
        "one-action.json: 2 steps, valid; all its agents work on native, native-musl, riscv32imac-unknown-none-elf, "
        "thumbv6m-none-eabi, thumbv7em-none-eabihf, wasm32-unknown-unknown, wasm32-wasip2\n"
    )


def test_a_valid_scenario_is_checked_for_targets(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "check", GOOD, "-t", "native", "-t", "wasm32-wasip2"]) == ExitCode.PASSED
    assert capsys.readouterr().out.endswith("one-action.json: 2 steps, valid for native, wasm32-wasip2\n")


def test_faults_are_listed_with_their_places(folder: Path, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]) -> None:
    write(folder, BROKEN)
    assert run(["scenario", "check", "case.json", "-t", "wasm32-wasip2"]) == ExitCode.FAILED
    out, err = capsys.readouterr()
    assert err == ""
    assert all(letter.isprintable() or letter == "\n" for letter in out)
    golden("scenario/faults.txt", out)


def test_faults_as_json_are_one_document(folder: Path, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]) -> None:
    write(folder, BROKEN)
    assert run(["scenario", "check", "case.json", "-t", "wasm32-wasip2", "--format", "json"]) == ExitCode.FAILED
    out = capsys.readouterr().out
    document = json.loads(out)
    assert (document["version"], document["valid"], document["more_faults"]) == (1, False, False)
    golden("scenario/faults.json", out)


def test_a_note_fails_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, scenario(action("a", "end", agent="crypto", capability="sha256"), finish()))
    assert run(["scenario", "check", "case.json", "-t", "thumbv6m-none-eabi"]) == ExitCode.PASSED
    assert "case.json:12: note: /steps/0/agent: the agent crypto" in capsys.readouterr().out


def test_what_is_no_document_is_a_usage_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "check", "none.json", "--format", "json"]) == ExitCode.USAGE
    assert capsys.readouterr() == ("", "error: none.json: no such file\n hint: ls .\n")


def test_an_unknown_target_is_refused_with_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "check", GOOD, "-t", "wasm32-wasip1"]) == ExitCode.USAGE
    assert "did you mean 'wasm32-wasip2'?" in capsys.readouterr().err


def test_the_targets_of_a_workspace_are_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "Cargo.toml").write_text("[workspace]\n")
    (folder / "buildkit.toml").write_text('[target."thumbv8m.main-none-eabihf"]\nextends = "embedded"\n')
    assert run(["scenario", "check", GOOD, "-t", "thumbv8m.main-none-eabihf"]) == ExitCode.PASSED
    assert capsys.readouterr().out.endswith("valid for thumbv8m.main-none-eabihf\n")


def test_a_broken_workspace_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "Cargo.toml").write_text("[workspace\n")
    assert run(["scenario", "check", GOOD]) == ExitCode.USAGE
    assert "Cargo.toml:1: not valid TOML" in capsys.readouterr().err


def test_the_schema_is_printed_as_it_is_committed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenario", "schema"]) == ExitCode.PASSED
    assert capsys.readouterr().out == schema_text()


def test_an_input_is_checked_with_its_scenario(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "data.json").write_text('{\n"text": 5\n}')
    assert run(["scenario", "check", GOOD, "-t", "native", "--input", "data.json"]) == ExitCode.FAILED
    assert capsys.readouterr().out.splitlines()[1:] == [
        "data.json:2: /text: 5 is an integer, and the scenario declares a string",
        "1 fault in data.json",
    ]
    (folder / "data.json").write_text('{"text": "five"}')
    assert run(["scenario", "check", GOOD, "-t", "native", "--input", "data.json"]) == ExitCode.PASSED
    assert capsys.readouterr().out.endswith("data.json: fits\n")


def test_what_is_wrong_with_an_input_is_in_the_document(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "data.json").write_text("{}")
    assert run(["scenario", "check", GOOD, "--input", "data.json", "--format", "json"]) == ExitCode.FAILED
    told = json.loads(capsys.readouterr().out)
    assert (told["valid"], told["input"]["fits"], told["input"]["notes"]) == (True, False, [])
    (fault,) = told["input"]["faults"]
    assert (fault["rule"], fault["pointer"], fault["line"]) == ("missing-input", "/text", 1)


def test_an_input_is_not_looked_at_where_the_scenario_has_faults(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, BROKEN)
    assert run(["scenario", "check", "case.json", "--input", "gone.json", "--format", "json"]) == ExitCode.FAILED
    assert json.loads(capsys.readouterr().out)["input"] is None
