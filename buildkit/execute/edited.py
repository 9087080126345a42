"""Which packages were edited since the last check of a target: these are compiled incrementally from then on, and what depends on them.

Incremental compilation costs a sixth more time on the first run and doubles the disk, and saves half of the time after an edit. With the first edit
of a package, it and its dependents are compiled anew in any case, so that this is when it begins.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from buildkit.cargo.metadata import Package, Workspace

STAMP: Final = ".buildkit-checked"
"""The file in cargo's folder of a triple that says what was checked there last."""

NO_SOURCES: Final = frozenset({"target", "node_modules"})


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """When the last check of a target began, in nanoseconds since the epoch, and which packages were compiled incrementally, by name."""

    began: int
    incremental: frozenset[str] = frozenset()


def checking_now(folder: Path, workspace: Workspace) -> Checked:
    """Return what a check that begins now has to remember; `folder` is cargo's of the triple, which knows of nothing before the first one.

    A package that shares its name with another is never compiled incrementally: cargo takes settings by name.
    """
    now = time.time_ns()
    last = _read(folder / STAMP)
    if last is None:
        return Checked(began=now)
    named = Counter(package.name for package in workspace.packages.values())
    own = [package for package in workspace.packages.values() if package.source is None and named[package.name] == 1]
    edited = {package.name for package in own if package.name not in last.incremental and _is_edited(package, last.began)}
    return Checked(began=now, incremental=last.incremental | _with_dependents(edited, own, workspace))


def remember_check(folder: Path, checked: Checked) -> None:
    """Leave the stamp for a triple, where cargo has written anything for it; without one, the next check is as a first one."""
    making = folder / f"{STAMP}-{os.getpid()}"
    with suppress(OSError):
        making.write_bytes(msgspec.json.encode(checked))
        making.replace(folder / STAMP)


def _read(stamp: Path) -> Checked | None:
    try:
        return msgspec.json.decode(stamp.read_bytes(), type=Checked)
    except (OSError, msgspec.MsgspecError):
        return None


def _is_edited(package: Package, since: int) -> bool:
    return any(changed > since for changed in _changes(str(package.manifest_path.parent)))


def _changes(folder: str) -> Iterator[int]:
    """Give the times of all files that may be sources; what disappears meanwhile is none."""
    try:
        with os.scandir(folder) as found:
            entries = list(found)
        for entry in entries:
            if entry.name.startswith(".") or entry.name in NO_SOURCES:
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _changes(entry.path)
            elif entry.is_file():
                yield entry.stat().st_mtime_ns
    except OSError:
        return


def _with_dependents(names: Iterable[str], own: Iterable[Package], workspace: Workspace) -> frozenset[str]:
    found = set(names)
    waiting = [package for package in own if package.name not in found]
    while True:
        more = {
            package.name
            for package in waiting
            if package.name not in found and any(workspace.packages[edge.pkg].name in found for edge in workspace.edges.get(package.id, ()))
        }
        if not more:
            return frozenset(found)
        found |= more
