"""A call of cargo whose messages are taken while it runs."""

from __future__ import annotations

import time
from pathlib import Path
from queue import SimpleQueue

from buildkit.execute.background import BackgroundCall
from buildkit.process import Command, Completed, OnLine


class Telling:
    """Runs nothing, and tells of the end of a build."""

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        del on_stderr, timeout
        assert on_stdout is not None
        on_stdout('{"reason":"build-finished","success":true}')
        return Completed(command=command, returncode=0, stdout="", stderr="", seconds=0.1)


def test_it_is_known_when_the_newest_line_came() -> None:
    lines: SimpleQueue[str | None] = SimpleQueue()
    before = time.time_ns()
    call = BackgroundCall(Command(argv=("cargo",), cwd=Path("/")), Telling(), lines.put)
    assert lines.get(timeout=10) is not None
    assert lines.get(timeout=10) is None
    assert call.ended.succeeded
    assert before <= call.told_at <= time.time_ns()
