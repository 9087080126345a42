"""A folder of remembered answers, one file each; whatever is wrong with a file, it counts as none."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from buildkit.records import dataclass
from buildkit.remembered.inputs import Input

FORMAT: Final = 1
"""Counts up when a page of an older buildkit would be misread; other formats have other file names."""

SUM_BYTES: Final = 20
UNUSED_DAYS: Final = 30
SECONDS_PER_DAY: Final = 86_400


class Page(msgspec.Struct, frozen=True, array_like=True):
    """An answer to a question, and what it depends on. The key may spell out half an environment, so it is only kept as its digest."""

    inputs: tuple[Input, ...]
    answer: bytes


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The pages in a folder. Losing them costs time and nothing else; several processes may read and write at once."""

    folder: Path

    def find(self, key: str) -> Page | None:
        """Return the page for a key, `None` where there is none that is whole. What it depends on is not looked at."""
        try:
            content = memoryview(self._file(key).read_bytes())
            if _sum(content[SUM_BYTES:]) != content[:SUM_BYTES]:
                return None
            return msgspec.msgpack.decode(content[SUM_BYTES:], type=Page)
        except (OSError, msgspec.DecodeError):
            return None

    def keep(self, key: str, page: Page) -> None:
        """Write a page, whole or not at all; a folder that cannot be written stays as it is."""
        file = self._file(key)
        fresh = self.folder / f".{file.name}.{os.urandom(8).hex()}"
        try:
            body = msgspec.msgpack.encode(page)
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(_sum(body) + body)
            fresh.replace(file)
            self._remove_old()
        except (OSError, UnicodeEncodeError):
            # A file's name may be no text.
            with suppress(OSError):
                fresh.unlink()

    def _file(self, key: str) -> Path:
        return self.folder / f"{FORMAT}-{_sum(key.encode(errors='surrogateescape')).hex()}"

    def _remove_old(self) -> None:
        """Remove what was written long ago, and what an interrupted process left; an answer that is still in use is asked for again."""
        limit = time.time() - UNUSED_DAYS * SECONDS_PER_DAY
        for file in os.scandir(self.folder):
            with suppress(OSError):
                if file.stat().st_mtime < limit:
                    Path(file.path).unlink()


def _sum(content: bytes | memoryview) -> bytes:
    return hashlib.blake2b(content, digest_size=SUM_BYTES).digest()
