"""`buildkit run`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from buildkit.artifacts.inspection import inspect_artifact
from buildkit.artifacts.sizes import parse_size
from buildkit.cli.execution import Execution, execute_plan
from buildkit.cli.options import Everywhere, Reporting, Selecting
from buildkit.cli.store import default_store
from buildkit.config.schema import RunTable
from buildkit.errors import ExitCode, ToolchainError, UsageError
from buildkit.execute.compile import build_cell
from buildkit.execute.inspection import inspect_cell
from buildkit.execute.isolation import isolate
from buildkit.execute.running import RunOptions, request_for, run_programs
from buildkit.execute.work import Job
from buildkit.model import Stage
from buildkit.process import ProcessRunner
from buildkit.runners.model import Ending
from buildkit.runners.registry import MissingRunner, find_runner
from buildkit.toolchain.model import StdNeed

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
    arg: Annotated[list[str] | None, typer.Option("--arg", help="Give the program an argument; repeatable.", show_default=False)] = None
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", min=0.001, help="Wall-clock limit.", show_default=False)
    ] = None
    fuel: Annotated[int | None, typer.Option("--fuel", min=1, help="Limit of executed wasm instructions.", show_default=False)] = None
    memory: Annotated[
        str | None, typer.Option("--memory", metavar="SIZE", help="Limit of a wasm program's memory, such as 64 MiB.", show_default=False)
    ] = None
    network: Annotated[bool, typer.Option("--network", help="Grant a wasm program HTTP requests, to any host.")] = False

    def options(self) -> RunOptions:
        """Return what the command line says, with sizes and variables read."""
        return RunOptions(
            directories=tuple(self.directory or ()),
            environment=dict(_variable(text) for text in self.env or ()),
            arguments=tuple(self.arg or ()),
            seconds=self.timeout,
            fuel=self.fuel,
            memory=None if self.memory is None else parse_size(self.memory),
            network=self.network,
        )


def run(
    everywhere: Everywhere,
    selecting: Selecting,
    reporting: Reporting,
    running: Running,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="The cargo profile.")] = "release",
) -> None:
    """Run an artifact or a package in its target's runtime.

    Name a file to run it as it is; name packages or cells to build and run their programs.
    """
    options = running.options()
    files = [Path(text) for text in selecting.cells or () if Path(text).is_file()]
    if files:
        _run_file(files, options)
        return
    job: Job = {
        Stage.ISOLATION: isolate,
        Stage.BUILD: partial(build_cell, profile),
        Stage.ARTIFACT: inspect_cell,
        Stage.RUN: partial(run_programs, options),
    }
    execution = Execution(verb="run", need=StdNeed.BUILD, job=job)
    execute_plan(execution, everywhere, selecting, reporting)


def _run_file(files: list[Path], options: RunOptions) -> None:
    """Run one file in this process's terminal, and end with its verdict."""
    if len(files) > 1:
        raise UsageError(f"{files[1]}: one file is run at a time", hint=f"buildkit run {files[0]}")
    artifact = inspect_artifact(files[0].absolute())
    runner = find_runner(RUNNERS_BY_KIND.get(artifact.kind))
    if isinstance(runner, MissingRunner):
        raise ToolchainError(f"{files[0]} cannot be run: {runner.reason}")
    request = request_for(Path.cwd(), artifact, (RunTable(), options), default_store())
    outcome = runner.run(request, processes=ProcessRunner(), on_stdout=typer.echo, on_stderr=_echo_error)
    if not outcome.succeeded:
        _echo_error(f"{files[0].name} {outcome.sentence}")
        raise typer.Exit(ExitCode.TOOLCHAIN if outcome.ended is Ending.NOT_STARTED else ExitCode.FAILED)


def _echo_error(line: str) -> None:
    typer.echo(line, err=True)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"{text!r} sets no variable", hint="--env NAME=VALUE")
    return name, value
