"""How cargo is called for one selection of one package on one target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from buildkit.cargo.messages import MESSAGE_FORMAT
from buildkit.cargo.metadata import Package, Workspace
from buildkit.process import Command

OUTPUT_FOLDER = "buildkit"
"""The folder below cargo's target directory in which buildkit compiles, so that it never waits for an editor's cargo."""


@dataclass(frozen=True, kw_only=True)
class CargoOptions:
    """What the user allows cargo: `jobs` in parallel, the lock file, the network, and the cargo profile."""

    jobs: int | None = None
    locked: bool = False
    offline: bool = False
    profile: str = "dev"


@dataclass(frozen=True, kw_only=True)
class CargoSelection:
    """The selection of one cargo call: one package, one target triple (or specification file), its features."""

    package: Package
    triple: str
    features: tuple[str, ...]
    profile_overrides: Mapping[str, str | bool | int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CargoCalls:
    """Builds the commands for one workspace with one cargo; `env` is the environment patch for one target."""

    cargo: Path
    workspace: Workspace
    options: CargoOptions
    env: Mapping[str, str | None]

    def unit_graph(self, selection: CargoSelection) -> Command:
        """Return the call that prints what would be built. It is unstable, and unlocked for cargo alone: nothing is compiled."""
        argv = (str(self.cargo), "build", "-Zunstable-options", "--unit-graph", *self._selecting(selection))
        return Command(argv=argv, cwd=self.workspace.root, env={**self.env, "RUSTC_BOOTSTRAP": "1", "CARGO_TERM_COLOR": "never"})

    def compile(self, verb: str, selection: CargoSelection) -> Command:
        """Return the call that compiles; `verb` is cargo's subcommand."""
        jobs = () if self.options.jobs is None else ("--jobs", str(self.options.jobs))
        argv = (
            *(str(self.cargo), verb, *self._selecting(selection), "--message-format", MESSAGE_FORMAT),
            *("--target-dir", str(self.workspace.target_directory / OUTPUT_FOLDER), *jobs),
        )
        return Command(argv=argv, cwd=self.workspace.root, env={**self.env, "CARGO_TERM_COLOR": "never"})

    def _selecting(self, selection: CargoSelection) -> tuple[str, ...]:
        features = ("--features", ",".join(selection.features)) if selection.features else ()
        options = self.options
        profile = () if options.profile == "dev" else ("--release",) if options.profile == "release" else ("--profile", options.profile)
        overrides = (f"profile.{options.profile}.{key}={_toml(value)}" for key, value in selection.profile_overrides.items())
        return (
            *("--package", package_spec(self.workspace, selection.package), "--target", selection.triple),
            *("--no-default-features", *features, *profile),
            *(part for override in overrides for part in ("--config", override)),
            *(("--locked",) if options.locked else ()),
            *(("--offline",) if options.offline else ()),
        )


def package_spec(workspace: Workspace, package: Package) -> str:
    """Return the shortest package id specification that is unambiguous: another package of the graph may have the name, even the version."""
    same_name = [other for other in workspace.packages.values() if other.name == package.name]
    if len(same_name) == 1:
        return package.name
    same_version = [other for other in same_name if other.version == package.version]
    return f"{package.name}@{package.version}" if len(same_version) == 1 else package.id


def _toml(value: str | bool | int) -> str:  # noqa: FBT001  # a cargo profile's values are what they are
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
