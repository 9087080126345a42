from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildkit.process import NOT_STARTED
from buildkit.runners.model import Ending, Limits, Preopen, RunRequest
from buildkit.runners.native import NativeRunner

ARM_PROGRAM = b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack("<HHIIIIIHHHHHH", 2, 40, 1, 0, 0, 0, 0, 52, 32, 0, 40, 0, 0)
ARM_OBJECT = ARM_PROGRAM[:16] + b"\x01" + ARM_PROGRAM[17:]

Requests = Callable[..., RunRequest]


def test_the_program_gets_its_arguments_folder_environment_and_time(recorded: Any, request_for: Requests) -> None:
    processes = recorded(stdout="said\n")
    request = request_for(arguments=("a", "b c"), environment={"NAME": "value"}, limits=Limits(seconds=5))
    outcome = NativeRunner().run(request, processes=processes)
    (command,) = processes.commands
    assert command.argv == (str(request.artifact), "a", "b c")
    assert (command.cwd, dict(command.env), processes.timeouts) == (request.cwd, {"NAME": "value"}, [5])
    assert (outcome.ended, outcome.exit_code, outcome.stdout, outcome.seconds) == (Ending.EXITED, 0, "said\n", 0.25)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        pytest.param({"returncode": 7}, (Ending.EXITED, 7, None), id="a code"),
        pytest.param({"returncode": 127}, (Ending.EXITED, 127, None), id="the code of a missing command as the program's own"),
        pytest.param({"returncode": -11}, (Ending.TRAPPED, None, "killed by SIGSEGV"), id="a signal"),
        pytest.param({"returncode": -15, "timed_out": True}, (Ending.TIMED_OUT, None, "ended after 2 s"), id="the time limit"),
        pytest.param(
            {"returncode": 0, "timed_out": True}, (Ending.TIMED_OUT, None, "ended after 2 s"), id="the time limit, taken with grace"
        ),
    ],
)
def test_an_ending_keeps_its_cause(
    recorded: Any, request_for: Requests, ending: dict[str, Any], expected: tuple[Ending, int | None, str | None]
) -> None:
    outcome = NativeRunner().run(request_for(limits=Limits(seconds=2)), processes=recorded(**ending))
    assert (outcome.ended, outcome.exit_code, outcome.message) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(ARM_PROGRAM, "is made for ARM, this machine is", id="another machine"),
        pytest.param(ARM_OBJECT, "is an object file, not a program", id="an object file"),
        pytest.param(b"MZ", "Exec format error", id="no ELF file"),
    ],
)
def test_what_cannot_be_executed_is_explained(recorded: Any, request_for: Requests, content: bytes, reason: str) -> None:
    processes = recorded(returncode=NOT_STARTED, stderr="program: Exec format error", seconds=0.0)
    outcome = NativeRunner().run(request_for(content), processes=processes)
    assert outcome.ended is Ending.NOT_STARTED
    assert reason in (outcome.message or "")


def test_a_file_that_may_not_be_executed_says_so(recorded: Any, request_for: Requests) -> None:
    request = request_for()
    request.artifact.chmod(0o644)
    outcome = NativeRunner().run(request, processes=recorded())
    assert (outcome.ended, outcome.message) == (Ending.NOT_STARTED, f"{request.artifact} is not executable; chmod +x program")


def test_a_missing_program_is_not_started(recorded: Any, request_for: Requests) -> None:
    request = request_for()
    request.artifact.unlink()
    processes = recorded()
    assert NativeRunner().run(request, processes=processes).message == f"{request.artifact} is no file"
    assert processes.commands == []


@pytest.mark.parametrize(
    ("guest", "writable"),
    [
        pytest.param("/elsewhere", True, id="another place"),
        pytest.param(None, False, id="read-only"),
        pytest.param(".", True, id="relative"),
    ],
)
def test_a_directory_that_it_would_see_otherwise_is_refused(
    recorded: Any, request_for: Requests, tmp_path: Path, guest: str | None, *, writable: bool
) -> None:
    directory = Preopen(host=tmp_path, guest=guest or str(tmp_path), writable=writable)
    outcome = NativeRunner().run(request_for(directories=(directory,)), processes=recorded())
    assert outcome.ended is Ending.NOT_STARTED
    assert f"cannot be shown {tmp_path} as {directory}" in (outcome.message or "")


def test_a_directory_that_it_sees_as_asked_is_no_obstacle(recorded: Any, request_for: Requests, tmp_path: Path) -> None:
    directory = Preopen(host=Path(), guest=str(tmp_path))
    assert NativeRunner().run(request_for(directories=(directory,)), processes=recorded()).succeeded


@pytest.mark.parametrize(
    ("limits", "named"),
    [
        pytest.param(Limits(fuel=5), "fuel", id="fuel"),
        pytest.param(Limits(memory=1 << 20), "memory", id="memory"),
        pytest.param(Limits(fuel=5, memory=1 << 20, seconds=1), "fuel and memory", id="both"),
    ],
)
def test_a_limit_that_would_not_be_enforced_is_refused(recorded: Any, request_for: Requests, limits: Limits, named: str) -> None:
    processes = recorded()
    outcome = NativeRunner().run(request_for(limits=limits), processes=processes)
    assert (outcome.ended, processes.commands) == (Ending.NOT_STARTED, [])
    assert outcome.message == f"a native program cannot be limited in {named}; a time limit is the only one that holds for it"


def test_a_sealed_program_gets_nothing_of_this_environment(recorded: Any, request_for: Requests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "of this machine")
    monkeypatch.setenv("NAME", "another")
    processes = recorded()
    NativeRunner().run(request_for(environment={"NAME": "value"}, sealed=True), processes=processes)
    (command,) = processes.commands
    assert (command.env["NAME"], command.env["A_SECRET"], command.env["PATH"]) == ("value", None, None)
