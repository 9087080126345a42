"""The stages of one cell, in order; a stage runs only when those before it passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from buildkit.events import StageFinished, StageStarted
from buildkit.execute.compile import compile_cell
from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph
from buildkit.execute.inspection import inspect_files
from buildkit.execute.isolation import judge_cell
from buildkit.execute.outcome import StageOutcome, skipped
from buildkit.execute.running import RunOptions, run_artifacts
from buildkit.execute.verdicts import meet_expectation, overall
from buildkit.model import CellResult, Stage, Verdict
from buildkit.plan.model import PlannedCell


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is done with every cell: the stages, the cargo profile of the build stage, and how programs are run."""

    stages: tuple[Stage, ...]
    profile: str = "release"
    running: RunOptions = field(default_factory=RunOptions)


@dataclass(frozen=True, kw_only=True)
class Work:
    """One cell on its way through the stages."""

    planned: PlannedCell
    graph: Graph
    done: tuple[StageOutcome, ...] = ()

    @property
    def failed(self) -> Stage | None:
        """Return the stage that did not pass, `None` while all did."""
        return next((outcome.result.stage for outcome in self.done if outcome.result.verdict not in (Verdict.PASS, Verdict.SKIPPED)), None)


def run_cell(context: Context, planned: PlannedCell, graph: Graph, job: Job) -> CellResult:
    """Take a cell through its stages and return the result, expectations applied."""
    expectation = planned.expectation
    if expectation is not None and expectation.verdict is Verdict.SKIPPED:
        return _result(context, planned, tuple(skipped(stage, expectation.reason) for stage in job.stages))
    work = Work(planned=planned, graph=graph)
    for stage in job.stages:
        work = replace(work, done=(*work.done, _run_stage(context, work, stage, job)))
    return _result(context, planned, work.done)


def share_result(context: Context, planned: PlannedCell, result: CellResult) -> CellResult:
    """Return what another cell with the same closure came to: the same compilation gives the same verdict."""
    stages = tuple(stage if stage.verdict is Verdict.SKIPPED else replace(stage, cached=True, seconds=0.0) for stage in result.stages)
    for stage in stages:
        context.emit(StageStarted(cell=planned.cell, stage=stage.stage, command=stage.command))
        context.emit(StageFinished(cell=planned.cell, result=stage))
    verdict = meet_expectation(overall(stages), result.findings, planned.expectation)
    return replace(result, cell=planned.cell, stages=stages, verdict=verdict)


def _run_stage(context: Context, work: Work, stage: Stage, job: Job) -> StageOutcome:
    failed = work.failed
    if failed is not None:
        return skipped(stage, f"{failed} did not pass")
    context.emit(StageStarted(cell=work.planned.cell, stage=stage))
    outcome = STAGES[stage](context, work, job)
    context.emit(StageFinished(cell=work.planned.cell, result=outcome.result))
    return outcome


def _isolate(context: Context, work: Work, _: Job) -> StageOutcome:
    return judge_cell(context, work.planned.subject, work.planned.cell, work.graph)


def _check(context: Context, work: Work, _: Job) -> StageOutcome:
    return compile_cell(context, work.planned, Stage.CHECK, context.options.profile)


def _build(context: Context, work: Work, job: Job) -> StageOutcome:
    return compile_cell(context, work.planned, Stage.BUILD, job.profile)


def _inspect(context: Context, work: Work, _: Job) -> StageOutcome:
    return inspect_files(context, work.planned, tuple(file for outcome in work.done for file in outcome.files))


def _run(context: Context, work: Work, job: Job) -> StageOutcome:
    return run_artifacts(context, work.planned, tuple(artifact for outcome in work.done for artifact in outcome.artifacts), job.running)


STAGES: Mapping[Stage, Callable[[Context, Work, Job], StageOutcome]] = {
    Stage.ISOLATION: _isolate,
    Stage.CHECK: _check,
    Stage.BUILD: _build,
    Stage.ARTIFACT: _inspect,
    Stage.RUN: _run,
}


def _result(context: Context, planned: PlannedCell, done: tuple[StageOutcome, ...]) -> CellResult:
    stages = tuple(outcome.result for outcome in done)
    findings = tuple(finding for outcome in done for finding in outcome.findings)
    return CellResult(
        cell=planned.cell,
        triple=context.triple(planned.subject),
        verdict=meet_expectation(overall(stages), findings, planned.expectation),
        stages=stages,
        findings=findings,
        artifacts=tuple(artifact for outcome in done for artifact in outcome.artifacts),
    )
