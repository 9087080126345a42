"""What checks leave out because no verdict depends on it. What the user has set himself stays.

Incremental compilation takes no more time on the first run, and saves more than half of it after an edit, for twice the disk: in CI, where
nothing is edited, it is left out. Debug information of build scripts and procedural macros is two thirds of what a check writes, and only a
backtrace of them shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

VARIABLE: Final = "CARGO_INCREMENTAL"

PROFILE_VARIABLE: Final = "CARGO_PROFILE_DEV_INCREMENTAL"

HOST_DEBUG: Final = "CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG"

NO_CI: Final = frozenset({"", "0", "false"})
"""What `CI` says where it does not say that this is CI."""


def incremental_environment(environment: Mapping[str, str], *tables: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what keeps incremental compilation out of CI; `tables` may have cargo's settings: its configuration, a manifest."""
    is_ci = environment.get("CI", "").lower() not in NO_CI
    is_said = {VARIABLE, PROFILE_VARIABLE} & environment.keys() or any("incremental" in said for table in tables for said in _places(table))
    return {VARIABLE: "0"} if is_ci and not is_said else {}


def debug_environment(environment: Mapping[str, str], *tables: Mapping[str, Any]) -> Mapping[str, str]:
    """Return what keeps debug information from what runs on the host; `tables` may have a cargo profile: a manifest, cargo's configuration."""
    overrides = (table.get("profile", {}).get("dev", {}).get("build-override", {}) for table in tables)
    return {} if HOST_DEBUG in environment or any("debug" in override for override in overrides) else {HOST_DEBUG: "0"}


def _places(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give every table that may set incremental compilation."""
    profile = table.get("profile", {}).get("dev", {})
    yield from (table.get("build", {}), profile, *profile.get("package", {}).values())
