"""Draw the README's picture from a real run: `python docs/picture.py`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from buildkit.cli.execution import Execution, Provision, rerun_command
from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import open_matrix, plan_for
from buildkit.cli.options import Everywhere, Selecting
from buildkit.cli.session import open_session
from buildkit.events import CellFinished, Event, RunFinished, RunStarted
from buildkit.execute.isolation import isolate
from buildkit.execute.scheduler import execute
from buildkit.execute.work import Job
from buildkit.model import CellResult, Stage
from buildkit.reports.picture import export_svg
from buildkit.toolchain.model import StdNeed

DOCS = Path(__file__).parent
WORKSPACE = DOCS.parent / "fixtures" / "properties" / "leaky-default-feature"
TITLE = "buildkit check --only isolation"
WIDTH = 110
SHOWN = Path("shop")
PLACES = re.compile(r"^cd .*?/cargo ")


def main() -> None:
    """Check the fixture and write `leak.svg` beside this file."""
    events: list[Event] = []
    everywhere = Everywhere(workspace=WORKSPACE)
    session = open_session(everywhere)
    execution = Execution(verb="check", need=StdNeed.NONE, job=Job(stages={Stage.ISOLATION: isolate}))
    with interruptible(session.remembered) as processes:
        provision = Provision(session=session, processes=processes, emit=events.append)
        matrix = open_matrix(session, provision.reading_toolchain(), processes=processes)
        plan = plan_for(matrix, Selecting())
        report = execute(provision.context(execution, matrix, plan), plan, execution.job)
    events.append(RunFinished(report=report, rerun=rerun_command(("check", "--only", "isolation"), report)))
    export_svg([shortened(event) for event in events], DOCS / "leak.svg", width=WIDTH, title=TITLE)


def shortened(event: Event) -> Event:
    """Leave out of commands what only says where things are on this machine."""
    match event:
        case RunStarted():
            return replace(event, workspace=SHOWN)
        case CellFinished():
            return replace(event, result=without_places(event.result))
        case RunFinished():
            report = replace(event.report, workspace=SHOWN, cells=tuple(without_places(cell) for cell in event.report.cells))
            return replace(event, report=report)
        case _:
            return event


def without_places(result: CellResult) -> CellResult:
    """Return a result whose commands name cargo alone."""
    commands = (PLACES.sub("cargo ", stage.command or "") for stage in result.stages)
    return replace(result, stages=tuple(replace(stage, command=command) for stage, command in zip(result.stages, commands, strict=True)))


if __name__ == "__main__":
    main()
