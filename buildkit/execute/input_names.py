"""How an input is named, so that another checkout of the workspace finds it: relative to the workspace wherever it belongs to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from pathlib import Path

from buildkit.cargo.dep_info import DepInfo
from buildkit.execute.verdict_facts import Facts
from buildkit.records import dataclass

CRATE_ROOTS = frozenset({"lib", "main"})
MODULE_FILE = "mod.rs"


@dataclass(frozen=True, kw_only=True)
class InputNames:
    """Names the files that belong to a workspace, to path packages beside it, and to the system."""

    facts: Facts
    _named: dict[tuple[DepInfo, Path], frozenset[str]] = field(default_factory=dict)

    def read_by(self, info: DepInfo, package: Path) -> frozenset[str]:
        """Return the names of what a compilation of a package read; many cells share a compilation."""
        found = self._named.get((info, package))
        if found is None:
            found = self._named[info, package] = frozenset(name for path in info.files for name in self.of(path, package))
        return found

    def of(self, path: str, package: Path) -> Iterator[str]:
        """Give the names of a path that rustc or a build script spelled while it compiled a package; none where it follows from another input.

        A relative path is relative to the workspace or to the package: cargo calls rustc in either.
        """
        if not os.path.isabs(path):
            inside = self.facts.place(package)
            beside = os.path.join(self.facts.root, inside, path)
            if inside != "." and os.path.exists(beside):
                yield from self.of(beside, package)
                if not os.path.exists(os.path.join(self.facts.root, path)):
                    return
            path = os.path.join(self.facts.root, path)
        if not os.path.normpath(path).startswith(self._made):
            yield self._short(path)

    def _short(self, path: str) -> str:
        for folder, name in self._folders:
            if path == folder:
                return name
            if path.startswith(folder + os.sep):
                return os.path.join(name, path[len(folder) + 1 :]) if name != "." else path[len(folder) + 1 :]
        return path

    @cached_property
    def _folders(self) -> tuple[tuple[str, str], ...]:
        """Return the folders that belong to the workspace, by every name that they may be spelled by, with their own names."""
        neighbors = ((os.path.normpath(os.path.join(self.facts.root, name)), name) for name in self.facts.neighbors)
        named = ((self.facts.root, "."), *neighbors)
        return tuple(dict.fromkeys((spelled, name) for folder, name in named for spelled in (folder, os.path.realpath(folder))))

    @cached_property
    def _made(self) -> tuple[str, ...]:
        target = str(self.facts.workspace.target_directory)
        return (os.path.join(target, ""), os.path.join(os.path.realpath(target), ""), *self.facts.fetched)


def twin_of(name: str) -> str | None:
    """Return the other file that could hold the same module; rustc refuses a module that has both."""
    folder, file = os.path.split(name)
    stem, extension = os.path.splitext(file)
    if extension != ".rs" or (stem in CRATE_ROOTS):
        return None
    if file == MODULE_FILE:
        return f"{folder}.rs" if folder else None
    return os.path.join(folder, stem, MODULE_FILE)
