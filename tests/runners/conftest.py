"""A stand-in for real processes, and the requests that runners take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from buildkit.process import Command, Completed, OnLine
from buildkit.runners.model import RunRequest


@dataclass(kw_only=True)
class RecordedRunner:
    """Keeps the commands that it gets and answers each with the same ending; `act` may do what the command would."""

    returncode: int = 0
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.25
    timed_out: bool = False
    act: Callable[[Command], None] = lambda _: None
    commands: list[Command] = field(default_factory=list)
    timeouts: list[float | None] = field(default_factory=list)

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        for on_line, text in ((on_stdout, self.stdout), (on_stderr, self.stderr)):
            if on_line is not None:
                for line in text.splitlines():
                    on_line(line)
        self.commands.append(command)
        self.timeouts.append(timeout)
        self.act(command)
        return Completed(
            command=command,
            returncode=self.returncode,
            stdout=self.stdout,
            stderr=self.stderr,
            seconds=self.seconds,
            timed_out=self.timed_out,
        )


@pytest.fixture
def recorded() -> type[RecordedRunner]:
    return RecordedRunner


@pytest.fixture
def request_for(tmp_path: Path) -> Callable[..., RunRequest]:
    """Make a request for an executable file of that content in the temporary folder."""

    def make(content: bytes = b"#!/bin/true\n", **more: object) -> RunRequest:
        program = tmp_path / "program"
        program.write_bytes(content)
        program.chmod(0o755)
        return RunRequest(**({"artifact": program, "cwd": tmp_path} | more))  # type: ignore[arg-type]  # the test says what it means

    return make
