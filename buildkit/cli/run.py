"""`buildkit run`."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from buildkit.artifacts.inspection import inspect_artifact
from buildkit.artifacts.sizes import parse_size
from buildkit.cli.execution import BUILD_PROFILE, Execution, execute_plan, profile_variant
from buildkit.cli.interrupts import interruptible
from buildkit.cli.options import Everywhere, FailFast, Reporting, Selecting, SelectingPart
from buildkit.cli.scenario_options import ScenarioPart
from buildkit.cli.scenario_run import Program, run_scenario
from buildkit.cli.store import default_store
from buildkit.config.schema import RunTable
from buildkit.errors import ExitCode, ToolchainError, UsageError
from buildkit.execute.compile import build_cell
from buildkit.execute.inspection import inspect_cell
from buildkit.execute.isolation import isolate
from buildkit.execute.running import RunOptions, request_for, run_programs
from buildkit.execute.work import Job
from buildkit.model import Stage
from buildkit.records import dataclass
from buildkit.reports.sink import Sink
from buildkit.runners.hosts import parse_host
from buildkit.runners.model import ArtifactRunner, Ending, RunRequest
from buildkit.runners.native import NativeRunner
from buildkit.runners.registry import MissingRunner, find_runner
from buildkit.toolchain.model import StdNeed
from buildkit.workflow.compiling.metadata import required_metadata
from buildkit.workflow.launch.elsewhere import refuse_elsewhere

LONGEST_SECONDS = 1e9
MOST_FUEL = 2**63 - 1
RUNNERS_BY_KIND = {"component": "wasmtime", "core-module": "wasmtime", "elf": "native", "other": "native"}


@dataclass(frozen=True, kw_only=True)
class Running:
    """How programs are run; what is left out, the package's `run` table says."""

    directory: Annotated[
        list[str] | None,
        typer.Option("--dir", metavar="HOST::GUEST[::ro]", help="Show a folder to the program; repeatable.", show_default=False),
    ] = None
    env: Annotated[
        list[str] | None, typer.Option("--env", metavar="NAME=VALUE", help="Set a variable of the program; repeatable.", show_default=False)
    ] = None
    arg: Annotated[
        list[str] | None, typer.Option("--arg", metavar="TEXT", help="Give the program an argument; repeatable.", show_default=False)
    ] = None
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="SECONDS", min=0.001, max=LONGEST_SECONDS, help="Wall-clock limit.", show_default=False),
    ] = None
    fuel: Annotated[
        int | None,
        typer.Option("--fuel", metavar="N", min=1, max=MOST_FUEL, help="Limit of executed wasm instructions.", show_default=False),
    ] = None
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="SIZE", help="Limit of a wasm program's memory, such as 64 MiB.", show_default=False)
    ] = None
    network: Annotated[bool, typer.Option("--network", help="Grant a wasm program HTTP requests, to any host.")] = False
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="HOST[:PORT]",
            help="Grant a wasm program HTTP requests to this host, by its name; repeatable. A native program has the whole network.",
            show_default=False,
        ),
    ] = None

    def options(self) -> RunOptions:
        """Return what the command line says, with sizes and variables read."""
        if self.timeout is not None and math.isnan(self.timeout):
            raise UsageError(f"--timeout {self.timeout} is no time", hint="--timeout SECONDS")
        return RunOptions(
            directories=tuple(self.directory or ()),
            environment=_variables(self.env or ()),
            arguments=tuple(self.arg or ()),
            seconds=self.timeout,
            fuel=self.fuel,
            memory=None if self.memory is None else parse_size(self.memory),
            network=self.network,
            hosts=tuple(map(parse_host, self.allow_host or ())),
        )


