"""What an answer depends on in the file system, and whether that is still as it was.

A file counts by its content. A status that is equal to the remembered one stands for equal content, except where the file had changed so
shortly before it was read that a second change could have left the same times: such a file is read again, as git does it.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

SETTLING_NANOSECONDS: Final = 2_000_000_000
"""How old a change must be for a file's times to tell it from the next one; the coarsest file systems count in steps of two seconds."""

DIGEST_BYTES: Final = 20

Status = tuple[int, int, int, int, int]
"""Size, times of change of content and of status, inode and device."""


class InputKind(StrEnum):
    """What is looked at."""

    FILE = "file"
    """The content of a file."""
    PRESENCE = "presence"
    """Whether there is a file or a folder."""
    SOURCES = "sources"
    """The programs that cargo finds by itself in a folder: Rust files, and folders with a `main.rs`."""
    MATCHES = "matches"
    """What a pattern matches, a manifest in it or not."""


class Input(msgspec.Struct, frozen=True, array_like=True):
    """What was seen. `status` is that of a file whose times can be believed, else `None`; `value` is empty where there is nothing."""

    kind: InputKind
    path: str
    value: str
    status: Status | None = None


def look(kind: InputKind, path: str) -> Input:
    """Look at an input now; raises `OSError` where it cannot be read."""
    match kind:
        case InputKind.FILE:
            return _read(path)
        case InputKind.PRESENCE:
            return Input(kind, path, presence(path))
        case InputKind.SOURCES:
            return Input(kind, path, "/".join(sources(path)))
        case InputKind.MATCHES:
            return Input(kind, path, "\0".join(matches(path)))


def look_again(seen: Input) -> Input | None:
    """Return an input as it is now, `seen` itself where not even its status has changed; `None` where an answer may now be another."""
    if seen.status is not None and _status_of(seen.path) == seen.status:
        return seen
    try:
        now = look(seen.kind, seen.path)
    except OSError:
        return None
    if now.value != seen.value:
        return None
    return seen if now == seen else now


def presence(path: str) -> str:
    """Return what there is at a path: `file`, `folder` or nothing."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  # hundreds of these are made at each start
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return "folder" if stat.S_ISDIR(mode) else "file"


def sources(folder: str) -> tuple[str, ...]:
    """Return the Rust files of a folder, and its folders that have a `main.rs`, as cargo discovers programs."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  # hundreds of these are made at each start
    except (FileNotFoundError, NotADirectoryError):
        return ()
    return tuple(sorted(name for name in names if name.endswith(".rs") or presence(f"{folder}/{name}/main.rs")))


def matches(pattern: str) -> tuple[str, ...]:
    """Return what a pattern for whole paths matches; the pattern is one of `workspace.members`."""
    return tuple(sorted(str(found) for found in Path("/").glob(pattern.lstrip("/"))))


def digest(content: bytes) -> str:
    """Return what stands for a content."""
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def _status_of(path: str) -> Status | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # hundreds of these are made at each start
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)


def _read(path: str) -> Input:
    started = time.time_ns()
    before = _status_of(path)
    try:
        content = Path(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Input(InputKind.FILE, path, "")
    except IsADirectoryError:
        return Input(InputKind.FILE, path, "folder")
    is_settled = before is not None and max(before[1], before[2]) + SETTLING_NANOSECONDS < started and before == _status_of(path)
    return Input(InputKind.FILE, path, digest(content), before if is_settled else None)
