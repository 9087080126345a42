"""The disk budget of a run: looked at before one that would exceed it, and after one that has compiled something."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Final

from buildkit.artifacts.sizes import format_size
from buildkit.config.sizes import parse_size
from buildkit.events import Notice
from buildkit.execute.context import Context
from buildkit.execute.disk import note_use, tree_name
from buildkit.execute.disk_eviction import Freed, Use, evict, sweep
from buildkit.execute.graphs import read_graphs
from buildkit.execute.incremental import settle_sessions
from buildkit.plan.model import Plan
from buildkit.records import dataclass
from buildkit.toolchain.memory import Memory as Values

SIZE_FILE: Final = ".buildkit-size.json"
"""The file in buildkit's folder that keeps what was measured last."""

SIZE: Final = "bytes"
PER_CELL: Final = "bytes per compiled cell"

UNLIMITED: Final = frozenset({"none", "0", 0})


def parse_budget(value: str | int) -> int | None:
    """Return the bytes of a budget, `None` where there is none."""
    return None if value in UNLIMITED else parse_size(value)


@dataclass(frozen=True, kw_only=True)
class DiskBudget:
    """Keeps what cargo writes for a run within `size` bytes; `None` keeps everything. `all_cells` gives the plan of the whole workspace."""

    context: Context
    plan: Plan
    size: int | None
    profile: str
    all_cells: Callable[[], Plan]
    since: float = field(default_factory=time.time)

    def before(self, new_cells: int) -> None:
        """Make room where this many cells that were never compiled would take more than there is, as far as it is known."""
        sweep(self.context.output)
        if self.size is None:
            return
        values = Values.open(self._file, float)
        growth = new_cells * (values.get(PER_CELL) or 0.0)
        if (values.get(SIZE) or 0.0) + growth > self.size:
            self._keep(values, max(0, int(self.size - growth)))

    def after(self, compiled: int) -> None:
        """Measure and make room where something was compiled, and note which trees were used."""
        note_use(self.context.output, self._trees)
        if compiled:
            settle_sessions(self.context.output, self._trees, int(self.since * 1e9))
        if self.size is None or not compiled:
            return
        values = Values.open(self._file, float)
        before = values.get(SIZE)
        freed = self._keep(values, self.size)
        if before is not None:
            values.put(PER_CELL, max(0.0, (freed.left + freed.size - before) / compiled))
            values.save()
        if freed.left > self.size:
            message = f"{self.context.output} has {format_size(freed.left)}, more than the disk budget of {format_size(self.size)}"
            self.context.emit(Notice(message=f"{message}: this run uses all of it", detail="[cargo] disk-budget in buildkit.toml sets it"))

    @property
    def _file(self) -> Path:
        return self.context.output / SIZE_FILE

    @property
    def _trees(self) -> frozenset[str]:
        """Return the names of the trees that the run uses: those of its targets, and the host's."""
        triples = {self.context.output_name(provided.supply) for provided in self.context.supplies.values()}
        return frozenset(tree_name(triple, self.profile) for triple in (None, *triples))

    def _keep(self, values: Values[float], budget: int) -> Freed:
        freed = evict(
            self.context.output, budget, Use(trees=self._trees, since=self.since, wanted=partial(wanted_units, self.context, self._all))
        )
        if self.context.output.is_dir():
            values.put(SIZE, float(freed.left))
            values.save()
        if freed.size:
            message = f"freed {format_size(freed.size)} of {self.context.output}, which keeps to {format_size(self.size or 0)}"
            self.context.emit(Notice(message=message, detail="\n".join(freed.titles)))
        return freed

    def _all(self) -> Plan:
        """Return the cells of the whole workspace on the run's targets, and the run's own."""
        known = {planned.cell: planned for plan in (self.all_cells(), self.plan) for planned in plan.cells}
        return Plan(cells=tuple(planned for planned in known.values() if planned.cell.target in self.context.supplies))


def wanted_units(context: Context, all_cells: Callable[[], Plan]) -> frozenset[tuple[str, frozenset[str]]]:
    """Return each package, by name, with each set of features that some cell compiles it with; nothing is asked of cargo."""
    graphs = read_graphs(context, {planned.cell: planned.subject for planned in all_cells().cells})
    closures = [graph.resolution.closure for graph in graphs.values() if graph.resolution is not None]
    return frozenset(
        (context.workspace.packages[package].name, features)
        for closure in closures
        for side in (closure.target, closure.host)
        for package, features in side.items()
    )
