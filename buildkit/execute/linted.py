"""Calls for several cells in which clippy stands in for rustc, and whether it did.

In a scratch workspace the packages of the real one are no members, and clippy looks at members only. There a program between cargo and
rustc calls clippy-driver for them. Cargo takes what was compiled so for what a check compiles, and would not compile it anew: a setting that
changes no metadata, and no code of a check, keeps the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from buildkit.cargo.dep_info import dep_info_file
from buildkit.cargo.messages import CompilerArtifact, Message
from buildkit.cargo.metadata import Package, Workspace
from buildkit.cargo.skipping import DRIVER_VARIABLE, FOLDERS_VARIABLE, LINTING_VARIABLE
from buildkit.execute.attribution import Made
from buildkit.execute.lint_facts import driver_of
from buildkit.execute.scratch import write_linting
from buildkit.execute.work import Work

TOLD: Final = "# env-dep:CLIPPY_ARGS="
"""How clippy-driver writes down what it was told, and nobody else."""


def members_below(workspace: Workspace, works: Iterable[Work]) -> tuple[Package, ...]:
    """Return the members that cells compile."""
    used = {identity for work in works for side in work.resolution.sides for identity in side}
    return tuple(member for member in workspace.members if member.id in used)


def linting_environment(workspace: Workspace, clippy: Path, folder: Path) -> Mapping[str, str]:
    """Return what makes cargo lint the real members in a scratch workspace; raises `OSError` and `ValueError`."""
    folders = [str(member.manifest_path.parent) for member in workspace.members]
    odd = next((name for name in folders if "\n" in name), None)
    if odd is not None:
        raise ValueError(f"a folder is called {odd!r}")
    return {
        LINTING_VARIABLE: str(write_linting(folder)),
        DRIVER_VARIABLE: str(driver_of(clippy)),
        FOLDERS_VARIABLE: "\n".join(folders),
    }


def unlinted(message: Message, mark: str, members: frozenset[str]) -> Made | None:
    """Return what is not believed because clippy-driver did not write down that it made it, told what the mark says."""
    if not isinstance(message, CompilerArtifact) or message.package_id not in members:
        return None
    described = dep_info_file(message, "")
    return None if described is not None and _was_told(described.path, mark) else Made(message.package_id)


def _was_told(file: Path, mark: str) -> bool:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return any(line.startswith(TOLD) and mark in line for line in lines)
