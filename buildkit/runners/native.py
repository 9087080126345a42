"""Run programs that this machine executes itself."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.later import Later
from buildkit.process import NOT_STARTED, Command, Completed, OnLine, Runner, patched
from buildkit.records import dataclass
from buildkit.runners.model import Ending, Preopen, RunOutcome, RunRequest, not_started

if TYPE_CHECKING:
    from buildkit.artifacts import elf
else:
    elf = Later("buildkit.artifacts.elf")


@dataclass(frozen=True, kw_only=True)
class NativeRunner:
    """Executes a program as it is: it is no sandbox, and refuses limits that it could not enforce. The network is there in any case."""

    def run(
        self, request: RunRequest, *, processes: Runner, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None
    ) -> RunOutcome:
        """Run in `cwd` with this process's environment, unless the request is sealed, and the request's. `trapped` means ended by a signal."""
        program = request.artifact.absolute()
        obstacle = _unlimited(request) or _unmapped(request) or _obstacle(program)
        if obstacle is not None:
            return not_started(obstacle)
        command = Command(argv=(str(program), *request.arguments), cwd=request.cwd, env=_environment(request))
        done = processes.run(command, on_stdout=on_stdout, on_stderr=on_stderr, timeout=request.limits.seconds)
        if done.returncode == NOT_STARTED and not done.seconds:
            return not_started(_why_not(program, done))
        return _outcome(request, done)


def _environment(request: RunRequest) -> Mapping[str, str | None]:
    hidden: dict[str, str | None] = dict.fromkeys(patched({})) if request.sealed else {}
    return {**hidden, **request.environment}


def _outcome(request: RunRequest, done: Completed) -> RunOutcome:
    told = RunOutcome(ended=Ending.EXITED, stdout=done.stdout, stderr=done.stderr, seconds=done.seconds)
    if done.timed_out:
        return replace(told, ended=Ending.TIMED_OUT, message=f"ended after {request.limits.seconds:g} s")
    if done.returncode < 0:
        return replace(told, ended=Ending.TRAPPED, message=done.ending)
    return replace(told, exit_code=done.returncode)


def _unlimited(request: RunRequest) -> str | None:
    asked = [name for name, limit in (("fuel", request.limits.fuel), ("memory", request.limits.memory)) if limit is not None]
    if not asked:
        return None
    return f"a native program cannot be limited in {' and '.join(asked)}; a time limit is the only one that holds for it"


def _unmapped(request: RunRequest) -> str | None:
    """Find a directory that a native program would see otherwise than it was asked for."""
    for directory in request.directories:
        here = request.cwd / directory.host
        if not _seen_as_asked(directory, here):
            return f"a native program cannot be shown {here} as {directory}; give it the path in its arguments or environment"
        if not here.is_dir():
            return f"{here} is no directory"
    return None


def _seen_as_asked(directory: Preopen, here: Path) -> bool:
    return directory.writable and Path(directory.guest).is_absolute() and Path(directory.guest).resolve() == here.resolve()


def _obstacle(program: Path) -> str | None:
    if not program.is_file():
        return f"{program} is no file"
    if not os.access(program, os.X_OK):
        return f"{program} is not executable; chmod +x {program.name}"
    return None


def _why_not(program: Path, done: Completed) -> str:
    """Explain what the system only calls a wrong format or a missing file."""
    facts = _facts(program)
    if facts is None:
        return done.stderr.strip()
    if not facts.program:
        return f"{program} is an object file, not a program"
    if facts.loader is not None and not Path(facts.loader).exists():
        return f"{program} asks for the loader {facts.loader}, which this machine does not have"
    return f"{program} is made for {facts.machine}, this machine is {platform.machine()} ({done.stderr.strip()})"


def _facts(program: Path) -> elf.ElfFacts | None:
    with program.open("rb") as stream:
        if stream.read(len(elf.MAGIC)) != elf.MAGIC:
            return None
    try:
        return elf.read_elf(program)
    except BrokenArtifactError:
        return None
