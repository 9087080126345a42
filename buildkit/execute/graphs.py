"""What cargo would build for each cell, as the feature engine finds it."""

from __future__ import annotations

import time
from collections.abc import Mapping

from buildkit.errors import BuildkitError
from buildkit.execute.context import Context
from buildkit.features.resolution import Resolution, resolve
from buildkit.model import Cell
from buildkit.plan.model import Subject
from buildkit.records import dataclass

NOTHING_TO_COMPILE = (
    "cargo would compile nothing: the package has no library, and its programs, if it has any, require features that are not selected"
)


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What cargo would build for a cell, or why that cannot be said. `seconds` is wall-clock time; `command` is cargo's, where it was asked."""

    resolution: Resolution | None
    problem: str | None
    seconds: float
    command: str | None = None

    @property
    def obstacle(self) -> str | None:
        """Return why the cell cannot be judged, `None` where it can. What compiles nothing has shown nothing."""
        if self.resolution is None or self.problem is not None:
            return self.problem or "it could not be resolved"
        return None if self.resolution.compiles_root else NOTHING_TO_COMPILE


def read_graphs(context: Context, subjects: Mapping[Cell, Subject]) -> Mapping[Cell, Graph]:
    """Resolve each cell."""
    return {cell: read_graph(context, subject, cell) for cell, subject in subjects.items()}


def read_graph(context: Context, subject: Subject, cell: Cell) -> Graph:
    """Resolve one cell."""
    started = time.monotonic()
    resolution, problem = None, None
    try:
        resolution = resolve(context.model(subject), subject.package, cell.features)
    except BuildkitError as error:
        problem = error.message
    return Graph(resolution=resolution, problem=problem, seconds=time.monotonic() - started)
