"""Put files where they belong, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path


def place_copy(source: Path, destination: Path) -> None:
    """Put a copy of a file, with its mode, in the place of whatever is there; folders around it are made."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    # A file of a folder of one's own has the mode that the umask lets it have, which one of mkstemp has not.
    with tempfile.TemporaryDirectory(prefix=f".{destination.name}-", dir=destination.parent) as aside:
        fresh = Path(aside) / destination.name
        shutil.copy(source, fresh)
        fresh.replace(destination)


def place_text(text: str, destination: Path) -> None:
    """Put a text in the place of whatever is there; folders around it are made."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{destination.name}-", dir=destination.parent) as aside:
        fresh = Path(aside) / destination.name
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(destination)
