"""The options of `buildkit run` that compiled scenarios alone know."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from buildkit.cli.checkpoints import TENANT, ServicePart
from buildkit.records import dataclass

SECTION: Final = "Compiled scenarios"


@dataclass(frozen=True, kw_only=True)
class ScenarioPart(ServicePart):
    """What a compiled scenario runs on, and as which instance."""

    input: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="What a compiled scenario works on, as JSON; - is standard input.",
            show_default=False,
            rich_help_panel=SECTION,
        ),
    ] = None
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Where the result goes once it is complete (default: standard output).",
            show_default=False,
            rich_help_panel=SECTION,
        ),
    ] = None
    instance: Annotated[
        str | None,
        typer.Option(
            "--instance",
            metavar="ID",
            help="Go on as this instance, after its last checkpoint (default: a new one).",
            show_default=False,
            rich_help_panel=SECTION,
        ),
    ] = None
    resume: Annotated[bool, typer.Option("--resume", help="End a pause of the instance first.", rich_help_panel=SECTION)] = False

    @property
    def asked(self) -> str | None:
        """Return an option that only scenarios know and that was given, `None` where there is none."""
        given = {
            "--input": self.input,
            "--output": self.output,
            "--instance": self.instance,
            "--service": self.service,
            "--state": self.state,
            "--embedded": self.embedded or None,
            "--tenant": None if self.tenant == TENANT else self.tenant,
            "--resume": self.resume or None,
        }
        return next((name for name, value in given.items() if value is not None), None)
