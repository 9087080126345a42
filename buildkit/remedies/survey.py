"""Every cell and every proof of a workspace, judged; so that an edit can be held against what was before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import cached_property

from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import Package, Workspace
from buildkit.config.schema import Configuration
from buildkit.errors import BuildkitError
from buildkit.execute.graphs import NOTHING_TO_COMPILE
from buildkit.execute.models import Models, Platform
from buildkit.features.declarations import Machine
from buildkit.features.explain import Explainer
from buildkit.features.isolation import Judgement, judge, subjects_of
from buildkit.features.policy import Policy
from buildkit.features.resolution import Resolution, resolve
from buildkit.features.space import SpaceRequest
from buildkit.model import CompilationTarget, Finding, Verdict
from buildkit.plan.cells import Matrix
from buildkit.plan.model import Plan, PlannedCell, PlannedProof, Subject
from buildkit.plan.selection import Query, select
from buildkit.process import Runner
from buildkit.records import dataclass

TARGET_SIDE = "target"
HOST_SIDE = "host"

Units = Mapping[tuple[str, str], frozenset[str]]
"""What is compiled: the features of each package, by its name and by the side."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A cell, or the proof over all selections of a package on a target, with what was found.

    `problem` says why it could not be judged; `resolution` is that of the cell, and of a proof that of everything at once.
    """

    name: str
    subject: Subject
    machine: Machine | None = None
    findings: tuple[Finding, ...] = ()
    resolution: Resolution | None = None
    policy: Policy | None = None
    problem: str | None = None
    is_expected: bool = False
    """Whether the configuration foretells that it fails."""

    @cached_property
    def units(self) -> Units:
        """Return what is compiled, in words that hold wherever the workspace lies."""
        if self.resolution is None:
            return {}
        closure, workspace = self.resolution.closure, self.resolution.model.links.workspace
        sides = ((TARGET_SIDE, closure.target), (HOST_SIDE, closure.host))
        return {(label(workspace, identity), side): features for side, built in sides for identity, features in built.items()}

    @property
    def denied(self) -> frozenset[str]:
        """Return the subjects that are denied here."""
        return frozenset(subjects_of(self.subject.denials))

    def found(self, subject: str) -> Finding | None:
        """Return the finding about a subject, `None` where there is none."""
        return next((finding for finding in self.findings if finding.subject == subject), None)

    def leaks(self, subject: str) -> bool:
        """Say whether a subject is found here."""
        return self.found(subject) is not None


@dataclass(frozen=True, kw_only=True)
class State:
    """A workspace as it was judged, cells first; `selected` are the names of those that the command is about."""

    workspace: Workspace
    explainer: Explainer
    host: Machine | None
    judged: Mapping[str, Judged]
    selected: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What judging a workspace takes besides the workspace itself. `validate` raises where the configuration does not fit it."""

    configuration: Configuration
    targets: Mapping[str, CompilationTarget]
    place: Callable[[str], str]
    platforms: Callable[[CompilationTarget], Platform]
    validate: Callable[[Workspace], None]
    query: Query
    processes: Runner
    _machines: dict[tuple[str, ...], Machine] = field(default_factory=dict)

    def judge(self, workspace: Workspace) -> State:
        """Judge all that is configured, and all that is asked for."""
        self.validate(workspace)
        matrix = Matrix(workspace=workspace, configuration=self.configuration, targets=self.targets, place=self.place)
        asked, whole = select(matrix, self.query), select(matrix, Query())
        models = Models(workspace=workspace, processes=self.processes, _machines=self._machines)
        explainer = Explainer(links=models.links, manifests=Manifests(root=workspace.root))
        judged = {found.name: found for plan in (asked, whole) for found in self._judged(plan, models, explainer)}
        machines = (found.resolution.model.setting.host for found in judged.values() if found.resolution is not None)
        return State(workspace=workspace, explainer=explainer, host=next(machines, None), judged=judged, selected=frozenset(_names(asked)))

    def _judged(self, plan: Plan, models: Models, explainer: Explainer) -> Iterator[Judged]:
        for cell in plan.cells:
            if cell.expectation is None or cell.expectation.verdict is not Verdict.SKIPPED:
                yield self._cell(cell, models, explainer)
        expected = {cell.cell.id.rpartition("/")[0] for cell in plan.cells if cell.expectation is not None}
        for proof in plan.proofs:
            yield self._proof(proof, models, explainer, expected)

    def _cell(self, planned: PlannedCell, models: Models, explainer: Explainer) -> Judged:
        subject, name = planned.subject, planned.cell.id
        expected = planned.expectation is not None
        try:
            model = models.model(self.platforms(subject.target))
            resolution = resolve(model, subject.package, planned.cell.features)
        except BuildkitError as error:
            return Judged(name=name, subject=subject, problem=error.message, is_expected=expected)
        judgement = Judgement(resolution=resolution, denials=subject.denials, clauses=subject.clauses)
        return Judged(
            name=name,
            subject=subject,
            machine=model.setting.targets[0],
            findings=judge(judgement, explainer) if resolution.compiles_root else (),
            resolution=resolution,
            problem=None if resolution.compiles_root else NOTHING_TO_COMPILE,
            is_expected=expected,
        )

    def _proof(self, planned: PlannedProof, models: Models, explainer: Explainer, expected: set[str]) -> Judged:
        subject, pair = planned.subject, f"{planned.subject.package.name}/{planned.subject.target.name}"
        request = SpaceRequest(root=subject.package, base=planned.base, extra=planned.extra, clauses=subject.clauses)
        name = proof_name(pair)
        try:
            model = models.model(self.platforms(subject.target))
            policy = Policy(model=model, request=request, denials=subject.denials)
            findings = policy.judge(explainer)
        except BuildkitError as error:
            return Judged(name=name, subject=subject, problem=error.message, is_expected=pair in expected)
        return Judged(
            name=name,
            subject=subject,
            machine=model.setting.targets[0],
            findings=findings,
            resolution=policy.largest,
            policy=policy,
            is_expected=pair in expected,
        )


def proof_name(pair: str) -> str:
    """Return how the proof over a package on a target is called beside the ids of cells."""
    return f"all selections of {pair}"


def _names(plan: Plan) -> Iterator[str]:
    yield from (planned.cell.id for planned in plan.cells)
    yield from (proof_name(f"{proof.subject.package.name}/{proof.subject.target.name}") for proof in plan.proofs)


def label(workspace: Workspace, identity: str) -> str:
    """Return a package's name, version and source; where a local one lies is left out."""
    package: Package = workspace.packages[identity]
    return f"{package.name} {package.version} {package.source or 'local'}"
