"""Which cells of a matrix a command is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from buildkit.cargo.metadata import Package
from buildkit.cargo.resolver import ResolverVersion
from buildkit.config.schema import Depth, Expectation
from buildkit.errors import NothingSelectedError, UsageError
from buildkit.model import NO_FEATURES, Verdict
from buildkit.plan.cells import Asked, Coverage, Matrix, cell_of, describe_assumptions
from buildkit.plan.combining import Combining
from buildkit.plan.expectations import idle_expectations
from buildkit.plan.model import Origin, Plan, PlannedCell
from buildkit.plan.names import check_features, member_named, nearest
from buildkit.plan.patterns import is_glob, matches, parse_patterns
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Query:
    """What was asked for. Empty parts ask for everything.

    `features` and `combining` replace the configured selections: with both, the features are selected in every combination. `depth` alone
    changes how deep the configured ones are combined. `selects_all` stands for all features of each package, `exclude` for packages;
    `is_lenient` takes features only where a package has them.
    """

    patterns: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignores_private: bool = False
    features: tuple[str, ...] | None = None
    selects_all: bool = False
    combining: Combining | None = None
    depth: Depth | int | None = None
    keeps_development_out: bool = False
    is_lenient: bool = False

    @property
    def names_features(self) -> bool:
        """Say whether one selection of each package is asked for, and nothing is combined."""
        return (self.selects_all or self.features is not None) and self.combining is None

    def features_of(self, package: Package) -> tuple[str, ...] | None:
        """Return the features that are asked for of a package, `None` where the configuration says it."""
        if self.selects_all:
            return tuple(package.features)
        if self.features is None:
            return None
        if self.is_lenient:
            return tuple(feature for feature in self.features if feature in package.features)
        check_features(package, self.features)
        return self.features


def select(matrix: Matrix, query: Query) -> Plan:
    """Return the plan for a query.

    Raises `UsageError` for a name that does not exist, and `NothingSelectedError` where nothing is left.
    """
    if query.keeps_development_out and matrix.workspace.resolver is ResolverVersion.ONE:
        raise UsageError(
            "--no-dev-deps: with resolver 1 the features of dev-dependencies count in every call", hint='resolver = "2" in Cargo.toml'
        )
    for pattern in query.patterns:
        _check_names(matrix, pattern)
    packages = _packages(matrix, query)
    if query.combining is not None:
        query.combining.check(packages)
    coverages = _coverages(matrix, packages, query)
    patterns = parse_patterns(query.patterns)
    cells = [planned for planned in _cells(matrix, coverages, query) if patterns.covers(planned.cell)]
    if not cells:
        raise NothingSelectedError(
            "no cell is selected", hint="buildkit plan lists all cells; [package.NAME] targets may leave a target out"
        )
    kept = {(planned.cell.package, planned.cell.target) for planned in cells}
    coverages = [coverage for coverage in coverages if (coverage.subject.package.name, coverage.subject.target.name) in kept]
    expected = tuple(_with_expectation(planned, matrix.configuration.expect) for planned in cells)
    present = {planned.cell for planned in expected}
    return Plan(
        cells=expected,
        proofs=tuple(coverage.proof() for coverage in coverages if _is_whole(coverage, expected)) if not query.names_features else (),
        assumptions=describe_assumptions(coverages) if not query.names_features and query.features is None else (),
        chosen=tuple(coverage.chosen() for coverage in coverages if all(planned.cell in present for planned in coverage.cells)),
        notices=tuple(idle_expectations(matrix, (planned.cell for planned in cells), matches)) if query == Query() else (),
    )


def _packages(matrix: Matrix, query: Query) -> tuple[Package, ...]:
    """Return the members in question."""
    for name in (*query.packages, *query.exclude):
        member_named(matrix.workspace, name)
    globs = tuple(pattern.partition("/")[0] for pattern in query.patterns) or ("*",)
    return tuple(
        package
        for package in matrix.workspace.members
        if (not query.packages or package.name in query.packages)
        and any(fnmatchcase(package.name, glob) for glob in globs)
        and package.name not in query.exclude
        and not (query.ignores_private and package.is_private)
    )


def _coverages(matrix: Matrix, packages: Iterable[Package], query: Query) -> list[Coverage]:
    """Return what is asked of each package on each target."""
    found: list[Coverage] = []
    names = _target_names(matrix, query)
    for package in packages:
        asked = Asked(features=query.features_of(package), combining=query.combining, depth=query.depth)
        found += matrix.coverages(names, package, asked)
    if query.depth is not None and not any(coverage.space.units for coverage in found):
        raise UsageError(
            f"--depth {query.depth}: no selected package lists extra features in its configuration",
            hint=f"--powerset --depth {query.depth} combines all features",
        )
    return found


def _is_whole(coverage: Coverage, cells: Iterable[PlannedCell]) -> bool:
    """Say whether all cells of a package on a target will be judged: a proof speaks of them all, and of what is expected of each."""
    judged = {planned.cell for planned in cells if planned.expectation is None or planned.expectation.verdict is not Verdict.SKIPPED}
    return all(planned.cell in judged for planned in coverage.cells)


def _target_names(matrix: Matrix, query: Query) -> tuple[str, ...]:
    """Return the targets in question: those that are named, or the workspace's and those that a pattern names, of which tags keep some."""
    for name in query.targets:
        _known_target(matrix, name)
    tags = sorted(frozenset[str]().union(*(target.tags for target in matrix.targets.values())))
    for tag in query.tags:
        if tag not in tags:
            near = nearest(tag, tags)
            raise UsageError(f"unknown tag {tag!r}", hint=f"did you mean {near!r}?" if near else f"one of: {', '.join(tags)}")
    if query.targets:
        names: Iterable[str] = query.targets
    elif query.tags:
        names = matrix.targets
    else:
        names = (*matrix.configuration.workspace.targets, *_targets_in(matrix, query.patterns))
    wanted = frozenset(query.tags)
    return tuple(name for name in dict.fromkeys(names) if not wanted or matrix.targets[name].tags & wanted)


