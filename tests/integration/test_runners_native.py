"""Programs that this machine executes itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from buildkit.process import ProcessRunner
from buildkit.runners.model import Ending, Limits, RunOutcome, RunRequest
from buildkit.runners.native import NativeRunner

pytestmark = pytest.mark.integration

Run = Callable[..., RunOutcome]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run(script: str, **more: object) -> RunOutcome:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        request = RunRequest(**({"artifact": program, "cwd": tmp_path} | more))  # type: ignore[arg-type]  # the test says what it means
        return NativeRunner().run(request, processes=ProcessRunner())

    return run


def test_arguments_environment_output_and_exit_code_come_through(run: Run) -> None:
    outcome = run('echo "$1 $NAME"; echo error >&2; exit 7', arguments=("a b",), environment={"NAME": "value"})
    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (7, "a b value\n", "error\n")


def test_the_exit_code_of_a_missing_command_may_be_the_programs_own(run: Run) -> None:
    outcome = run("exit 127")
    assert (outcome.ended, outcome.exit_code) == (Ending.EXITED, 127)


def test_a_program_that_ignores_the_end_of_its_time_has_timed_out(run: Run) -> None:
    outcome = run("trap 'exit 0' TERM; while :; do sleep 0.05; done", limits=Limits(seconds=0.3))
    assert (outcome.ended, outcome.exit_code, outcome.message) == (Ending.TIMED_OUT, None, "ended after 0.3 s")


def test_a_signal_is_told_by_its_name(run: Run) -> None:
    outcome = run("kill -SEGV $$")
    assert (outcome.ended, outcome.message) == (Ending.TRAPPED, "killed by SIGSEGV")


def test_what_the_system_cannot_execute_is_not_started(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF nothing more")
    program.chmod(0o755)
    outcome = NativeRunner().run(RunRequest(artifact=program, cwd=tmp_path), processes=ProcessRunner())
    assert outcome.ended is Ending.NOT_STARTED
    assert "Exec format error" in (outcome.message or "")
