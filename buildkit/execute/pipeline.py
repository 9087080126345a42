"""The stages of one cell, in order; a stage runs only when those before it passed."""

from __future__ import annotations

import time
from dataclasses import replace

from buildkit.errors import BuildkitError
from buildkit.events import StageFinished, StageStarted
from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome, skipped
from buildkit.execute.verdicts import meet_expectation
from buildkit.execute.work import Job, StageFunction, Work
from buildkit.model import CellResult, Finding, Rule, Stage, StageResult, Verdict
from buildkit.plan.model import PlannedCell


def run_stages(context: Context, planned: PlannedCell, graph: Graph, job: Job) -> Work:
    """Take a cell through all stages but the pool."""
    work = Work(planned=planned, graph=graph)
    expectation = planned.expectation
    if expectation is not None and expectation.verdict is Verdict.SKIPPED:
        return skip_rest(work, job, expectation.reason)
    for stage, function in job.stages.items():
        work = _with(work, _run_stage(context, work, stage, function))
    return work


def skip_rest(work: Work, job: Job, reason: str) -> Work:
    """Leave out every stage that has not been run."""
    rest = job.names[len(work.done) :]
    return replace(work, done=(*work.done, *(skipped(stage, reason) for stage in rest)))


def close(context: Context, work: Work, outcome: StageOutcome | None = None) -> CellResult:
    """Return what a cell came to, expectations applied; `outcome` is that of the pool."""
    if outcome is not None:
        context.emit(StageFinished(cell=work.planned.cell, result=outcome.result))
        work = _with(work, outcome)
    return _result(context, work.planned, work.done)


def _with(work: Work, outcome: StageOutcome) -> Work:
    return replace(work, done=(*work.done, outcome))


def share_result(context: Context, planned: PlannedCell, result: CellResult) -> CellResult:
    """Return what another cell with the same closure came to: the same compilation gives the same verdict."""
    stages = tuple(stage if stage.verdict is Verdict.SKIPPED else replace(stage, cached=True, seconds=0.0) for stage in result.stages)
    for stage in stages:
        context.emit(StageStarted(cell=planned.cell, stage=stage.stage, command=stage.command))
        context.emit(StageFinished(cell=planned.cell, result=stage))
    verdict = meet_expectation(stages, result.findings, planned.expectation)
    return replace(result, cell=planned.cell, stages=stages, verdict=verdict, expectation=_expectation(planned))


def _run_stage(context: Context, work: Work, stage: Stage, function: StageFunction) -> StageOutcome:
    failed = work.failed
    if failed is not None:
        return skipped(stage, f"{failed} did not pass")
    context.emit(StageStarted(cell=work.planned.cell, stage=stage))
    outcome = attempt(context, work, stage, function)
    context.emit(StageFinished(cell=work.planned.cell, result=outcome.result))
    return outcome


def attempt(context: Context, work: Work, stage: Stage, function: StageFunction) -> StageOutcome:
    """Run a stage; where it breaks off, its outcome is an error."""
    started = time.monotonic()
    try:
        return function(context, work)
    except (OSError, BuildkitError) as error:
        return _unjudged(work, stage, error, seconds=time.monotonic() - started)


def _unjudged(work: Work, stage: Stage, error: OSError | BuildkitError, *, seconds: float) -> StageOutcome:
    """Return the outcome of a stage that broke off: the trouble of one cell must not take the report of all others."""
    reason = error.message if isinstance(error, BuildkitError) else _sentence(error)
    finding = Finding(
        rule=Rule.TOOLCHAIN,
        subject=work.planned.cell.id,
        message=reason,
        fix=error.hint if isinstance(error, BuildkitError) else None,
    )
    return StageOutcome(result=StageResult(stage=stage, verdict=Verdict.ERROR, seconds=seconds, reason=reason), findings=(finding,))


def _sentence(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename is not None else ""
    return f"{place}{(error.strerror or str(error)).lower()}"


def _expectation(planned: PlannedCell) -> str | None:
    return None if planned.expectation is None else planned.expectation.reason


def _result(context: Context, planned: PlannedCell, done: tuple[StageOutcome, ...]) -> CellResult:
    stages = tuple(outcome.result for outcome in done)
    findings = tuple(finding for outcome in done for finding in outcome.findings)
    return CellResult(
        cell=planned.cell,
        triple=context.triple(planned.subject),
        verdict=meet_expectation(stages, findings, planned.expectation),
        stages=stages,
        findings=findings,
        artifacts=tuple(artifact for outcome in done for artifact in outcome.artifacts),
        expectation=_expectation(planned),
    )
