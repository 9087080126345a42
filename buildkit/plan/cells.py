"""From a workspace and its configuration to cells and proofs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import Package, Workspace
from buildkit.config.schema import Configuration, Depth, PackageTable, PackageTargetTable
from buildkit.features.enabled import Clauses
from buildkit.model import Cell, CompilationTarget
from buildkit.plan.combinations import Choice, Selection, SelectionSpace, Wanted, choose
from buildkit.plan.combining import DEFAULT, Combining
from buildkit.plan.denials import Place, denials_for
from buildkit.plan.model import Chosen, Origin, PlannedCell, PlannedProof, Subject
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What is asked of one package on one target: a space of selections, and which of them are compiled.

    `assumes` says that nothing is configured, and the base is the feature that the target is served by or the default features.
    """

    subject: Subject
    space: SelectionSpace
    wanted: Wanted
    origin: Origin
    assumes: bool

    @cached_property
    def choice(self) -> Choice:
        """Return what is compiled; raises `UsageError` where it is too much."""
        return choose(self.space, self.wanted)

    @cached_property
    def cells(self) -> tuple[PlannedCell, ...]:
        """Return the cells that are compiled, the base first."""
        return tuple(
            PlannedCell(cell=cell_of(self.subject, selection), subject=self.subject, origin=self.origin)
            for selection in self.choice.selections
        )

    def proof(self) -> PlannedProof:
        """Return the proof that covers every allowed selection."""
        extra = dict.fromkeys((*self.space.extra, *(feature for group in self.space.groups for feature in sorted(group))))
        return PlannedProof(subject=self.subject, base=self.space.base, extra=tuple(extra))

    def chosen(self) -> Chosen:
        """Return what was asked for beside what is compiled."""
        return Chosen(subject=self.subject, choice=self.choice)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line asks for instead of what is configured: other features, other combinations, or only another depth."""

    features: tuple[str, ...] | None = None
    combining: Combining | None = None
    depth: Depth | int | None = None


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A workspace with its configuration and compilation targets; `place` tells where a key of the configuration stands."""

    workspace: Workspace
    configuration: Configuration
    targets: Mapping[str, CompilationTarget]
    place: Place = str

    @cached_property
    def manifests(self) -> Manifests:
        """Return the manifests; only the combinations of the command line look at them."""
        return Manifests(root=self.workspace.root)

    def coverages(self, names: Iterable[str], package: Package, asked: Asked) -> Iterator[Coverage]:
        """Give what is asked of a package on each of the named targets."""
        for name in names:
            coverage = self.coverage(package, self.targets[name])
            if coverage is not None:
                yield self._changed(coverage, asked)

    def coverage(self, package: Package, target: CompilationTarget) -> Coverage | None:
        """Return what the configuration asks of a package on a target, `None` where the package has no cell there."""
        table = self.configuration.package.get(package.name, PackageTable())
        if table.targets is not None and target.name not in table.targets:
            return None
        here = table.target.get(target.name)
        configured = here is not None and here.features is not None
        here = here or PackageTargetTable()
        base = frozenset(here.features) if here.features is not None else _assumed_selection(package, target)
        extra = sorted(set(package.features) - base - {DEFAULT}) if here.extra == "*" else here.extra
        subject = self.subject(package, target)
        space = SelectionSpace(
            package=package.name,
            table=package.features,
            base=base,
            extra=tuple(extra),
            clauses=subject.clauses,
            doubtful=doubtful_keys(package),
        )
        origin = Origin.CONFIGURED if configured else Origin.ASSUMED
        return Coverage(subject=subject, space=space, wanted=Wanted(depth=here.depth), origin=origin, assumes=not configured)

    def _changed(self, coverage: Coverage, asked: Asked) -> Coverage:
        if asked.combining is not None:
            return self._combined(coverage, asked.combining, asked.features)
        if asked.features is not None:
            space = replace(coverage.space, base=frozenset(asked.features), extra=())
            return replace(coverage, space=space, wanted=Wanted(depth=Depth.NONE), origin=Origin.COMMAND_LINE)
        return coverage if asked.depth is None else replace(coverage, wanted=Wanted(depth=asked.depth))

    def _combined(self, coverage: Coverage, combining: Combining, features: tuple[str, ...] | None) -> Coverage:
        """Return a coverage in which the features of the package are combined on top of the base.

        The base is what the command line says, else what is configured, else the feature that the target is served by, else nothing: the
        default features are a combination like the others.
        """
        package, base = coverage.subject.package, coverage.space.base
        if features is not None:
            base = frozenset(features)
        elif coverage.assumes:
            base -= {DEFAULT}
        clauses = combining.clauses(package, coverage.subject.clauses)
        space = replace(
            coverage.space,
            base=base,
            extra=combining.names(package, self.manifests, base),
            groups=combining.known_groups(package),
            clauses=clauses,
        )
        subject = replace(coverage.subject, clauses=clauses)
        wanted = combining.wanted(package, self.manifests, base)
        return replace(coverage, subject=subject, space=space, wanted=wanted, origin=Origin.COMMAND_LINE)

    def subject(self, package: Package, target: CompilationTarget) -> Subject:
        """Return a package on a target with its denials and clauses."""
        table = self.configuration.package.get(package.name, PackageTable())
        clauses = Clauses(
            exclusive=tuple(frozenset(group) for group in table.exclusive),
            at_least_one_of=tuple(frozenset(group) for group in table.at_least_one_of),
        )
        return Subject(
            package=package, target=target, denials=denials_for(self.configuration, package.name, target, self.place), clauses=clauses
        )


def cell_of(subject: Subject, selection: Selection) -> Cell:
    """Return the cell of one selection."""
    return Cell(package=subject.package.name, target=subject.target.name, features=tuple(sorted(selection)))


def doubtful_keys(package: Package) -> Selection:
    """Return the keys of optional dependencies that are not declared for every platform."""
    optional = [dependency for dependency in package.dependencies if dependency.optional]
    everywhere = {dependency.key for dependency in optional if dependency.target is None}
    return frozenset(dependency.key for dependency in optional) - everywhere


def _assumed_selection(package: Package, target: CompilationTarget) -> Selection:
    if target.stdlib_feature in package.features:
        return frozenset({target.stdlib_feature})
    return frozenset({DEFAULT}) if DEFAULT in package.features else frozenset()


def describe_assumptions(coverages: Iterable[Coverage]) -> tuple[str, ...]:
    """Say what was assumed for packages that the configuration does not speak of."""
    served: dict[tuple[str, str], list[str]] = {}
    defaults: dict[str, list[str]] = {}
    combined: dict[tuple[str, str], list[str]] = {}
    for coverage in coverages:
        if not coverage.assumes:
            continue
        target, package = coverage.subject.target, coverage.subject.package
        if coverage.origin is Origin.COMMAND_LINE:
            for feature in coverage.space.base:
                combined.setdefault((target.name, feature), []).append(package.name)
        elif coverage.space.base == {target.stdlib_feature}:
            served.setdefault((target.name, target.stdlib_feature), []).append(package.name)
        else:
            defaults.setdefault(package.name, []).append(target.name)
    sentences = [f"{target}: feature {feature!r} alone for {', '.join(packages)}" for (target, feature), packages in served.items()]
    sentences += [
        f"{target}: feature {feature!r} in every combination of {', '.join(packages)}" for (target, feature), packages in combined.items()
    ]
    sentences += [f"{package}: default features on {', '.join(targets)}" for package, targets in defaults.items()]
    return tuple(sentences)
