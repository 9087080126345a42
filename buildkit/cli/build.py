"""`buildkit build`."""

from __future__ import annotations

from typing import Annotated

import typer

from buildkit.cli.execution import Execution, execute_plan
from buildkit.cli.options import Everywhere, Reporting, Selecting
from buildkit.execute.pipeline import Job
from buildkit.model import Stage
from buildkit.toolchain.model import StdNeed


def build(
    everywhere: Everywhere,
    selecting: Selecting,
    reporting: Reporting,
    profile: Annotated[str, typer.Option("--profile", metavar="NAME", help="The cargo profile.")] = "release",
) -> None:
    """Build and inspect the artifacts of the selected cells."""
    stages = (Stage.ISOLATION, Stage.BUILD, Stage.ARTIFACT)
    execution = Execution(verb="build", need=StdNeed.BUILD, job=Job(stages=stages, profile=profile))
    execute_plan(execution, everywhere, selecting, reporting)
