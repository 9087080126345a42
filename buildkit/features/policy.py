"""Judge every allowed selection of a package at once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from buildkit.features.completion import Completion
from buildkit.features.explain import Explainer
from buildkit.features.isolation import Judgement, Reached, denied_finding, facts_reaching, goals_of, judge, subjects_of
from buildkit.features.model import Model
from buildkit.features.proof import Counterexample, counterexamples
from buildkit.features.resolution import Resolution, resolve
from buildkit.features.space import Selection, Space, SpaceRequest
from buildkit.model import Denial, Finding
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What must hold for every selection of a request."""

    model: Model
    request: SpaceRequest
    denials: tuple[Denial, ...]

    @cached_property
    def space(self) -> Space:
        """Return the selections, prepared for many closures."""
        return Space(self.model, self.request)

    @cached_property
    def largest(self) -> Resolution:
        """Return the selection of everything; it may not be allowed, and yet nothing else reaches more."""
        return self.resolved(Selection(self.request.extra))

    def resolved(self, selection: Selection) -> Resolution:
        """Return what cargo builds for the base and a selection."""
        return resolve(self.model, self.request.root, tuple(sorted(self.request.base | selection)))

    @cached_property
    def completion(self) -> Completion:
        """Return what finds allowed selections."""
        return Completion(self.space)

    @cached_property
    def allows_something(self) -> bool:
        """Say whether any selection is allowed."""
        return self.completion.complete(Selection(), self.completion.everything) is not None

    def count(self) -> int | None:
        """Return how many selections are allowed, `None` where that cannot be counted."""
        if not self.request.clauses.named:
            return 1 << len(self.request.extra)
        return self.space.count() if self.allows_something else 0

    def judge(self, explainer: Explainer) -> tuple[Finding, ...]:
        """Return the smallest counterexample for each denied subject; none is a proof. A base that clauses forbid is judged by itself."""
        clauses = self.request.clauses
        if clauses.named and not self.allows_something:
            return judge(Judgement(resolution=self.resolved(Selection()), denials=self.denials, clauses=clauses), explainer)
        denied = ((subject, denial) for subject, denial in subjects_of(self.denials).items() if facts_reaching(self.largest, subject))
        return tuple(
            self._finding(denial, subject, example, explainer) for subject, denial in denied for example in self.smallest(subject)[:1]
        )

    def smallest(self, subject: str) -> tuple[Counterexample, ...]:
        """Return the smallest allowed selections that reach `crate` or `crate/feature`; none is a proof that no allowed one does."""
        masks = (self.space.fact_mask(goal) for goal in goals_of(self.model, subject))
        return counterexamples(self.completion, tuple(mask for mask in masks if mask is not None))

    def _finding(self, denial: Denial, subject: str, example: Counterexample, explainer: Explainer) -> Finding:
        resolution = self.resolved(example.allowed)
        finding = denied_finding(denial, subject, Reached(resolution, facts_reaching(resolution, subject)), explainer)
        return finding if example.core == example.allowed else replace(finding, minimal_features=resolution.features)
