"""`buildkit build`."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from buildkit.cli.combining import Combining
from buildkit.cli.execution import BUILD_PROFILE, Execution, execute_plan, profile_variant
from buildkit.cli.forwarding import Forwarding
from buildkit.cli.options import Everywhere, FailFast, Reporting, SelectingPart
from buildkit.execute.compile import build_cell
from buildkit.execute.inspection import inspect_cell
from buildkit.execute.isolation import isolate
from buildkit.execute.work import Job
from buildkit.model import Stage
from buildkit.toolchain.model import StdNeed


def build(
    everywhere: Everywhere,
    selecting: SelectingPart,
    combining: Combining,
    reporting: Reporting,
    forwarding: Forwarding,
    *,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="The cargo profile.")] = BUILD_PROFILE,
    fail_fast: FailFast = False,
) -> None:
    """Build and inspect the artifacts of the selected cells."""
    job = Job(stages={Stage.ISOLATION: isolate, Stage.BUILD: partial(build_cell, profile), Stage.ARTIFACT: inspect_cell})
    execution = Execution(
        verb="build",
        variant=(*profile_variant(profile), *forwarding.variant()),
        profile=profile,
        need=StdNeed.BUILD,
        job=job,
        fail_fast=fail_fast,
        combining=combining,
        arguments=forwarding.arguments(),
    )
    execute_plan(execution, everywhere, selecting, reporting)
