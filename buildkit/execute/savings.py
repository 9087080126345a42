"""What checks leave out because no verdict depends on it. What the user has set himself stays.

Incremental compilation takes a little more time on the first run, and saves half of it after an edit, for twice the disk. It is left out where
no edit follows: in CI, and in sweeps over many selections of a package, in which its own units outnumber all others. Debug information of build scripts and procedural macros is two thirds of what a check writes, and only a
backtrace of them shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from buildkit.ci import is_ci
from buildkit.model import Cell

VARIABLE: Final = "CARGO_INCREMENTAL"

PROFILE_VARIABLE: Final = "CARGO_PROFILE_DEV_INCREMENTAL"

HOST_DEBUG: Final = "CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG"

MOST_SELECTIONS: Final = 32
"""A run with more selections of one package on one target is a sweep: nobody repeats it after each edit."""


def incremental_environment(environment: Mapping[str, str], *tables: Mapping[str, Any], cells: Iterable[Cell] = ()) -> Mapping[str, str]:
    """Return what keeps incremental compilation out of CI and of sweeps; `tables` may have cargo's settings: its configuration, a manifest."""
    is_said = {VARIABLE, PROFILE_VARIABLE} & environment.keys() or any("incremental" in said for table in tables for said in _places(table))
    return {VARIABLE: "0"} if (is_ci(environment) or is_sweep(cells)) and not is_said else {}


def is_sweep(cells: Iterable[Cell]) -> bool:
    """Say whether some package is checked with so many selections on one target that no edit is expected to follow."""
    return max(Counter((cell.package, cell.target) for cell in cells).values(), default=0) > MOST_SELECTIONS


def debug_environment(environment: Mapping[str, str], *tables: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what keeps debug information from what runs on the host; `tables` may have a cargo profile: a manifest, cargo's configuration."""
    overrides = (table.get("profile", {}).get("dev", {}).get("build-override", {}) for table in tables)
    return {} if HOST_DEBUG in environment or any("debug" in override for override in overrides) else {HOST_DEBUG: "0"}


def _places(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give every table that may set incremental compilation."""
    profile = table.get("profile", {}).get("dev", {})
    yield from (table.get("build", {}), profile, *profile.get("package", {}).values())
