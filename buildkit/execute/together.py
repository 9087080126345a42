"""The check stage of many cells: as few cargo calls as keep every verdict what the cell's own call would say.

A cell passes in a joint call once cargo has reported everything that the cell's own call would compile. Whatever did not pass there is
checked again by itself, which gives its own words and confirms the verdict.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

from buildkit.events import Notice, StageStarted
from buildkit.execute.commands import compiled_cell
from buildkit.execute.context import Context
from buildkit.execute.grouping import Group, Way, groups, without_wrappers
from buildkit.execute.joint import JointCall
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.pipeline import attempt
from buildkit.execute.sessions import resumed_sessions
from buildkit.execute.side_by_side import SideBySide
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
        self._plain: list[Work] = []
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
        upcoming = Upcoming(waiting)
        while self._goes_on and (group := upcoming.take()) is not None:
            if group.way is Way.WRAPPED and group.target in self._refused:
                self._plain.extend(group.works)
            elif group.way is Way.ALONE:
                self._put_off.extend(group.works)
            else:
                self._jointly(group, upcoming)
            self._catch_up()
        return self._calls

    def _catch_up(self) -> None:
        """Check what is left of joint calls, now that none is running."""
        alone, plain = tuple(self._put_off), tuple(self._plain)
        self._put_off.clear()
        self._plain.clear()
        for work in alone:
            if self._goes_on:
                self._calls += 1
                self._start(work)
                self._goes_on = self._finish(work, attempt(self._context, work, Stage.CHECK, self._check_alone))
        if plain:
            self.run(without_wrappers(self._context, plain))

    def _check_alone(self, _: Context, work: Work) -> StageOutcome:
        return self._recollection.compiled(work, compiled_cell)

    def _jointly(self, group: Group, upcoming: Upcoming) -> None:
        """Make the call of a group, and side by side with it those of the next ones that may be."""
        passed: list[Work] = []
        since = time.monotonic()
        with SideBySide(self._context, group, self._begin) as calls:
            for call, message in calls.told(upcoming, self._begins_more):
                if message is None:
                    self._conclude(call)
                    continue
                for work in call.passed_by(message):
                    # The seconds of all cells are shares of the time that passes here.
                    now = time.monotonic()
                    self._pass(call, work, now - since)
                    since = now
                    passed.append(work)
                if calls.rebuilt.is_found:
                    # What was taken for what one call compiled may be what another one did.
                    self._forget(passed)
                    passed.clear()
        self._calls += calls.begun

    def _begin(self, group: Group) -> None:
        for work in group.works:
            self._start(work)

    def _start(self, work: Work) -> None:
        cell = work.planned.cell
        if cell not in self._started:
            self._started.add(cell)
            self._context.emit(StageStarted(cell=cell, stage=Stage.CHECK))

    def _begins_more(self) -> bool:
        """Say whether a call is wanted before those that run have ended: with `fail_fast` it may never be."""
        return self._goes_on and not (self._context.fail_fast or self._put_off or self._plain)

    def _pass(self, call: JointCall, work: Work, seconds: float) -> None:
        outcome = call.outcome(work, seconds)
        # Kept at once: a run that is killed goes on from here.
        self._recollection.keep(work, outcome, call.messages)
        if self._context.read_files.newest > call.told_at:
            # Somebody has written since what was taken for this call's.
            self._recollection.drop(work)
        self._goes_on = self._finish(work, self._recollection.verified(work, outcome)) and self._goes_on

    def _forget(self, works: Iterable[Work]) -> None:
        for work in works:
            self._recollection.drop(work)

    def _conclude(self, call: JointCall) -> None:
        call.conclude()
        group = call.group
        if call.surprise is not None:
            # What has passed in a call that is not what it was taken for is not believed either.
            self._context.emit(Notice(message=f"{call.surprise}; its {len(group.works)} cells are checked one by one"))
            self._forget(group.works)
            self._put_off.extend(group.works)
        elif call.refusal is not None and group.way is Way.WRAPPED:
            if group.target not in self._refused:
                self._refused.add(group.target)
                self._context.emit(Notice(message=f"cells are not checked through a scratch workspace: {call.refusal}"))
            self._plain.extend(group.works)
        else:
            self._put_off.extend(call.left)
