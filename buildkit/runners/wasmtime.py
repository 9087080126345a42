"""Run wasm programs in wasmtime, in a process of their own: neither a crash nor a time limit can reach buildkit."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from buildkit.private_folders import private_folder
from buildkit.process import Command, Completed, OnLine, Runner
from buildkit.records import dataclass
from buildkit.runners.model import Attendance, Ending, RunOutcome, RunRequest, not_started
from buildkit.runners.wasmtime_wire import GuestAttendance, GuestDirectory, GuestOutcome, GuestRequest

GUEST_MODULE: Final = "buildkit.runners.wasmtime_guest"
FAILED_ALLOCATION: Final = re.compile(r"memory allocation of [0-9]+ bytes failed")
"""What a Rust program says on standard error before it aborts because its memory may not grow."""


@dataclass(frozen=True, kw_only=True)
class WasmtimeRunner:
    """Runs command components of WASI 0.2 and command modules of WASI 0.1.

    In WASI 0.2 a program tells only whether it succeeded: every `exit` code but 0 arrives as 1.
    """

    def run(
        self, request: RunRequest, *, processes: Runner, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None
    ) -> RunOutcome:
        """Compile, or take from the cache, and run; nothing of this machine is visible but what the request names."""
        for directory in request.directories:
            if not (request.cwd / directory.host).is_dir():
                return not_started(f"{request.cwd / directory.host} is no directory, and {directory.guest} was to show it")
        with private_folder("buildkit-run") as folder:
            outcome = folder / "outcome.json"
            asked = folder / "request.json"
            asked.write_bytes(msgspec.json.encode(_wire(request, outcome)))
            # -P: no module of the folder that the program runs in can stand in for one of ours.
            command = Command(argv=(sys.executable, "-P", "-m", GUEST_MODULE, str(asked)), cwd=request.cwd)
            done = processes.run(command, on_stdout=on_stdout, on_stderr=on_stderr)
            return _outcome(request, done, outcome)


def _wire(request: RunRequest, outcome: Path) -> GuestRequest:
    return GuestRequest(
        parent=os.getpid(),
        artifact=str(request.artifact.absolute()),
        outcome=str(outcome),
        arguments=(request.artifact.name, *request.arguments),
        environment=dict(request.environment),
        directories=tuple(
            GuestDirectory(host=str((request.cwd / entry.host).absolute()), guest=entry.guest, writable=entry.writable)
            for entry in request.directories
        ),
        seconds=request.limits.seconds,
        fuel=request.limits.fuel,
        memory=request.limits.memory,
        network=request.network,
        cache=str(request.cache.absolute()) if request.cache is not None else None,
        hosts=tuple(map(str, request.hosts)),
        attendance=_attendance(request.attendance) if request.attendance is not None else None,
    )


def _attendance(asked: Attendance) -> GuestAttendance:
    service = asked.service
    if service is None:
        return GuestAttendance(instance=asked.instance)
    return GuestAttendance(instance=asked.instance, tenant=service.tenant, url=service.url, token=service.token)


def _outcome(request: RunRequest, done: Completed, file: Path) -> RunOutcome:
    printed = RunOutcome(ended=Ending.NOT_STARTED, stdout=done.stdout, stderr=done.stderr, seconds=done.seconds)
    if not file.is_file():
        return replace(printed, ended=Ending.TRAPPED if done.returncode < 0 else Ending.NOT_STARTED, message=_lost(done))
    told = msgspec.json.decode(file.read_bytes(), type=GuestOutcome)
    full = request.limits.memory is not None and told.ended is Ending.TRAPPED and FAILED_ALLOCATION.search(done.stderr)
    return replace(
        printed,
        ended=Ending.OUT_OF_MEMORY if full else told.ended,
        exit_code=told.exit_code,
        message=f"{full[0]}: the limit is {request.limits.memory} bytes" if full else told.message,
        backtrace=told.backtrace,
        seconds=told.seconds,
    )


def _lost(done: Completed) -> str:
    said = done.stderr.strip().splitlines()
    return f"the wasmtime process was lost ({done.ending}){f': {said[-1]}' if said else ''}"
