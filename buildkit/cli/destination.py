"""Files that a command writes where it is told to: looked at before the work, written whole after it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from buildkit.errors import FULL_DISK, UsageError
from buildkit.private_folders import fresh_file


def require_place(output: Path, needed: Sequence[Path] = (), *, option: str = "--output") -> None:
    """Raise `UsageError` where a file cannot be written, or would replace one that the command needs or what is no file."""
    for file in needed:
        if output.exists() and file.exists() and output.samefile(file):
            raise UsageError(f"{option} {output} is a file that is needed, and would be replaced", hint=f"{option} {output}.result")
    if output.is_dir():
        raise UsageError(f"{option} {output} is a folder", hint=f"{option} {output / 'NAME'}")
    if output.exists() and not output.is_file():
        raise UsageError(f"{option} {output} is no file that could be replaced", hint=f"{option} FILE")
    folder = output.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"{option} {output}: there is no folder {output.parent}", hint=f"mkdir -p {output.parent}")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno in FULL_DISK:
            raise
        raise UsageError(
            f"{option} {output} cannot be written: {(error.strerror or str(error)).lower()}",
            hint=f"{option} FILE, in a folder that can be written",
        ) from None


def take_away(output: Path) -> None:
    """Remove the result of an earlier run, as the program itself does: what is there afterwards is of this one."""
    output.unlink(missing_ok=True)


def write_whole(output: Path, content: bytes) -> None:
    """Write whole or not at all."""
    with fresh_file(output) as fresh:
        fresh.write_bytes(content)
