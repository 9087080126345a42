"""The cells of a plan on their way: those of one closure are compiled once, and the first failure may end it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from buildkit.events import CellFinished
from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.pipeline import close, run_stages, share_result, skip_rest
from buildkit.execute.verdicts import COMPILING, GOOD
from buildkit.execute.work import Job, Work
from buildkit.model import Cell, CellResult, Verdict
from buildkit.plan.model import PlannedCell

ClosureKey = tuple[str, str, tuple[str, ...]]
"""Package id, compilation target and what stands for the closure: what decides a compilation."""


def distinct(cells: Iterable[PlannedCell], graphs: Mapping[Cell, Graph]) -> frozenset[ClosureKey | Cell]:
    """Return the closures of cells; one that cannot be resolved counts by itself."""
    return frozenset(closure_key(planned, graphs[planned.cell]) or planned.cell for planned in cells)


def closure_key(planned: PlannedCell, graph: Graph) -> ClosureKey | None:
    """Return what two cells share exactly when they are the same build, `None` where that cannot be said."""
    if graph.resolution is None:
        return None
    return planned.subject.package.id, planned.cell.target, graph.resolution.key


class Run:
    """Runs cells, and remembers what they came to."""

    def __init__(self, context: Context, graphs: Mapping[Cell, Graph], job: Job) -> None:
        """Begin with no cell."""
        self.cargo_calls = 0
        self._context = context
        self._graphs = graphs
        self._job = job
        self._results: dict[Cell, CellResult] = {}
        self._known: dict[ClosureKey, CellResult] = {}
        self._failed: Cell | None = None

    def cells(self, cells: Sequence[PlannedCell]) -> tuple[CellResult, ...]:
        """Return the results in the order of `cells`."""
        first: dict[ClosureKey | Cell, PlannedCell] = {}
        later: list[PlannedCell] = []
        for planned in cells:
            key = None if _is_put_off(planned) else closure_key(planned, self._graphs[planned.cell])
            if first.setdefault(key or planned.cell, planned) is not planned:
                later.append(planned)
        self._take(first.values())
        # What could not be judged for one cell may well be for another.
        self._take([planned for planned in later if not self._share(planned)])
        return tuple(self._results[planned.cell] for planned in cells)

    def _take(self, cells: Iterable[PlannedCell]) -> None:
        pooled: list[Work] = []
        for planned in cells:
            graph = self._graphs[planned.cell]
            if self._failed is not None:
                self._close(skip_rest(Work(planned=planned, graph=graph), self._job, self._reason))
                continue
            work = run_stages(self._context, planned, graph, self._job)
            if len(work.done) == len(self._job.names):
                self._close(work)
            elif work.failed is not None:
                self._close(skip_rest(work, self._job, f"{work.failed} did not pass"))
            else:
                pooled.append(work)
        self._pool(tuple(pooled))

    def _pool(self, works: tuple[Work, ...]) -> None:
        if self._job.pool is not None and works and self._failed is None:
            self.cargo_calls += self._job.pool.run(self._context, works, self._close)
        for work in works:
            if work.planned.cell not in self._results:
                self._close(skip_rest(work, self._job, self._reason))

    def _share(self, planned: PlannedCell) -> bool:
        key = closure_key(planned, self._graphs[planned.cell])
        earlier = None if key is None else self._known.get(key)
        if earlier is not None:
            self._keep(share_result(self._context, planned, earlier))
        return earlier is not None

    def _close(self, work: Work, outcome: StageOutcome | None = None) -> bool:
        result = close(self._context, work, outcome)
        if outcome is None:
            self.cargo_calls += sum(stage.stage in COMPILING and stage.verdict is not Verdict.SKIPPED for stage in result.stages)
        key = closure_key(work.planned, work.graph)
        if key is not None and result.verdict is not Verdict.ERROR and not _is_put_off(work.planned):
            self._known[key] = result
        self._keep(result)
        return self._failed is None

    def _keep(self, result: CellResult) -> None:
        before = self._results.get(result.cell)
        self._results[result.cell] = result
        if self._context.fail_fast and result.verdict not in GOOD:
            self._failed = self._failed or result.cell
        if before is None or before.verdict is not result.verdict:
            self._context.emit(CellFinished(result=result))

    @property
    def _reason(self) -> str:
        return "not reached" if self._failed is None else f"{self._failed.id} failed, and --fail-fast ends the run"


def _is_put_off(planned: PlannedCell) -> bool:
    return planned.expectation is not None and planned.expectation.verdict is Verdict.SKIPPED
