"""What is reported, how and where to; free of any reporter, so that the command line can read its options from here."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TextIO

from buildkit.records import dataclass

QUIET = -1
"""The verbosity that shows failures and the end of a run only."""

VERBOSE = 1
"""The verbosity that shows every stage and every command."""


class Format(StrEnum):
    """How a run is written to standard output."""

    RICH = "rich"
    PLAIN = "plain"
    JSON = "json"


class Color(StrEnum):
    """When terminal codes may be written; without them there is no live progress either."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class Github:
    """A GitHub workflow run: `summary` is the file of the step summary."""

    summary: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Reporting:
    """Everything that decides about reports.

    `format` is `None` for rich on a terminal and plain elsewhere; `verbosity` is -1, 0 or 1; `width` is in columns, `None`
    for that of the terminal; `junit`, `sarif` and `html` are files to write. `checkout` is what files are named from for GitHub and in
    SARIF, `None` for the workspace.
    """

    stdout: TextIO
    stderr: TextIO
    format: Format | None = None
    color: Color = Color.AUTO
    verbosity: int = 0
    width: int | None = None
    junit: Path | None = None
    sarif: Path | None = None
    html: Path | None = None
    checkout: Path | None = None
    github: Github | None = None

    @property
    def chosen_format(self) -> Format:
        """Return the format that was asked for, or the one that suits standard output."""
        if self.format is not None:
            return self.format
        return Format.RICH if self.stdout.isatty() else Format.PLAIN

    @property
    def colored(self) -> bool:
        """Say whether terminal codes may be written to standard output."""
        return self.color is Color.ALWAYS or (self.color is Color.AUTO and self.stdout.isatty())
