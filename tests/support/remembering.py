"""Programs that look like compilers, and a runner that counts what it is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from buildkit.process import Command, Completed, OnLine
from buildkit.remembered import inputs
from buildkit.remembered.runner import Remembered
from buildkit.remembered.shelf import Shelf

BINARY = b"\x7fELF"


@dataclass
class CountingRunner:
    """Answers every command with the next number."""

    returncode: int = 0
    commands: list[Command] = field(default_factory=list)

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        assert timeout is None or timeout > 0
        self.commands.append(command)
        number = str(len(self.commands))
        for on_line in (on_stdout, on_stderr):
            if on_line is not None:
                on_line(number)
        return Completed(command=command, returncode=self.returncode, stdout=number, stderr="", seconds=0.0)


def write_program(folder: Path, name: str = "rustc", content: bytes = BINARY) -> Path:
    """Lay out a compiler with the library that does its work."""
    program = folder / "bin" / name
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_bytes(content)
    program.chmod(0o755)
    library = folder / "lib" / "librustc_driver-0123.so"
    library.parent.mkdir(exist_ok=True)
    library.write_bytes(BINARY)
    return program


def remembered_in(scratch: Path) -> Remembered:
    """Return an empty memory below a scratch folder, as a new process would open it."""
    return Remembered(shelf=Shelf(folder=scratch / "store" / "answers"), compilers=scratch / "store" / "toolchains")


def age(*files: Path) -> None:
    """Wait until changes of files are old enough to be told from the next ones by their times."""
    newest = max(file.stat().st_ctime_ns for file in files)
    while time.time_ns() <= newest + inputs.SETTLING_NANOSECONDS:
        time.sleep(0.01)
