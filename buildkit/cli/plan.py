"""`buildkit plan`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from buildkit.cargo.calls import CargoCommand
from buildkit.cli.combining import Combining
from buildkit.cli.execution import Provision, writing_down
from buildkit.cli.forwarding import CommandOption, Forwarding
from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import find_cargo, open_matrix
from buildkit.cli.options import Everywhere, SelectingPart
from buildkit.cli.remembering import recall
from buildkit.cli.session import Session, open_session
from buildkit.errors import UsageError
from buildkit.events import Event
from buildkit.execute.context import Context
from buildkit.execute.forecast import Forecast, remembered_by
from buildkit.plan.cells import Matrix
from buildkit.plan.estimate import describe_estimate, estimate_sentence
from buildkit.plan.model import Plan, PlannedCell
from buildkit.process import Command, Runner
from buildkit.reports.account import pruned_lines
from buildkit.reports.words import counted
from buildkit.toolchain.model import StdNeed, Toolchain, ToolchainRequest
from buildkit.toolchain.present import Present, present
from buildkit.toolchain.rust_version import newest

PLAN_VERSION = 1

PLANNED = "check"
"""The verb whose cells and calls are shown."""


def plan(
    everywhere: Everywhere,
    selecting: SelectingPart,
    combining: Combining,
    forwarding: Forwarding,
    *,
    command: CommandOption = CargoCommand.CHECK,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Print a matrix for a GitHub workflow: one entry for each target.")] = False,
) -> None:
    """Show the cells and cargo's calls, without running them."""
    if as_json and github:
        raise UsageError("--json and --github exclude each other", hint="buildkit plan --github")
    session = open_session(everywhere)
    past = recall(session, shlex.join((PLANNED, *forwarding.variant(command))))
    with interruptible(session.remembered) as processes:
        toolchain = find_cargo(session, processes=processes)
        matrix = open_matrix(session, toolchain, processes=processes)
        planned = past.chosen_plan(matrix, selecting, combining)
        if github:
            typer.echo(json.dumps(github_matrix(planned), separators=(",", ":")))
            return
        here = present_for(session, toolchain, matrix, planned, processes=processes)
        furnished = Provision(session=session, processes=processes, emit=_ignore).furnished(matrix, here.supplies)
        context = replace(furnished, options=replace(furnished.options, command=command, arguments=forwarding.arguments()))
        with writing_down(context):
            estimated = Forecast(seconds=past.remembered.seconds, is_known=remembered_by(context)).of(context, planned)
    described = [describe(context, session.environment, cell) for cell in planned.cells]
    if as_json:
        typer.echo(json.dumps({"version": PLAN_VERSION, "cells": described, "summary": describe_estimate(estimated)}, indent=2))
        return
    for cell in described:
        typer.echo(f"{cell['id']}\n    {cell['command']}")
    typer.echo(estimate_sentence(estimated))
    if here.missing:
        names = " ".join(here.missing)
        typer.echo(f"note: std for {names} is not here; before these calls: buildkit toolchain ensure --for check {names}", err=True)
    for line in remarks(planned, shows_pruned=combining.show_pruned):
        typer.echo(line, err=True)


def remarks(planned: Plan, *, shows_pruned: bool) -> Iterator[str]:
    """Give what a plan says beside its cells."""
    yield f"{counted(planned.requested, 'selection')} requested, {counted(len(planned.cells), 'cell')}"
    yield from (f"sample: {sentence}" for sentence in planned.samples)
    yield from (f"assumed: {assumption}" for assumption in planned.assumptions)
    yield from (f"note: {notice}" for notice in planned.notices)
    yield from pruned_lines(planned.pruned()) if shows_pruned else ()


def github_matrix(planned: Plan) -> dict[str, Any]:
    """Return a strategy matrix with one entry for each compilation target, and what it selects."""
    targets = dict.fromkeys(cell.cell.target for cell in planned.cells)
    return {"include": [{"target": target, "cells": sum(cell.cell.target == target for cell in planned.cells)} for target in targets]}


def describe(context: Context, environment: Mapping[str, str], planned: PlannedCell) -> dict[str, Any]:
    """Return a cell as the JSON plan shows it."""
    return {
        "id": planned.cell.id,
        "package": planned.cell.package,
        "target": planned.cell.target,
        "triple": context.triple(planned.subject),
        "features": list(planned.cell.features),
        "origin": planned.origin.value,
        "command": without_what_holds(context.check_command(planned), environment).shell,
    }


def without_what_holds(command: Command, environment: Mapping[str, str]) -> Command:
    """Return a command without those variables that the shell it is pasted into has set so already."""
    return replace(command, env={name: value for name, value in command.env.items() if environment.get(name) != value})


def present_for(session: Session, toolchain: Toolchain, matrix: Matrix, planned: Plan, *, processes: Runner) -> Present:
    """Return what this machine has for the targets of a plan."""
    targets = {cell.cell.target: cell.subject.target for cell in planned.cells}
    request = ToolchainRequest(
        targets=tuple(targets.values()),
        need=StdNeed.CHECK,
        store=session.store,
        workspace=session.settings.root,
        rust_version=newest(member.rust_version for member in matrix.workspace.members),
        offline=session.settings.configuration.toolchain.offline,
    )
    return present(request, toolchain, environment=session.environment, processes=processes)


def _ignore(_: Event) -> None:
    """Tell nothing: nothing is run."""
