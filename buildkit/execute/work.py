"""One cell on its way through the stages, and what is done with every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.features.resolution import Resolution
from buildkit.model import Artifact, Stage, Verdict
from buildkit.plan.model import PlannedCell
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Work:
    """A cell, its graph, and what the stages before came to."""

    planned: PlannedCell
    graph: Graph
    done: tuple[StageOutcome, ...] = ()

    @property
    def resolution(self) -> Resolution:
        """Return what the cell builds; raises `ValueError` for one that has not passed as resolved."""
        if self.graph.resolution is None:
            raise ValueError(f"{self.planned.cell.id} is not resolved")
        return self.graph.resolution

    @property
    def failed(self) -> Stage | None:
        """Return the stage that did not pass, `None` while all did."""
        return next((outcome.result.stage for outcome in self.done if outcome.result.verdict not in (Verdict.PASS, Verdict.SKIPPED)), None)

    @property
    def files(self) -> tuple[Path, ...]:
        """Return what cargo made."""
        return tuple(file for outcome in self.done for file in outcome.files)

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """Return what was inspected."""
        return tuple(artifact for outcome in self.done for artifact in outcome.artifacts)


StageFunction = Callable[[Context, Work], StageOutcome]
"""Takes a cell through one stage."""

Finish = Callable[[Work, StageOutcome], bool]
"""Takes what a cell's last stage came to, and says whether the run goes on."""

PoolFunction = Callable[[Context, tuple[Work, ...], Finish], int]
"""Takes many cells through one stage, in the order that suits it, and returns how many cargo calls that took."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A stage that many cells go through together."""

    stage: Stage
    run: PoolFunction


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is done with every cell: the stages one after another, then the pool. A verb names its own functions, and so imports no more."""

    stages: Mapping[Stage, StageFunction]
    pool: Pool | None = None

    @property
    def names(self) -> tuple[Stage, ...]:
        """Return all stages in order."""
        return (*self.stages, *((self.pool.stage,) if self.pool is not None else ()))
