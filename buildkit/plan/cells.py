"""From a workspace and its configuration to cells and proofs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from buildkit.cargo.metadata import Package, Workspace
from buildkit.config.schema import Configuration, Depth, PackageTable, PackageTargetTable
from buildkit.features.enabled import Clauses
from buildkit.model import Cell, CompilationTarget
from buildkit.plan.combinations import Selection, SelectionSpace, selections_to_compile
from buildkit.plan.denials import Place, denials_for
from buildkit.plan.model import Origin, PlannedCell, PlannedProof, Subject

DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What the configuration asks of one package on one target: a space of selections, and how deep it is compiled."""

    subject: Subject
    space: SelectionSpace
    depth: Depth
    origin: Origin

    def cells(self) -> Iterator[PlannedCell]:
        """Give the cells that are compiled, the base first."""
        for selection in selections_to_compile(self.space, self.depth):
            yield PlannedCell(cell=cell_of(self.subject, selection), subject=self.subject, origin=self.origin)

    def proof(self) -> PlannedProof:
        """Return the proof that covers every allowed selection."""
        return PlannedProof(subject=self.subject, base=self.space.base, extra=self.space.extra)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A workspace with its configuration and compilation targets; `place` tells where a key of the configuration stands."""

    workspace: Workspace
    configuration: Configuration
    targets: Mapping[str, CompilationTarget]
    place: Place = str

    def coverages(self, names: Iterable[str]) -> Iterator[Coverage]:
        """Give what is asked of each member on each of the named targets, package by package."""
        wanted = tuple(names)
        for package in self.workspace.members:
            for name in wanted:
                coverage = self.coverage(package, self.targets[name])
                if coverage is not None:
                    yield coverage

    def coverage(self, package: Package, target: CompilationTarget) -> Coverage | None:
        """Return what is asked of a package on a target, `None` where the package has no cell there."""
        table = self.configuration.package.get(package.name, PackageTable())
        if table.targets is not None and target.name not in table.targets:
            return None
        here = table.target.get(target.name)
        configured = here is not None and here.features is not None
        here = here or PackageTargetTable()
        base = frozenset(here.features) if here.features is not None else _assumed_selection(package, target)
        extra = sorted(set(package.features) - base - {DEFAULT}) if here.extra == "*" else here.extra
        subject = self.subject(package, target)
        space = SelectionSpace(package=package.name, table=package.features, base=base, extra=tuple(extra), clauses=subject.clauses)
        return Coverage(subject=subject, space=space, depth=here.depth, origin=Origin.CONFIGURED if configured else Origin.ASSUMED)

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


def _assumed_selection(package: Package, target: CompilationTarget) -> Selection:
    if target.stdlib_feature in package.features:
        return frozenset({target.stdlib_feature})
    return frozenset({DEFAULT}) if DEFAULT in package.features else frozenset()


def describe_assumptions(coverages: Iterable[Coverage]) -> tuple[str, ...]:
    """Say what was assumed for packages that the configuration does not speak of."""
    served: dict[tuple[str, str], list[str]] = {}
    defaults: dict[str, list[str]] = {}
    for coverage in coverages:
        if coverage.origin is not Origin.ASSUMED:
            continue
        target, package = coverage.subject.target, coverage.subject.package
        if coverage.space.base == {target.stdlib_feature}:
            served.setdefault((target.name, target.stdlib_feature), []).append(package.name)
        else:
            defaults.setdefault(package.name, []).append(target.name)
    sentences = [f"{target}: feature {feature!r} alone for {', '.join(packages)}" for (target, feature), packages in served.items()]
    sentences += [f"{package}: default features on {', '.join(targets)}" for package, targets in defaults.items()]
    return tuple(sentences)
