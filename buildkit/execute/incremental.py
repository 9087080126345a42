"""Whether rustc keeps what it needs to compile faster after an edit.

That costs a fifth more processor time and three times the disk on the first compilation, and saves more than half of the time after an
edit: it pays where a check is repeated on the same machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

CHECKED_STAMP: Final = ".buildkit-checked"
"""The file in cargo's folder of a triple that says that all asked-for cells have been checked there before."""

VARIABLE: Final = "CARGO_INCREMENTAL"


class Incremental(StrEnum):
    """Who decides: the user has said it, or it never pays on this machine, or it pays from the second run on."""

    USERS = "user's"
    NEVER = "never"
    AFTERWARDS = "afterwards"


def incremental_choice(environment: Mapping[str, str], configured: object) -> Incremental:
    """Return who decides; `configured` is cargo's `build.incremental`, `None` where it is not set."""
    if VARIABLE in environment or configured is not None:
        return Incremental.USERS
    return Incremental.NEVER if environment.get("CI", "").lower() not in {"", "0", "false"} else Incremental.AFTERWARDS


def incremental_environment(choice: Incremental, output: Path, triple: str) -> Mapping[str, str]:
    """Return what cargo's environment says of it for a triple, or for the name of a specification file."""
    match choice:
        case Incremental.USERS:
            return {}
        case Incremental.NEVER:
            return {VARIABLE: "0"}
        case Incremental.AFTERWARDS:
            return {VARIABLE: "1" if (output / triple / CHECKED_STAMP).exists() else "0"}


def remember_check(output: Path, triple: str) -> None:
    """Leave the stamp for a triple, where cargo has written anything for it."""
    folder = output / triple
    if folder.is_dir():
        (folder / CHECKED_STAMP).touch()