def run(
    everywhere: Everywhere,
    selecting: SelectingPart,
    reporting: Reporting,
    running: Running,
    scenario: ScenarioPart,
    *,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="The cargo profile.")] = BUILD_PROFILE,
    fail_fast: FailFast = False,
) -> int:
    """Run an artifact or a package in its target's runtime.

    Name a file to run it as it is; name packages or cells to build and run their programs. A compiled scenario runs on its input, sees two
    private folders and what is declared here, and its result goes to standard output; without a service it keeps no checkpoints.
    """
    options = running.options()
    file = named_file(selecting)
    if scenario.asked is not None and file is None:
        named = f"{selecting.cells[0]} is no file" if selecting.cells else "no file is named"
        raise UsageError(
            f"{scenario.asked} is for a compiled scenario, and {named}", hint="buildkit run out/scenario.wasm --input data.json"
        )
    if file is not None:
        return _run_file(file, options, scenario, reporting)
    job = Job(
        stages={
            Stage.ISOLATION: isolate,
            Stage.BUILD: partial(build_cell, profile),
            Stage.ARTIFACT: inspect_cell,
            Stage.RUN: partial(run_programs, options),
        }
    )
    execution = Execution(verb="run", variant=profile_variant(profile), profile=profile, need=StdNeed.BUILD, job=job, fail_fast=fail_fast)
    execute_plan(execution, everywhere, selecting, reporting)
    return ExitCode.PASSED


def named_file(selecting: Selecting) -> Path | None:
    """Return the file that is to be run, `None` where packages and cells are named.

    What stands in a folder or ends like a file is one. Raises `UsageError` for a missing file, and for more than one thing beside it.
    """
    named = [Path(text) for text in selecting.cells or () if _is_file(text)]
    if not named:
        return None
    if not named[0].is_file():
        raise UsageError(f"{named[0]}: no such file", hint="buildkit build and buildkit compile print where their artifacts are")
    others = [*(selecting.cells or ()), *(selecting.package or ()), *(selecting.target or ()), *(selecting.tag or ())]
    if len(others) > 1:
        raise UsageError(f"{named[0]} is run by itself, and {others[1]!r} is named beside it", hint=f"buildkit run {named[0]}")
    return named[0]


def _is_file(text: str) -> bool:
    path = Path(text)
    return path.is_file() or text.startswith((".", "/")) or path.suffix in {".wasm", ".wat", ".elf"}


def _run_file(file: Path, options: RunOptions, scenario: ScenarioPart, reporting: Reporting) -> int:
    """Run one file in this process's terminal, and return the exit code."""
    artifact = inspect_artifact(file.absolute())
    refuse_elsewhere(artifact, file)
    runner = find_runner(RUNNERS_BY_KIND.get(artifact.kind))
    if isinstance(runner, MissingRunner):
        raise ToolchainError(f"{file} cannot be run: {runner.reason}")
    request = request_for(Path.cwd(), artifact, (RunTable(), options), default_store())
    metadata = required_metadata(file)
    if scenario.asked is not None or metadata is not None:
        return run_scenario(Program(artifact=artifact, runner=runner, declared=request, metadata=metadata), scenario, reporting.format)
    return _run_plainly(file, runner, request)


def _run_plainly(file: Path, runner: ArtifactRunner, request: RunRequest) -> int:
    stdout, stderr = Sink(sys.stdout), Sink(sys.stderr)
    if request.network and isinstance(runner, NativeRunner):
        _hand_on(stderr, f"note: {file.name} is a native program: it has this machine's network, with --network and without")
    with interruptible() as processes:
        outcome = runner.run(request, processes=processes, on_stdout=partial(_hand_on, stdout), on_stderr=partial(_hand_on, stderr))
    if stdout.failure is not None:
        raise stdout.failure
    if outcome.succeeded:
        return ExitCode.PASSED
    _hand_on(stderr, f"{file.name} {outcome.sentence}")
    return ExitCode.TOOLCHAIN if outcome.ended is Ending.NOT_STARTED else ExitCode.FAILED


def _hand_on(sink: Sink, line: str) -> None:
    sink.write(f"{line}\n")
    sink.flush()


def _variables(texts: Sequence[str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name, value in map(_variable, texts):
        if variables.setdefault(name, value) != value:
            raise UsageError(f"--env sets {name} twice: to {variables[name]!r}, and to {value!r}", hint=f"--env {name}={value}")
    return variables


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"{text!r} sets no variable", hint="--env NAME=VALUE")
    return name, value
