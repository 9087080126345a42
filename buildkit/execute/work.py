"""One cell on its way through the stages, and what is done with every cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.model import Artifact, Stage, Verdict
from buildkit.plan.model import PlannedCell


@dataclass(frozen=True, kw_only=True)
class Work:
    """A cell, its graph, and what the stages before came to."""

    planned: PlannedCell
    graph: Graph
    done: tuple[StageOutcome, ...] = ()

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

Job = Mapping[Stage, StageFunction]
"""What is done with every cell, in this order. A verb names its own functions, and so imports no more than it needs."""
