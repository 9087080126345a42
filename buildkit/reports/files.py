"""Report files, each written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from buildkit.errors import FULL_DISK, ToolchainError, UsageError


def write_report(path: Path, text: str) -> None:
    """Write a file aside and rename it into place; its folder is made when it is missing.

    Raises `UsageError` where the file cannot be written, and `ToolchainError` where the disk is full.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.write_text(text, encoding="utf-8", errors="replace")
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in FULL_DISK:
            raise ToolchainError(f"{path}: the report cannot be written: the disk is full", hint="df -h") from error
        raise UsageError(f"{path}: the report cannot be written: {(error.strerror or str(error)).lower()}") from error


def append_report(path: Path, text: str) -> None:
    """Write what a file holds already, then `text`, as `write_report` does."""
    try:
        before = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        before = ""
    except OSError as error:
        raise UsageError(f"{path}: the report cannot be read: {(error.strerror or str(error)).lower()}") from error
    write_report(path, before + text)
