"""`buildkit report`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from buildkit.cli.options import Rendering
from buildkit.cli.reporting import report_settings
from buildkit.events import Notice, RunFinished
from buildkit.execute.verdicts import exit_code
from buildkit.reports.open import open_reporter
from buildkit.reports.restored import merge_runs, read_report


def report(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Documents of --format json; of a cell, what a later one says holds.", show_default=False),
    ],
    rendering: Rendering,
) -> None:
    """Put the JSON reports of several runs together, as one run."""
    read = [read_report(file) for file in files]
    merged = merge_runs(read)
    compilers = tuple(dict.fromkeys(found.toolchain["rustc"] for found in read))
    with open_reporter(report_settings(rendering, os.environ)) as emit:
        if len(compilers) > 1:
            emit(Notice(message=f"these runs had different compilers: rustc {', '.join(compilers)}"))
        emit(RunFinished(report=merged))
    raise typer.Exit(exit_code(merged.cells, merged.proofs))
