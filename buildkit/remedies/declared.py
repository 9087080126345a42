"""Where the manifests of a workspace declare dependencies, as far as they may be edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from buildkit.cargo.manifest import TABLES, Manifests
from buildkit.cargo.metadata import Dependency, Package, Workspace
from buildkit.records import dataclass
from buildkit.remedies.edits import Entry, Keys

MANIFEST = "Cargo.toml"
WORKSPACE_TABLE: Keys = ("workspace", "dependencies")
_KIND_TABLES = tuple(dict.fromkeys(table for tables in TABLES.values() for table in tables))


@dataclass(frozen=True, kw_only=True)
class Declared:
    """An entry as it is written. `base` is what it inherits from, `None` where it inherits nothing."""

    entry: Entry
    value: str | Mapping[str, Any]
    base: Declared | None = None

    @property
    def table(self) -> dict[str, Any]:
        """Return the value as a table; a text alone is a version."""
        return {"version": self.value} if isinstance(self.value, str) else dict(self.value)

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features that it lists itself."""
        return tuple(self.table.get("features", ()))

    @property
    def default_features(self) -> bool | None:
        """Return what it says of default features itself, `None` where it says nothing."""
        found = self.table.get("default-features", self.table.get("default_features"))
        return found if isinstance(found, bool) else None


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """The entries of a workspace. Only manifests in its folder are edited: those of members, and the one at its root."""

    workspace: Workspace
    manifests: Manifests

    @cached_property
    def files(self) -> frozenset[Path]:
        """Return the manifests that may be edited, relative to the root."""
        files = (self.workspace.root / MANIFEST, *(member.manifest_path for member in self.workspace.members))
        return frozenset(file.relative_to(self.workspace.root) for file in files if is_inside(file, self.workspace.root))

    def values(self, file: Path) -> Mapping[str, Any]:
        """Return what a manifest says."""
        return self.manifests.read(self.workspace.root / file).values

    def file_of(self, package: Package) -> Path | None:
        """Return the manifest of a package where it may be edited."""
        path = package.manifest_path
        file = path.relative_to(self.workspace.root) if path.is_relative_to(self.workspace.root) else None
        return file if file in self.files and package.source is None else None

    def find(self, package: Package, declaration: Dependency) -> Declared | None:
        """Return where a package declares a dependency, `None` where that may not be edited."""
        file = self.file_of(package)
        if file is None:
            return None
        prefix = () if declaration.target is None else ("target", declaration.target)
        entries = (Entry(file=file, table=(*prefix, table), key=declaration.key) for table in TABLES[declaration.kind])
        return next((found for found in map(self.at, entries) if found is not None), None)

    def at(self, entry: Entry) -> Declared | None:
        """Return what stands at an entry."""
        value: Any = self.values(entry.file)
        for key in (*entry.table, entry.key):
            value = value.get(key) if isinstance(value, Mapping) else None
        if not isinstance(value, str | Mapping):
            return None
        inherits = isinstance(value, Mapping) and value.get("workspace") is True
        base = self.at(Entry(file=Path(MANIFEST), table=WORKSPACE_TABLE, key=entry.key)) if inherits else None
        return Declared(entry=entry, value=value, base=base)

    def inheriting(self, key: str) -> Iterator[Declared]:
        """Give every entry that inherits a key of the workspace's table."""
        for file in sorted(self.files):
            values = self.values(file)
            prefixes = [(), *(("target", platform) for platform in values.get("target", {}))]
            for prefix in prefixes:
                for table in _KIND_TABLES:
                    found = self.at(Entry(file=file, table=(*prefix, table), key=key))
                    if found is not None and found.base is not None:
                        yield found

    @property
    def outsiders(self) -> tuple[Path, ...]:
        """Return the manifests of members that lie outside of the workspace's folder; they are left alone."""
        return tuple(member.manifest_path for member in self.workspace.members if not is_inside(member.manifest_path, self.workspace.root))


def is_inside(file: Path, root: Path) -> bool:
    """Say whether a file lies in a folder, by its path and with symbolic links followed."""
    return file.is_relative_to(root) and file.resolve().is_relative_to(root.resolve())
