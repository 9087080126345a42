"""The cells that all tools are given, named alike whatever a tool calls them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FeatureNames = Mapping[str, tuple[str, ...]]
"""The names of all features of each package."""


@dataclass(frozen=True, kw_only=True, order=True)
class Cell:
    """One selection of one package; `features` are sorted, and `default` is on only where it is listed."""

    package: str
    features: tuple[str, ...]

    def __str__(self) -> str:
        """Return the package and its features, `-` for none."""
        return f"{self.package}/{','.join(self.features) or '-'}"


def read_command_list(text: str, known: FeatureNames) -> tuple[Cell, ...]:
    """Return the cells that `cargo hack --print-command-list` lists, in its order."""
    return tuple(cell_of_command(line, None, known) for line in text.splitlines() if line.strip())


def cell_of_command(command: str, package: str | None, known: FeatureNames) -> Cell:
    """Return the cell that a cargo command of cargo-hack checks; without `package` its manifest's folder has the package's name."""
    words = shlex.split(command)
    if package is None:
        package = Path(words[words.index("--manifest-path") + 1]).parent.name
    if "--all-features" in words:
        return Cell(package=package, features=tuple(sorted(known[package])))
    chosen = words[words.index("--features") + 1].split(",") if "--features" in words else []
    implied = () if "--no-default-features" in words else ("default",)
    return Cell(package=package, features=tuple(sorted({*chosen, *implied})))
