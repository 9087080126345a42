"""Why something is reached from a package on a target, or the proof that it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from buildkit.features.declarations import HOST_PLACE
from buildkit.features.explain import Explainer, Explanation
from buildkit.features.isolation import facts_reaching
from buildkit.features.links import crate_name
from buildkit.features.paths import chains_to
from buildkit.features.policy import Policy
from buildkit.features.resolution import Resolution
from buildkit.model import PathStep
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whether `crate` or `crate/feature` is reached, and by how many paths at most; `reason` is why it should not be."""

    subject: str
    reason: str | None = None
    most_paths: int = 1


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a question.

    `selections` are those that were looked at, `None` where they cannot be counted. `selection` is a smallest one that reaches the subject, `None` where none does; `paths` are
    then the ways to it, the shortest first, and an empty path says that it was selected itself. `has_more_paths` says that they are not all.
    """

    subject: str
    reason: str | None
    selections: int | None
    selection: tuple[str, ...] | None = None
    paths: tuple[tuple[PathStep, ...], ...] = ()
    has_more_paths: bool = False
    fix: str | None = None
    versions: tuple[str, ...] = ()
    """The versions of the crate in the whole graph, used or not."""
    is_on_host: bool = False
    """Whether it is built for the host, where build scripts and procedural macros need it."""

    @property
    def is_reached(self) -> bool:
        """Say whether some allowed selection reaches the subject."""
        return self.selection is not None


def answer(policy: Policy, question: Question, explainer: Explainer) -> Answer:
    """Answer one question."""
    model = policy.model
    numbers = model.links.named.get(crate_name(question.subject.partition("/")[0]), ())
    found = Answer(
        subject=question.subject,
        reason=question.reason,
        selections=policy.count(),
        versions=tuple(sorted(model.links.packages[number].package.version for number in numbers)),
        is_on_host=any(model.compiled(number, HOST_PLACE) in policy.largest.reasons for number in numbers),
    )
    examples = policy.smallest(question.subject) if facts_reaching(policy.largest, question.subject) else ()
    return _reached(found, [policy.resolved(example.allowed) for example in examples], question, explainer) if examples else found


def _reached(found: Answer, resolutions: list[Resolution], question: Question, explainer: Explainer) -> Answer:
    told = chain.from_iterable(_explanations(resolution, question, explainer) for resolution in resolutions)
    distinct: dict[tuple[PathStep, ...], Explanation] = {}
    while len(distinct) <= question.most_paths and (explanation := next(told, None)) is not None:
        distinct.setdefault(explanation.path, explanation)
    explanations = tuple(distinct.values())
    return replace(
        found,
        selection=resolutions[0].features,
        paths=tuple(explanation.path for explanation in explanations[: question.most_paths]),
        has_more_paths=len(explanations) > question.most_paths,
        fix=explanations[0].fix,
    )


def _explanations(resolution: Resolution, question: Question, explainer: Explainer) -> Iterator[Explanation]:
    nearest = sorted(facts_reaching(resolution, question.subject), key=resolution.order.__getitem__)
    yield explainer.explain(resolution, nearest[0])
    # The first one is that of the findings, also where another is as short.
    if question.most_paths > 1:
        yield from (explainer.told(steps) for fact in nearest for steps in chains_to(resolution, fact))
