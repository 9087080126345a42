"""Put files where they belong, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from buildkit.private_folders import fresh_file


def place_copy(source: Path, destination: Path) -> None:
    """Put a copy of a file, with its mode, in the place of whatever is there; folders around it are made."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    with fresh_file(destination) as fresh:
        shutil.copy(source, fresh)


def place_text(text: str, destination: Path) -> None:
    """Put a text in the place of whatever is there; folders around it are made."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    with fresh_file(destination) as fresh:
        fresh.write_text(text, encoding="utf-8")
