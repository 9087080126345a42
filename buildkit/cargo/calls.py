"""How cargo is called for one selection of one package on one target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from pathlib import Path

from buildkit.cargo.linting import for_many, lint_words
from buildkit.cargo.messages import MESSAGE_FORMAT
from buildkit.cargo.metadata import Package, Workspace
from buildkit.process import Command
from buildkit.records import dataclass

OUTPUT_FOLDER = "buildkit"
"""The folder below cargo's target directory in which buildkit compiles, so that it never waits for an editor's cargo."""


NO_RUN = "--no-run"

UNLOCKED: Mapping[str, str] = {"__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS": "nightly"}
"""What lets a stable cargo take unstable options. RUSTC_BOOTSTRAP would do as well, and build scripts would see it."""

PACKAGE_WISE: Mapping[str, str] = {"CARGO_RESOLVER_FEATURE_UNIFICATION": "package", **UNLOCKED}
"""What makes a stable cargo unify features package by package."""


class CargoCommand(StrEnum):
    """What cargo does with each cell in the check stage."""

    CHECK = "check"
    CLIPPY = "clippy"
    TEST = "test"
    DOC = "doc"


@dataclass(frozen=True, kw_only=True)
class CargoOptions:
    """What the user allows cargo: `jobs` in parallel, the lock file, the network, and the cargo profile.

    `command` is what it does in the check stage; `arguments` are the user's own, handed on as they are.
    """

    jobs: int | None = None
    locked: bool = False
    offline: bool = False
    profile: str = "dev"
    command: CargoCommand = CargoCommand.CHECK
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CargoSelection:
    """The selection of one cargo call: one package, one target triple (or specification file), its features."""

    package: Package
    triple: str
    features: tuple[str, ...]
    profile_overrides: Mapping[str, str | bool | int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CargoCalls:
    """Builds the commands for one workspace with one cargo; `env` is the environment patch for one target, `output` the folder to compile into."""

    cargo: Path
    workspace: Workspace
    options: CargoOptions
    env: Mapping[str, str | None]
    output: str = OUTPUT_FOLDER
    shares_jobs: bool = False
    """Whether cargo is handed a job server, which says how many processes there may be; build scripts are told the number all the same."""
    lint_inputs: str | None = None
    """What is another text where clippy would read something else; `None` leaves it to cargo to know."""

    def unit_graph(self, selection: CargoSelection) -> Command:
        """Return the call that prints what would be built. It is unstable, and unlocked for cargo alone: nothing is compiled."""
        argv = (str(self.cargo), "build", "-Zunstable-options", "--unit-graph", *self._naming(selection), *self._building(selection))
        return Command(argv=argv, cwd=self.workspace.root, env={**self.env, "RUSTC_BOOTSTRAP": "1", "CARGO_TERM_COLOR": "never"})

    def compile(self, verb: str, selection: CargoSelection) -> Command:
        """Return the call that compiles; `verb` is cargo's subcommand."""
        argv = (str(self.cargo), verb, *self._naming(selection), *self._compiling(selection), *self.options.arguments)
        return Command(argv=argv, cwd=self.workspace.root, env={**self.env, "CARGO_TERM_COLOR": "never"})

    def check(self, selection: CargoSelection, *, runs_tests: bool) -> Command:
        """Return the call of the check stage; tests may be built without being run."""
        command, arguments = self.options.command, self.options.arguments
        if command is CargoCommand.TEST and not runs_tests and NO_RUN not in arguments:
            return replace(self, options=replace(self.options, arguments=(NO_RUN, *arguments))).compile(command, selection)
        return self.compile(command, selection)

    def lint(self, selection: CargoSelection) -> Command:
        """Return the call of clippy, the one that belongs to this cargo: by way of cargo, another toolchain's could be found first."""
        words = lint_words(self.options.arguments)
        told = self.options.arguments if self.lint_inputs is None else words.marked(self.lint_inputs, (selection.package.id,))
        return self._linting(replace(self, options=replace(self.options, arguments=())).compile(CargoCommand.CLIPPY, selection), told)

    @property
    def clippy(self) -> Path:
        """Return where clippy stands beside this cargo, if it does."""
        return self.cargo.with_name("cargo-clippy")

    def _linting_many(self, call: Command) -> Command:
        """Return a call that checks several packages as one of clippy, where that was asked for."""
        if self.options.command is not CargoCommand.CLIPPY:
            return call
        return self._linting(call, for_many(lint_words(self.options.arguments)).marked(self.lint_inputs or "", ()))

    def _linting(self, call: Command, arguments: tuple[str, ...]) -> Command:
        argv = (str(self.clippy), CargoCommand.CLIPPY.value, *call.argv[2:], *arguments)
        return replace(call, argv=argv, env={**call.env, "CARGO": str(self.cargo)})

    def check_joined(self, selections: Sequence[CargoSelection], *, keep_going: bool) -> Command:
        """Return the call that checks several packages at once, features told by package; they are for one target."""
        packages = (part for selection in selections for part in ("--package", package_spec(self.workspace, selection.package)))
        features = ",".join(f"{selection.package.name}/{feature}" for selection in selections for feature in selection.features)
        argv = (
            *(str(self.cargo), "check", *packages, "--no-default-features"),
            *(("--features", features) if features else ()),
            *self._compiling(selections[0]),
            *(("--keep-going",) if keep_going else ()),
        )
        return self._linting_many(Command(argv=argv, cwd=self.workspace.root, env={**self.env, "CARGO_TERM_COLOR": "never"}))

    def check_wrapped(self, manifest: Path, selection: CargoSelection, *, keep_going: bool, apart: Iterable[Package] = ()) -> Command:
        """Return the call that checks all packages of a scratch workspace, each with features of its own.

        That is unstable, and unlocked for cargo alone: rustc and build scripts see a stable toolchain. cargo runs where it always does, so
        that it finds the same configuration; the lock file is a copy that grows by the wrappers, so nothing may be fetched. rustc runs where
        it always does, too: paths of the code, and what macros read, are relative to that folder. What is compiled of the packages in
        `apart` is not taken for what another call compiled of them.
        """
        offline = () if self.options.offline else ("--offline",)
        argv = (
            *(str(self.cargo), "check", "--manifest-path", str(manifest), "--workspace", *self._unstable(), *offline),
            *(part for part in self._compiling(selection) if part != "--locked"),
            *(part for package in apart for part in ("--config", self._setting(package))),
            *(("--keep-going",) if keep_going else ()),
        )
        return self._linting_many(
            Command(argv=argv, cwd=self.workspace.root, env={**self.env, "CARGO_TERM_COLOR": "never", **PACKAGE_WISE})
        )

    def _setting(self, package: Package) -> str:
        """Return a setting that nobody has: one less than the usual number of parts in which the code of a crate is made."""
        return f'profile.{self.options.profile}.package."{package_spec(self.workspace, package)}".codegen-units=255'

    def _unstable(self) -> tuple[str, ...]:
        return "-Zfeature-unification", f"-Zroot-dir={self.workspace.root}"

    def _compiling(self, selection: CargoSelection) -> tuple[str, ...]:
        return (
            *self._building(selection),
            *("--message-format", MESSAGE_FORMAT, "--target-dir", str(self.workspace.target_directory / self.output), *self._jobs()),
        )

    def _jobs(self) -> tuple[str, ...]:
        jobs = self.options.jobs
        if jobs is None:
            return ()
        return ("--config", f"build.jobs={jobs}") if self.shares_jobs else ("--jobs", str(jobs))

    def _naming(self, selection: CargoSelection) -> tuple[str, ...]:
        features = ("--features", ",".join(selection.features)) if selection.features else ()
        return ("--package", package_spec(self.workspace, selection.package), "--no-default-features", *features)

    def _building(self, selection: CargoSelection) -> tuple[str, ...]:
        options = self.options
        profile = () if options.profile == "dev" else ("--release",) if options.profile == "release" else ("--profile", options.profile)
        overrides = (f"profile.{options.profile}.{key}={_toml(value)}" for key, value in selection.profile_overrides.items())
        return (
            *("--target", selection.triple, *profile),
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
