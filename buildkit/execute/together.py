"""The check stage of many cells: as few cargo calls as keep every verdict what the cell's own call would say.

A cell passes in a joint call once cargo has reported everything that the cell's own call would compile. Whatever did not pass there is
checked again by itself, which gives its own words and confirms the verdict.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from buildkit.events import Notice, StageStarted
from buildkit.execute.commands import compiled_cell
from buildkit.execute.context import Context
from buildkit.execute.grouping import Group, Way, groups, without_wrappers
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.pipeline import attempt
from buildkit.execute.sessions import resumed_sessions
from buildkit.execute.upcoming import Upcoming
from buildkit.execute.verdict_recall import Recollection
from buildkit.execute.work import Finish, Work
from buildkit.model import Cell, Stage
from buildkit.replay.watch import COMPILING


def check_together(context: Context, works: tuple[Work, ...], finish: Finish) -> int:
    """Take cells through the check stage, and return how many cargo calls that took."""
    checks = _Checks(context, finish)
    unknown = checks.unknown(works)
    if not unknown:
        return 0
    sys.audit(COMPILING)
    with resumed_sessions(context, {work.planned.cell.target for work in unknown}):
        return checks.run(groups(context, unknown))


class _Checks:
    def __init__(self, context: Context, finish: Finish) -> None:
        self._context = context
        self._finish = finish
        self._goes_on = True
        self._calls = 0
        self._started: set[Cell] = set()
        self._put_off: list[Work] = []
        self._refused: set[str] = set()
        self._recollection = Recollection(context=context)

    def unknown(self, works: Iterable[Work]) -> tuple[Work, ...]:
        """Finish the cells whose verdicts are remembered, and return the others."""
        left = []
        for work in works:
            known = self._recollection.find(work) if self._goes_on and work.graph.obstacle is None else None
            if known is None:
                left.append(work)
            else:
                self._context.emit(StageStarted(cell=work.planned.cell, stage=Stage.CHECK, command=known.result.command))
                self._goes_on = self._finish(work, known)
        return tuple(left)

    def run(self, waiting: Iterable[Group]) -> int:
        """Make the calls of groups; returns how many it were."""
        upcoming = Upcoming(self._context, waiting)
        while self._goes_on and (group := upcoming.take()) is not None:
            if group.way is Way.WRAPPED and group.target in self._refused and not upcoming.is_begun:
                self.run(without_wrappers(self._context, group.works))
            else:
                self._check(group, upcoming)
            if not upcoming.is_begun:
                self._alone(self._put_off)
                self._put_off.clear()
        return self._calls

    def _check(self, group: Group, upcoming: Upcoming) -> None:
        for work in group.works:
            if work.planned.cell not in self._started:
                self._started.add(work.planned.cell)
                self._context.emit(StageStarted(cell=work.planned.cell, stage=Stage.CHECK))
        if group.way is Way.ALONE:
            self._alone(group.works)
        else:
            self._joint(group, upcoming)

    def _alone(self, works: Iterable[Work]) -> None:
        for work in works:
            if self._goes_on:
                self._calls += 1
                self._goes_on = self._finish(work, attempt(self._context, work, Stage.CHECK, self._check_alone))

    def _check_alone(self, _: Context, work: Work) -> StageOutcome:
        return self._recollection.compiled(work, compiled_cell)

    def _joint(self, group: Group, upcoming: Upcoming) -> None:
        self._calls += 1
        call = upcoming.call(group)
        for work, outcome in call.passes():
            # Kept at once: a run that is killed goes on from here.
            self._recollection.keep(work, outcome, call.messages)
            if self._context.read_files.newest > call.told_at:
                # Another cargo has its turn, and may have written what was taken for this one's.
                self._recollection.drop(work)
            self._goes_on = self._finish(work, self._recollection.verified(work, outcome)) and self._goes_on
            if call.is_ending and not self._put_off:
                upcoming.begin_after(group)
        if call.surprise is not None:
            # What has passed in a call that is not what it was taken for is not believed either.
            self._context.emit(Notice(message=f"{call.surprise}; its {len(group.works)} cells are checked one by one"))
            for work in group.works:
                self._recollection.drop(work)
            self._put_off.extend(group.works)
        elif call.refusal is not None and group.way is Way.WRAPPED:
            if group.target not in self._refused:
                self._refused.add(group.target)
                self._context.emit(Notice(message=f"cells are not checked through a scratch workspace: {call.refusal}"))
            self.run(without_wrappers(self._context, group.works))
        else:
            self._put_off.extend(call.left)
