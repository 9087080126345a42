"""Folders of this user's alone that are gone when their work is done, and soon afterwards also where the process that had them was killed.

Whoever uses a folder holds a lock on it (flock(2), on the folder itself), which the system takes back with the process. Whoever makes the next
one removes those that nobody holds.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

HELD: Final = ".held"
"""How the names end; what else has a name that begins alike is left alone."""


@contextmanager
def private_folder(stem: str, around: Path | None = None) -> Iterator[Path]:
    """Give a fresh folder whose name begins with `stem`, in `around` or the system's folder for such; raises `OSError` where none can be made."""
    place = Path(tempfile.gettempdir()) if around is None else around
    remove_left_over(stem, place)
    made, lock = _made(stem, place)
    try:
        yield Path(made.name)
    finally:
        made.cleanup()
        os.close(lock)


@contextmanager
def fresh_file(destination: Path) -> Iterator[Path]:
    """Give the path of a file that takes the place of `destination` at the end: whole or not at all; raises `OSError`.

    It lies in a folder of its own beside that, so that it has the mode which the umask lets it have.
    """
    with private_folder(f".{destination.name}", destination.absolute().parent) as aside:
        fresh = aside / destination.name
        yield fresh
        fresh.replace(destination)


def remove_left_over(stem: str, place: Path) -> None:
    """Remove the folders that begin with `stem` and whose processes have ended; one that cannot be removed stays."""
    pattern = re.compile(rf"{re.escape(stem)}-[a-z0-9_]{{8}}{re.escape(HELD)}")
    left: list[Path] = []
    # A folder that others may only add to is one as well.
    with suppress(OSError):
        left = [path for path in place.iterdir() if pattern.fullmatch(path.name)]
    for folder in left:
        with suppress(OSError):
            _remove(folder)


def _made(stem: str, place: Path) -> tuple[tempfile.TemporaryDirectory[str], int]:
    """Return a folder with its lock. Until it is locked, another process may take it for one that nobody holds: then it is made again."""
    while True:
        made = tempfile.TemporaryDirectory(prefix=f"{stem}-", suffix=HELD, dir=place, ignore_cleanup_errors=True)
        with suppress(FileNotFoundError):
            lock = _opened(Path(made.name))
            # A file system without locks lets nobody remove what others have made.
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            if _is_in_place(lock, Path(made.name)):
                return made, lock
            os.close(lock)
        made.cleanup()


def _remove(folder: Path) -> None:
    """Remove a folder; raises `OSError` where it is another user's, held, or no folder."""
    lock = _opened(folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock).st_uid == os.geteuid() and _is_in_place(lock, folder):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _is_in_place(lock: int, folder: Path) -> bool:
    """Say whether a folder that was opened is still where it was."""
    try:
        return os.path.samestat(os.fstat(lock), folder.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False
