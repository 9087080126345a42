"""The files below a folder, without what cargo made there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

from buildkit.records import dataclass

CACHE_TAG: Final = "CACHEDIR.TAG"
"""The file by which cargo, and others, mark a folder that holds nothing but what can be made again."""

MOST_FILES: Final = 50_000


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file or folder below the one that is walked: its path there, and where it lies."""

    name: str
    path: str
    status: os.stat_result
    is_folder: bool


def walk_files(top: str, *, made: str, hidden: bool) -> Iterator[Found]:
    """Give what is below a folder in a stable order; nothing where there is no folder. Raises `OSError` where something cannot be read.

    Links are followed, each folder is entered once, and what is hidden is passed over unless it counts. `made` is cargo's target directory.
    """
    entered: set[tuple[int, int]] = set()
    waiting = [("", top)] if os.path.isdir(top) else []
    count = 0
    while waiting:
        name, path = waiting.pop()
        with os.scandir(path) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        if any(entry.name == CACHE_TAG for entry in listed):
            continue
        for entry in listed:
            if (entry.name.startswith(".") and not hidden) or entry.path == made:
                continue
            found = _look(entry, os.path.join(name, entry.name))
            if found.is_folder:
                place = (found.status.st_dev, found.status.st_ino)
                if place in entered:
                    continue
                entered.add(place)
                waiting.append((found.name, found.path))
            count += 1
            if count > MOST_FILES:
                raise OSError(f"{top}: more than {MOST_FILES} files")
            yield found


def _look(entry: os.DirEntry[str], name: str) -> Found:
    try:
        status = entry.stat()
        is_folder = entry.is_dir()
    except FileNotFoundError:
        # A link that leads nowhere.
        status, is_folder = entry.stat(follow_symlinks=False), False
    return Found(name=name, path=entry.path, status=status, is_folder=is_folder)
