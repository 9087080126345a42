"""Check one cell of a workspace on disk with the real cargo, with and without the verdict cache."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from toolchain_fakes import NATIVE, ignore

from buildkit.cargo.calls import CargoOptions
from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import MetadataRequest, read_workspace
from buildkit.config.schema import Configuration
from buildkit.execute.commands import compiled_cell
from buildkit.execute.context import Context, TargetSupply, Trust
from buildkit.execute.graphs import read_graph
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.verdict_cache import VerdictCache
from buildkit.execute.verdict_recall import Recollection
from buildkit.execute.work import Work
from buildkit.model import Cell
from buildkit.plan.model import Origin, PlannedCell, Subject
from buildkit.process import Command, Completed, OnLine, ProcessRunner
from buildkit.toolchain.discover import discover, reading_toolchain
from buildkit.toolchain.environment import cargo_environment, target_rustflags
from buildkit.toolchain.model import StdProvider, Supply

COMPILING = frozenset({"check", "clippy"})


@dataclass
class CountingRunner:
    """Runs real processes and counts those that compile."""

    runner: ProcessRunner = field(default_factory=ProcessRunner)
    compiled: int = 0

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        self.compiled += bool(COMPILING & set(command.argv[1:2]))
        return self.runner.run(command, on_stdout=on_stdout, on_stderr=on_stderr, timeout=timeout)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a check came to, and whether cargo was called for it."""

    outcome: StageOutcome
    compiled: bool

    @property
    def verdict(self) -> str:
        """Return the verdict."""
        return self.outcome.result.verdict


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A workspace on disk and a store."""

    root: Path
    store: Path
    options: CargoOptions = field(default_factory=lambda: CargoOptions(offline=True))

    def check(self, package: str = "app", *features: str, trust: Trust = Trust.ALWAYS) -> Asked:
        """Check a cell as a new process would."""
        processes = CountingRunner()
        context = self._context(processes, trust)
        member = context.workspace.members_by_name[package]
        cell = Cell(package=package, target=NATIVE.name, features=features)
        planned = PlannedCell(cell=cell, subject=Subject(package=member, target=NATIVE), origin=Origin.CONFIGURED)
        work = Work(planned=planned, graph=read_graph(context, planned.subject, cell))
        recollection = Recollection(context=context)
        outcome = recollection.find(work) or recollection.compiled(work, compiled_cell)
        assert context.verdicts is not None
        context.verdicts.save()
        return Asked(outcome=outcome, compiled=processes.compiled > 0)

    def _context(self, processes: CountingRunner, trust: Trust) -> Context:
        environment = dict(os.environ)
        return Context(
            workspace=read_workspace(MetadataRequest(directory=self.root, offline=True), processes=processes),
            configuration=Configuration(),
            manifests=Manifests(root=self.root),
            supplies={NATIVE.name: self._supply(processes, environment)},
            options=self.options,
            processes=processes,
            emit=ignore,
            jobs=2,
            cache=self.store,
            verdicts=VerdictCache(folder=self.store / "verdicts"),
            trust=trust,
        )

    def _supply(self, processes: CountingRunner, environment: Mapping[str, str]) -> TargetSupply:
        toolchain = reading_toolchain(discover(environment=environment, store=self.store, processes=processes))
        assert toolchain is not None
        supply = Supply(toolchain=toolchain, target=NATIVE, triple=toolchain.host, provider=StdProvider.SHIPPED)
        env = cargo_environment(supply, environment=environment, root=self.root, processes=processes)
        flags = target_rustflags(supply, environment=environment, root=self.root, processes=processes)
        return TargetSupply(supply=supply, env=env, rustflags=flags)


Edit = Callable[[Path], None]
"""Changes a folder of files."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The files below a folder as they were, without what cargo made."""

    folder: Path

    @cached_property
    def _files(self) -> Mapping[Path, bytes]:
        return {path: path.read_bytes() for path in self._now()}

    def take(self) -> Snapshot:
        """Read the files now."""
        assert self._files
        return self

    def restore(self) -> None:
        """Make the files what they were; their times are new ones."""
        for path in self._now():
            if path not in self._files:
                path.unlink()
        for path, content in self._files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)

    def _now(self) -> tuple[Path, ...]:
        return tuple(path for path in self.folder.rglob("*") if path.is_file() and "target" not in path.relative_to(self.folder).parts)
