"""The run stage: a cell's programs in the runtime of its target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

import msgspec

from buildkit.artifacts.sizes import parse_size
from buildkit.config.schema import PackageTable, RunTable
from buildkit.events import Notice, ProgramOutput
from buildkit.execute.context import Context
from buildkit.execute.outcome import StageOutcome, skipped
from buildkit.execute.work import Work
from buildkit.model import Artifact, Finding, Rule, Stage, StageResult, Verdict
from buildkit.plan.model import PlannedCell
from buildkit.records import dataclass
from buildkit.runners.hosts import AllowedHost
from buildkit.runners.model import ArtifactRunner, Ending, Limits, Preopen, RunOutcome, RunRequest, parse_preopen
from buildkit.runners.native import NativeRunner
from buildkit.runners.registry import MissingRunner, find_runner

CACHE_FOLDER = "programs"
"""The folder of the store in which compiled wasm programs are kept."""

PROGRAM_KINDS = frozenset({"component", "elf", "core-module", "other"})


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What the command line says of running; what it leaves out, the package's `run` table of the configuration says."""

    directories: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    seconds: float | None = None
    fuel: int | None = None
    memory: int | None = None
    network: bool = False
    hosts: tuple[AllowedHost, ...] = ()


def run_programs(options: RunOptions, context: Context, work: Work) -> StageOutcome:
    """Take a cell through the run stage; without a program, or without a runner for its target, it is skipped with the reason."""
    planned = work.planned
    programs = tuple(artifact for artifact in work.artifacts if artifact.kind in PROGRAM_KINDS)
    runner = find_runner(planned.subject.target.runner)
    if not programs:
        return skipped(Stage.RUN, "the package has no program")
    if isinstance(runner, MissingRunner):
        return skipped(Stage.RUN, runner.reason)
    table = _applied(context, planned, runner, options)
    outcomes = [
        _run(context, planned, runner, request_for(context.workspace.root, program, (table, options), context.cache))
        for program in programs
    ]
    findings = tuple(
        finding for outcome, program in zip(outcomes, programs, strict=True) for finding in _findings(outcome, program, planned)
    )
    unjudged = next((outcome.sentence for outcome in outcomes if outcome.ended is Ending.NOT_STARTED), None)
    verdict = Verdict.ERROR if unjudged is not None else Verdict.FAIL if findings else Verdict.PASS
    return StageOutcome(
        result=StageResult(
            stage=Stage.RUN,
            verdict=verdict,
            seconds=sum(outcome.seconds for outcome in outcomes),
            reason=unjudged,
            diagnostics="\n".join(_said(outcome) for outcome in outcomes) if verdict is not Verdict.PASS else "",
        ),
        findings=findings,
    )


def _applied(context: Context, planned: PlannedCell, runner: ArtifactRunner, options: RunOptions) -> RunTable:
    """Return the package's `run` table as far as it applies: one table serves wasm and native programs, and says so where it cannot."""
    table = context.configuration.package.get(planned.cell.package, PackageTable()).run
    if not isinstance(runner, NativeRunner):
        return table
    left_out = [name for name in ("fuel", "memory") if getattr(table, name) is not None]
    if left_out:
        said = f"{planned.cell.id}: {' and '.join(left_out)} of [package.{planned.cell.package}.run] do not hold for a native program"
        context.emit(Notice(message=said))
    if options.network:
        context.emit(Notice(message=f"{planned.cell.id}: a native program has this machine's network, with --network and without"))
    return msgspec.structs.replace(table, fuel=None, memory=None)


def request_for(root: Path, program: Artifact, told: tuple[RunTable, RunOptions], cache: Path) -> RunRequest:
    """Return what a program's run may see; relative directories start at the workspace root, and those to write to are made."""
    table, options = told
    directories = tuple(parse_preopen(text) for text in options.directories or table.directories)
    for directory in directories:
        if directory.writable:
            (root / directory.host).mkdir(parents=True, exist_ok=True)
    memory = options.memory if options.memory is not None else None if table.memory is None else parse_size(table.memory)
    return RunRequest(
        artifact=program.path,
        cwd=root,
        arguments=options.arguments or table.arguments,
        environment={**table.environment, **options.environment},
        directories=_absolute(root, directories),
        limits=Limits(seconds=options.seconds or table.seconds, fuel=options.fuel or table.fuel, memory=memory),
        network=options.network,
        hosts=options.hosts,
        cache=cache / CACHE_FOLDER,
    )


def _absolute(root: Path, directories: tuple[Preopen, ...]) -> tuple[Preopen, ...]:
    return tuple(Preopen(host=root / entry.host, guest=entry.guest, writable=entry.writable) for entry in directories)


def _run(context: Context, planned: PlannedCell, runner: ArtifactRunner, request: RunRequest) -> RunOutcome:
    return runner.run(
        request,
        processes=context.processes,
        on_stdout=lambda line: context.emit(ProgramOutput(cell=planned.cell, line=line)),
        on_stderr=lambda line: context.emit(ProgramOutput(cell=planned.cell, line=line)),
    )


def _findings(outcome: RunOutcome, program: Artifact, planned: PlannedCell) -> Iterator[Finding]:
    if not outcome.succeeded:
        yield Finding(rule=Rule.RUN, subject=planned.cell.package, message=f"{program.path.name} {outcome.sentence}")


def _said(outcome: RunOutcome) -> str:
    return "\n".join(text.rstrip() for text in (outcome.stdout, outcome.stderr, outcome.backtrace) if text.strip())
