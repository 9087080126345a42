"""Remove what is remembered of workspaces that are gone, or that nobody has used for long."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from buildkit.execute.memory import JOURNAL, ROOT
from buildkit.execute.verdict_files import SECONDS_PER_DAY, spent


def prune_workspaces(folder: Path, *, unused_days: float) -> int:
    """Remove the memory of workspaces that are gone or were not used for so many days, and return how many bytes that were.

    That of a workspace in which buildkit runs stays, and so does what cannot be removed.
    """
    limit = time.time() - unused_days * SECONDS_PER_DAY
    freed = 0
    for place in sorted(folder.glob("*")):
        with suppress(OSError), _alone(place):
            if _is_gone(place) or _last_use(place) <= limit:
                size = spent(place)
                shutil.rmtree(place)
                freed += size
    return freed


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Hold the lock of a journal, which every run there shares; raises `OSError` where one has it. Without a journal there is none."""
    try:
        journal = os.open(place / JOURNAL, os.O_RDONLY)
    except FileNotFoundError:
        yield
        return
    try:
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(journal)


def _is_gone(place: Path) -> bool:
    """Say whether the workspace is known, and is no more."""
    try:
        root = Path(os.fsdecode((place / ROOT).read_bytes()))
    except FileNotFoundError:
        return False
    return not root.is_dir()


def _last_use(place: Path) -> float:
    return max(path.stat().st_mtime for path in (place, *place.iterdir()))
