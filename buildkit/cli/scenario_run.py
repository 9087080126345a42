"""`buildkit run` for compiled scenarios."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from buildkit.cli.checkpoints import asking, explained, opened
from buildkit.cli.destination import require_place, take_away, write_whole
from buildkit.cli.interrupts import interruptible
from buildkit.cli.scenario_input import STANDARD_INPUT, input_notes, read_input
from buildkit.cli.scenario_options import ScenarioPart
from buildkit.errors import ExitCode, UsageError
from buildkit.model import Artifact
from buildkit.records import dataclass
from buildkit.reports.launch import Launched, closing_lines, launched_json, opening_line
from buildkit.reports.settings import Format
from buildkit.reports.sink import Sink
from buildkit.runners.model import ArtifactRunner, Ending, RunRequest
from buildkit.runners.native import NativeRunner
from buildkit.runners.service_client import UNKNOWN_INSTANCE, ServiceAccess, ServiceError, checked_instance
from buildkit.workflow.compiling.metadata import Metadata, metadata_file
from buildkit.workflow.launch.folders import refuse_reserved
from buildkit.workflow.launch.launch import launch, refuse_own
from buildkit.workflow.launch.model import Outcome, ScenarioOutcome, ScenarioRun

UNNAMED: Final = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_STEM: Final = 100


@dataclass(frozen=True, kw_only=True)
class Program:
    """A compiled scenario's file, what runs it, and what it may see as far as the command line says; `metadata` where there is any."""

    artifact: Artifact
    runner: ArtifactRunner
    declared: RunRequest
    metadata: Metadata | None = None


def run_scenario(program: Program, part: ScenarioPart, form: Format | None) -> int:
    """Run it once, tell how it ended, and return the exit code."""
    file = program.artifact.path
    refuse_own(program.declared.environment)
    refuse_reserved(program.declared.directories)
    if part.output is not None:
        require_place(part.output, _needed(part, file))
    document = read_input(part.input, file)
    notes = (*_notes(program), *input_notes(document, program.metadata, file))
    instance = checked_instance(part.instance or fresh_instance(file))
    stderr = Sink(sys.stderr)
    with opened(part, os.environ) as service:
        if part.resume and service is None:
            raise UsageError("--resume: there is no service that could know of a pause", hint="--service URL, or --embedded")
        if service is not None:
            _prepare(service, instance, part)
        if part.output is not None:
            take_away(part.output)
        run = ScenarioRun(
            artifact=program.artifact, input=document.text.encode(), instance=instance, service=service, declared=program.declared
        )
        for line in (*notes, opening_line(run)):
            _say(stderr, line)
        outcome = _launched(run, program.runner, stderr)
    again = resume_command(sys.argv[1:], instance, paused=outcome.outcome is Outcome.PAUSED) if service is not None else None
    return _tell(Launched(run=run, outcome=outcome, output=part.output, again=again), form, stderr)


def _launched(run: ScenarioRun, runner: ArtifactRunner, stderr: Sink) -> ScenarioOutcome:
    try:
        with interruptible() as processes:
            return launch(run, runner, processes=processes, on_line=partial(_say, stderr))
    except KeyboardInterrupt:
        if run.service is not None:
            _say(stderr, f"to go on: {resume_command(sys.argv[1:], run.instance, paused=False)}")
        raise


def _tell(launched: Launched, form: Format | None, stderr: Sink) -> int:
    outcome, output = launched.outcome, launched.output
    if output is not None and outcome.result is not None:
        write_whole(output, outcome.result)
    for line in closing_lines(launched):
        _say(stderr, line)
    stdout = Sink(sys.stdout)
    if form is Format.JSON:
        stdout.write(launched_json(launched))
    elif output is None and outcome.result is not None:
        stdout.write(outcome.result.decode("utf-8", "replace"))
    stdout.flush()
    if stdout.failure is not None:
        raise stdout.failure
    if outcome.succeeded:
        return ExitCode.PASSED
    return ExitCode.TOOLCHAIN if outcome.ran.ended is Ending.NOT_STARTED else ExitCode.FAILED


def fresh_instance(file: Path) -> str:
    """Return an id that nothing else has, with the scenario's name in it."""
    return f"{UNNAMED.sub('-', file.stem)[:LONGEST_STEM]}-{secrets.token_hex(8)}"


def resume_command(arguments: Sequence[str], instance: str, *, paused: bool) -> str:
    """Return the command line that goes on where this one ended."""
    words = ["buildkit", *arguments]
    if not any(word == "--instance" or word.startswith("--instance=") for word in arguments):
        words += ["--instance", instance]
    if paused and "--resume" not in arguments:
        words.append("--resume")
    return shlex.join(words)


def _prepare(service: ServiceAccess, instance: str, part: ScenarioPart) -> None:
    """Ask the service before anything runs: whether it is there, and where asked for, to end a pause."""
    with closing(asking(service)) as client:
        try:
            client.look(instance)
            if part.resume:
                client.order(instance, "resume")
        except ServiceError as error:
            if error.code != UNKNOWN_INSTANCE or part.resume:
                raise explained(error, part) from None


def _needed(part: ScenarioPart, file: Path) -> tuple[Path, ...]:
    given = () if part.input in {None, STANDARD_INPUT} else (Path(str(part.input)),)
    return (file, metadata_file(file), *given, *(() if part.state is None else (part.state,)))


def _notes(program: Program) -> tuple[str, ...]:
    if isinstance(program.runner, NativeRunner):
        return (f"note: {program.artifact.path.name} is a native program: it has this machine's network and files",)
    return ()


def _say(stderr: Sink, line: str) -> None:
    stderr.write(f"{line}\n")
    stderr.flush()
