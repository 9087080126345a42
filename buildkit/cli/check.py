"""`buildkit check`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from buildkit.cli.execution import Execution, execute_plan
from buildkit.cli.options import Everywhere, FailFast, Reporting, Selecting
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
    selecting: Selecting,
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
) -> None:
    """Prove that no feature leaks, then check every cell."""
    need = StdNeed.NONE if only is OnlyStage.ISOLATION else StdNeed.CHECK
    execution = Execution(verb="check", need=need, job=JOBS[only], verifies=verify_with_cargo, fail_fast=fail_fast)
    execute_plan(execution, everywhere, selecting, reporting)
