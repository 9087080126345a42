"""`buildkit init`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import find_cargo, read_session_workspace
from buildkit.cli.options import Everywhere
from buildkit.cli.session import open_session
from buildkit.config.find import find_workspace
from buildkit.config.propose import propose
from buildkit.config.publish import publish_new, refusal
from buildkit.config.schema import FILE_NAME


def propose_configuration(
    everywhere: Everywhere,
    *,
    stdout: Annotated[bool, typer.Option("--stdout", help="Print the proposal and write nothing.")] = False,
) -> None:
    """Write a buildkit.toml from what the workspace shows."""
    root = find_workspace(everywhere.workspace or Path.cwd())
    file = everywhere.config or root / FILE_NAME
    if file.exists() and not stdout:
        raise refusal(file)
    session = open_session(replace(everywhere, config=file if file.exists() else None))
    with interruptible(session.remembered) as processes:
        workspace = read_session_workspace(session, find_cargo(session, processes=processes), processes=processes)
    text = propose(workspace, session.targets)
    if stdout:
        typer.echo(text, nl=False)
        return
    publish_new(file, text)
    typer.echo(f"wrote {file}\nnext: buildkit check --only isolation")
