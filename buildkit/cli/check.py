"""`buildkit check`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import typer

from buildkit.cargo.calls import CargoCommand
from buildkit.cli.combining import Combining
from buildkit.cli.execution import Execution, execute_plan
from buildkit.cli.forwarding import CommandOption, Forwarding
from buildkit.cli.options import Everywhere, FailFast, Reporting, SelectingPart
from buildkit.errors import UsageError
from buildkit.execute.commands import command_cell
from buildkit.execute.context import Trust
from buildkit.execute.isolation import isolate
from buildkit.execute.together import check_together
from buildkit.execute.work import Job, Pool, StageFunction
from buildkit.model import Stage
from buildkit.toolchain.model import StdNeed


class OnlyStage(StrEnum):
    """A stage that `--only` may name."""

    ISOLATION = Stage.ISOLATION.value
    CHECK = Stage.CHECK.value


CHECKS = Pool(stage=Stage.CHECK, run=check_together)


def check(
    everywhere: Everywhere,
    selecting: SelectingPart,
    combining: Combining,
    reporting: Reporting,
    forwarding: Forwarding,
    *,
    command: CommandOption = CargoCommand.CHECK,
    only: Annotated[
        OnlyStage | None,
        typer.Option("--only", help="Run this stage alone; isolation needs no std and compiles nothing.", show_default=False),
    ] = None,
    verify_with_cargo: Annotated[
        bool, typer.Option("--verify-with-cargo", help="Hold each cell's graph against cargo's own; slower.")
    ] = False,
    fail_fast: FailFast = False,
    verify_cache: Annotated[
        bool, typer.Option("--verify-cache", help="Ask cargo about every cell, and fail where a remembered verdict differs.")
    ] = False,
) -> None:
    """Prove that no feature leaks, then check every cell.

    What follows -- goes to cargo as it is: buildkit check --command clippy -- --no-deps -- -D warnings
    """
    if verify_cache and not everywhere.cache:
        raise UsageError(
            "--no-cache believes nothing remembered, so --verify-cache has nothing to verify", hint="buildkit check --verify-cache"
        )
    if combining.no_dev_deps and command is CargoCommand.TEST:
        raise UsageError("--no-dev-deps and --command test exclude each other", hint="leave --no-dev-deps out")
    execution = Execution(
        verb="check",
        variant=(*(() if only is None else ("--only", only.value)), *forwarding.variant(command)),
        need=_need(only, command),
        job=_job(only, command),
        verifies=verify_with_cargo,
        fail_fast=fail_fast,
        trust=Trust.NEVER if not everywhere.cache else Trust.VERIFY if verify_cache else Trust.ALWAYS,
        combining=combining,
        command=command,
        arguments=forwarding.arguments(),
    )
    execute_plan(execution, everywhere, selecting, reporting)


def _need(only: OnlyStage | None, command: CargoCommand) -> StdNeed:
    if only is OnlyStage.ISOLATION:
        return StdNeed.NONE
    return StdNeed.BUILD if command is CargoCommand.TEST else StdNeed.CHECK


def _job(only: OnlyStage | None, command: CargoCommand) -> Job:
    """Return what is done with every cell; what only compiles may share calls and is remembered."""
    isolation: Mapping[Stage, StageFunction] = {} if only is OnlyStage.CHECK else {Stage.ISOLATION: isolate}
    if only is OnlyStage.ISOLATION:
        return Job(stages=isolation)
    only_compiles = command in {CargoCommand.CHECK, CargoCommand.CLIPPY}
    return Job(stages=isolation, pool=CHECKS) if only_compiles else Job(stages={**isolation, Stage.CHECK: command_cell})
