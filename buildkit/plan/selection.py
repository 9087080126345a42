"""Which cells of a matrix a command is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from buildkit.config.schema import Expectation
from buildkit.errors import NothingSelectedError, UsageError
from buildkit.model import NO_FEATURES, Cell, Verdict
from buildkit.plan.cells import Coverage, Matrix, cell_of, describe_assumptions
from buildkit.plan.expectations import idle_expectations
from buildkit.plan.model import Origin, Plan, PlannedCell
from buildkit.plan.names import check_features, member_named, nearest

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, kw_only=True)
class Query:
    """What was asked for. Empty parts ask for everything; `features` replaces the configured selections."""

    patterns: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    features: tuple[str, ...] | None = None


def select(matrix: Matrix, query: Query) -> Plan:
    """Return the plan for a query.

    Raises `UsageError` for a name that does not exist, and `NothingSelectedError` where nothing is left.
    """
    for name in query.packages:
        member_named(matrix.workspace, name)
    for pattern in query.patterns:
        _check_names(matrix, pattern)
    coverages = [coverage for coverage in matrix.coverages(_target_names(matrix, query)) if _is_asked(coverage, query)]
    cells = _cells(matrix, coverages, query)
    cells = [planned for planned in cells if covers(query.patterns, planned.cell)]
    if not cells:
        raise NothingSelectedError(
            "no cell is selected", hint="buildkit plan lists all cells; [package.NAME] targets may leave a target out"
        )
    kept = {(planned.cell.package, planned.cell.target) for planned in cells}
    coverages = [coverage for coverage in coverages if (coverage.subject.package.name, coverage.subject.target.name) in kept]
    whole = query.features is None
    expected = tuple(_with_expectation(planned, matrix.configuration.expect) for planned in cells)
    return Plan(
        cells=expected,
        proofs=tuple(coverage.proof() for coverage in coverages if _is_whole(coverage, expected)) if whole else (),
        assumptions=describe_assumptions(coverages) if whole else (),
        notices=tuple(idle_expectations(matrix, (planned.cell for planned in cells), _matches_one)) if query == Query() else (),
    )


def _is_whole(coverage: Coverage, cells: Iterable[PlannedCell]) -> bool:
    """Say whether all cells of a package on a target will be judged: a proof speaks of them all, and of what is expected of each."""
    judged = {planned.cell for planned in cells if planned.expectation is None or planned.expectation.verdict is not Verdict.SKIPPED}
    return all(planned.cell in judged for planned in coverage.cells())


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
        near = nearest(name, matrix.targets)
        raise UsageError(f"unknown target {name!r}", hint=f"did you mean {near!r}?" if near else "buildkit targets")


def _is_asked(coverage: Coverage, query: Query) -> bool:
    return not query.packages or coverage.subject.package.name in query.packages


def _cells(matrix: Matrix, coverages: Iterable[Coverage], query: Query) -> list[PlannedCell]:
    if query.features is not None:
        return [_asked_for(coverage, query.features) for coverage in coverages]
    cells = {planned.cell: planned for coverage in coverages for planned in coverage.cells()}
    present = {(coverage.subject.package.name, coverage.subject.target.name) for coverage in coverages}
    for expectation in matrix.configuration.expect:
        cell = _exact_cell(matrix, expectation.cell)
        if cell is not None and (cell.cell.package, cell.cell.target) in present:
            cells.setdefault(cell.cell, replace(cell, origin=Origin.EXPECTED))
    for pattern in query.patterns:
        cell = _exact_cell(matrix, pattern)
        if cell is not None and not any(covers((pattern,), known) for known in cells):
            cells[cell.cell] = cell
    return list(cells.values())


def _asked_for(coverage: Coverage, features: tuple[str, ...]) -> PlannedCell:
    check_features(coverage.subject.package, features)
    return PlannedCell(cell=cell_of(coverage.subject, frozenset(features)), subject=coverage.subject, origin=Origin.COMMAND_LINE)


def _exact_cell(matrix: Matrix, text: str) -> PlannedCell | None:
    """Return the cell that a whole id names, `None` for a glob or a part of an id; every name in it must exist."""
    package, slash, rest = text.partition("/")
    target, second, features = rest.partition("/")
    if _GLOB.search(text) or not slash or not second:
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
    if not _GLOB.search(package):
        member_named(matrix.workspace, package)
    if target and not _GLOB.search(target):
        _known_target(matrix, target)


def covers(patterns: tuple[str, ...], cell: Cell) -> bool:
    """Say whether a cell is one of those that the patterns ask for; none asks for all."""
    return not patterns or any(_matches_one(cell, pattern) for pattern in patterns)


def _matches_one(cell: Cell, pattern: str) -> bool:
    """Match a glob over ids. A pattern of fewer parts leaves the others open; listed features may come in any order."""
    package, _, rest = pattern.partition("/")
    target, _, features = rest.partition("/")
    ordered = ",".join(sorted(features.split(","))) if not _GLOB.search(features) else features
    return fnmatchcase(cell.id, "/".join((package, target or "*", ordered or "*")))


def _with_expectation(planned: PlannedCell, expectations: Iterable[Expectation]) -> PlannedCell:
    found = next((expectation for expectation in expectations if _matches_one(planned.cell, expectation.cell)), None)
    return planned if found is None else replace(planned, expectation=found)
