"""The nouns of the verdict cache: what was asked, and what the answer was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Final

from buildkit.records import dataclass

ANY_TIME: Final = 2**63 - 1
"""Later than every change."""


@dataclass(frozen=True, kw_only=True)
class CheckQuestion:
    """How a cell was asked about. `key` is equal where everything is equal but, perhaps, the contents of files and variables.

    `root` is the workspace, `made` cargo's target directory, `environment` what the command gets. `sources` are the files that the key was made from and `asked` is when,
    in nanoseconds since the epoch: whatever was changed after that was not necessarily what the compiler saw. `neighbors` are the folders
    of path packages outside the workspace, relative to it. `also` names files that count whatever the compiler tells of.
    """

    key: str
    root: Path
    made: Path
    command: str
    environment: Mapping[str, str]
    sources: tuple[Path, ...]
    asked: int
    neighbors: tuple[str, ...] = ()
    is_closure: bool = True
    """Whether the command compiles the closure of the cell alone."""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Inputs by name, each with the time before which it must have been changed last to be what the compiler saw.

    Times are in nanoseconds since the epoch. A file need not exist. Of `folders` every file counts; of `packages` every one but hidden
    ones and what cargo made.
    """

    files: Mapping[str, int] = field(default_factory=dict)
    folders: Mapping[str, int] = field(default_factory=dict)
    packages: Mapping[str, int] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()
