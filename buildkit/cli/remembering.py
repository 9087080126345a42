"""What verbs that run a plan take from earlier runs, and leave to later ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from buildkit.cli.combining import Combining
from buildkit.cli.matrix import query_for
from buildkit.cli.options import SelectingPart
from buildkit.cli.session import Session
from buildkit.errors import NothingSelectedError, UsageError
from buildkit.events import Emit, Event, Notice, RunFinished
from buildkit.execute.context import Context
from buildkit.execute.durations import read_durations, save_durations
from buildkit.execute.forecast import Forecast, nothing_is_known, remembered_by
from buildkit.execute.memory import Memory, workspace_folder
from buildkit.execute.verdicts import COMPILING
from buildkit.execute.work import Job
from buildkit.model import RunReport, Stage
from buildkit.plan.cells import Matrix
from buildkit.plan.estimate import estimate_sentence, may_be_long
from buildkit.plan.failed import Retry, failed_part
from buildkit.plan.model import Plan
from buildkit.plan.remembered import Remembered, Seconds, ordered
from buildkit.plan.selection import select
from buildkit.plan.shards import Shard, shard_of
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Remembering:
    """What is remembered of a session's workspace for one thing that is run: `does` is the verb with what tells it from its like."""

    session: Session
    does: str
    memory: Memory
    remembered: Remembered

    def chosen_plan(self, matrix: Matrix, selecting: SelectingPart, combining: Combining | None = None) -> Plan:
        """Return the plan for what the command line selects, of which a shard may be empty.

        Raises `UsageError` for a name that does not exist, and `NothingSelectedError` where nothing is left.
        """
        query = query_for(selecting, combining)
        shard = Shard.parse(selecting.shard)
        seconds = self._shared_seconds(selecting) if shard.count > 1 else {}
        part = shard_of(select(matrix, query), shard, seconds)
        if not selecting.failed:
            return part
        failed = failed_part(matrix, query, Retry(activity=self.does, remembered=self.remembered))
        return failed if shard.count == 1 else _both(failed, part)

    def _shared_seconds(self, selecting: SelectingPart) -> Seconds:
        configured = (self.session.settings.root / file for file in self.session.settings.configuration.workspace.durations)
        return read_durations(selecting.durations or configured, self.does)

    def tell_before(self, context: Context, plan: Plan, job: Job, shard: str | None) -> None:
        """Say which part of the plan this is, how far an interrupted run came that this one goes on with, and what a long run will take."""
        if shard is not None:
            context.emit(Notice(message=f"shard {shard} has {len(plan.cells):,} cells" if plan.cells else f"shard {shard} has no cell"))
        known = sum(planned.cell.id in (self.remembered.interrupted or ()) for planned in plan.cells)
        if known:
            context.emit(Notice(message=f"resuming: {known:,} of {len(plan.cells):,} cells are known"))
        if COMPILING.intersection(job.names) and may_be_long((planned.cell for planned in plan.cells), self.remembered.seconds):
            is_known = remembered_by(context) if Stage.CHECK in job.names else nothing_is_known
            estimated = Forecast(seconds=self.remembered.seconds, is_known=is_known).of(context, plan)
            if estimated.is_long:
                context.emit(Notice(message=estimate_sentence(estimated)))

    def new_cells(self, plan: Plan, job: Job) -> int:
        """Return how many cells will be compiled that never were."""
        compiles = bool(COMPILING.intersection(job.names))
        return sum(planned.cell.id not in self.remembered.seconds for planned in plan.cells) if compiles else 0

    def in_order(self, plan: Plan) -> Plan:
        """Return the plan with its cells in the order in which they should run."""
        return replace(plan, cells=ordered(plan.cells, self.remembered))

    @contextmanager
    def recording(self, emit: Emit, save_to: Path | None) -> Iterator[Emit]:
        """Give an `emit` that remembers what happens, and adds what was measured to a file at the end of the run."""
        with self.memory.recording(self.does, emit) as recorded:

            def save_and_emit(event: Event) -> None:
                recorded(event)
                if save_to is not None and isinstance(event, RunFinished):
                    save_durations(save_to, self.does, event.report.cells)

            yield recorded if save_to is None else save_and_emit


def recall(session: Session, does: str) -> Remembering:
    """Return what earlier runs left; asked before a run begins, for what it leaves itself is not meant."""
    root = session.settings.root
    memory = Memory(folder=workspace_folder(session.store, root), root=root)
    return Remembering(session=session, does=does, memory=memory, remembered=memory.recall(does))


def durations_file(file: Path | None) -> Path | None:
    """Return a file that durations will be written to; raises `UsageError` at once where that cannot be, or where it holds something else."""
    if file is None:
        return None
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise UsageError(f"{str(file)!r} cannot be written", hint="--save-durations durations.json, in a folder that exists")
    if file.exists():
        read_durations((file,), "")
    return file


def in_order_of(plan: Plan, report: RunReport) -> RunReport:
    """Return a report with its cells in the order of the plan."""
    places = {planned.cell: place for place, planned in enumerate(plan.cells)}
    return replace(report, cells=tuple(sorted(report.cells, key=lambda result: places[result.cell])))


def _both(failed: Plan, part: Plan) -> Plan:
    """Return what failed and is in the part."""
    mine = {planned.cell for planned in part.cells}
    cells = tuple(planned for planned in failed.cells if planned.cell in mine)
    if not cells:
        raise NothingSelectedError("nothing in this shard failed last time", hint="buildkit plan --failed")
    return replace(failed, cells=cells, proofs=tuple(proof for proof in failed.proofs if proof in part.proofs))
