"""A scratch workspace in which many selections are checked by one cargo call.

Each selection has a package of its own there, a wrapper, that depends on the selected package by path and asks for exactly its features.
The scratch workspace has the profiles and patches of the real one, and a copy of its lock file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import tomli_w

from buildkit.cargo.metadata import Package, Workspace
from buildkit.records import dataclass

PREFIX: Final = "buildkit-cell-"
"""How the names of wrappers begin; no package of a registry has such a name."""

LIBRARY: Final = "#![no_std]\n"

KEPT_TABLES: Final = ("cargo-features", "profile", "patch", "replace")
"""What of a root manifest decides how packages are compiled."""

ALL_FOREIGN: Final = "*"
"""What stands in a cargo profile for all packages that are not members of the workspace."""

MEMBER_WRAPPERS: Final = ("RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER")

PLAIN_NAME: Final = re.compile(r"[\w-]+")

LINKABLE: Final = frozenset({"lib", "rlib"})


@dataclass(frozen=True, kw_only=True)
class Wrapper:
    """A selection of a package that another package asks for."""

    package: Package
    features: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return a package name that only this selection has, the same in every run."""
        text = "\0".join((self.package.id, *self.features))
        return PREFIX + sha256(text.encode()).hexdigest()[:16]

    @property
    def manifest(self) -> str:
        """Return the wrapper's Cargo.toml; the library stands one folder up."""
        dependency = {
            "package": self.package.name,
            "path": str(self.package.manifest_path.parent),
            "default-features": False,
            "features": list(self.features),
        }
        return tomli_w.dumps(
            {
                "package": {"name": self.name, "version": "0.0.0", "edition": "2021"},
                "lib": {"path": "../lib.rs"},
                "dependencies": {"selected": dependency},
            }
        )


def can_use_wrappers(configured: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Say whether a user's cargo configuration means the same for wrapped packages as for selected ones.

    What is unstable in it comes to life where cargo is unlocked. A wrapper for the compiler of members, and settings for all packages
    but those, would tell a wrapped package from a selected one. An included file is not looked into.
    """
    unstable = any(name.startswith("CARGO_UNSTABLE_") for name in environment) or "unstable" in configured
    wrapped = any(environment.get(name) for name in MEMBER_WRAPPERS) or "rustc-workspace-wrapper" in configured.get("build", {})
    starred = any(ALL_FOREIGN in table.get("package", {}) for table in configured.get("profile", {}).values())
    return not (unstable or wrapped or starred or "include" in configured)


def can_be_wrapped(package: Package, features: Iterable[str]) -> bool:
    """Say whether a dependent compiles the same units of a package as selecting it does: one library, nothing else, on the target."""
    built = [target for target in package.targets if target.is_library or "bin" in target.kind]
    return len(built) == 1 and not LINKABLE.isdisjoint(built[0].crate_types) and not any("/" in feature for feature in features)


def root_manifest(workspace: Workspace, values: Mapping[str, Any], wrappers: Iterable[Wrapper]) -> str:
    """Return the scratch workspace's Cargo.toml; `values` are those of the real one's, and paths in it are made absolute."""
    kept = {name: values[name] for name in KEPT_TABLES if name in values}
    if "profile" in kept:
        kept["profile"] = {name: _without_star(table, workspace) for name, table in kept["profile"].items()}
    for name in ("patch", "replace"):
        if name in kept:
            kept[name] = _absolute(kept[name], workspace.root)
    members = [wrapper.name for wrapper in wrappers]
    head = {"cargo-features": kept.pop("cargo-features")} if "cargo-features" in kept else {}
    return tomli_w.dumps({**head, "workspace": {"members": members, "resolver": workspace.resolver.value}, **kept})


def _without_star(profile: Mapping[str, Any], workspace: Workspace) -> Mapping[str, Any]:
    """Name every package that a profile has settings for, where `"*"` is one: it means all but members, and no real one is one there.

    Raises `ValueError` where a package is named otherwise than by its plain name.
    """
    named = dict(profile.get("package", {}))
    every = named.pop(ALL_FOREIGN, None)
    if every is None:
        return profile
    odd = next((name for name in named if not PLAIN_NAME.fullmatch(name)), None)
    if odd is not None:
        raise ValueError(f"a cargo profile has settings for {ALL_FOREIGN!r} and for {odd!r}")
    members = {member.id for member in workspace.members}
    counts = Counter(package.name for package in workspace.packages.values())
    settings: dict[str, Mapping[str, Any]] = {}
    for package in workspace.packages.values():
        # The call may have settings for a package by its name, and cargo refuses a package that is named in two ways.
        place = package.name if counts[package.name] == 1 else package.id
        settings[place] = ({} if package.id in members else every) | named.get(package.name, {})
    return {**profile, "package": {place: table for place, table in settings.items() if table}}


def _absolute(table: Any, root: Path) -> Any:
    if not isinstance(table, Mapping):
        return table
    return {key: str(root / value) if key == "path" and isinstance(value, str) else _absolute(value, root) for key, value in table.items()}
