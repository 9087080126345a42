"""Which files cargo reads to answer `cargo metadata`, found as cargo finds them.

Rather too many than too few: what is named here and does not matter costs a look, what is left out would make a stale answer look fresh.
The sources are the Cargo book's "Configuration", "Workspaces", "Overriding dependencies" and "Cargo targets".
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from buildkit.cargo.configuration import NAMES
from buildkit.records import dataclass
from buildkit.remembered.inputs import InputKind, matches

MANIFEST: Final = "Cargo.toml"
LOCK: Final = "Cargo.lock"
CHECKSUMS: Final = ".cargo-checksum.json"
"""What cargo writes into each package that it has vendored."""

PROGRAM_FOLDERS: Final = ("src/bin", "examples", "tests", "benches")
SINGLE_SOURCES: Final = ("src/lib.rs", "src/main.rs", "build.rs")
_WILDCARD: Final = re.compile(r"[*?\[]")

Reading = tuple[InputKind, str]
"""A thing to look at, and where."""


class UnforeseeableError(ValueError):
    """What cargo would read cannot be told beforehand."""


def cargo_home(environment: Mapping[str, str]) -> Path:
    """Return cargo's own folder."""
    return Path(environment.get("CARGO_HOME") or Path(environment.get("HOME", "/")) / ".cargo")


def workspace_readings(directory: Path, environment: Mapping[str, str]) -> tuple[Reading, ...]:
    """Return what cargo reads of a workspace and of packages outside it that are named by their paths.

    Raises `UnforeseeableError` where a setting opens another way, and for a file that cannot be read as cargo would.
    """
    if "CARGO_RESOLVER_LOCKFILE_PATH" in environment:
        raise UnforeseeableError
    finder = _Finder()
    folders = (directory, *directory.parents)
    for folder in (*(folder / ".cargo" for folder in folders), cargo_home(environment)):
        for name in NAMES:
            finder.add_configuration(folder / name)
    finder.add_above(directory)
    for folder in folders:
        finder.add(InputKind.FILE, folder / LOCK)
    finder.finish()
    return tuple(finder.readings)


def package_readings(manifest: Path, environment: Mapping[str, str]) -> Iterator[Reading]:
    """Give what is read of a package that came from a registry or a repository.

    In cargo's own folder nobody edits anything, so the manifest stands for the whole. What is vendored may be edited.
    """
    yield InputKind.FILE, str(manifest)
    if not manifest.is_relative_to(cargo_home(environment)):
        folder = manifest.parent
        yield InputKind.FILE, str(folder / CHECKSUMS)
        yield from ((InputKind.PRESENCE, str(folder / source)) for source in SINGLE_SOURCES)
        yield from ((InputKind.SOURCES, str(folder / name)) for name in PROGRAM_FOLDERS)


@dataclass(kw_only=True)
class _Finder:
    """Follows manifests and configuration files to whatever they name."""

    readings: dict[Reading, None] = field(default_factory=dict)
    _waiting: list[Path] = field(default_factory=list)

    def add(self, kind: InputKind, path: Path) -> bool:
        """Add a reading, and say whether it is new."""
        reading = (kind, os.path.normpath(path))
        is_new = reading not in self.readings
        self.readings[reading] = None
        return is_new

    def add_configuration(self, file: Path) -> None:
        """Add a configuration file with the files that it includes, and the packages that it names."""
        if not self.add(InputKind.FILE, file) or not file.is_file():
            return
        table = _load(file)
        if table.get("paths") or "lockfile-path" in _table(table, "resolver"):
            raise UnforeseeableError
        for included in _list(table.get("include")):
            path = included.get("path") if isinstance(included, dict) else included
            if isinstance(path, str):
                self.add_configuration(file.parent / path)
        # Paths in a configuration file are relative to the folder that holds its `.cargo`.
        for folder in (file.parent.parent, file.parent):
            self._add_named(folder, table)

    def add_above(self, folder: Path) -> None:
        """Add the manifest of a folder and those above it, among which cargo looks for the workspace."""
        for above in (folder, *folder.parents):
            self._add_manifest(above / MANIFEST)

    def finish(self) -> None:
        """Read manifests until none names another one."""
        while self._waiting:
            manifest = self._waiting.pop()
            if manifest.is_file():
                self._follow(manifest, _load(manifest))

    def _add_manifest(self, manifest: Path) -> None:
        if self.add(InputKind.FILE, manifest):
            self._waiting.append(Path(os.path.normpath(manifest)))

    def _follow(self, manifest: Path, table: Mapping[str, Any]) -> None:
        folder = manifest.parent
        self.add_above(folder)
        self._add_named(folder, table)
        for member in _list(_table(table, "workspace").get("members")):
            self._add_members(folder, str(member))
        package = _table(table, "package")
        root, script = package.get("workspace"), package.get("build")
        if isinstance(root, str):
            self._add_manifest(folder / root / MANIFEST)
        for source in script if isinstance(script, list) else [script]:
            if isinstance(source, str):
                self.add(InputKind.PRESENCE, folder / source)
        self._add_targets(folder, table)

    def _add_members(self, folder: Path, pattern: str) -> None:
        if not _WILDCARD.search(pattern):
            self._add_manifest(folder / pattern / MANIFEST)
            return
        whole = os.path.normpath(folder / pattern)
        if "**" in pattern or _WILDCARD.search(str(folder)):
            raise UnforeseeableError
        self.add(InputKind.MATCHES, Path(whole))
        for found in matches(whole):
            self._add_manifest(Path(found) / MANIFEST)

    def _add_targets(self, folder: Path, table: Mapping[str, Any]) -> None:
        """Add what cargo takes for a library, a program, an example, a test, a benchmark or a build script if it is there."""
        package, library = _table(table, "package"), _table(table, "lib")
        names = [package.get("name"), library.get("name"), *(_table(item).get("name") for item in _list(table.get("bin")))]
        for name in {name for name in names if isinstance(name, str)}:
            # Where the edition of 2015 looked.
            self.add(InputKind.PRESENCE, folder / "src" / f"{name}.rs")
            self.add(InputKind.PRESENCE, folder / "src" / f"{name.replace('-', '_')}.rs")
        for source in SINGLE_SOURCES:
            self.add(InputKind.PRESENCE, folder / source)
        for name in PROGRAM_FOLDERS:
            self.add(InputKind.SOURCES, folder / name)

    def _add_named(self, folder: Path, value: object) -> None:
        """Add what every `path` of a file names, be it a package or a source file."""
        if isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str):
                self.add(InputKind.PRESENCE, folder / path)
                self._add_manifest(folder / path / MANIFEST)
            for item in value.values():
                self._add_named(folder, item)
        elif isinstance(value, list):
            for item in value:
                self._add_named(folder, item)


def _load(file: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnforeseeableError from error


def _table(value: object, key: str | None = None) -> Mapping[str, Any]:
    found = value.get(key) if key is not None and isinstance(value, dict) else value
    return found if isinstance(found, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