def _targets_in(matrix: Matrix, patterns: Iterable[str]) -> Iterator[str]:
    """Give the targets that patterns name beyond those of the workspace; a pattern that leaves the target open names none."""
    for pattern in patterns:
        wanted = [*pattern.split("/"), ""][1]
        if wanted.strip("*"):
            yield from (name for name in matrix.targets if fnmatchcase(name, wanted))


def _known_target(matrix: Matrix, name: str) -> None:
    if name not in matrix.targets:
        if any(system in name for system in ("linux", "apple", "windows")):
            raise UsageError(f"unknown target {name!r}", hint="-t native is this machine's own triple, -t native-musl a static one")
        near = nearest(name, matrix.targets)
        raise UsageError(f"unknown target {name!r}", hint=f"did you mean {near!r}?" if near else "buildkit targets")


def _cells(matrix: Matrix, coverages: Iterable[Coverage], query: Query) -> list[PlannedCell]:
    cells = {planned.cell: planned for coverage in coverages for planned in coverage.cells}
    if query.names_features:
        return list(cells.values())
    present = {(coverage.subject.package.name, coverage.subject.target.name) for coverage in coverages}
    for expectation in () if query.combining is not None else matrix.configuration.expect:
        cell = _exact_cell(matrix, expectation.cell)
        if cell is not None and (cell.cell.package, cell.cell.target) in present:
            cells.setdefault(cell.cell, replace(cell, origin=Origin.EXPECTED))
    for pattern in query.patterns:
        cell = _exact_cell(matrix, pattern)
        if cell is not None:
            cells.setdefault(cell.cell, cell)
    return list(cells.values())


def _exact_cell(matrix: Matrix, text: str) -> PlannedCell | None:
    """Return the cell that a whole id names, `None` for a glob or a part of an id; every name in it must exist."""
    package, slash, rest = text.partition("/")
    target, second, features = rest.partition("/")
    if is_glob(text) or not slash or not second:
        return None
    member = member_named(matrix.workspace, package)
    _known_target(matrix, target)
    selection = frozenset[str]() if features == NO_FEATURES else frozenset(features.split(","))
    check_features(member, selection)
    subject = matrix.subject(member, matrix.targets[target])
    return PlannedCell(cell=cell_of(subject, selection), subject=subject, origin=Origin.COMMAND_LINE)


def _check_names(matrix: Matrix, pattern: str) -> None:
    """Refuse a pattern whose package or target, written out without a glob, does not exist."""
    package, _, rest = pattern.partition("/")
    target = rest.partition("/")[0]
    if not is_glob(package):
        member_named(matrix.workspace, package)
    if target and not is_glob(target):
        _known_target(matrix, target)


def _with_expectation(planned: PlannedCell, expectations: Iterable[Expectation]) -> PlannedCell:
    found = next((expectation for expectation in expectations if matches(planned.cell, expectation.cell)), None)
    return planned if found is None else replace(planned, expectation=found)
