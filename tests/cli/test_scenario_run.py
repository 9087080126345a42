"""`buildkit run` of compiled scenarios: what it takes, and how it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cli.main import run
from buildkit.cli.scenario_run import fresh_instance, resume_command
from buildkit.errors import ExitCode
from buildkit.runners.service_client import checked_instance


def test_a_fresh_instance_has_the_name_of_the_scenario_and_no_second_one_like_it() -> None:
    first, second = (fresh_instance(Path("out/Grüße an uns.wasm")) for _ in range(2))
    assert first != second
    assert first.startswith("Gr-e-an-uns-")
    assert checked_instance(first) == first


@pytest.mark.parametrize(
    ("arguments", "paused", "expected"),
    [
        pytest.param(
            ["run", "a b.wasm", "--embedded"], False, "buildkit run 'a b.wasm' --embedded --instance i", id="a run that was stopped"
        ),
        pytest.param(
            ["run", "a.wasm", "--embedded", "--instance", "i"], False, "buildkit run a.wasm --embedded --instance i", id="with its instance"
        ),
        pytest.param(["run", "a.wasm", "--instance=i"], True, "buildkit run a.wasm --instance=i --resume", id="a run that was paused"),
        pytest.param(["run", "a.wasm", "--instance=i", "--resume"], True, "buildkit run a.wasm --instance=i --resume", id="paused again"),
    ],
)
def test_the_command_that_goes_on_names_the_instance(arguments: list[str], expected: str, *, paused: bool) -> None:
    assert resume_command(arguments, "i", paused=paused) == expected


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["pkg/native/-", "--input", "a.json"], "--input is for a compiled scenario, and pkg/native/- is no file", id="input of a cell"
        ),
        pytest.param(["--embedded"], "--embedded is for a compiled scenario, and no file is named", id="service without a file"),
        pytest.param(["--allow-host", "http://a"], "'http://a' is no host", id="an address for a host"),
    ],
)
def test_options_of_scenarios_need_a_scenario(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", *arguments]) == ExitCode.USAGE
    assert f"error: {message}\n" in capsys.readouterr().err


@pytest.fixture
def program(tmp_path: Path) -> str:
    file = tmp_path / "greet"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    (tmp_path / "data.json").write_text("{}")
    return str(file)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--service", "http://a", "--embedded"], "--service and --embedded exclude each other", id="two services"),
        pytest.param(["--state", "a.sqlite3"], "--state a.sqlite3 is for an embedded service", id="state of no service"),
        pytest.param(["--service", "core"], "'core' is no HTTP address", id="no address"),
        pytest.param(["--service", "http://me:secret@core"], "'http://me:secret@core' is no HTTP address", id="a secret in the address"),
        pytest.param(["--resume"], "--resume: there is no service that could know of a pause", id="resume without a service"),
        pytest.param(["--instance", "a/b"], "'a/b' can be no instance", id="instance"),
        pytest.param(["--env", "RUNTARA_TOKEN=x"], "--env RUNTARA_TOKEN: a scenario gets it from an option of its own", id="token in argv"),
        pytest.param(["--dir", ".::/input::ro"], "/input is the scenario's own folder", id="folder"),
        pytest.param(["--env", "A=1", "--env", "A=2"], "--env sets A twice: to '1', and to '2'", id="a variable that is set twice"),
        pytest.param(["--timeout", "nan"], "--timeout nan is no time", id="a limit that is no number"),
        pytest.param(["--tenant", "acme"], "--tenant acme: there is no service that keeps its instances", id="tenant of no service"),
        pytest.param(["--output", "data.json"], "--output data.json is a file that is needed, and would be replaced", id="own input"),
        pytest.param(["--output", "./greet"], "--output greet is a file that is needed, and would be replaced", id="own program"),
        pytest.param(["--output", "/dev/null"], "--output /dev/null is no file that could be replaced", id="a device"),
        pytest.param(["--output", "gone/out.json"], "--output gone/out.json: there is no folder gone", id="no folder for the output"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_runs(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["run", program, "--input", "data.json", *arguments]) == ExitCode.USAGE
    assert f"error: {message}\n" in capsys.readouterr().err
