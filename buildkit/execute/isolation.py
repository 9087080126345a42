"""The isolation stage: the exact graph of each cell, judged; and the proofs over every allowed selection."""

from __future__ import annotations

from collections.abc import Mapping

from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.work import Work
from buildkit.features.explain import Explainer
from buildkit.features.isolation import Judgement, judge
from buildkit.model import Cell, Finding, Proof, Rule, Stage, StageResult, Verdict
from buildkit.plan.model import PlannedProof, Subject


def isolate(context: Context, work: Work) -> StageOutcome:
    """Take a cell through the isolation stage."""
    return judge_cell(context, work.planned.subject, work.planned.cell, work.graph)


def judge_cell(context: Context, subject: Subject, cell: Cell, graph: Graph) -> StageOutcome:
    """Judge one cell. One that cargo cannot resolve, or for which it would compile nothing, is an error and never a pass."""
    if graph.obstacle is not None or graph.closure is None:
        return _error(cell, graph, graph.obstacle or "cargo said nothing")
    judgement = Judgement(
        package=subject.package, features=cell.features, closure=graph.closure, denials=subject.denials, clauses=subject.clauses
    )
    findings = judge(judgement, Explainer(workspace=context.workspace, manifests=context.manifests))
    verdict = Verdict.FAIL if findings else Verdict.PASS
    return StageOutcome(result=_result(graph, verdict), findings=findings)


def prove(context: Context, planned: PlannedProof, graphs: Mapping[Cell, Graph]) -> Proof:
    """Prove isolation for every allowed selection: features only ever add, so what none of the largest ones reaches, no smaller one does."""
    judged = [judge_cell(context, planned.subject, cell, graphs[cell]) for cell in planned.largest]
    findings = {(finding.rule, finding.subject): finding for outcome in judged for finding in outcome.findings}
    verdicts = [outcome.result.verdict for outcome in judged]
    worst = next((verdict for verdict in (Verdict.ERROR, Verdict.FAIL) if verdict in verdicts), Verdict.PASS)
    return Proof(
        package=planned.subject.package.name,
        target=planned.subject.target.name,
        selections=planned.selections,
        verdict=worst,
        findings=tuple(findings.values()),
    )


def _error(cell: Cell, graph: Graph, reason: str) -> StageOutcome:
    finding = Finding(rule=Rule.TOOLCHAIN, subject=cell.id, message=reason)
    return StageOutcome(result=_result(graph, Verdict.ERROR, reason), findings=(finding,))


def _result(graph: Graph, verdict: Verdict, reason: str | None = None) -> StageResult:
    return StageResult(stage=Stage.ISOLATION, verdict=verdict, seconds=graph.seconds, command=graph.command, reason=reason)
