"""What executing a plan needs: the workspace, the toolchains, and how to start processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

from buildkit.cargo.calls import OUTPUT_FOLDER, CargoCalls, CargoCommand, CargoOptions, CargoSelection
from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import Workspace
from buildkit.config.schema import Configuration
from buildkit.events import Emit
from buildkit.execute.input_names import InputNames
from buildkit.execute.lint_facts import LintFacts
from buildkit.execute.models import Models, Platform
from buildkit.execute.read_files import ReadFiles
from buildkit.execute.verdict_cache import VerdictCache
from buildkit.execute.verdict_facts import Facts
from buildkit.features.model import Model
from buildkit.model import Cell
from buildkit.plan.model import PlannedCell, Subject
from buildkit.process import Command, Runner
from buildkit.records import dataclass
from buildkit.toolchain.model import Supply

RUNS_HERE: Final = "native"
"""The runner of targets whose programs this machine executes itself."""


@dataclass(frozen=True, kw_only=True)
class TargetSupply:
    """A supply, the environment patch that cargo gets for it, and all the flags that rustc then gets for the target."""

    supply: Supply
    env: Mapping[str, str | None]
    rustflags: tuple[str, ...] = ()


class Trust(StrEnum):
    """Whether a remembered verdict is believed; a new one is remembered in any case."""

    ALWAYS = "always"
    NEVER = "never"
    VERIFY = "verify"


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything that the stages share. `supplies` are by the name of the compilation target; `jobs` processes run side by side."""

    workspace: Workspace
    configuration: Configuration
    manifests: Manifests
    supplies: Mapping[str, TargetSupply]
    options: CargoOptions
    processes: Runner
    emit: Emit
    jobs: int
    cache: Path
    verifies: bool = False
    """Whether the feature engine is held against cargo's own unit graph; it is in any case where the metadata leaves something out."""
    verdicts: VerdictCache | None = None
    """Where verdicts are remembered, if they are."""
    trust: Trust = Trust.ALWAYS

    wraps: bool = True
    """Whether cells may be checked through a scratch workspace."""
    skips_wrappers: bool = True
    """Whether rustc is left out for what the scratch workspace itself consists of."""
    fail_fast: bool = False
    """Whether the first cell that fails ends the run."""

    check_env: Mapping[str, str] = field(default_factory=dict)
    """The environment patch of checks beyond that of other calls."""
    running_env: Mapping[str, str] = field(default_factory=dict)
    """The environment patch of checks that are run, beyond that which is shown: no verdict depends on it."""
    compiler_env: Mapping[str, str] = field(default_factory=dict)
    """What rustc gets in checks and builds beside what is shown, unless the target says otherwise. With tests, which may be about just that, it is
    left out."""

    @cached_property
    def models(self) -> Models:
        """Return the models of the workspace; what rustc says of a target is asked once."""
        return Models(workspace=self.workspace, processes=self.processes)

    @cached_property
    def facts(self) -> Facts:
        """Return what decides verdicts and is the same for many cells."""
        return Facts(workspace=self.workspace, store=self.cache)

    @cached_property
    def lint_facts(self) -> LintFacts:
        """Return what clippy reads."""
        return LintFacts(facts=self.facts)

    @cached_property
    def input_names(self) -> InputNames:
        """Return how inputs are named."""
        return InputNames(facts=self.facts)

    @cached_property
    def read_files(self) -> ReadFiles:
        """Return what cargo and rustc wrote down of what they read."""
        return ReadFiles()

    def model(self, subject: Subject, *, tests: bool = False) -> Model:
        """Return the model for a subject's target, of calls that build tests or not; raises `ToolchainError` where rustc does not know it."""
        provided = self.supplies[subject.target.name]
        toolchain = provided.supply.toolchain
        spec = subject.target.target_spec
        platform = Platform(
            rustc=toolchain.rustc, host=toolchain.host, triple=self.triple(subject), spec=spec, rustflags=provided.rustflags
        )
        return self.models.model(platform, tests=tests)

    def calls(self, subject: Subject, *, profile: str = "dev") -> CargoCalls:
        """Return the commands of cargo for a subject's target."""
        provided = self.supplies[subject.target.name]
        return CargoCalls(
            cargo=provided.supply.toolchain.cargo,
            workspace=self.workspace,
            options=replace(self.options, profile=profile),
            env={**subject.target.env, **provided.env},
        )

    def check_calls(self, subject: Subject) -> CargoCalls:
        """Return the commands of cargo for checks of a subject's target, as they are shown and asked about."""
        calls = self.calls(subject)
        return replace(calls, env={**calls.env, **self.check_env})

    def check_command(self, planned: PlannedCell) -> Command:
        """Return the call of cargo that checks a cell by itself, with the command that was asked for; as it is shown and asked about."""
        return self._command(self.check_calls(planned.subject), planned)

    def running_command(self, planned: PlannedCell) -> Command:
        """Return the same call as it is run."""
        return self._command(self.running_calls(planned.subject), planned)

    def _command(self, calls: CargoCalls, planned: PlannedCell) -> Command:
        selection = self.selection(planned.subject, planned.cell)
        if self.options.command is CargoCommand.CLIPPY:
            return calls.lint(selection)
        return calls.check(selection, runs_tests=self.runs_tests(planned.subject))

    def runs_tests(self, subject: Subject) -> bool:
        """Say whether this machine executes the programs of a subject's target itself."""
        host = self.supplies[subject.target.name].supply.toolchain.host
        return subject.target.runner == RUNS_HERE and self.triple(subject).partition("-")[0] == host.partition("-")[0]

    def running_calls(self, subject: Subject) -> CargoCalls:
        """Return the same commands as they are run: with what makes the next one faster."""
        calls = self.check_calls(subject)
        inputs = self.lint_facts.inputs(calls.clippy) if self.options.command is CargoCommand.CLIPPY else None
        return self.as_run(replace(calls, env={**calls.env, **self.running_env}, lint_inputs=inputs))

    def as_run(self, calls: CargoCalls) -> CargoCalls:
        """Return commands that are shown as they are run."""
        return calls if self.options.command is CargoCommand.TEST else replace(calls, env={**self.compiler_env, **calls.env})

    def output_of(self, target: str) -> Path:
        """Return the folder of what cargo writes for a target."""
        return self.output / self.output_name(self.supplies[target].supply)

    @property
    def output(self) -> Path:
        """Return the folder of everything that cargo writes."""
        return self.workspace.target_directory / OUTPUT_FOLDER

    @staticmethod
    def output_name(supply: Supply) -> str:
        """Return how cargo calls the folder of a target: by its triple, or by the name of its specification file."""
        spec = supply.target.target_spec
        return supply.triple if spec is None else spec.stem

    def triple(self, subject: Subject) -> str:
        """Return the target triple of a subject on this machine."""
        return self.supplies[subject.target.name].supply.triple

    def selection(self, subject: Subject, cell: Cell) -> CargoSelection:
        """Return a cell as cargo is told of it."""
        spec = subject.target.target_spec
        return CargoSelection(
            package=subject.package,
            triple=self.triple(subject) if spec is None else str(spec),
            features=cell.features,
            profile_overrides=subject.target.cargo_profile,
        )
