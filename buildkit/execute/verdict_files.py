"""Files of the verdict cache: written aside and renamed, with a digest before the content; what is not whole is as if it were not there."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from buildkit.records import dataclass

FOLDER: Final = "verdicts"
"""The folder of the cache below the store."""

VERSION: Final = "1"
"""The folder of this format below it; another format has another name."""

DIGEST_BYTES: Final = 32
SECONDS_PER_DAY: Final = 86400.0
LARGEST_BYTES: Final = 256 * 1024 * 1024
KEPT_SHARE: Final = 0.8
"""How much of the largest size is left when it was exceeded."""

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class VerdictFiles:
    """Values in files below a folder. Nothing here raises for a disk that is full, damaged or not writable."""

    folder: Path

    def read(self, kind: str, name: str, decoder: msgspec.msgpack.Decoder[Value]) -> Value | None:
        """Return a value, `None` where there is none that is whole."""
        try:
            with open(self._path(kind, name), "rb") as stream:
                content = stream.read()
        except OSError:
            return None
        payload = memoryview(content)[DIGEST_BYTES:]
        if hashlib.sha256(payload).digest() != content[:DIGEST_BYTES]:
            return None
        try:
            return decoder.decode(payload)
        except (msgspec.DecodeError, ValueError):
            return None

    def write(self, kind: str, name: str, value: object) -> None:
        """Write a value whole or not at all."""
        payload = msgspec.msgpack.encode(value)
        path = Path(self._path(kind, name))
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, aside = tempfile.mkstemp(prefix=".", dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(hashlib.sha256(payload).digest() + payload)
                Path(aside).replace(path)
            except OSError:
                Path(aside).unlink(missing_ok=True)
                raise

    def note_use(self, kind: str, name: str) -> None:
        """Note that a value is used, once a day."""
        path = self._path(kind, name)
        with suppress(OSError):
            if time.time() - os.stat(path).st_mtime > SECONDS_PER_DAY:
                os.utime(path)

    def _path(self, kind: str, name: str) -> str:
        return os.path.join(self.folder, VERSION, kind, name[:2], name)


@dataclass(frozen=True, kw_only=True)
class _Stored:
    path: str
    size: int
    used: float


def prune_files(folder: Path, *, unused_days: float) -> int:
    """Remove the files below a folder that were not used for so many days, and return how many bytes that were."""
    limit = time.time() - unused_days * SECONDS_PER_DAY
    return sum(_remove(stored) for stored in tuple(_stored(folder)) if stored.used <= limit)


def bound_verdicts(folder: Path, *, largest: int = LARGEST_BYTES) -> int:
    """Remove what was used longest ago where the cache is larger than so many bytes, and return how many bytes that were."""
    found = sorted(_stored(folder), key=lambda stored: stored.used)
    total = sum(stored.size for stored in found)
    if total <= largest:
        return 0
    removed = 0
    for stored in found:
        if total - removed <= largest * KEPT_SHARE:
            break
        removed += _remove(stored)
    return removed


def spent(folder: Path) -> int:
    """Return how many bytes of the disk the files below a folder take."""
    return sum(stored.size for stored in _stored(folder))


def _stored(folder: Path) -> Iterator[_Stored]:
    """Give every file, those of other formats and those that a killed process left as well. Sizes are what the disk spends."""
    for here, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(here, name)
            with suppress(OSError):
                status = os.stat(path)
                yield _Stored(path=path, size=status.st_blocks * 512, used=status.st_mtime)


def _remove(stored: _Stored) -> int:
    try:
        Path(stored.path).unlink()
    except OSError:
        return 0
    return stored.size
