"""Where a manifest says what: the lines of dependencies and features in `Cargo.toml` files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from buildkit.cargo.metadata import Dependency, DependencyKind, Package
from buildkit.records import dataclass
from buildkit.toml_lines import locate_keys

TABLES: Mapping[DependencyKind | None, tuple[str, ...]] = {
    None: ("dependencies",),
    DependencyKind.NORMAL: ("dependencies",),
    DependencyKind.DEVELOPMENT: ("dev-dependencies", "dev_dependencies"),
    DependencyKind.BUILD: ("build-dependencies", "build_dependencies"),
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A line of a manifest, counted from 1. `inherited` says that it takes the rest from `[workspace.dependencies]`; `features` are its own."""

    file: Path
    line: int
    inherited: bool = False
    features: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A manifest's values and the line of each key; both are empty where the file cannot be read."""

    file: Path
    values: Mapping[str, Any]
    lines: Mapping[tuple[str | int, ...], int]

    def feature(self, name: str) -> Place | None:
        """Return where a feature is declared, `None` where it is implicit."""
        return self._place(("features", name))

    def dependency(self, declaration: Dependency) -> Place | None:
        """Return where a dependency is declared, in the table of its kind and platform."""
        prefix = () if declaration.target is None else ("target", declaration.target)
        found = (self._place((*prefix, table, declaration.key)) for table in TABLES[declaration.kind])
        return next((place for place in found if place is not None), None)

    def inherited(self, key: str) -> Place | None:
        """Return where `[workspace.dependencies]` declares a key."""
        return self._place(("workspace", "dependencies", key))

    def _place(self, path: tuple[str, ...]) -> Place | None:
        line = self.lines.get(path)
        if line is None:
            return None
        value: Any = self.values
        for key in path:
            value = value[key] if isinstance(value, Mapping) and key in value else {}
        table = value if isinstance(value, Mapping) else {}
        return Place(file=self.file, line=line, inherited=table.get("workspace") is True, features=tuple(table.get("features", ())))


@dataclass(frozen=True, kw_only=True)
class Manifests:
    """The manifests of a workspace and its dependencies, each read once."""

    root: Path
    _read: dict[Path, Manifest] = field(default_factory=dict)

    def read(self, file: Path) -> Manifest:
        """Return a manifest. cargo has read it before, so one that has gone since is taken as empty."""
        if file not in self._read:
            self._read[file] = _parse(file)
        return self._read[file]

    def declares_feature(self, package: Package, name: str) -> bool:
        """Say whether a manifest declares a feature; cargo's metadata shows the implicit one of an optional dependency alike."""
        if package.features[name] != (f"dep:{name}",):
            return True
        # A second `dep:` of the dependency takes its implicit feature away.
        hidden = any(f"dep:{name}" in values for other, values in package.features.items() if other != name)
        return hidden or self.read(package.manifest_path).feature(name) is not None

    def inherited(self, root: Path, declaration: Dependency) -> Place | None:
        """Return where the workspace at `root` declares what a member inherits."""
        place = self.read(root / "Cargo.toml").inherited(declaration.key)
        return None if place is None else replace(place, inherited=True)

    def shown(self, file: Path) -> str:
        """Return a path as reports show it: relative to the workspace where it lies in it."""
        return str(file.relative_to(self.root)) if file.is_relative_to(self.root) else str(file)


def _parse(file: Path) -> Manifest:
    try:
        text = file.read_text(encoding="utf-8")
        return Manifest(file=file, values=tomllib.loads(text), lines=locate_keys(text))
    except (OSError, ValueError):
        return Manifest(file=file, values={}, lines={})
