"""The estimate for a plan, from the closures of its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph, read_graphs
from buildkit.execute.verdict_recall import Recollection
from buildkit.execute.work import Work
from buildkit.features.closure import Closure
from buildkit.model import Cell, Verdict
from buildkit.plan.estimate import Build, Estimate, Unit, estimate
from buildkit.plan.model import Plan, PlannedCell
from buildkit.plan.remembered import Seconds
from buildkit.records import dataclass

IsKnown = Callable[[PlannedCell, Graph], bool]
"""Says whether the verdict of a cell is known without compiling it."""


def nothing_is_known(_planned: PlannedCell, _graph: Graph) -> bool:
    """Know no verdict."""
    return False


def remembered_by(context: Context) -> IsKnown:
    """Return what knows the verdicts that the check stage would find in the cache."""
    recollection = Recollection(context=context)
    return lambda planned, graph: graph.obstacle is None and recollection.find(Work(planned=planned, graph=graph)) is not None


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What an estimate is made from: what earlier cells took, and whose verdicts are known."""

    seconds: Seconds
    is_known: IsKnown = nothing_is_known

    def of(self, context: Context, plan: Plan, graphs: Mapping[Cell, Graph] | None = None) -> Estimate:
        """Return the estimate for a plan; `graphs` are those of its cells where they were made already."""
        found = read_graphs(context, {planned.cell: planned.subject for planned in plan.cells}) if graphs is None else graphs
        return estimate(self._builds(context, plan, found), self.seconds, jobs=context.jobs)

    def _builds(self, context: Context, plan: Plan, graphs: Mapping[Cell, Graph]) -> Iterator[Build]:
        for planned in plan.cells:
            graph = graphs[planned.cell]
            triple = context.triple(planned.subject)
            is_put_off = planned.expectation is not None and planned.expectation.verdict is Verdict.SKIPPED
            if graph.resolution is None or graph.obstacle is not None or is_put_off:
                yield Build(cell=planned.cell, closure=planned.cell, compiles=False)
                continue
            yield Build(
                cell=planned.cell,
                closure=(planned.subject.package.id, planned.cell.target, graph.resolution.key),
                units=frozenset(_units(graph.resolution.closure, triple)),
                is_cached=self.is_known(planned, graph),
            )


def _units(closure: Closure, triple: str) -> Iterator[Unit]:
    for side, packages in ((triple, closure.target), ("host", closure.host)):
        for package, features in packages.items():
            yield package, side, features
