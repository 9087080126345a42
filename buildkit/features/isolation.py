"""Judge a selection: nothing denied is reached on the target side, and the features fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from buildkit.features.derivation import features_behind
from buildkit.features.enabled import Clauses
from buildkit.features.explain import Explainer
from buildkit.features.links import crate_name
from buildkit.features.model import Model
from buildkit.features.resolution import TARGET_PLACE, Resolution
from buildkit.model import Denial, Finding, Rule
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A selection of a package with what cargo would build for it, and the rules that hold for it."""

    resolution: Resolution
    denials: tuple[Denial, ...]
    clauses: Clauses


def judge(judgement: Judgement, explainer: Explainer) -> tuple[Finding, ...]:
    """Return the findings, denied crates and features first in the order of the denials."""
    reached = (
        (subject, denial, facts_reaching(judgement.resolution, subject)) for subject, denial in subjects_of(judgement.denials).items()
    )
    found = [
        denied_finding(denial, subject, Reached(judgement.resolution, facts), explainer) for subject, denial, facts in reached if facts
    ]
    return (*found, *_clause_findings(judgement))


def subjects_of(denials: Iterable[Denial]) -> Mapping[str, Denial]:
    """Return each denied subject with the denial to quote: the last, which is nearest to the package, unless only an earlier one says why."""
    found: dict[str, Denial] = {}
    for denial in denials:
        for subject in denial.subjects:
            if denial.reason is not None or subject not in found or found[subject].reason is None:
                found[subject] = denial
    return found


class Reached(NamedTuple):
    """Facts of a resolution that hold, and each of which is enough for a finding."""

    resolution: Resolution
    facts: tuple[int, ...]


def facts_reaching(resolution: Resolution, subject: str) -> tuple[int, ...]:
    """Return the facts that hold and by which `crate` or `crate/feature` is compiled for the target; there may be several versions."""
    goals = goals_of(resolution.model, subject)
    return tuple(goal[-1] for goal in goals if all(fact in resolution.reasons for fact in goal))


def goals_of(model: Model, subject: str) -> Iterator[tuple[int, ...]]:
    """Give the facts that together reach `crate` or `crate/feature`, for each version that any call may compile; the last tells the story."""
    crate, _, feature = subject.partition("/")
    for number in model.links.named.get(crate_name(crate), ()):
        compiled = model.compiled(number, TARGET_PLACE)
        enabled = model.feature(number, TARGET_PLACE, feature) if feature else compiled
        if compiled is not None and enabled is not None:
            yield compiled, enabled


def denied_finding(denial: Denial, subject: str, reached: Reached, explainer: Explainer) -> Finding:
    """Return the finding for a denied subject, explained by the fact that was reached first."""
    resolution, facts = reached
    nearest = min(facts, key=resolution.order.__getitem__)
    explanation = explainer.explain(resolution, nearest)
    what = f"{subject} must not be reached here"
    return Finding(
        rule=Rule.DENIED_FEATURE if denial.features else Rule.DENIED_CRATE,
        subject=subject,
        message=f"{what}: {denial.reason}" if denial.reason else f"{what} (denied by {denial.source})",
        minimal_features=tuple(sorted(features_behind(resolution, nearest))),
        path=explanation.path,
        fix=explanation.fix,
    )


def _clause_findings(judgement: Judgement) -> Iterator[Finding]:
    enabled = judgement.resolution.enabled
    name = judgement.resolution.root.name
    for clash in judgement.clauses.clashes(enabled):
        both = ",".join(sorted(clash))
        yield Finding(
            rule=Rule.EXCLUSIVE_FEATURES,
            subject=both,
            message=f"{name}: the features {both} are enabled together, and at most one of them may be",
            minimal_features=judgement.resolution.features,
            fix="select one of them, without default features if one of them is a default",
        )
    for gap in judgement.clauses.gaps(enabled):
        options = ",".join(sorted(gap))
        yield Finding(
            rule=Rule.MISSING_FEATURE,
            subject=options,
            message=f"{name}: none of the features {options} is enabled, and at least one must be",
            minimal_features=judgement.resolution.features,
            fix="select one of them",
        )
