"""A run as it is kept: what it said, and all that it looked at. Imports next to nothing, because it is read before all else.

Two runs are the same question when they are called alike: arguments, folder, environment, terminals, user and interpreter. The environment may
hold secrets, so only the digest of all this is kept, as the name of the file.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import stat
import sys
import time
from collections.abc import Sequence

real_stat, real_lstat = os.stat, os.lstat
"""The functions themselves, whatever stands in for them while a run is watched."""

FORMAT = 1
"""Counts up when a page of an older buildkit would be misread."""

FOLDER = "replies"
"""The folder of the pages below the store."""

VERBS = frozenset({"check", "plan", "why"})
"""The verbs whose runs are kept."""

DISTRUSTING = frozenset({"--no-cache", "--verify-cache", "--verify-with-cargo"})
"""Options that ask for a fresh look."""

UNHEEDED = frozenset({"_", "SHLVL", "OLDPWD"})
"""Variables that change from one command to the next and say nothing."""

SETTLING_NANOSECONDS = 2_000_000_000
"""How old a change must be for a file's times to tell it from the next one; the coarsest file systems count in steps of two seconds."""

SUM_BYTES = 20

Status = tuple[int, int, int, int, int, int]
"""Mode, size, times of change of content and of status in nanoseconds, inode and device."""

FOLLOWED = 0
"""What a path leads to was looked at."""

UNFOLLOWED = 1
"""The path itself was looked at, be it a link."""

LISTED = 2
"""The names in a folder were looked at."""

Place = tuple[str, int]
"""An absolute path, and how it was looked at."""

Sight = tuple[Status | None, bytes]
"""The status of a place, `None` where nothing was, and the digest of a content that changed too lately to be told by its times."""

Look = tuple[Place, Sight]

Page = tuple[int, tuple[tuple[int, bytes], ...], tuple[Look, ...], tuple[str, ...]]
"""The exit code, what was written to which file descriptor, what was looked at, and the files whose use was noted by their times."""


def is_kept(arguments: Sequence[str]) -> bool:
    """Say whether runs with these arguments are kept."""
    return sys.platform != "win32" and bool(arguments) and arguments[0] in VERBS and DISTRUSTING.isdisjoint(_names(arguments))


def page_file(arguments: Sequence[str]) -> str:
    """Return the path of the page of a question, below the store that the environment names, or below the platform's cache folder."""
    return f"{store()}/{FOLDER}/{FORMAT}-{_digest(repr(_question(arguments)).encode(errors='surrogateescape')).hex()}"


def store() -> str:
    """Return the store, as the configuration finds it where no file names another."""
    told = os.environ.get("BUILDKIT_CACHE_DIR")
    if told:
        return os.path.abspath(told)
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/buildkit")
    return f"{os.environ.get('XDG_CACHE_HOME', '').strip() or os.path.expanduser('~/.cache')}/buildkit"


def write_page(file: str, page: Page) -> None:
    """Write a page, whole or not at all; raises `OSError` where the folder cannot be written."""
    body = marshal.dumps(page)
    fresh = f"{file}.{os.urandom(8).hex()}"
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(fresh, "wb") as stream:
        stream.write(_digest(body) + body)
    os.replace(fresh, file)


def read_page(file: str) -> Page | None:
    """Return a page, `None` where there is none that is whole."""
    try:
        with open(file, "rb") as stream:
            content = stream.read()
    except OSError:
        return None
    body = content[SUM_BYTES:]
    # Whoever can write here can replace compilers as well; any other format takes longer to import than to read.
    return marshal.loads(body) if _digest(body) == content[:SUM_BYTES] else None  # noqa: S302


def status_of(path: str, how: int) -> Status | None:
    """Return what tells a place from what it was, `None` where nothing can be seen. The times of a folder tell of the names in it alone."""
    try:
        found = real_lstat(path) if how == UNFOLLOWED else real_stat(path)
    except (OSError, ValueError):
        return None
    if how != LISTED and stat.S_ISDIR(found.st_mode):
        return (found.st_mode, 0, 0, 0, found.st_ino, found.st_dev)
    return (found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)


def see(path: str, how: int) -> Sight:
    """Look at a place; raises `OSError` where it has just been changed and cannot be read."""
    status = status_of(path, how)
    is_settled = status is None or max(status[2], status[3]) + SETTLING_NANOSECONDS < time.time_ns()
    return status, b"" if status is None or is_settled else content_of(path, status[0])


def is_as_seen(look: Look) -> bool:
    """Say whether a place is what it was; raises `OSError` where it cannot be read any more."""
    (path, how), (status, content) = look
    return status_of(path, how) == status and (status is None or not content or content_of(path, status[0]) == content)


def content_of(path: str, mode: int) -> bytes:
    """Return the digest of a file's content, or of the names in a folder; raises `OSError` where it cannot be read, or is neither."""
    if stat.S_ISDIR(mode):
        return _digest("\0".join(sorted(os.listdir(path))).encode(errors="surrogateescape"))
    if stat.S_ISLNK(mode):
        return _digest(os.fsencode(os.readlink(path)))
    if not stat.S_ISREG(mode):
        raise OSError(f"{path}: neither file nor folder")
    with open(path, "rb") as stream:
        return _digest(stream.read())


def _question(arguments: Sequence[str]) -> tuple[object, ...]:
    variables = sorted((name, value) for name, value in os.environ.items() if name not in UNHEEDED)
    terminals = tuple(os.get_terminal_size(number) if os.isatty(number) else None for number in range(3))
    return (tuple(arguments), os.getcwd(), variables, terminals, os.geteuid(), sys.version, sys.executable, tuple(sys.flags))


def _names(arguments: Sequence[str]) -> frozenset[str]:
    return frozenset(argument.partition("=")[0] for argument in arguments)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=SUM_BYTES).digest()
