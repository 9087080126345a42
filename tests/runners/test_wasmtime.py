from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from buildkit.process import Command
from buildkit.runners.hosts import AllowedHost
from buildkit.runners.model import Attendance, Ending, Limits, Preopen, RunOutcome, RunRequest
from buildkit.runners.service_client import ServiceAccess
from buildkit.runners.wasmtime import WasmtimeRunner
from buildkit.runners.wasmtime_wire import GuestAttendance, GuestDirectory, GuestOutcome, GuestRequest

Requests = Callable[..., RunRequest]


def asked(command: Command) -> GuestRequest:
    return msgspec.json.decode(Path(command.argv[-1]).read_bytes(), type=GuestRequest)


def answer(outcome: GuestOutcome) -> Callable[[Command], None]:
    def act(command: Command) -> None:
        Path(asked(command).outcome).write_bytes(msgspec.json.encode(outcome))

    return act


def test_the_process_is_asked_with_absolute_paths_and_all_limits(recorded: Any, request_for: Requests, tmp_path: Path) -> None:
    seen: list[GuestRequest] = []
    processes = recorded(act=lambda command: seen.append(asked(command)))
    request = request_for(
        arguments=("a",),
        environment={"NAME": "value"},
        directories=(Preopen(host=Path(), guest="/in", writable=False),),
        limits=Limits(seconds=1.5, fuel=2, memory=3),
        cache=tmp_path / "cache",
    )
    WasmtimeRunner().run(request, processes=processes)
    (wire,) = seen
    assert wire == GuestRequest(
        parent=os.getpid(),
        artifact=str(tmp_path / "program"),
        outcome=wire.outcome,
        arguments=("program", "a"),
        environment={"NAME": "value"},
        directories=(GuestDirectory(host=str(tmp_path), guest="/in", writable=False),),
        seconds=1.5,
        fuel=2,
        memory=3,
        network=False,
        cache=str(tmp_path / "cache"),
    )


def test_no_module_of_the_folder_it_runs_in_is_imported_and_nothing_stays_behind(recorded: Any, request_for: Requests) -> None:
    processes = recorded()
    WasmtimeRunner().run(request_for(), processes=processes)
    (command,) = processes.commands
    assert command.argv[1:3] == ("-P", "-m")
    assert not Path(command.argv[-1]).parent.exists()


def test_what_the_process_tells_is_the_outcome(recorded: Any, request_for: Requests) -> None:
    told = GuestOutcome(ended=Ending.TRAPPED, message="unreachable", backtrace="0: main", seconds=0.125)
    outcome = WasmtimeRunner().run(request_for(), processes=recorded(act=answer(told), stdout="out\n", stderr="err\n"))
    assert outcome == RunOutcome(
        ended=Ending.TRAPPED, message="unreachable", backtrace="0: main", seconds=0.125, stdout="out\n", stderr="err\n"
    )


@pytest.mark.parametrize(
    ("memory", "ended"),
    [pytest.param(65536, Ending.OUT_OF_MEMORY, id="with a limit"), pytest.param(None, Ending.TRAPPED, id="without one")],
)
def test_a_failed_allocation_is_the_limit_only_where_there_is_one(
    recorded: Any, request_for: Requests, memory: int | None, ended: Ending
) -> None:
    processes = recorded(act=answer(GuestOutcome(ended=Ending.TRAPPED)), stderr="memory allocation of 1048576 bytes failed\n")
    assert WasmtimeRunner().run(request_for(limits=Limits(memory=memory)), processes=processes).ended is ended


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        pytest.param({"returncode": -9}, (Ending.TRAPPED, "the wasmtime process was lost (killed by SIGKILL)"), id="killed"),
        pytest.param(
            {"returncode": 1, "stderr": "Traceback\nImportError: no wasmtime\n"},
            (Ending.NOT_STARTED, "the wasmtime process was lost (exit code 1): ImportError: no wasmtime"),
            id="not able to begin",
        ),
    ],
)
def test_a_process_that_tells_nothing_is_reported(
    recorded: Any, request_for: Requests, ending: dict[str, Any], expected: tuple[Ending, str]
) -> None:
    outcome = WasmtimeRunner().run(request_for(), processes=recorded(**ending))
    assert (outcome.ended, outcome.message) == expected


def test_a_missing_directory_is_named_before_anything_starts(recorded: Any, request_for: Requests, tmp_path: Path) -> None:
    processes = recorded()
    outcome = WasmtimeRunner().run(request_for(directories=(Preopen(host=Path("gone"), guest="/in"),)), processes=processes)
    assert (outcome.ended, outcome.message) == (Ending.NOT_STARTED, f"{tmp_path / 'gone'} is no directory, and /in was to show it")
    assert processes.commands == []


def test_the_process_learns_the_hosts_and_the_instance_with_its_service(recorded: Any, request_for: Requests) -> None:
    seen: list[GuestRequest] = []
    processes = recorded(act=lambda command: seen.append(asked(command)))
    service = ServiceAccess(url="http://core", tenant="acme", token="a long secret")  # noqa: S106  # no secret
    hosts = (AllowedHost(name="a"), AllowedHost(name="b", port=8443))
    WasmtimeRunner().run(request_for(hosts=hosts, attendance=Attendance(instance="i", service=service)), processes=processes)
    WasmtimeRunner().run(request_for(attendance=Attendance(instance="i")), processes=processes)
    assert seen[0].hosts == ("a", "b:8443")
    assert seen[0].attendance == GuestAttendance(instance="i", tenant="acme", url="http://core", token="a long secret")  # noqa: S106  # no secret
    assert seen[1].attendance == GuestAttendance(instance="i")
