"""What `check`, `build` and `run` share: provide the toolchains, run the plan, report it, and end with its exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import typer

from buildkit.cargo.calls import CargoCommand
from buildkit.cargo.configuration import find_files, read_configuration
from buildkit.cargo.manifest import Manifests
from buildkit.cargo.skipping import can_skip
from buildkit.cargo.waiting import WaitingRunner
from buildkit.cargo.wrappers import can_use_wrappers
from buildkit.cli.combining import Combining
from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import open_matrix
from buildkit.cli.options import Everywhere, Reporting, Selecting, SelectingPart
from buildkit.cli.remembering import durations_file, in_order_of, recall
from buildkit.cli.reporting import report_settings
from buildkit.cli.session import Session, open_session, processors
from buildkit.events import Emit, Notice, RunFinished
from buildkit.execute.context import Context, TargetSupply, Trust
from buildkit.execute.disk_budget import DiskBudget, parse_budget
from buildkit.execute.savings import allocator_environment, host_environment, incremental_environment
from buildkit.execute.scheduler import execute
from buildkit.execute.verdict_cache import VerdictCache
from buildkit.execute.verdict_files import FOLDER
from buildkit.execute.verdicts import GOOD, exit_code
from buildkit.execute.work import Job
from buildkit.model import Cell, CompilationTarget, RunReport
from buildkit.plan.cells import Matrix
from buildkit.plan.model import Plan
from buildkit.plan.selection import Query, select
from buildkit.process import Runner
from buildkit.records import dataclass
from buildkit.reports.open import open_reporter
from buildkit.toolchain.discover import discover, reading_toolchain
from buildkit.toolchain.ensure import ensure
from buildkit.toolchain.environment import cargo_environment, target_rustflags
from buildkit.toolchain.model import StdNeed, Supply, Toolchain, ToolchainRequest
from buildkit.toolchain.release import OLDEST_SUPPORTED
from buildkit.toolchain.rust_version import newest

SELECTING_OPTIONS = frozenset(
    {*("--target", "-t", "--tag", "--package", "-p", "--exclude", "--features", "-F"), *("--shard", "--partition", "--durations")}
)
"""The options that select cells; each takes a value."""

SELECTING_FLAGS = frozenset({"--failed"})
"""The options that select cells and take none."""

BUILD_PROFILE = "release"
"""The cargo profile of programs."""

HOST_TARGET = "native"
"""The target that asks for nothing but a compiler for this machine."""


@dataclass(frozen=True, kw_only=True)
class Execution:
    """A verb, what it needs of the toolchains, and what it does with every cell.

    `variant` are the options that make it another thing to remember (`--only isolation`); `combining` are the combinations in place of the
    configured ones; `command` and `arguments` go to cargo.
    """

    verb: str
    variant: tuple[str, ...] = ()
    need: StdNeed
    job: Job
    verifies: bool = False
    fail_fast: bool = False
    trust: Trust = Trust.ALWAYS
    profile: str = "dev"
    combining: Combining | None = None
    command: CargoCommand = CargoCommand.CHECK
    arguments: tuple[str, ...] = ()

    @property
    def does(self) -> str:
        """Return under what words runs are remembered."""
        return shlex.join((self.verb, *self.variant))

    @property
    def shows_pruned(self) -> bool:
        """Say whether selections without a cell are told."""
        return self.combining is not None and self.combining.show_pruned


def execute_plan(execution: Execution, everywhere: Everywhere, selecting: SelectingPart, reporting: Reporting) -> None:
    """Run a verb from its options to its exit code."""
    session = open_session(everywhere)
    past = recall(session, execution.does)
    save_to = durations_file(reporting.save_durations)
    with interruptible(session.remembered) as children, open_reporter(report_settings(reporting, session.environment)) as report_event:
        processes = WaitingRunner(processes=children, emit=report_event)
        provision = Provision(session=session, processes=processes, emit=report_event)
        matrix = open_matrix(session, provision.reading_toolchain(), processes=processes)
        plan = past.chosen_plan(matrix, selecting, execution.combining)
        for notice in plan.notices:
            report_event(Notice(message=notice))
        with past.recording(report_event, save_to) as emit:
            context = replace(provision, emit=emit).context(execution, matrix, plan)
            past.tell_before(context, plan, execution.job, selecting.shard)
            room = disk_budget(execution, context, matrix, plan)
            room.before(past.new_cells(plan, execution.job))
            with writing_down(context):
                ran = in_order_of(plan, execute(context, past.in_order(plan), execution.job))
            report = accounted(ran, plan, shows_pruned=execution.shows_pruned)
            room.after(report.summary.compiled)
            emit(RunFinished(report=report, rerun=rerun_command(typed_command(execution.verb, sys.argv[1:], selecting), report)))
    raise typer.Exit(exit_code(report.cells, report.proofs))


@contextmanager
def writing_down(context: Context) -> Iterator[None]:
    """Write down at the end what the verdict cache learned, also of a run that was broken off."""
    try:
        yield
    finally:
        if context.verdicts is not None:
            context.verdicts.save()


def accounted(report: RunReport, plan: Plan, *, shows_pruned: bool) -> RunReport:
    """Return a report that also says what was asked for, and of what only a sample was compiled."""
    return replace(
        report,
        summary=replace(report.summary, requested=plan.requested),
        samples=plan.samples,
        pruned=tuple(plan.pruned()) if shows_pruned else (),
    )


@dataclass(frozen=True, kw_only=True)
class Provision:
    """Provides toolchains for a session."""

    session: Session
    processes: Runner
    emit: Emit

    def reading_toolchain(self) -> Toolchain:
        """Return a toolchain to read the workspace with; on a machine without any that is new enough, one is provided first."""
        found = reading_toolchain(discover(environment=self.session.environment, store=self.session.store, processes=self.processes))
        return (
            found or self.supplies(StdNeed.NONE, {HOST_TARGET: self.session.targets[HOST_TARGET]}, OLDEST_SUPPORTED)[HOST_TARGET].toolchain
        )

    def supplies(self, need: StdNeed, targets: Mapping[str, CompilationTarget], rust_version: str | None) -> Mapping[str, Supply]:
        """Make available what the targets need."""
        request = ToolchainRequest(
            targets=tuple(targets.values()),
            need=need,
            store=self.session.store,
            workspace=self.session.settings.root,
            rust_version=rust_version,
            offline=self.session.settings.configuration.toolchain.offline,
        )
        return ensure(request, processes=self.processes, environment=self.session.environment, emit=self.emit)

    def context(self, execution: Execution, matrix: Matrix, plan: Plan) -> Context:
        """Make the toolchains of the plan's targets available, and return what the stages need."""
        targets = {planned.cell.target: planned.subject.target for planned in plan.cells}
        rust_version = newest(member.rust_version for member in matrix.workspace.members)
        # A shard may be empty, and needs nothing then.
        supplies = self.supplies(execution.need, targets, rust_version) if targets else {}
        furnished = self.furnished(matrix, supplies, tuple(planned.cell for planned in plan.cells))
        return replace(
            furnished,
            options=replace(furnished.options, command=execution.command, arguments=execution.arguments),
            verifies=execution.verifies,
            fail_fast=execution.fail_fast,
            trust=execution.trust,
        )

    def furnished(self, matrix: Matrix, supplies: Mapping[str, Supply], cells: Sequence[Cell] = ()) -> Context:
        """Return what the stages need, with what targets are supplied with, by name; `cells` are those that will be run."""
        environment, manifests, configured = self.session.environment, Manifests(root=matrix.workspace.root), self._configured()
        manifest = manifests.read(matrix.workspace.root / "Cargo.toml").values
        return Context(
            workspace=matrix.workspace,
            configuration=matrix.configuration,
            manifests=manifests,
            supplies={name: self._supplied(supply) for name, supply in supplies.items()},
            options=self.session.cargo_options,
            processes=self.processes,
            emit=self.emit,
            jobs=self.session.jobs,
            cache=self.session.store,
            wraps=can_use_wrappers(configured, environment),
            skips_wrappers=can_skip(configured, environment),
            check_env=host_environment(environment, configured, manifest, processors=processors()),
            running_env=incremental_environment(environment, configured, manifest, cells=cells),
            compiler_env=allocator_environment(environment, configured, platform=sys.platform, processors=processors()),
            verdicts=VerdictCache(folder=self.session.store / FOLDER),
        )

    def _configured(self) -> Mapping[str, Any]:
        """Return the user's own cargo configuration."""
        return read_configuration(find_files(self.session.settings.root, self.session.environment))

    def _supplied(self, supply: Supply) -> TargetSupply:
        environment, root = self.session.environment, self.session.settings.root
        return TargetSupply(
            supply=supply,
            env=cargo_environment(supply, environment=environment, root=root, processes=self.processes),
            rustflags=target_rustflags(supply, environment=environment, root=root, processes=self.processes),
        )


