"""What checks leave out because no verdict depends on it. What the user has set himself stays.

Incremental compilation is left out until something is edited, and altogether where no edit follows: in CI, and in sweeps over many selections
of a package, in which its own units outnumber all others. Debug information of build scripts and procedural macros is two thirds of what a
check writes, and only a backtrace of them shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from buildkit.cargo.wrappers import ALL_FOREIGN, PLAIN_NAME
from buildkit.ci import is_ci
from buildkit.model import Cell

VARIABLE: Final = "CARGO_INCREMENTAL"

PROFILE_VARIABLE: Final = "CARGO_PROFILE_DEV_INCREMENTAL"
"""Weaker than `VARIABLE`, which would speak for packages as well."""

HOST_DEBUG: Final = "CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG"

MOST_SELECTIONS: Final = 32
"""A run with more selections of one package on one target is a sweep: nobody repeats it after each edit."""


class Incremental(StrEnum):
    """Who decides: the user has said it, or it does not pay in this run, or it pays for what is edited."""

    USERS = "user's"
    NEVER = "never"
    EDITED = "edited"


def incremental_choice(environment: Mapping[str, str], *tables: Mapping[str, Any], cells: Iterable[Cell] = ()) -> Incremental:
    """Return who decides in a run of these cells; `tables` may have cargo's settings: its configuration, a manifest."""
    is_said = {VARIABLE, PROFILE_VARIABLE} & environment.keys() or any("incremental" in said for table in tables for said in _places(table))
    if is_said or any(map(_names_oddly, tables)):
        return Incremental.USERS
    return Incremental.NEVER if is_ci(environment) or is_sweep(cells) else Incremental.EDITED


def incremental_environment(choice: Incremental) -> Mapping[str, str]:
    """Return what cargo's environment says to all packages."""
    return {Incremental.USERS: {}, Incremental.NEVER: {VARIABLE: "0"}, Incremental.EDITED: {PROFILE_VARIABLE: "false"}}[choice]


def is_sweep(cells: Iterable[Cell]) -> bool:
    """Say whether some package is checked with so many selections on one target that no edit is expected to follow."""
    return max(Counter((cell.package, cell.target) for cell in cells).values(), default=0) > MOST_SELECTIONS


def debug_environment(environment: Mapping[str, str], *tables: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what keeps debug information from what runs on the host; `tables` may have a cargo profile: a manifest, cargo's configuration."""
    overrides = (_dev(table).get("build-override", {}) for table in tables)
    return {} if HOST_DEBUG in environment or any("debug" in override for override in overrides) else {HOST_DEBUG: "0"}


def _places(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give every table that may set incremental compilation."""
    profile = _dev(table)
    yield from (table.get("build", {}), profile, *profile.get("package", {}).values())


def _names_oddly(table: Mapping[str, Any]) -> bool:
    """Say whether a package is named otherwise than by its name: cargo refuses one that is named in two ways."""
    return any(name != ALL_FOREIGN and not PLAIN_NAME.fullmatch(name) for name in _dev(table).get("package", {}))


def _dev(table: Mapping[str, Any]) -> Mapping[str, Any]:
    profile: Mapping[str, Any] = table.get("profile", {}).get("dev", {})
    return profile
