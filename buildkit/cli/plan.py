"""`buildkit plan`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from buildkit.cargo.calls import CargoCalls, CargoOptions, CargoSelection
from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import find_cargo, open_matrix, plan_for
from buildkit.cli.options import Everywhere, Selecting
from buildkit.cli.session import open_session
from buildkit.errors import UsageError
from buildkit.plan.cells import Matrix
from buildkit.plan.model import Plan, PlannedCell
from buildkit.plan.shards import Shard, shard_of
from buildkit.toolchain.model import Toolchain

PLAN_VERSION = 1


def plan(
    everywhere: Everywhere,
    selecting: Selecting,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Print a matrix for a GitHub workflow: one entry for each target.")] = False,
    shard: Annotated[str | None, typer.Option("--shard", metavar="I/N", help="Only this part of the cells.", show_default=False)] = None,
) -> None:
    """Show the cells and cargo's calls, without running them."""
    if as_json and github:
        raise UsageError("--json and --github exclude each other", hint="buildkit plan --github")
    session = open_session(everywhere)
    with interruptible() as processes:
        toolchain = find_cargo(session, processes=processes)
        matrix = open_matrix(session, toolchain, processes=processes)
    planned = shard_of(plan_for(matrix, selecting), Shard.parse(shard))
    if github:
        typer.echo(json.dumps(github_matrix(planned), separators=(",", ":")))
        return
    described = [describe(toolchain, session.cargo_options, matrix, cell) for cell in planned.cells]
    if as_json:
        typer.echo(json.dumps({"version": PLAN_VERSION, "cells": described}, indent=2))
        return
    for cell in described:
        typer.echo(f"{cell['id']}\n    {cell['command']}")
    for said in (*(f"assumed: {assumption}" for assumption in planned.assumptions), *(f"note: {notice}" for notice in planned.notices)):
        typer.echo(said, err=True)


def github_matrix(planned: Plan) -> dict[str, Any]:
    """Return a strategy matrix with one entry for each compilation target, and what it selects."""
    targets = dict.fromkeys(cell.cell.target for cell in planned.cells)
    return {"include": [{"target": target, "cells": sum(cell.cell.target == target for cell in planned.cells)} for target in targets]}


def describe(toolchain: Toolchain, options: CargoOptions, matrix: Matrix, planned: PlannedCell) -> dict[str, Any]:
    """Return a cell as the JSON plan shows it; the command is cargo's, without the environment that a toolchain adds."""
    target = planned.subject.target
    selection = CargoSelection(package=planned.subject.package, triple=target.triple_for(toolchain.host), features=planned.cell.features)
    calls = CargoCalls(cargo=Path("cargo"), workspace=matrix.workspace, options=options, env={})
    return {
        "id": planned.cell.id,
        "package": planned.cell.package,
        "target": planned.cell.target,
        "triple": selection.triple,
        "features": list(planned.cell.features),
        "origin": planned.origin.value,
        "command": calls.compile("check", selection).shell,
    }
