"""What is kept of a run, where a later one would look at the same and say the same."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Final

from buildkit.replay.page import FOLLOWED, Look, is_as_seen, store, write_page
from buildkit.replay.watch import UNSEEN, Watched

OWN_PREFIX: Final = ".buildkit-"
JUDGED: Final = frozenset({0, 1})
"""The exit codes with which everything was judged."""

UNUSED_SECONDS: Final = 30 * 86_400


def keep(file: str, code: int, said: Sequence[tuple[int, bytes]], watched: Watched) -> bool:
    """Keep a run, with what it `said` to which file descriptor, if files alone decided it; says whether it did.

    It may have changed none but buildkit's own, and none that it looked at: what it would say now might be something else.
    """
    if code not in JUDGED or watched.beyond is not None or not all(map(_is_own, watched.changed | watched.noted)):
        return False
    try:
        folder = os.path.dirname(file)
        os.makedirs(folder, exist_ok=True)
        write_page(file, (int(code), tuple(said), tuple(_looks(watched)), tuple(sorted(watched.noted))))
        _remove_old(folder)
    except OSError:
        return False
    return True


def _looks(watched: Watched) -> Iterator[Look]:
    """Give all that was looked at, as it was then; raises `OSError` where it may be something else by now, or may have been before."""
    for module in _modules():
        watched.look(module, FOLLOWED)
    for (path, how), sight in watched.looks.items():
        if path in watched.noted:
            continue
        look = ((path, how), sight)
        if sight == UNSEEN or not is_as_seen(look):
            raise OSError(f"{path}: changed meanwhile")
        yield look


def _is_own(path: str) -> bool:
    """Say whether a file is one of buildkit's own, which is replaced as a whole."""
    return os.path.basename(path).startswith(OWN_PREFIX) or path.startswith(f"{store()}/")


def _modules() -> Iterator[str]:
    """Give the files of all that is imported."""
    for module in tuple(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            yield file


def _remove_old(folder: str) -> None:
    """Remove what was written long ago, and what an interrupted process left."""
    limit = time.time() - UNUSED_SECONDS
    for entry in os.scandir(folder):
        if entry.stat().st_mtime < limit:
            os.unlink(entry.path)