def disk_budget(execution: Execution, context: Context, matrix: Matrix, plan: Plan) -> DiskBudget:
    """Return what keeps cargo's output of a run within the configured budget."""
    return DiskBudget(
        context=context,
        plan=plan,
        size=parse_budget(context.configuration.cargo.disk_budget),
        profile=execution.profile,
        all_cells=partial(select, matrix, Query(targets=tuple(context.supplies))),
    )


def profile_variant(profile: str) -> tuple[str, ...]:
    """Return what tells a build with a cargo profile from one with the default."""
    return () if profile == BUILD_PROFILE else ("--profile", profile)


def rerun_command(command: Sequence[str], report: RunReport) -> str | None:
    """Return the command that repeats only what failed, cells and then proofs, `None` where nothing did.

    `command` is what was typed, without what selects cells.
    """
    failed = [result.cell.id for result in report.cells if result.verdict not in GOOD]
    covered = {"/".join(cell.split("/")[:2]) for cell in failed}
    pairs = [f"{proof.package}/{proof.target}" for proof in report.proofs if proof.verdict not in GOOD]
    failed += [pair for pair in pairs if pair not in covered]
    split = command.index("--") if "--" in command else len(command)
    return shlex.join(["buildkit", *command[:split], *failed, *command[split:]]) if failed else None


def typed_command(verb: str, arguments: Sequence[str], selecting: Selecting) -> tuple[str, ...]:
    """Return a command line without what selects cells: the verb, and its other options as they were typed."""
    selected = {*(selecting.cells or ())}
    kept: list[str] = [verb]
    words = iter(arguments[1:])
    for word in words:
        if word == "--":
            return (*kept, word, *words)
        name, equals, _ = word.partition("=")
        if name in SELECTING_OPTIONS or (word[:2] in SELECTING_OPTIONS and not word.startswith("--")):
            if word in SELECTING_OPTIONS and not equals:
                next(words, None)
        elif word not in selected | SELECTING_FLAGS:
            kept.append(word)
    return tuple(kept)
