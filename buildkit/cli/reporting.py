"""The reports that a command line asks for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from buildkit.cli.options import Rendering
from buildkit.errors import UsageError
from buildkit.reports.settings import Github, Reporting


def report_settings(rendering: Rendering, environment: Mapping[str, str]) -> Reporting:
    """Return where reports go and how they look; NO_COLOR is honored unless a color was asked for."""
    summary = environment.get("GITHUB_STEP_SUMMARY")
    checkout = environment.get("GITHUB_WORKSPACE")
    return Reporting(
        stdout=sys.stdout,
        stderr=sys.stderr,
        format=rendering.format,
        color=rendering.chosen_color(environment),
        verbosity=int(rendering.verbose) - int(rendering.quiet),
        junit=writable_file("--junit", rendering.junit),
        sarif=writable_file("--sarif", rendering.sarif),
        html=writable_file("--html", rendering.html),
        checkout=Path(checkout) if checkout else None,
        github=Github(summary=Path(summary) if summary else None) if rendering.github else None,
    )


def writable_file(option: str, file: Path | None) -> Path | None:
    """Return a file that a report will be written to; raises `UsageError` at once where that cannot be."""
    if file is not None and (file.is_dir() or not file.absolute().parent.is_dir()):
        raise UsageError(f"{str(file)!r} cannot be written", hint=f"{option} FILE, in a folder that exists")
    return file
