"""What the command line makes of options, without running a verb."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from buildkit.cli.combining import Combining
from buildkit.cli.expand import expand_options
from buildkit.cli.options import Selecting
from buildkit.cli.spelling import spelled


def parse_options(words: Sequence[str]) -> tuple[Selecting, Combining]:
    """Return the options of `check` in two of its families."""
    found: list[tuple[Selecting, Combining]] = []

    def take(selecting: Selecting, combining: Combining) -> None:
        found.append((selecting, combining))

    app = typer.Typer(rich_markup_mode=None)
    app.command()(expand_options(take))
    app(args=spelled(["check", *words])[1:], standalone_mode=False)
    return found[0]
