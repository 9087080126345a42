"""What rustc keeps to compile faster after an edit: one folder for each unit, and in it one for each session.

A session begins with what the newest finished one has left, which then is of no use. rustc itself removes it when the session after that
begins, so that most of the data is there twice (`rustc_incremental::persist::fs`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from buildkit.execute.disk import find_trees
from buildkit.execute.disk_eviction import INCREMENTAL, Part, remove

FINISHED: Final = re.compile(r"(?P<lock>s-(?P<began>[0-9a-z]+)-[0-9a-z]+)-(?!working$)[0-9a-z]+")
"""How a session's folder is called once it can be used: by its beginning, a random number, and the hash of the crate."""

DIGITS: Final = 36
"""The base in which rustc writes when a session began."""


def drop_old_sessions(output: Path, names: Iterable[str]) -> None:
    """Remove all finished sessions but the newest of each unit from trees in buildkit's folder.

    A tree that a cargo uses stays as it is, and so does what cannot be removed.
    """
    wanted = frozenset(names)
    # Somebody may remove all of it at the same time.
    with suppress(OSError):
        for tree in find_trees(output):
            paths = tuple(_old_sessions(tree.folder / INCREMENTAL)) if tree.name in wanted else ()
            if paths:
                remove(output, Part(tree=tree, title=f"{tree.name}: incremental compilation", used=tree.used, paths=paths))


def _old_sessions(folder: Path) -> Iterator[Path]:
    """Give the folders and locks of what is not needed; links are not followed."""
    for unit in () if folder.is_symlink() else _folders(folder):
        sessions = [
            (int(found["began"], DIGITS), found["lock"], path) for path in _folders(unit) if (found := FINISHED.fullmatch(path.name))
        ]
        for _, lock, path in sorted(sessions)[:-1]:
            yield from (path, unit / f"{lock}.lock")


def _folders(parent: Path) -> Iterator[Path]:
    with suppress(OSError), os.scandir(parent) as entries:
        yield from [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
