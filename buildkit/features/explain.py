"""Turn a derivation into the steps that a reader follows, with the manifest line of each."""

from __future__ import annotations

from buildkit.cargo.manifest import Manifests, Place
from buildkit.cargo.metadata import Dependency, Package
from buildkit.features.atoms import Atom, AtomKind, Cause
from buildkit.features.derivation import Step, chain_to
from buildkit.features.links import DEFAULT, Links
from buildkit.features.resolution import Resolution
from buildkit.features.values import parse_value
from buildkit.model import PathStep
from buildkit.records import dataclass

TRIED = "; buildkit fix tries that"
"""What a fix ends with that may be mechanical."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The way from a selection to something active, and what could be edited to cut its last step."""

    path: tuple[PathStep, ...]
    fix: str | None


@dataclass(frozen=True, kw_only=True)
class Explainer:
    """Explains what is active in a workspace."""

    links: Links
    manifests: Manifests

    def explain(self, resolution: Resolution, fact: int) -> Explanation:
        """Return the path to a fact that holds; it is empty, without a fix, where it was itself selected."""
        return self.told(chain_to(resolution, fact))

    def told(self, chain: tuple[Step, ...]) -> Explanation:
        """Return a chain as a reader follows it."""
        steps = tuple(self._step(step) for step in chain)
        return Explanation(path=steps, fix=self._fix(*_cut([step.cause for step in chain], steps)) if chain else None)

    def _step(self, step: Step) -> PathStep:
        owner = self._package(step.cause.owner)
        place = self._place(owner, step.cause)
        return PathStep(
            source=self._label(step.source),
            to=self._label(step.reached),
            because=_because(step.cause, place),
            file=None if place is None else self.manifests.shown(place.file),
            line=None if place is None else place.line,
        )

    def _package(self, number: int) -> Package:
        return self.links.packages[number].package

    def _label(self, atom: Atom) -> str:
        name = self._package(atom.package).name
        match atom.kind:
            case AtomKind.FEATURE:
                return f"{name}/{atom.name}"
            case AtomKind.DEPENDENCY:
                return f"{name}/dep:{atom.name}"
            case _:
                return name

    def _place(self, owner: Package, cause: Cause) -> Place | None:
        manifest = self.manifests.read(owner.manifest_path)
        if cause.feature is not None:
            return manifest.feature(cause.feature) or self._implicit(owner, cause.feature)
        if cause.link is None:
            return None
        own = manifest.dependency(cause.link.declaration)
        if own is None or not own.inherited or (cause.requested is not None and cause.requested in own.features):
            return own
        if cause.requested is None:
            return own
        return self.manifests.inherited(self.links.workspace.root, cause.link.declaration) or own

    def _implicit(self, owner: Package, feature: str) -> Place | None:
        """Return where the optional dependency of an implicit feature is declared."""
        manifest = self.manifests.read(owner.manifest_path)
        declared = (manifest.dependency(dependency) for dependency in owner.dependencies if dependency.key == feature)
        return next((place for place in declared if place is not None), None)

    def _fix(self, cause: Cause, step: PathStep) -> str:
        place = f"{step.file}:{step.line}" if step.line is not None else step.file or "the manifest"
        return f"{self._edit(cause, place)}{TRIED if self._is_ours(cause) else ''}"

    def _is_ours(self, cause: Cause) -> bool:
        """Say whether a manifest that may be edited declares a dependency so; a feature is spelled otherwise only by who knows what it means."""
        manifest = self._package(cause.owner).manifest_path
        return cause.link is not None and cause.owner in self.links.members and manifest.is_relative_to(self.links.workspace.root)

    def _edit(self, cause: Cause, place: str) -> str:
        if cause.feature is not None:
            return f'take "{cause.value}" out of the feature {cause.feature!r} at {place}, or do not select that feature here'
        if cause.link is None:
            return f"edit {place}"
        return _dependency_fix(cause.link.declaration, cause.requested, place)


def _cut(causes: list[Cause], steps: tuple[PathStep, ...]) -> tuple[Cause, PathStep]:
    """Return the step that is best cut: the first that nobody wrote (default features), else the first request, else the last step."""
    edges = list(zip(causes, steps, strict=True))
    unasked = (edge for edge in edges if edge[0].requested == DEFAULT)
    requests = (edge for edge in edges if edge[0].requested is not None)
    return next(unasked, None) or next(requests, None) or edges[-1]


def _dependency_fix(dependency: Dependency, requested: str | None, place: str) -> str:
    if requested == DEFAULT and DEFAULT not in dependency.features:
        return f"set default-features = false for {dependency.key!r} at {place}, and list the features that are needed"
    if requested is not None:
        return f"take {requested!r} out of the features of {dependency.key!r} at {place}"
    if dependency.optional:
        return f"do not enable the optional dependency {dependency.key!r} here; it is declared at {place}"
    return (
        f"make {dependency.key!r} at {place} optional, or move it under a [target.'cfg(…)'.dependencies] table that leaves this target out"
    )


def _because(cause: Cause, place: Place | None) -> str:
    if cause.feature is not None:
        implicit = f"dep:{cause.feature}" == cause.value
        text = (
            f"optional dependency {cause.feature!r} is a feature of that name"
            if implicit
            else f'feature {cause.feature} = ["{cause.value}", …]'
        )
        value = parse_value(cause.value)
        return f"{text}, and {value.key!r} is enabled" if value.is_weak else text
    if cause.link is None:
        return "declared"
    dependency = cause.link.declaration
    inherited = " inherited from [workspace.dependencies]" if place is not None and place.inherited else ""
    platform = f" for {dependency.target}" if dependency.target is not None else ""
    renamed = f" (the crate {dependency.name})" if dependency.rename is not None else ""
    name = f"dependency {dependency.key!r}{renamed}{platform}{inherited}"
    if cause.requested is None:
        return f"optional {name}" if dependency.optional else name
    if cause.requested == DEFAULT and DEFAULT not in dependency.features:
        return f"{name} keeps its default features"
    return f"{name} asks for the feature {cause.requested!r}"
