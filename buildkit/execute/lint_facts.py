"""What clippy reads beside what rustc reads: its own configuration, and manifests of packages that it does not compile."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from buildkit.execute.verdict_facts import ABSENT, Facts, configuration_files, digest, digest_of
from buildkit.records import dataclass
from buildkit.toolchain.probe import identity

FOLDER_VARIABLE: Final = "CLIPPY_CONF_DIR"
FILES: Final = ("clippy.toml", ".clippy.toml")

UNFOLLOWED: Final = frozenset({FOLDER_VARIABLE, "CLIPPY_ARGS", "SYSROOT"})
"""Variables that lead clippy to files, or away from what it is told, and that cargo's configuration and a target can set for it."""


@dataclass(frozen=True, kw_only=True)
class LintFacts:
    """The facts for clippy, the same for all cells.

    Clippy looks for its configuration in the folder of the package, or in that which a variable names, and in those above it
    (`clippy_config::lookup_conf_file`); lints about manifests ask `cargo metadata` of the whole workspace.
    """

    facts: Facts

    @cached_property
    def configurations(self) -> tuple[Path, ...]:
        """Return every place of a configuration file, there or not."""
        folders = dict.fromkeys(folder for start in self._starts() for folder in (start, *start.parents))
        return tuple(folder / name for folder in folders for name in FILES)

    @cached_property
    def manifests(self) -> tuple[Path, ...]:
        """Return the manifests of the packages whose files may change, and the lock file."""
        packages = self.facts.workspace.packages.values()
        own = {package.manifest_path for package in packages if package.source is None}
        root = self.facts.workspace.root
        return tuple(sorted({*own, root / "Cargo.toml", root / "Cargo.lock"}))

    @cached_property
    def digest(self) -> str:
        """Return the digest of all of these, the same in every checkout; what is not there does not count."""
        found = zip(self.places, map(digest_of, (*self.configurations, *self.manifests)), strict=True)
        return digest(part for place, content in found if content != ABSENT for part in (place, content))

    def follows(self, environment: Mapping[str, str | None]) -> bool:
        """Say whether every file that clippy reads is among these or told by itself; `environment` is the patch for the command."""
        return self._is_followed and UNFOLLOWED.isdisjoint(environment)

    @cached_property
    def _is_followed(self) -> bool:
        if "SYSROOT" in self.facts.environment:
            return False
        files = configuration_files(self.facts.workspace.root, self.facts.environment)
        return all(UNFOLLOWED.isdisjoint(_environment_of(file)) for file in files)

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Return the names of all these files as inputs."""
        return tuple(map(self.facts.place, (*self.configurations, *self.manifests)))

    def names(self, clippy: Path) -> tuple[str, ...]:
        """Return the same with those of the two programs that are clippy."""
        return (*self.places, str(clippy), str(driver_of(clippy)))

    def inputs(self, clippy: Path) -> str:
        """Return what is another text whenever clippy would read something else."""
        return digest((self.digest, identity(driver_of(clippy)) or ABSENT))

    def _starts(self) -> Iterator[Path]:
        folders = [package.manifest_path.parent for package in self.facts.workspace.members]
        named = self.facts.environment.get(FOLDER_VARIABLE)
        if named is not None:
            # Whoever compiles runs in the folder of the workspace or of the package.
            folders += [folder / named for folder in (self.facts.workspace.root, *folders)]
        yield from dict.fromkeys(Path(os.path.realpath(folder)) for folder in folders)


def driver_of(clippy: Path) -> Path:
    """Return the program that `cargo-clippy` calls: it lies beside the real one."""
    return Path(os.path.realpath(clippy)).with_name("clippy-driver")


def _environment_of(file: Path) -> frozenset[str]:
    """Return the variables that a configuration file sets; of one that cannot be read, all that count."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("env")
    except FileNotFoundError:
        return frozenset()
    except (OSError, ValueError):
        return UNFOLLOWED
    return frozenset(table) if isinstance(table, dict) else frozenset()
