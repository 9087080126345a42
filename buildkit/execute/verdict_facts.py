"""What decides verdicts and is the same for many cells, read once: the lock file, cargo's configuration, compilers, path packages."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from buildkit.cargo.configuration import find_files
from buildkit.cargo.lock_file import LockFile, parse_lock
from buildkit.cargo.metadata import Package, Workspace
from buildkit.process import patched
from buildkit.records import dataclass

FETCHED: Final = ("registry", "git")
"""The folders of CARGO_HOME in which cargo keeps the sources of fetched packages; their content follows from the package's id."""

READ_PREFIXES: Final = ("CARGO", "__CARGO", "RUST", "CLIPPY", "__CLIPPY")
"""How the names of the variables begin that cargo and rustc read."""

READ_NAMES: Final = frozenset({"MACOSX_DEPLOYMENT_TARGET", "SDKROOT"})

IRRELEVANT: Final = re.compile(
    # How cargo shows itself, fetches, and where it keeps what it makes.
    r"CARGO_(TERM|HTTP|NET|REGISTRY|REGISTRIES|CREDENTIAL|LOG|FUTURE|CACHE|ALIAS)(_.*)?|CARGO_(HOME|TARGET_DIR|MAKEFLAGS|INCREMENTAL)"
    r"|CARGO_BUILD_(TARGET_DIR|BUILD_DIR|JOBS|INCREMENTAL|DEP_INFO_BASEDIR)"
    # What cargo sets itself for every compilation, and leaves behind for what it runs.
    r"|CARGO|CARGO_(PKG|MANIFEST|BIN|CRATE)_.*|CARGO_(PRIMARY_PACKAGE|TARGET_TMPDIR)"
    # Which compiler is called is told by what it is, not by where it lies.
    r"|RUSTC|RUSTDOC|RUSTUP(_.*)?|RUST_(LOG|BACKTRACE|LIB_BACKTRACE|RECURSION_COUNT)(_.*)?"
)
"""Variables that begin so and cannot change a verdict."""

