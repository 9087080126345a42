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

    cargo compiles what is older than something that it links, and for checks it gives what rustc made the time at which rustc began. What began
    before a unit was there once more may have read the earlier one and be newer all the same: it would never be compiled again.
    """

    def __init__(self) -> None:
        """Begin before any of them has reported anything."""
        self._reported: set[Path] = set()
        self._found: set[Path] = set()

    def note(self, message: Message) -> None:
        """Take a message of any of the calls."""
        if not isinstance(message, CompilerArtifact):
            return
        # Each lane has a path of its own. A build script has its hash in the name of its folder.
        made = {Path(*file.parts[-2:]) for file in message.filenames}
        if not message.fresh and not self._reported.isdisjoint(made):
            self._found.update(message.filenames)
            self.renew()
        self._reported |= made

    @property
    def is_found(self) -> bool:
        """Say whether anything was compiled once more."""
        return bool(self._found)

    def renew(self) -> None:
        """Make what was compiled once more newer than all that may have read it before. What is for the host is as new as it was written."""
        _renew(self._found)


@contextmanager
def marked(folder: Path, trees: Iterable[Path], workspace: Workspace) -> Iterator[None]:
    """Leave a mark while calls compile side by side, so that what was not noted is made up for by whoever is next.

    It stays where this is not left as it should be. `folder` is cargo's of the triple, and `trees` are what calls compile into. Raises `OSError`.
    """
    since = read_time(folder / MARK)
    if since is not None:
        crates = [target.name.replace("-", "_") for package in edited_since(workspace, since) for target in package.targets]
        _renew(file for tree in trees for crate in crates for file in (tree / "deps").glob(f"lib{crate}-*"))
    write_time(folder / MARK, time.time_ns())
    yield
    (folder / MARK).unlink(missing_ok=True)


def _renew(files: Iterable[Path]) -> None:
    for file in files:
        with suppress(OSError):
            os.utime(file)
