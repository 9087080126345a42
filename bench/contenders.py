"""The tools as they are called for the same cells, and how to read what they say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from bench.cells import Cell, FeatureNames
from bench.tools import Tools, buildkit_command
from bench.verdicts import Verdicts, read_buildkit, read_fc, read_hack
from bench.workspace import append_allowed_sets
from buildkit.errors import BuildkitError, ExitCode
from buildkit.process import Command, Completed

INHERITED: Final = (
    "CARGO",
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_FC_VERBOSE",
    "CARGO_INCREMENTAL",
    "CARGO_MAKEFLAGS",
    "CARGO_TARGET_DIR",
    "MAKEFLAGS",
    "MALLOC_CONF",
    "MFLAGS",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
    "VERBOSE",
)
"""Variables of the caller that would change what is measured; none of them is passed on."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A contender's own copy of the workspace, and what it keeps beside it."""

    folder: Path

    @property
    def workspace(self) -> Path:
        """Return the copy."""
        return self.folder / "workspace"

    @property
    def kept(self) -> tuple[Path, ...]:
        """Return the folders that a run fills; without them the next one is cold."""
        return self.workspace / "target", self.store

    @property
    def store(self) -> Path:
        """Return buildkit's store, which is used by this site alone."""
        return self.folder / "store"


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is asked of every contender: `cells` for one target. `hack_options` make cargo-hack choose just these."""

    cells: tuple[Cell, ...]
    known: FeatureNames
    triple: str
    target: str
    hack_options: tuple[str, ...]


class Contender(Protocol):
    """A tool, with the settings that it is measured with."""

    @property
    def name(self) -> str:
        """Return what the tool is called in tables and on the command line."""
        ...

    def prepare(self, site: Site, task: Task) -> None:
        """Write down in the site's workspace what the tool must be told there."""
        ...

    def command(self, site: Site, task: Task, tools: Tools) -> Command:
        """Return the command that checks the cells."""
        ...

    def verdicts(self, done: Completed, task: Task) -> Verdicts:
        """Read what the tool says of each cell."""
        ...


def environment(tools: Tools, site: Site) -> dict[str, str | None]:
    """Return the environment that all contenders have in common."""
    return {
        **dict.fromkeys(INHERITED),
        "PATH": tools.search_path,
        "CARGO_NET_OFFLINE": "true",
        "CARGO_TERM_COLOR": "never",
        "BUILDKIT_CACHE_DIR": str(site.store),
    }


@dataclass(frozen=True, kw_only=True)
class CargoHack:
    """cargo-hack: one cargo call for each cell."""

    name: str = "cargo-hack"
    settings: Mapping[str, str] = field(default_factory=dict)
    verb: str = "check"

    def prepare(self, site: Site, task: Task) -> None:
        """Do nothing: the options say it all."""

    def command(self, site: Site, task: Task, tools: Tools) -> Command:
        """Return the command; it goes on after a failure."""
        options = (*task.hack_options, "--target", task.triple, "--keep-going", "--locked", "--offline")
        argv = (str(tools.programs / "cargo-hack"), "hack", self.verb, "--workspace", *options)
        return Command(argv=argv, cwd=site.workspace, env={**environment(tools, site), **self.settings})

    def verdicts(self, done: Completed, task: Task) -> Verdicts:
        """Read its log."""
        return read_hack(done.stderr, task.known)


LEAN: Final = {"CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_DEBUG": "0"}
"""Settings that spare a cold run work which no check needs."""


@dataclass(frozen=True, kw_only=True)
class CargoFc:
    """cargo-fc: one cargo call for each cell, told by the manifests."""

    name: str = "cargo-fc"

    def prepare(self, site: Site, task: Task) -> None:
        """Allow just the task's selections."""
        for package in sorted({cell.package for cell in task.cells}):
            append_allowed_sets(site.workspace, package, (cell.features for cell in task.cells if cell.package == package))

    def command(self, site: Site, task: Task, tools: Tools) -> Command:
        """Return the command; it goes on after a failure by itself."""
        argv = (str(tools.programs / "cargo-fc"), "fc", "check", "--target", task.triple, "--locked", "--offline")
        # It would look for a cross compiler that cargo does not need for a check.
        return Command(argv=argv, cwd=site.workspace, env={**environment(tools, site), "CARGO_DRIVER": None})

    def verdicts(self, done: Completed, task: Task) -> Verdicts:
        """Read its summary."""
        del task
        return read_fc(done.stdout)


JUDGED: Final = frozenset({ExitCode.PASSED, ExitCode.FAILED})
"""The exit codes with which buildkit has judged every cell."""


@dataclass(frozen=True, kw_only=True)
class Buildkit:
    """The buildkit that is installed beside this."""

    name: str = "buildkit"
    settings: Mapping[str, str | None] = field(default_factory=lambda: {"CI": None})
    verb: str = "check"

    def prepare(self, site: Site, task: Task) -> None:
        """Do nothing: the ids of the cells say it all."""

    def command(self, site: Site, task: Task, tools: Tools) -> Command:
        """Return the command, with every cell by its id."""
        ids = (f"{cell.package}/{task.target}/{','.join(cell.features) or '-'}" for cell in task.cells)
        argv = (*buildkit_command(), "check", "--command", self.verb, "--format", "json", "--locked", "--offline", *ids)
        return Command(argv=argv, cwd=site.workspace, env={**environment(tools, site), **self.settings})

    def verdicts(self, done: Completed, task: Task) -> Verdicts:
        """Read its JSON report; raises `BuildkitError` where it ended without one."""
        del task
        if done.returncode not in JUDGED:
            said = done.stderr.strip().splitlines()
            raise BuildkitError(f"buildkit check: {said[-1] if said else done.ending}", hint=done.command.shell)
        return read_buildkit(done.stdout)


HACK: Final = CargoHack()
HACK_LEAN: Final = CargoHack(name="cargo-hack, lean", settings=LEAN)
BUILDKIT: Final = Buildkit()
BUILDKIT_IN_CI: Final = Buildkit(name="buildkit, in CI", settings={"CI": "true"})
CONTENDERS: Final[tuple[Contender, ...]] = (HACK, HACK_LEAN, CargoFc(), BUILDKIT, BUILDKIT_IN_CI)
