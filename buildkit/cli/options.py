"""The options that verbs share, each declared once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from buildkit.records import dataclass
from buildkit.reports.settings import Color, Format

FailFast = Annotated[bool, typer.Option("--fail-fast/--keep-going", help="End with the first cell that fails.")]


@dataclass(frozen=True, kw_only=True)
class Everywhere:
    """Where to work, and what is allowed there."""

    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace", "-C", metavar="DIR", help="Folder of the workspace (default: the nearest one upwards).", show_default=False
        ),
    ] = None
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Configuration file (default: the workspace's buildkit.toml).", show_default=False),
    ] = None
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", metavar="N", min=1, help="Processes side by side (default: one per processor).", show_default=False),
    ] = None
    locked: Annotated[bool | None, typer.Option("--locked", help="Refuse to change Cargo.lock.", show_default=False)] = None
    offline: Annotated[bool | None, typer.Option("--offline", help="Use no network.", show_default=False)] = None
    cache: Annotated[bool, typer.Option("--cache/--no-cache", help="Believe what is remembered, or nothing.", show_default=False)] = True


@dataclass(frozen=True, kw_only=True)
class Selecting:
    """Which cells."""

    cells: Annotated[
        list[str] | None,
        typer.Argument(metavar="CELL", help="Cell ids, or globs over them: package/target/feature,feature.", show_default=False),
    ] = None
    target: Annotated[
        list[str] | None,
        typer.Option("--target", "-t", metavar="TARGET", help="Only this compilation target; repeatable.", show_default=False),
    ] = None
    tag: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="Only targets with this tag; repeatable.", show_default=False)
    ] = None
    package: Annotated[
        list[str] | None, typer.Option("--package", "-p", metavar="PACKAGE", help="Only this package; repeatable.", show_default=False)
    ] = None
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", metavar="PACKAGE", help="Not this package; repeatable.", show_default=False)
    ] = None
    ignore_private: Annotated[bool, typer.Option("--ignore-private", help="No package with publish = false.")] = False
    features: Annotated[
        str | None,
        typer.Option(
            *("--features", "-F"),
            metavar="LIST",
            help="Select these features (comma-separated) instead of the configured ones; '-' for none.",
            show_default=False,
        ),
    ] = None
    all_features: Annotated[bool, typer.Option("--all-features", help="Select all features of each package.")] = False


@dataclass(frozen=True, kw_only=True)
class SelectingPart(Selecting):
    """Which cells, and which part of them by what earlier runs left."""

    failed: Annotated[bool, typer.Option("--failed", help="Only what failed last time.")] = False
    shard: Annotated[
        str | None,
        typer.Option(
            "--shard", "--partition", metavar="I/N", help="Only this part of the cells, for one of N machines.", show_default=False
        ),
    ] = None
    durations: Annotated[
        list[Path] | None,
        typer.Option("--durations", metavar="FILE", help="Balance shards by the times in this file; repeatable.", show_default=False),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """What is shown."""

    format: Annotated[
        Format | None, typer.Option("--format", help="Report format (default: rich on a terminal, else plain).", show_default=False)
    ] = None
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show only what failed and the summary.")] = False
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every command.")] = False
    color: Annotated[Color, typer.Option("--color", help="When to color.")] = Color.AUTO
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report.", show_default=False)] = None
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write a SARIF report, for code scanning.", show_default=False)
    ] = None
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a report as a page.", show_default=False)] = None
    github: Annotated[bool, typer.Option("--github", help="Annotate a GitHub workflow run, and write its summary.")] = False

    def chosen_color(self, environment: Mapping[str, str]) -> Color:
        """Return when to color: as asked for, else never where NO_COLOR is set to anything."""
        return Color.NEVER if self.color is Color.AUTO and environment.get("NO_COLOR") else self.color


@dataclass(frozen=True, kw_only=True)
class Reporting(Rendering):
    """What is shown of a run, and kept of it."""

    save_durations: Annotated[
        Path | None,
        typer.Option("--save-durations", metavar="FILE", help="Add the times that cells took to this file.", show_default=False),
    ] = None
