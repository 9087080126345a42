"""Read cargo's JSON into typed structures."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def decode_path(expected: type, value: Any) -> Any:
    """Make a path of a text, as a `dec_hook` of msgspec."""
    if expected is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"{expected} is not read")
