"""`buildkit compile`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from buildkit.cargo.waiting import WaitingRunner
from buildkit.cli.compiling import Order
from buildkit.cli.interrupts import interruptible
from buildkit.cli.options import Everywhere
from buildkit.cli.session import open_session
from buildkit.config.document import shown_path
from buildkit.errors import ExitCode
from buildkit.reports.compiled import Result, compiled_json, compiled_lines
from buildkit.reports.open import open_reporter
from buildkit.reports.settings import Color, Format, Reporting
from buildkit.workflow.code.model import Transport
from buildkit.workflow.compiling.pipeline import Refused
from buildkit.workflow.document import read_document
from buildkit.workflow.judge import Judgement, judge


def compile_file(
    everywhere: Everywhere,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The scenario, as JSON.", show_default=False)],
    *,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", "-t", metavar="TARGET", help="Compile for this target; repeatable.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The artifact (default: in out/, named like the scenario).", show_default=False
        ),
    ] = None,
    emit_source: Annotated[
        Path | None,
        typer.Option("--emit-source", metavar="DIR", help="Write a cargo project instead of an artifact.", show_default=False),
    ] = None,
    transport: Annotated[
        Transport, typer.Option("--transport", help="How the program reaches its service: requests, or functions of its WASI host.")
    ] = Transport.HTTP,
    format_: Annotated[
        Format | None, typer.Option("--format", help="How to tell (default: rich on a terminal, else plain).", show_default=False)
    ] = None,
) -> int:
    """Compile a scenario against the prebuilt library of a target."""
    session = open_session(everywhere)
    wanted = {name: session.targets.named(name) for name in target or ()}
    judgement = judge(read_document(file, shown_path(file, Path.cwd())), wanted, session.targets)
    results: tuple[Result, ...] = ()
    if judgement.scenario is not None:
        order = Order(session=session, file=file, judgement=judgement, transport=transport, output=output, project=emit_source)
        order.require_sense()
        color = Color.NEVER if session.environment.get("NO_COLOR") else Color.AUTO
        with interruptible(session.remembered) as processes, open_reporter(_reporting(format_, color)) as emit:
            results = tuple(order.results(processes=WaitingRunner(processes=processes, emit=emit), emit=emit))
    _tell(format_, judgement, results)
    failed = judgement.scenario is None or any(isinstance(result, Refused) for result in results)
    return ExitCode.FAILED if failed else ExitCode.PASSED


def _reporting(format_: Format | None, color: Color) -> Reporting:
    """Return how progress is reported; with one document on standard output, beside it."""
    is_json = format_ is Format.JSON
    return Reporting(
        stdout=sys.stderr if is_json else sys.stdout, stderr=sys.stderr, format=Format.PLAIN if is_json else format_, color=color
    )


def _tell(format_: Format | None, judgement: Judgement, results: tuple[Result, ...]) -> None:
    lines = (compiled_json(judgement, results),) if format_ is Format.JSON else compiled_lines(judgement, results)
    for line in lines:
        typer.echo(line)
