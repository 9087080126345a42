"""What is told while cargo waits; the lines are those of cargo 1.95."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.waiting import WaitingRunner, waits_for
from buildkit.events import Event, Notice
from buildkit.process import Command, Completed, OnLine

BLOCKED = "    Blocking waiting for file lock on build directory"
RETRIED = "warning: spurious network error (3 tries remaining): [28] Timeout was reached"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param(BLOCKED, "waiting for another cargo, which holds the lock on the build directory", id="lock"),
        pytest.param(
            "    Blocking waiting for file lock on package cache",
            "waiting for another cargo, which holds the lock on the package cache",
            id="cache",
        ),
        pytest.param(RETRIED, "waiting for a server: [28] Timeout was reached (3 tries remaining)", id="server"),
        pytest.param("   Compiling blocking v1.6.1", None, id="a crate of that name"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_waiting_is_told_in_a_sentence(line: str, sentence: str | None) -> None:
    assert waits_for(line) == sentence


class Printing:
    """Runs nothing, and hands some lines on."""

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        del on_stdout, timeout
        assert on_stderr is not None
        for line in (BLOCKED, "   Compiling app v0.1.0", BLOCKED):
            on_stderr(line)
        return Completed(command=command, returncode=0, stdout="", stderr="", seconds=0.1)


def test_each_reason_is_told_once_and_every_line_is_handed_on() -> None:
    events: list[Event] = []
    lines: list[str] = []
    waiting = WaitingRunner(processes=Printing(), emit=events.append)
    for _ in range(2):
        waiting.run(Command(argv=("cargo",), cwd=Path("/")), on_stderr=lines.append)
    assert events == [Notice(message="waiting for another cargo, which holds the lock on the build directory")]
    assert lines == [BLOCKED, "   Compiling app v0.1.0", BLOCKED] * 2


def test_a_cargo_that_waits_for_another_one_of_the_same_run_is_not_told() -> None:
    events: list[Event] = []
    other = Command(argv=("cargo", "check"), cwd=Path("/"))

    class Beginning(Printing):
        """Runs the other command while the first one goes on."""

        def run(
            self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
        ) -> Completed:
            if command != other:
                waiting.run(other)
                assert not events
            return super().run(command, on_stdout=on_stdout, on_stderr=on_stderr, timeout=timeout)

    waiting = WaitingRunner(processes=Beginning(), emit=events.append)
    waiting.run(Command(argv=("cargo",), cwd=Path("/")))
    assert len(events) == 1
