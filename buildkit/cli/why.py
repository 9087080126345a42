"""`buildkit why`."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from buildkit.cargo.manifest import Manifests
from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import find_cargo, open_matrix, selected_features
from buildkit.cli.options import Everywhere
from buildkit.cli.session import Session, open_session
from buildkit.errors import UsageError
from buildkit.execute.models import Models, Platform
from buildkit.features.answer import Question, answer
from buildkit.features.enabled import Clauses
from buildkit.features.explain import Explainer
from buildkit.features.isolation import subjects_of
from buildkit.features.links import crate_name
from buildkit.features.policy import Policy
from buildkit.features.space import SpaceRequest
from buildkit.plan.cells import Matrix
from buildkit.plan.model import PlannedProof
from buildkit.plan.names import check_features, member_named, nearest
from buildkit.process import Runner
from buildkit.reports.answers import answer_entry, answers_lines
from buildkit.reports.plain import branch_for
from buildkit.toolchain.environment import target_rustflags
from buildkit.toolchain.model import StdProvider, Supply, Toolchain

WHY_VERSION = 1
MOST_PATHS = 20
"""How many paths `--all-paths` shows of one subject."""


def why(
    everywhere: Everywhere,
    package: Annotated[str, typer.Argument(metavar="PACKAGE", help="The member that is selected.", show_default=False)],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The compilation target.", show_default=False)],
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="[SUBJECT]", help="A crate or crate/feature (default: everything that is denied there).", show_default=False
        ),
    ] = None,
    *,
    features: Annotated[
        str | None,
        typer.Option(
            "--features", metavar="LIST", help="Ask about this selection alone (comma-separated); '-' for none.", show_default=False
        ),
    ] = None,
    all_paths: Annotated[bool, typer.Option("--all-paths", help=f"Show up to {MOST_PATHS} paths, the shortest first.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the shortest path to a crate or feature, or the proof."""
    session = open_session(everywhere)
    with interruptible(session.remembered) as processes:
        inquiry = Inquiry(session, processes)
        planned = inquiry.planned(package, target, selected_features(features))
        policy = inquiry.policy(planned)
    denied = subjects_of(planned.subject.denials)
    wanted = tuple(denied) if subject is None else (inquiry.asked_for(subject),)
    reasons = {name: denial.reason for name, denial in denied.items()}
    most = MOST_PATHS if all_paths else 1
    questions = (Question(subject=name, reason=reasons.get(name), most_paths=most) for name in wanted)
    answers = tuple(answer(policy, question, inquiry.explainer) for question in questions)
    if inquiry.left_out:
        typer.echo(f"note: cargo's metadata says nothing of {', '.join(inquiry.left_out)}, so a path through it is not seen", err=True)
    if as_json:
        entries = [answer_entry(found) for found in answers]
        typer.echo(json.dumps({"version": WHY_VERSION, "package": package, "target": target, "subjects": entries}, indent=2))
        return
    where = f"{package} on {target}"
    if not answers:
        typer.echo(f"nothing is denied for {where}")
    for line in answers_lines(answers, where, branch_for(sys.stdout.encoding)):
        typer.echo(line)


class Inquiry:
    """What answers need: the workspace, its configuration, and what rustc says of a target."""

    def __init__(self, session: Session, processes: Runner) -> None:
        """Read the workspace."""
        self._session = session
        self._processes = processes
        self._toolchain: Toolchain = find_cargo(session, processes=processes)
        self._matrix: Matrix = open_matrix(session, self._toolchain, processes=processes)
        self._models = Models(workspace=self._matrix.workspace, processes=processes)

    @property
    def explainer(self) -> Explainer:
        """Return what explains facts of the workspace."""
        return Explainer(links=self._models.links, manifests=Manifests(root=self._matrix.workspace.root))

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the dependencies that cargo's metadata leaves out."""
        return self._models.links.left_out

    def planned(self, package: str, target: str, features: tuple[str, ...] | None) -> PlannedProof:
        """Return the selections to look at: the configured ones, or one that was given; raises `UsageError` for unknown names."""
        member = member_named(self._matrix.workspace, package)
        named = self._session.targets.named(target)
        if features is not None:
            check_features(member, features)
            return PlannedProof(subject=self._matrix.subject(member, named), base=frozenset(features), extra=())
        coverage = self._matrix.coverage(member, named)
        if coverage is None:
            raise UsageError(
                f"package {package!r} is not configured for {target!r}", hint=f"buildkit why {package} {target} --features default"
            )
        return coverage.proof()

    def policy(self, planned: PlannedProof) -> Policy:
        """Return what is judged; of one given selection nothing is forbidden."""
        subject = planned.subject
        triple = subject.target.triple_for(self._toolchain.host)
        supply = Supply(toolchain=self._toolchain, target=subject.target, triple=triple, provider=StdProvider.SHIPPED)
        flags = target_rustflags(supply, environment=self._session.environment, root=self._session.settings.root, processes=self._processes)
        platform = Platform(
            rustc=self._toolchain.rustc, host=self._toolchain.host, triple=triple, spec=subject.target.target_spec, rustflags=flags
        )
        clauses = subject.clauses if planned.extra else Clauses()
        request = SpaceRequest(root=subject.package, base=planned.base, extra=planned.extra, clauses=clauses)
        return Policy(model=self._models.model(platform), request=request, denials=subject.denials)

    def asked_for(self, subject: str) -> str:
        """Return a subject of the command line as it is; raises `UsageError` for a crate that is nowhere, where one of the graph is meant."""
        crate, slash, feature = subject.partition("/")
        known = self._models.links.named
        near = None if crate_name(crate) in known else nearest(crate_name(crate), known)
        if near is not None or not crate or (slash and not feature):
            raise UsageError(
                f"no package of the graph is named {crate!r}", hint=f"did you mean {near!r}?" if near else "cargo tree --target all"
            )
        return subject