ABSENT: Final = "absent"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The variables that a process gets, and a digest of those that cargo and rustc read and of those that are set for them."""

    values: Mapping[str, str]
    digest: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The facts of a workspace at one moment. `store` is the folder of toolchains, whose entries are named by their content."""

    workspace: Workspace
    store: Path
    _labels: dict[str, str] = field(default_factory=dict)
    _fixed: dict[str, bool] = field(default_factory=dict)
    _environments: dict[frozenset[tuple[str, str | None]], Environment] = field(default_factory=dict)

    @cached_property
    def root(self) -> str:
        """Return the workspace's folder as text."""
        return str(self.workspace.root)

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """Return this process's own environment."""
        return patched({})

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Return the files that these facts were read from: the root manifest, the lock file and cargo's configuration."""
        root = self.workspace.root
        return (root / "Cargo.toml", root / "Cargo.lock", *configuration_files(root, self.environment))

    @cached_property
    def shared(self) -> str:
        """Return the digest of what counts for every cell."""
        root = self.workspace.root
        found = (digest_of(file) for file in configuration_files(root, self.environment))
        return digest((digest_of(root / "Cargo.toml"), self.lock.rest, str(self.workspace.resolver), *found))

    @cached_property
    def lock(self) -> LockFile:
        """Return the lock file; an unreadable one is empty."""
        try:
            return parse_lock((self.workspace.root / "Cargo.lock").read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return LockFile()

    @cached_property
    def fetched(self) -> tuple[str, ...]:
        """Return the folders whose files follow from a package's id."""
        home = self.environment.get("CARGO_HOME") or os.path.join(self.environment.get("HOME", "/"), ".cargo")
        return tuple(os.path.join(home, name, "") for name in FETCHED)

    @cached_property
    def neighbors(self) -> tuple[str, ...]:
        """Return the folders of path packages outside the workspace, relative to it."""
        folders = {package.manifest_path.parent for package in self.workspace.packages.values() if package.source is None}
        return tuple(sorted(place for place in map(self.place, folders) if place.startswith("..")))

    @cached_property
    def everything(self) -> tuple[str, ...]:
        """Return what counts where more than a closure is compiled: development dependencies are none of its packages."""
        paths = (identity for identity, package in self.workspace.packages.items() if package.source is None)
        return (self.lock.whole, *sorted(map(self.label, paths)))

    def is_fixed(self, package: Package) -> bool:
        """Say whether the files of a package follow from its id."""
        found = self._fixed.get(package.id)
        if found is None:
            found = self._fixed[package.id] = package.source is not None and str(package.manifest_path).startswith(self.fetched)
        return found

    def place(self, folder: Path) -> str:
        """Return a folder relative to the workspace."""
        return os.path.relpath(folder, self.root)

    def label(self, identity: str) -> str:
        """Return what is known of a package before its files are read, the same in every checkout."""
        found = self._labels.get(identity)
        if found is None:
            found = self._labels[identity] = digest(self._described(self.workspace.packages[identity]))
        return found

    def environment_under(self, changes: Mapping[str, str | None]) -> Environment:
        """Return this process's environment under a patch."""
        key = frozenset(changes.items())
        found = self._environments.get(key)
        if found is None:
            values = patched(changes)
            read = (f"{name}={self.portable(value)}" for name, value in sorted(values.items()) if is_read(name, changes))
            found = self._environments[key] = Environment(values=values, digest=digest(read))
        return found

    def portable(self, text: str) -> str:
        """Return a text in which the store and the workspace go by names that every machine has."""
        return replace_folder(replace_folder(text, str(self.store), "<store>"), self.root, "<workspace>")

    def _described(self, package: Package) -> Iterator[str]:
        yield f"{package.name} {package.version} {package.edition}"
        yield package.source or self.place(package.manifest_path.parent)
        yield self.lock.entry(package.name, package.version)
        if not self.is_fixed(package):
            for target in package.targets:
                kinds = f"{target.kind} {target.crate_types} {sorted(target.required_features)}"
                yield f"{target.name} {kinds} {os.path.relpath(target.src_path, package.manifest_path.parent)}"


def is_read(name: str, changes: Mapping[str, str | None]) -> bool:
    """Say whether a variable counts before any compilation told what it reads."""
    if name == "PATH" or IRRELEVANT.fullmatch(name):
        return False
    return name.startswith(READ_PREFIXES) or name in READ_NAMES or name in changes


def replace_folder(text: str, folder: str, name: str) -> str:
    """Return a text in which a folder, and what lies below it, has another name; a longer name that only begins alike stays."""
    if folder not in text:
        return text
    return re.sub(re.escape(folder) + r"(?![\w-]|\.\w)", lambda _: name, text)


def configuration_files(root: Path, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return cargo's configuration files for a folder with those that they include, there or not."""
    found: dict[Path, None] = {}
    waiting = list(find_files(root, environment))
    while waiting:
        file = waiting.pop(0)
        if file not in found:
            found[file] = None
            waiting += [file.parent / name for name in _included(file)]
    return tuple(found)


def _included(file: Path) -> tuple[str, ...]:
    try:
        text = file.read_text(encoding="utf-8")
        given: Any = tomllib.loads(text).get("include") if "include" in text else None
    except (OSError, ValueError):
        return ()
    entries = given if isinstance(given, list) else [given]
    paths = (entry.get("path") if isinstance(entry, dict) else entry for entry in entries)
    return tuple(path for path in paths if isinstance(path, str))


def digest(parts: Iterable[str]) -> str:
    """Return the digest of texts in order."""
    state = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogateescape")
        state.update(b"%d:" % len(encoded))
        state.update(encoded)
    return state.hexdigest()


def digest_of(file: Path) -> str:
    """Return the digest of a file's content; one that cannot be read counts as absent."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ABSENT
