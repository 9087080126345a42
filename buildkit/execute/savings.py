"""What checks leave out because no verdict depends on it. What the user has set himself stays.

Incremental compilation costs a fifth more processor time and three times the disk on the first run, and saves more than half of the time
after an edit: it pays where checks are repeated on one machine. Debug information of build scripts and procedural macros is two
thirds of what a check writes, and only a backtrace of them shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

CHECKED_STAMP: Final = ".buildkit-checked"
"""The file in cargo's folder of a triple that says that all asked-for cells have been checked there before."""

VARIABLE: Final = "CARGO_INCREMENTAL"

HOST_DEBUG: Final = "CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG"


class Incremental(StrEnum):
    """Who decides: the user has said it, or it never pays on this machine, or it pays from the second run on."""

    USERS = "user's"
    NEVER = "never"
    AFTERWARDS = "afterwards"


def incremental_choice(environment: Mapping[str, str], configured: Mapping[str, Any]) -> Incremental:
    """Return who decides; `configured` is what cargo's configuration files say."""
    if VARIABLE in environment or "incremental" in configured.get("build", {}):
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


def debug_environment(environment: Mapping[str, str], *tables: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what keeps debug information from what runs on the host; `tables` may have a cargo profile: a manifest, cargo's configuration."""
    overrides = (table.get("profile", {}).get("dev", {}).get("build-override", {}) for table in tables)
    return {} if HOST_DEBUG in environment or any("debug" in override for override in overrides) else {HOST_DEBUG: "0"}


def remember_check(output: Path, triple: str) -> None:
    """Leave the stamp for a triple, where cargo has written anything for it."""
    folder = output / triple
    if folder.is_dir():
        (folder / CHECKED_STAMP).touch()
