"""The files in a package's folder that may be its sources, found without asking cargo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

NO_SOURCES: Final = frozenset({"target", "node_modules"})
"""Folders of what was made; they may hold more than all sources."""


def source_files(folder: str, *, most: int | None = None) -> Iterator[os.DirEntry[str]]:
    """Give what is below a folder and no folder itself, but for what is hidden; no link to a folder is followed.

    What disappears meanwhile is left out. Ends with the folder in which `most` entries have been seen, if that many there are.
    """
    waiting, seen = [folder], 0
    while waiting and (most is None or seen < most):
        with suppress(OSError), os.scandir(waiting.pop()) as found:
            for entry in found:
                seen += 1
                if entry.name.startswith(".") or entry.name in NO_SOURCES:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    yield entry
