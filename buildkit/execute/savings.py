"""What checks leave out because no verdict depends on it. What the user has set himself stays.

Incremental compilation costs a fifth more processor time and three times the disk on the first run, and saves more than half of the time
after an edit. So it begins for a package with its first edit, and for those that depend on it: they are compiled anew in any case.
Debug information of build scripts and procedural macros is two thirds of what a check writes, and only a backtrace of them shows it.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import msgspec

from buildkit.cargo.metadata import Package, Workspace
from buildkit.cargo.wrappers import ALL_FOREIGN, PLAIN_NAME

STAMP: Final = ".buildkit-checked"
"""The file in cargo's folder of a triple that says what was checked there last."""

VARIABLE: Final = "CARGO_INCREMENTAL"

PROFILE_VARIABLE: Final = "CARGO_PROFILE_DEV_INCREMENTAL"
"""Weaker than `VARIABLE`, which would speak for packages as well."""

HOST_DEBUG: Final = "CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG"

NO_SOURCES: Final = frozenset({"target", "node_modules"})


class Incremental(StrEnum):
    """Who decides: the user has said it, or it never pays on this machine, or it pays for what is edited."""

    USERS = "user's"
    NEVER = "never"
    EDITED = "edited"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """When the last check of a target began, in nanoseconds since the epoch, and which packages were compiled incrementally."""

    began: int
    incremental: frozenset[str] = frozenset()


def incremental_choice(environment: Mapping[str, str], *tables: Mapping[str, Any]) -> Incremental:
    """Return who decides; `tables` may have cargo's settings: its configuration, a manifest."""
    profiles = [table.get("profile", {}).get("dev", {}) for table in tables]
    said = (*profiles, *(table.get("build", {}) for table in tables))
    # cargo refuses a package that is named in two ways, and buildkit names it by its plain name.
    named = (name for profile in profiles for name in profile.get("package", {}) if name != ALL_FOREIGN)
    odd = any(not PLAIN_NAME.fullmatch(name) for name in named)
    if odd or {VARIABLE, PROFILE_VARIABLE} & environment.keys() or any("incremental" in table for table in said):
        return Incremental.USERS
    return Incremental.NEVER if environment.get("CI", "").lower() not in {"", "0", "false"} else Incremental.EDITED


def incremental_environment(choice: Incremental) -> Mapping[str, str]:
    """Return what cargo's environment says to all packages."""
    return {Incremental.USERS: {}, Incremental.NEVER: {VARIABLE: "0"}, Incremental.EDITED: {PROFILE_VARIABLE: "false"}}[choice]


def checking_now(folder: Path, workspace: Workspace) -> Checked:
    """Return what a check that begins now has to remember: before the first one, cargo's folder of the triple knows of none."""
    now = time.time_ns()
    last = _read(folder / STAMP)
    if last is None:
        return Checked(began=now)
    named = Counter(package.name for package in workspace.packages.values())
    own = [package for package in workspace.packages.values() if package.source is None and named[package.name] == 1]
    edited = {package.name for package in own if package.name not in last.incremental and _is_edited(package, last.began)}
    return Checked(began=now, incremental=last.incremental | frozenset(_with_dependents(edited, own, workspace)))


def remember_check(folder: Path, checked: Checked) -> None:
    """Leave the stamp for a triple, where cargo has written anything for it."""
    if folder.is_dir():
        (folder / STAMP).write_bytes(msgspec.json.encode(checked))


def debug_environment(environment: Mapping[str, str], *tables: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what keeps debug information from what runs on the host; `tables` may have a cargo profile: a manifest, cargo's configuration."""
    overrides = (table.get("profile", {}).get("dev", {}).get("build-override", {}) for table in tables)
    return {} if HOST_DEBUG in environment or any("debug" in override for override in overrides) else {HOST_DEBUG: "0"}


def _read(stamp: Path) -> Checked | None:
    try:
        return msgspec.json.decode(stamp.read_bytes(), type=Checked)
    except (OSError, msgspec.MsgspecError):
        return None


def _is_edited(package: Package, since: int) -> bool:
    return any(changed > since for changed in _changes(str(package.manifest_path.parent)))


def _changes(folder: str) -> Iterator[int]:
    """Give the times of all files that may be sources."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in NO_SOURCES:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _changes(entry.path)
        elif entry.is_file():
            yield entry.stat().st_mtime_ns


def _with_dependents(names: set[str], own: Iterable[Package], workspace: Workspace) -> set[str]:
    found = set(names)
    waiting = [package for package in own if package.name not in found]
    while True:
        more = {
            package.name
            for package in waiting
            if package.name not in found and any(workspace.packages[edge.pkg].name in found for edge in workspace.edges.get(package.id, ()))
        }
        if not more:
            return found
        found |= more
