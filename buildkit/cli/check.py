"""`buildkit check`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from buildkit.cli.execution import Execution, execute_plan
from buildkit.cli.options import Everywhere, FailFast, Reporting, SelectingPart
from buildkit.errors import UsageError
from buildkit.execute.context import Trust
from buildkit.execute.isolation import isolate
from buildkit.execute.together import check_together
from buildkit.execute.work import Job, Pool
from buildkit.model import Stage
from buildkit.toolchain.model import StdNeed


class OnlyStage(StrEnum):
    """A stage that `--only` may name."""

    ISOLATION = Stage.ISOLATION.value
    CHECK = Stage.CHECK.value


CHECKS = Pool(stage=Stage.CHECK, run=check_together)

JOBS: dict[OnlyStage | None, Job] = {
    None: Job(stages={Stage.ISOLATION: isolate}, pool=CHECKS),
    OnlyStage.ISOLATION: Job(stages={Stage.ISOLATION: isolate}),
    OnlyStage.CHECK: Job(stages={}, pool=CHECKS),
}


def check(
    everywhere: Everywhere,
    selecting: SelectingPart,
    reporting: Reporting,
    *,
    only: Annotated[
        OnlyStage | None,
        typer.Option("--only", help="Run this stage alone; isolation needs no std and compiles nothing.", show_default=False),
    ] = None,
    verify_with_cargo: Annotated[
        bool, typer.Option("--verify-with-cargo", help="Hold each cell's graph against cargo's own; slower.")
    ] = False,
    fail_fast: FailFast = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Ask cargo about every cell, whatever is remembered.")] = False,
    verify_cache: Annotated[
        bool, typer.Option("--verify-cache", help="Ask cargo about every cell, and fail where a remembered verdict differs.")
    ] = False,
) -> None:
    """Prove that no feature leaks, then check every cell."""
    if no_cache and verify_cache:
        raise UsageError(
            "--no-cache believes nothing remembered, so --verify-cache has nothing to verify", hint="buildkit check --verify-cache"
        )
    trust = Trust.NEVER if no_cache else Trust.VERIFY if verify_cache else Trust.ALWAYS
    need = StdNeed.NONE if only is OnlyStage.ISOLATION else StdNeed.CHECK
    variant = () if only is None else ("--only", only.value)
    execution = Execution(
        verb="check", variant=variant, need=need, job=JOBS[only], verifies=verify_with_cargo, fail_fast=fail_fast, trust=trust
    )
    execute_plan(execution, everywhere, selecting, reporting)
