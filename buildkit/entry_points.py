"""Entry points of installed distributions, looked for without reading what every distribution says of itself.

`importlib.metadata` reads all of it, which takes longer than everything else before a verb begins. It is asked only where a distribution has
the group, or where distributions may lie in anything but folders.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from buildkit.later import Later

if TYPE_CHECKING:
    from importlib import metadata
else:
    metadata = Later("importlib.metadata")

SUFFIXES = (".dist-info", ".egg-info", ".egg")


def entry_points(group: str) -> tuple[metadata.EntryPoint, ...]:
    """Return the entry points of a group in the order of their names."""
    if not _is_plain(sys.meta_path) or any(_may_have(folder or ".", group) for folder in dict.fromkeys(sys.path)):
        return tuple(sorted(metadata.entry_points(group=group), key=lambda point: point.name))
    return ()


def _is_plain(finders: Iterable[object]) -> bool:
    """Say whether nobody but Python's own finder knows of distributions."""
    return not any(hasattr(finder, "find_distributions") and finder is not PathFinder for finder in finders)


def _may_have(folder: str, group: str) -> bool:
    """Say whether a distribution in a folder may have a group of entry points; what is no folder is not looked into."""
    if not os.path.isdir(folder):  # noqa: PTH112  # a start waits for this
        return os.path.exists(folder)  # noqa: PTH110  # a start waits for this
    try:
        names = os.listdir(folder)  # noqa: PTH208  # a start waits for this
    except OSError:
        return True
    places = (f"{folder}/{name}" for name in names if name.endswith(SUFFIXES))
    return any(_names(Path(place) / below, group) for place in places for below in ("entry_points.txt", "EGG-INFO/entry_points.txt"))


def _names(file: Path, group: str) -> bool:
    try:
        return f"[{group}]" in file.read_text(encoding="utf-8", errors="replace").replace(" ", "")
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
