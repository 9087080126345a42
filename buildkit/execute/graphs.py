"""The closures of cells, asked of cargo once each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from buildkit.cargo.failure import explain_failure
from buildkit.cargo.unit_graph import parse_unit_graph
from buildkit.errors import BuildkitError
from buildkit.execute.context import Context
from buildkit.features.closure import Closure, closure_of
from buildkit.model import Cell
from buildkit.plan.model import Subject

NOTHING_TO_COMPILE = (
    "cargo would compile nothing: the package has no library, and its programs, if it has any, require features that are not selected"
)


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What cargo would build for a cell, or why it cannot say. `seconds` is wall-clock time."""

    closure: Closure | None
    problem: str | None
    command: str
    seconds: float

    @property
    def obstacle(self) -> str | None:
        """Return why the cell cannot be judged, `None` where it can. What compiles nothing has shown nothing."""
        if self.closure is None:
            return self.problem or "cargo said nothing"
        return None if self.closure.roots else NOTHING_TO_COMPILE


def read_graphs(context: Context, wanted: Iterable[tuple[Subject, Cell]]) -> Mapping[Cell, Graph]:
    """Ask cargo for the unit graph of each distinct cell, several at a time: the calls compile nothing and share no lock."""
    distinct = {cell: subject for subject, cell in wanted}
    with ThreadPoolExecutor(max_workers=context.jobs) as pool:
        graphs = pool.map(lambda entry: read_graph(context, entry[1], entry[0]), distinct.items())
        return dict(zip(distinct, graphs, strict=True))


def read_graph(context: Context, subject: Subject, cell: Cell) -> Graph:
    """Ask cargo for the unit graph of one cell."""
    command = context.calls(subject).unit_graph(context.selection(subject, cell))
    done = context.processes.run(command)
    closure, problem = None, None
    try:
        if not done.succeeded:
            raise explain_failure(done)
        closure = closure_of(parse_unit_graph(done.stdout))
    except BuildkitError as error:
        problem = error.message
    return Graph(closure=closure, problem=problem, command=command.shell, seconds=done.seconds)
