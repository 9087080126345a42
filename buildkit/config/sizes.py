"""Read sizes as people write them."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

_FACTORS: Final = MappingProxyType({"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3})
_SIZE: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?) ?(?P<factor>(?:[KMG]i?)?)B")


def parse_size(size: str | int) -> int:
    """Return bytes for a number of bytes or a text such as `200 KiB`, rounded down; raises `ValueError` for another text."""
    if isinstance(size, int):
        return size
    match = _SIZE.fullmatch(size)
    if match is None:
        raise ValueError(f"{size!r} is no size")
    return int(float(match["number"]) * _FACTORS[match["factor"]])
