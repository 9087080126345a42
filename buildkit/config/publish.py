"""Put a new file in place whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from buildkit.errors import UsageError


def publish_new(file: Path, text: str) -> None:
    """Write a file that does not exist yet; raises `UsageError` where it does, even if it has just appeared."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    aside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        # A link, unlike a rename, never replaces what is there.
        aside.chmod(0o666 & ~_mask())
        file.hardlink_to(aside)
    except FileExistsError as error:
        raise refusal(file) from error
    finally:
        aside.unlink()


def refusal(file: Path) -> UsageError:
    """Return the error for a configuration that is there already."""
    return UsageError(f"{file} exists already, and is not overwritten", hint="buildkit init --stdout")


def _mask() -> int:
    """Return the mask of new files' permissions; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
