"""A copy of fixtures/runtara that outlives the checkout, so that cargo finds what is unchanged built, as in any folder that is worked in.

Cargo tells changed files by their times alone. In a new clone all of them are new, and two checkouts that build into one folder
may be given each other's crates. So each copy has a folder for cargo's output that nothing else is built into, and changes only while
no other run uses it: a run whose fixture differs takes the next copy.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import platformdirs
from command_line import FIXTURES
from filelock import FileLock

SOURCE = FIXTURES / "runtara"
CACHE = Path(platformdirs.user_cache_dir("buildkit-tests", appauthor=False))
MADE = frozenset({"target", "output"})
"""Folders in the workspace for what comes of it."""


@dataclass(frozen=True, kw_only=True)
class WorkingCopy:
    """A workspace, and the folder for what cargo makes of it."""

    workspace: Path
    output: Path


@cache
def working_copy() -> WorkingCopy:
    """Return a copy that has the content of the fixture, and keeps it for as long as this process lives."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / "copies.lock"):
        return next(copy for number in count() if (copy := claim(SOURCE, CACHE / f"copy-{number}")) is not None)


def claim(source: Path, folder: Path) -> WorkingCopy | None:
    """Return the copy in a folder when it is as its source; `None` where it is not and others use it. One process at a time may ask."""
    folder.mkdir(exist_ok=True)
    copy = WorkingCopy(workspace=folder / source.name, output=folder / "built")
    # It stays open, and the lock held, until this process ends in whatever way.
    held = os.open(folder / "held", os.O_CREAT | os.O_RDONLY)
    if contents(source) != contents(copy.workspace):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            return None
        synchronize(source, copy.workspace)
    fcntl.flock(held, fcntl.LOCK_SH)
    return copy


def synchronize(source: Path, copy: Path) -> None:
    """Make a copy as its source; what is as it should be keeps its time."""
    wanted, found = contents(source), contents(copy)
    for name in found.keys() - wanted.keys():
        (copy / name).unlink()
    for name, content in wanted.items():
        if found.get(name) != content:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes(content)
            shutil.copymode(source / name, copy / name)


def contents(folder: Path) -> dict[Path, bytes]:
    """Return the files of a workspace, less what came of them."""
    files = ((path.relative_to(folder), path) for path in sorted(folder.rglob("*")) if path.is_file())
    return {name: path.read_bytes() for name, path in files if name.parts[0] not in MADE}
