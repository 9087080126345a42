"""`buildkit graph`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from buildkit.cli.execution import Provision
from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import find_cargo, open_matrix, plan_for
from buildkit.cli.options import Everywhere, Selecting
from buildkit.cli.plan import present_for
from buildkit.cli.session import Session, open_session
from buildkit.errors import UsageError
from buildkit.execute.graphs import NOTHING_TO_COMPILE
from buildkit.features.compiled_graph import CompiledGraph, compiled_graph
from buildkit.features.resolution import resolve
from buildkit.model import Cell
from buildkit.process import Runner
from buildkit.reports.graph import closure_entries, dot_lines, mermaid_lines, pen_for, tree_lines

GRAPH_VERSION = 1


class Form(StrEnum):
    """How closures are shown."""

    TREE = "tree"
    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"


DRAWINGS = {Form.DOT: dot_lines, Form.MERMAID: mermaid_lines}
"""What is one drawing, and so has room for one cell."""


def graph(
    everywhere: Everywhere,
    selecting: Selecting,
    *,
    form: Annotated[Form, typer.Option("--format", help="How to show it; dot and mermaid draw one cell.")] = Form.TREE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Show what is compiled for cells: packages, sides and features."""
    if as_json and form in DRAWINGS:
        raise UsageError(f"--json and --format {form} exclude each other", hint="buildkit graph --json")
    shown = Form.JSON if as_json else form
    session = open_session(everywhere)
    with interruptible(session.remembered) as processes:
        closures = Closures(session, selecting, processes=processes)
        if shown in DRAWINGS and len(closures.cells) > 1:
            raise UsageError(
                f"--format {shown} draws one cell, and {len(closures.cells)} are selected",
                hint=shlex.join(("buildkit", "graph", closures.cells[0].id, "--format", shown)),
            )
        found = dict(closures.read())
    for line in lines(found, shown):
        typer.echo(line)
    for sentence in closures.notes(found):
        typer.echo(f"note: {sentence}", err=True)


def lines(graphs: dict[Cell, CompiledGraph], form: Form) -> Iterator[str]:
    """Give what is printed."""
    if form is Form.JSON:
        cells = [{"id": cell.id, "closure": closure_entries(found)} for cell, found in graphs.items()]
        yield json.dumps({"version": GRAPH_VERSION, "cells": cells}, indent=2)
        return
    for place, (cell, found) in enumerate(graphs.items()):
        if form in DRAWINGS:
            yield from DRAWINGS[form](cell.id, found)
        else:
            yield from ("", cell.id) if place else (cell.id,)
            yield from tree_lines(found, pen_for(sys.stdout.encoding))


class Closures:
    """The closures of selected cells. No standard library is needed to tell them, only what rustc says of the targets."""

    def __init__(self, session: Session, selecting: Selecting, *, processes: Runner) -> None:
        """Select the cells."""
        toolchain = find_cargo(session, processes=processes)
        matrix = open_matrix(session, toolchain, processes=processes)
        self._planned = plan_for(matrix, selecting)
        here = present_for(session, toolchain, matrix, self._planned, processes=processes)
        self._context = Provision(session=session, processes=processes, emit=lambda _: None).furnished(matrix, here.supplies)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Return the selected cells."""
        return tuple(planned.cell for planned in self._planned.cells)

    def read(self) -> Iterator[tuple[Cell, CompiledGraph]]:
        """Give each cell with its closure."""
        for planned in self._planned.cells:
            model = self._context.model(planned.subject)
            yield planned.cell, compiled_graph(resolve(model, planned.subject.package, planned.cell.features))

    def notes(self, graphs: dict[Cell, CompiledGraph]) -> Iterator[str]:
        """Give what is to be said beside the closures."""
        if self._context.models.links.left_out:
            yield f"cargo's metadata says nothing of {', '.join(self._context.models.links.left_out)}, so it is not there"
        yield from (f"{cell.id}: {NOTHING_TO_COMPILE}" for cell, found in graphs.items() if found.root is None)
        yield from (f"assumed: {assumption}" for assumption in self._planned.assumptions)
