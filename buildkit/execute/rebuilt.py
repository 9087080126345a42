"""What one call has compiled and a call beside it compiles once more, because its sources are edited meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from buildkit.cargo.messages import CompilerArtifact, Message
from buildkit.cargo.metadata import Workspace
from buildkit.execute.edited import edited_since, read_time, write_time

MARK: Final = ".buildkit-side-by-side"
"""The file in cargo's folder of a triple that is there while calls compile into it; it says since when, in nanoseconds since the epoch."""


class Rebuilt:
    """Follows the messages of several calls that compile into one folder.

    cargo gives what rustc made the time at which rustc began, and compiles what is older than something that it links. What began while a
    unit was compiled once more has read the earlier one and is newer all the same: it would never be compiled again.
    """

    def __init__(self) -> None:
        """Begin before any of them has reported anything."""
        self._reported: set[Path] = set()
        self.is_found = False
        """Whether anything was compiled once more."""

    def note(self, message: Message) -> None:
        """Take a message of any of the calls. What was compiled once more is made newer than all that may have read it before."""
        if not isinstance(message, CompilerArtifact):
            return
        # Each lane has a path of its own. A build script has its hash in the name of its folder.
        made = {Path(*file.parts[-2:]) for file in message.filenames}
        if not message.fresh and not self._reported.isdisjoint(made):
            self.is_found = True
            _renew(message.filenames)
        self._reported |= made


@contextmanager
def marked(folder: Path, trees: Iterable[Path], workspace: Workspace) -> Iterator[None]:
    """Leave a mark while calls compile side by side, so that what was not noted because of a kill is made up for by whoever is next.

    `folder` is cargo's of the triple, and `trees` are what calls compile into. Raises `OSError`.
    """
    since = read_time(folder / MARK)
    if since is not None:
        crates = [target.name.replace("-", "_") for package in edited_since(workspace, since) for target in package.targets]
        _renew(file for tree in trees for crate in crates for file in (tree / "deps").glob(f"lib{crate}-*"))
    write_time(folder / MARK, time.time_ns())
    try:
        yield
    finally:
        (folder / MARK).unlink(missing_ok=True)


def _renew(files: Iterable[Path]) -> None:
    for file in files:
        with suppress(OSError):
            os.utime(file)
