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
    began = _read(folder / STAMP)
    if began is None:
        return ()
    own = [package for package in workspace.packages.values() if package.source is None]
    return _with_dependents((package for package in own if _is_edited(package, began)), own, workspace)


def remember_check(folder: Path, began: int) -> None:
    """Leave the stamp for a triple, where cargo has written anything for it; `began` is in nanoseconds since the epoch."""
    making = folder / f"{STAMP}-{os.getpid()}"
    with suppress(OSError):
        making.write_text(str(began))
        making.replace(folder / STAMP)


def _read(stamp: Path) -> int | None:
    try:
        return int(stamp.read_bytes())
    except (OSError, ValueError):
        return None


def _is_edited(package: Package, since: int) -> bool:
    return any(_changed(entry) > since for entry in source_files(str(package.manifest_path.parent)))


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
