"""Sizes as people write and read them."""

from __future__ import annotations

from typing import Final

from buildkit.config import sizes
from buildkit.errors import UsageError

UNITS: Final = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


def parse_size(size: str | int) -> int:
    """Return the bytes of `200 KiB`, `1.5 MB`, `4096` or a number, rounded down; raises `UsageError` for anything else."""
    if isinstance(size, str) and size.isdecimal():
        return int(size)
    try:
        return sizes.parse_size(size)
    except ValueError as error:
        raise UsageError(str(error), hint="write a number of bytes, or a number with B, KB, MB, GB, KiB, MiB or GiB: 200 KiB") from error


def format_size(size: int) -> str:
    """Return a number of bytes as people read it: `900 B`, `37.1 KiB`, `1.5 MiB`."""
    for factor, unit in UNITS:
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"
