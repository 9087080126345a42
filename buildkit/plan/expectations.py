"""What the configuration expects of cells, and what it expects of none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from buildkit.model import Cell
from buildkit.plan.cells import Matrix

Matches = Callable[[Cell, str], bool]
"""Says whether a pattern is one for a cell."""


def idle_expectations(matrix: Matrix, cells: Iterable[Cell], matches: Matches) -> Iterator[str]:
    """Say which patterns of `[[expect]]` match none of all the workspace's cells.

    One for a target that is checked only when the command line names it is not idle.
    """
    known = tuple(cells)
    covered = frozenset(matrix.configuration.workspace.targets)
    for index, expectation in enumerate(matrix.configuration.expect):
        _, _, rest = expectation.cell.partition("/")
        target = rest.partition("/")[0] or "*"
        uncovered = target.strip("*") and any(fnmatchcase(name, target) for name in matrix.targets.keys() - covered)
        if not uncovered and not any(matches(cell, expectation.cell) for cell in known):
            yield f"{matrix.place(f'expect.{index}.cell')}: no cell matches {expectation.cell!r}, so nothing is expected by it"
