"""One cargo call that checks several cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from buildkit.cargo.calls import CargoCommand
from buildkit.cargo.failure import first_error
from buildkit.cargo.jobserver import JobServer
from buildkit.cargo.linting import mark_of
from buildkit.cargo.messages import BuildFinished, CompilerMessage, Message
from buildkit.cargo.skipping import VARIABLE
from buildkit.cargo.wrappers import Wrapper
from buildkit.execute.attribution import Attribution, Awaited, Made, roots_of, units_of
from buildkit.execute.background import BackgroundCall, Tell
from buildkit.execute.context import Context
from buildkit.execute.doubts import doubtful
from buildkit.execute.grouping import Group, Way
from buildkit.execute.lanes import closed, is_free, lane_of
from buildkit.execute.linted import linting_environment, members_below, unlinted
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.scratch import keeps_versions, scratch_folder, write_scratch, write_skipping
from buildkit.execute.unfinished import Unfinished
from buildkit.execute.work import Work
from buildkit.model import Cell, Stage, StageResult, Verdict
from buildkit.process import Command, Completed

WARNINGS_DENIED: Final = "`build.warnings`"
"""How cargo names the setting under which a warning fails a call in the end, after all has been compiled."""


class JointCall:
    """The call of a group. Once it has ended, `left` are the cells that did not pass."""

    def __init__(self, context: Context, group: Group) -> None:
        """Expect every cell of a group to pass."""
        self.group = group
        self.surprise: str | None = None
        """Why the call was not what it was taken for, if it was not."""
        self.refusal: str | None = None
        """Why cargo compiled nothing at all, if it did not."""
        self._context = context
        self._works = {work.planned.cell: work for work in group.works}
        self._attribution: Attribution[Cell] = Attribution(_awaited(group, work) for work in group.works)
        self._unfinished = None if group.units is None else Unfinished(group.units)
        self.messages: list[Message] = []
        """What cargo reported."""
        self._has_error = False
        self._mark: str | None = None
        self._running: BackgroundCall | None = None
        self._folder: Path | None = None
        self._lane: Path | None = None
        self._stack = ExitStack()
        self._closed = ExitStack()
        self._members = frozenset(member.id for member in context.workspace.members)

    @property
    def left(self) -> tuple[Work, ...]:
        """Return the cells that did not pass."""
        return tuple(self._works[cell] for cell in self._attribution.left)

    @property
    def unfinished(self) -> int | None:
        """Return the units that are still to be compiled, as a set of numbers, `None` where that is not known."""
        return None if self._unfinished is None or self._has_error else self._unfinished.numbers

    @property
    def told_at(self) -> int:
        """Return when cargo told its newest, in nanoseconds since the epoch, 0 before the first."""
        return 0 if self._running is None else self._running.told_at

    @property
    def keeps_out(self) -> bool:
        """Say whether cargo has locked its lane."""
        return self._lane is not None and not is_free(self._lane)

    def begin(self, server: JobServer | None, tell: Tell) -> None:
        """Start cargo; where a job server is there for several, in a lane, in which it compiles nothing before it is let go.

        Where it cannot be started, `refusal` says why.
        """
        try:
            if self.group.way is Way.WRAPPED:
                self._folder = self._stack.enter_context(scratch_folder(self._context.workspace))
            if self._folder is not None and server is not None:
                self._lane = lane_of(self._context, self.group.target, self._folder)
                self._closed.enter_context(closed(self._lane))
            command = call_of(self._context, self.group, self._folder, self._lane)
        except (OSError, ValueError, NotImplementedError) as error:
            # The last is how a file system without locks is told.
            self.refusal = str(error)
            tell(None)
            return
        if self._context.options.command is CargoCommand.CLIPPY:
            self._mark = mark_of(command.argv)
        self._running = BackgroundCall(command if server is None else server.hand_to(command), self._context.processes, tell)

    def let_go(self) -> None:
        """Let cargo compile."""
        self._closed.close()

    def passed_by(self, message: Message) -> tuple[Work, ...]:
        """Take a message, and return the cells that have passed by it."""
        if not self.messages and not self._keeps_versions():
            # cargo has written its lock file before it compiles anything.
            self.surprise = "cargo chose other versions in the scratch workspace than Cargo.lock has"
        self.messages.append(message)
        self._has_error |= isinstance(message, CompilerMessage) and message.message.level.startswith("error")
        if self._unfinished is not None:
            self._unfinished.note(message)
        for doubt in self._doubts(message):
            self._attribution.doubt(doubt)
        passed = self._attribution.passed_by(message)
        is_believed = self._attribution.stranger is None and self.surprise is None
        return tuple(self._works[cell] for cell in passed) if is_believed else ()

    def outcome(self, work: Work, seconds: float) -> StageOutcome:
        """Return what a cell that has passed came to."""
        own = self._context.check_command(work.planned)
        cached = self._attribution.cached(work.planned.cell)
        return StageOutcome(result=StageResult(stage=Stage.CHECK, verdict=Verdict.PASS, seconds=seconds, command=own.shell, cached=cached))

    def conclude(self) -> None:
        """Say what came of it, once its end was told; raises `BuildkitError` where the run was ended."""
        self._closed.close()
        self._stack.close()
        if self._running is not None:
            self._conclude(self._running.ended)

    def _conclude(self, ended: Completed) -> None:
        stranger = self._attribution.stranger
        if stranger is not None:
            self.surprise = (
                f"cargo compiled {stranger.package} with {', '.join(sorted(stranger.features)) or 'no features'}, which was not foreseen"
            )
        elif ended.succeeded:
            return
        elif all(isinstance(message, BuildFinished) for message in self.messages):
            self.refusal = first_error(ended.stderr)
        elif not self._attribution.left or WARNINGS_DENIED in ended.stderr:
            self.surprise = f"cargo failed although every cell had been compiled: {first_error(ended.stderr)}"

    def _doubts(self, message: Message) -> Iterator[Made]:
        wrapped = doubtful(message) if self.group.way is Way.WRAPPED else None
        linted = None if self._mark is None else unlinted(message, self._mark, self._members)
        yield from (doubt for doubt in (wrapped, linted) if doubt is not None)

    def _keeps_versions(self) -> bool:
        try:
            return self._folder is None or keeps_versions(self._folder, self._context.workspace)
        except (OSError, ValueError):
            return False


def call_of(context: Context, group: Group, folder: Path | None, lane: Path | None = None) -> Command:
    """Return the call of a group; `folder` is that of the scratch workspace, which is written, `None` for a call without wrappers.

    By way of a lane several calls compile at once. Raises `OSError` and `ValueError` where the scratch workspace cannot be written.
    """
    calls = context.running_calls(group.works[0].planned.subject)
    if lane is not None:
        calls = replace(calls, output=str(lane.relative_to(context.workspace.target_directory)), shares_jobs=True)
    selections = [context.selection(work.planned.subject, work.planned.cell) for work in group.works]
    keep_going = not context.fail_fast
    if folder is None:
        return calls.check_joined(selections, keep_going=keep_going)
    workspace = context.workspace
    manifest = write_scratch(folder, workspace, [_wrapper(work) for work in group.works])
    if context.options.command is CargoCommand.CLIPPY:
        command = calls.check_wrapped(manifest, selections[0], keep_going=keep_going, apart=members_below(workspace, group.works))
        return replace(command, env={**command.env, **linting_environment(workspace, calls.clippy, folder)})
    command = calls.check_wrapped(manifest, selections[0], keep_going=keep_going)
    return replace(command, env={**command.env, VARIABLE: str(write_skipping(folder))}) if context.skips_wrappers else command


def _wrapper(work: Work) -> Wrapper:
    return Wrapper(package=work.planned.subject.package, features=work.planned.cell.features)


def _awaited(group: Group, work: Work) -> Awaited[Cell]:
    resolution = work.resolution
    own = roots_of(resolution.root, resolution.enabled)
    if group.way is Way.WRAPPED:
        own |= {Made(target=f"lib {_wrapper(work).name.replace('-', '_')}")}
    return Awaited(item=work.planned.cell, made=units_of(resolution.closure) | own)
