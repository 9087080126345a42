"""Size, compressed size and checksum of a file, in one pass."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path
from typing import Final

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.records import dataclass

BLOCK: Final = 1 << 20
"""Bytes that are in memory at a time."""

GZIP_FORMAT: Final = 31
"""The window argument by which zlib writes gzip, with no name and no time in its header."""


@dataclass(frozen=True, kw_only=True)
class Fingerprint:
    """What tells two files apart. Sizes are in bytes; `sha256` is in lowercase hexadecimal digits."""

    size: int
    gzip_size: int
    sha256: str


def fingerprint(path: Path) -> Fingerprint:
    """Read the file once, block by block; `gzip_size` is that of level 9. Raises `BrokenArtifactError` when it cannot be read."""
    digest = hashlib.sha256()
    packer = zlib.compressobj(9, zlib.DEFLATED, GZIP_FORMAT)
    size = packed = 0
    try:
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                packed += len(packer.compress(block))
    except OSError as error:
        raise BrokenArtifactError(path, f"cannot be read: {error.strerror}") from error
    return Fingerprint(size=size, gzip_size=packed + len(packer.flush()), sha256=digest.hexdigest())
