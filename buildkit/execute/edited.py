"""Which packages were edited since the last check of a target, with what depends on them: what rustc kept of these is needed again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from buildkit.cargo.metadata import Package, Workspace
from buildkit.execute.source_files import source_files

STAMP: Final = ".buildkit-checked"
"""The file in cargo's folder of a triple that says when the last check of it began, in nanoseconds since the epoch."""


def edited_packages(folder: Path, workspace: Workspace) -> tuple[Package, ...]:
    """Return the packages outside of registries that were edited since the last check, and their dependents; `folder` is cargo's of the triple.

    Before the first check, and where it is not known when the last one was, there are none.
    """
    began = read_time(folder / STAMP)
    return () if began is None else _with_dependents(edited_since(workspace, began), _own(workspace), workspace)


def edited_since(workspace: Workspace, began: int) -> tuple[Package, ...]:
    """Return the packages outside of registries that were edited since a time in nanoseconds since the epoch."""
    return tuple(package for package in _own(workspace) if any(_changed(entry) > began for entry in _files(package)))


def remember_check(folder: Path, began: int) -> None:
    """Leave the stamp for a triple, where cargo has written anything for it; `began` is in nanoseconds since the epoch."""
    with suppress(OSError):
        write_time(folder / STAMP, began)


def read_time(stamp: Path) -> int | None:
    """Return the time that a file says, `None` where it says none."""
    try:
        return int(stamp.read_bytes())
    except (OSError, ValueError):
        return None


def write_time(stamp: Path, nanoseconds: int) -> None:
    """Let a file say a time; raises `OSError`."""
    making = stamp.with_name(f"{stamp.name}-{os.getpid()}")
    making.write_text(str(nanoseconds))
    making.replace(stamp)


def _own(workspace: Workspace) -> list[Package]:
    return [package for package in workspace.packages.values() if package.source is None]


def _files(package: Package) -> Iterable[os.DirEntry[str]]:
    return source_files(str(package.manifest_path.parent))


def _changed(entry: os.DirEntry[str]) -> int:
    """Return when a file changed, 0 for what is none or is gone."""
    with suppress(OSError):
        return entry.stat().st_mtime_ns if entry.is_file() else 0
    return 0


def _with_dependents(edited: Iterable[Package], own: Iterable[Package], workspace: Workspace) -> tuple[Package, ...]:
    found = {package.id: package for package in edited}
    waiting = [package for package in own if package.id not in found]
    while True:
        more = [
            package
            for package in waiting
            if package.id not in found and any(edge.pkg in found for edge in workspace.edges.get(package.id, ()))
        ]
        if not more:
            return tuple(found.values())
        found |= {package.id: package for package in more}
