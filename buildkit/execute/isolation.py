"""The isolation stage: what each cell builds, judged; and the proofs over every allowed selection."""

from __future__ import annotations

from buildkit.errors import BuildkitError
from buildkit.execute.context import Context
from buildkit.execute.graphs import NOTHING_TO_COMPILE, Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.work import Work
from buildkit.features.explain import Explainer
from buildkit.features.isolation import Judgement, judge
from buildkit.features.policy import Policy
from buildkit.features.space import SpaceRequest
from buildkit.model import Cell, Finding, Proof, Rule, Stage, StageResult, Verdict
from buildkit.plan.model import PlannedProof, Subject


def isolate(context: Context, work: Work) -> StageOutcome:
    """Take a cell through the isolation stage."""
    return judge_cell(context, work.planned.subject, work.planned.cell, work.graph)


def judge_cell(context: Context, subject: Subject, cell: Cell, graph: Graph) -> StageOutcome:
    """Judge one cell. One that cannot be resolved, or for which cargo would compile nothing, is an error and never a pass."""
    if graph.obstacle is not None or graph.resolution is None:
        return _error(cell, graph, graph.obstacle or "it could not be resolved")
    judgement = Judgement(resolution=graph.resolution, denials=subject.denials, clauses=subject.clauses)
    findings = judge(judgement, explainer_of(context))
    verdict = Verdict.FAIL if findings else Verdict.PASS
    return StageOutcome(result=_result(graph, verdict), findings=findings)


def prove(context: Context, planned: PlannedProof, largest: Graph | None = None) -> Proof:
    """Prove isolation for every allowed selection; `largest` is the graph of all features at once, where one was made."""
    subject = planned.subject
    selections: int | None = 0
    verdict = Verdict.PASS
    findings: tuple[Finding, ...] = ()
    try:
        policy = policy_of(context, planned)
        selections = policy.count()
        findings = _judged(context, policy, largest)
        verdict = Verdict.FAIL if findings else Verdict.PASS
    except BuildkitError as error:
        findings, verdict = _unproved(planned, error.message), Verdict.ERROR
    return Proof(package=subject.package.name, target=subject.target.name, selections=selections, verdict=verdict, findings=findings)


def _judged(context: Context, policy: Policy, largest: Graph | None) -> tuple[Finding, ...]:
    problem = NOTHING_TO_COMPILE if not policy.largest.compiles_root else None if largest is None else largest.problem
    if problem is not None:
        raise BuildkitError(problem)
    return policy.judge(explainer_of(context))


def policy_of(context: Context, planned: PlannedProof) -> Policy:
    """Return what a proof is about."""
    subject = planned.subject
    request = SpaceRequest(root=subject.package, base=planned.base, extra=planned.extra, clauses=subject.clauses)
    return Policy(model=context.model(subject), request=request, denials=subject.denials)


def explainer_of(context: Context) -> Explainer:
    """Return what explains findings of a workspace."""
    return Explainer(links=context.models.links, manifests=context.manifests)


def _unproved(planned: PlannedProof, reason: str) -> tuple[Finding, ...]:
    subject = f"{planned.subject.package.name}/{planned.subject.target.name}"
    return (Finding(rule=Rule.TOOLCHAIN, subject=subject, message=reason),)


def _error(cell: Cell, graph: Graph, reason: str) -> StageOutcome:
    finding = Finding(rule=Rule.TOOLCHAIN, subject=cell.id, message=reason)
    return StageOutcome(result=_result(graph, Verdict.ERROR, reason), findings=(finding,))


def _result(graph: Graph, verdict: Verdict, reason: str | None = None) -> StageResult:
    return StageResult(stage=Stage.ISOLATION, verdict=verdict, seconds=graph.seconds, command=graph.command, reason=reason)
