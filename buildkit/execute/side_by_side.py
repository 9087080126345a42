"""Cargo calls that check several cells each, side by side as far as they compile nothing in common.

The last units of a call wait for each other, and other cores have nothing to do meanwhile. The next call needs none of what is left, or it
waits: everything that both compile is there before it begins, so that it finds that fresh, as it would after the first call.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final, Self

from buildkit.cargo.building import read_building
from buildkit.cargo.jobserver import JobServer, is_served
from buildkit.cargo.messages import Message, parse_message
from buildkit.execute.context import Context
from buildkit.execute.grouping import Group, Way
from buildkit.execute.joint import JointCall
from buildkit.execute.lanes import lane_of, locked, trees_of
from buildkit.execute.rebuilt import Rebuilt, marked
from buildkit.execute.scratch import scratch_folder
from buildkit.execute.upcoming import Upcoming
from buildkit.process import patched
from buildkit.processors import affordable

PAUSE: Final = 0.02
"""The seconds from one look for a free slot to the next."""


class SideBySide:
    """Runs calls of one target. Where there cannot be several at once, they come one after another."""

    def __init__(self, context: Context, first: Group, on_begin: Callable[[Group], None]) -> None:
        """Begin with the call of one group; `on_begin` is told of each before it compiles anything."""
        self.rebuilt = Rebuilt()
        self.begun = 0
        """How many calls were begun."""
        self._context = context
        self._first = first
        self._on_begin = on_begin
        self._alive: list[JointCall] = []
        self._running: list[JointCall] = []
        self._lines: SimpleQueue[tuple[JointCall, str | None]] = SimpleQueue()
        self._server: JobServer | None = None
        self._told_at = 0.0
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Keep other cargos out of the folder, if they can be."""
        if self._first.way is Way.WRAPPED:
            try:
                self._open()
            except (OSError, NotImplementedError):
                # No links, no locks, or no pipe that can be opened twice: then cargo keeps others out.
                self._stack.close()
                self._server = None
        return self

    def __exit__(self, *_: object) -> None:
        """Let others in, but not beside a cargo that is left behind: the thread that waits for it has the locks, too, and whoever ends the run ends it."""
        if not self._alive:
            self._stack.close()

    def told(self, upcoming: Upcoming, goes_on: Callable[[], bool]) -> Iterator[tuple[JointCall, Message | None]]:
        """Give what cargo reports, and `None` for the end of a call. Upcoming groups are taken and begun for as long as `goes_on` says so."""
        following: JointCall | None = self._begin(self._first)
        while self._running or following is not None:
            if following is None and goes_on():
                following = self._begin_next(upcoming)
            is_apart = following is not None and self._is_apart(following.group)
            if following is not None and is_apart and self._may_begin():
                self._let_go(following)
                following, is_apart = None, False
            try:
                call, line = self._lines.get(timeout=PAUSE if is_apart else None)
            except Empty:
                continue
            self._told_at = time.monotonic()
            if line is None:
                following = None if call is following else following
                self._end(call)
                yield call, None
            elif (message := parse_message(line)) is not None:
                self.rebuilt.note(message)
                yield call, message

    def _open(self) -> None:
        target = self._first.target
        environment = patched(self._context.running_calls(self._first.works[0].planned.subject).env)
        building = read_building(self._context.workspace.root, environment)
        if building.has_build_dir or is_served(environment) or sys.platform != "linux":
            # What a job server needs is not the same elsewhere, and was not tried.
            return
        output, trees = self._context.output, trees_of(self._context, target)
        self._stack.enter_context(locked(output, trees, self._context.emit))
        self._stack.enter_context(marked(self._context.output_of(target), [output / tree for tree in trees], self._context.workspace))
        # Where there can be no lane, no call may need one later: it would wait for the lock that is held here.
        with scratch_folder(self._context.workspace) as folder:
            lane_of(self._context, target, folder)
        # Without a number, cargo itself would take no more than it has time for.
        jobs = self._context.options.jobs or building.jobs or affordable(self._context.jobs)
        self._server = JobServer(jobs if jobs > 0 else max(1, self._context.jobs + jobs))
        self._stack.callback(self._server.close)

    def _begin_next(self, upcoming: Upcoming) -> JointCall | None:
        """Begin the next group where that is of use: before the first cargo knows what there is to do, another would be in its way.

        Where cargo does without locks, as on network file systems, it could not be kept from compiling.
        """
        group = upcoming.next
        if self._server is None or group is None or group.units is None or group.target != self._first.target:
            return None
        if not any(call.messages and call.keeps_out for call in self._running):
            return None
        upcoming.take()
        return self._begin(group)

    def _begin(self, group: Group) -> JointCall:
        """Start the cargo of a group, which compiles nothing before it is let go."""
        call = JointCall(self._context, group)
        self.begun += 1
        self._alive.append(call)
        call.begin(self._server, partial(self._tell, call))
        return call

    def _may_begin(self) -> bool:
        """Take a slot for a call that is apart, if there is one; cargo notes what it has compiled just after it reports it."""
        if self._running and time.monotonic() < self._told_at + PAUSE:
            return False
        return self._server is None or self._server.take()

    def _let_go(self, call: JointCall) -> None:
        self._on_begin(call.group)
        self._running.append(call)
        call.let_go()

    def _is_apart(self, group: Group) -> bool:
        """Say whether nothing that a group compiles is still to be compiled by the calls that run."""
        unfinished = [call.unfinished for call in self._running]
        if group.units is None:
            return not unfinished
        return all(left is not None and not left & group.units.numbers for left in unfinished)

    def _tell(self, call: JointCall, line: str | None) -> None:
        self._lines.put((call, line))

    def _end(self, call: JointCall) -> None:
        """Note that a call has ended; one that was not let go has no slot."""
        self._alive.remove(call)
        self.rebuilt.renew()
        if call in self._running:
            self._running.remove(call)
            if self._server is not None:
                self._server.give_back()
