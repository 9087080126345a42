"""Put files where they belong, whole or not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

from buildkit.private_folders import private_folder


def place_copy(source: Path, destination: Path) -> None:
    """Put a copy of a file, with its mode, in the place of whatever is there; folders around it are made."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    # A file of a folder of one's own has the mode that the umask lets it have, which one of mkstemp has not.
    with private_folder(f".{destination.name}", destination.parent) as aside:
        fresh = aside / destination.name
        shutil.copy(source, fresh)
        fresh.replace(destination)


def place_text(text: str, destination: Path) -> None:
    """Put a text in the place of whatever is there; folders around it are made."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    with private_folder(f".{destination.name}", destination.parent) as aside:
        fresh = aside / destination.name
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(destination)
