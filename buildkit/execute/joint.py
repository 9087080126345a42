"""One cargo call that checks several cells."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from buildkit.cargo.calls import CargoCommand
from buildkit.cargo.failure import first_error
from buildkit.cargo.linting import mark_of
from buildkit.cargo.messages import BuildFinished, CompilerMessage, Message
from buildkit.cargo.skipping import VARIABLE
from buildkit.cargo.wrappers import Wrapper
from buildkit.execute.attribution import Attribution, Awaited, Made, roots_of, units_of
from buildkit.execute.background import BackgroundCall
from buildkit.execute.context import Context
from buildkit.execute.doubts import doubtful
from buildkit.execute.grouping import Group, Way
from buildkit.execute.linted import linting_environment, members_below, unlinted
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.scratch import keeps_versions, scratch_folder, write_scratch, write_skipping
from buildkit.execute.work import Work
from buildkit.model import Cell, Stage, StageResult, Verdict
from buildkit.process import Command, Completed

WARNINGS_DENIED: Final = "`build.warnings`"
"""How cargo names the setting under which a warning fails a call in the end, after all has been compiled."""


class JointCall:
    """Runs the call of a group. Afterwards, `left` are the cells that did not pass."""

    def __init__(self, context: Context, group: Group) -> None:
        """Expect every cell of a group to pass."""
        self.surprise: str | None = None
        """Why the call was not what it was taken for, if it was not."""
        self.refusal: str | None = None
        """Why cargo compiled nothing at all, if it did not."""
        self._context = context
        self._group = group
        self._works = {work.planned.cell: work for work in group.works}
        self._attribution: Attribution[Cell] = Attribution(_awaited(group, work) for work in group.works)
        self.messages: list[Message] = []
        """What cargo reported."""
        self._mark: str | None = None
        self._running: BackgroundCall | None = None
        self._folder: Path | None = None
        self._stack = ExitStack()
        self._members = frozenset(member.id for member in context.workspace.members)

    @property
    def left(self) -> tuple[Work, ...]:
        """Return the cells that did not pass."""
        return tuple(self._works[cell] for cell in self._attribution.left)

    @property
    def is_ending(self) -> bool:
        """Say whether cargo has no more to do than processes run side by side, and nothing has failed so far."""
        return len(self._attribution.left) <= self._context.jobs and not any(map(_is_error, self.messages))

    @property
    def told_at(self) -> int:
        """Return when cargo told its newest, in nanoseconds since the epoch, 0 before the first."""
        return 0 if self._running is None else self._running.told_at

    def begin(self) -> None:
        """Start cargo, which waits while another one compiles into the same folder. Without effect where it was started."""
        if self._running is not None or self.refusal is not None:
            return
        try:
            if self._group.way is Way.WRAPPED:
                self._folder = self._stack.enter_context(scratch_folder(self._context.workspace))
            command = call_of(self._context, self._group, self._folder)
        except (OSError, ValueError, NotImplementedError) as error:
            # The last is how a file system without locks is told.
            self.refusal = str(error)
            return
        if self._context.options.command is CargoCommand.CLIPPY:
            self._mark = mark_of(command.argv)
        self._running = BackgroundCall(command, self._context.processes)

    def passes(self) -> Iterator[tuple[Work, StageOutcome]]:
        """Run the call, and give each cell when it has passed. The seconds of the cells are shares of the time that passes here."""
        with self._stack:
            self.begin()
            if self._running is not None:
                yield from self._follow(self._running)

    def _follow(self, running: BackgroundCall) -> Iterator[tuple[Work, StageOutcome]]:
        since = time.monotonic()
        for message in running.messages():
            if not self.messages and not self._keeps_versions():
                # cargo has written its lock file before it compiles anything.
                self.surprise = "cargo chose other versions in the scratch workspace than Cargo.lock has"
            self.messages.append(message)
            for doubt in self._doubts(message):
                self._attribution.doubt(doubt)
            for cell in self._attribution.passed_by(message):
                if self._attribution.stranger is None and self.surprise is None:
                    now = time.monotonic()
                    yield self._works[cell], self._passed(cell, now - since)
                    since = now
        self._conclude(running.ended)

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
        wrapped = doubtful(message) if self._group.way is Way.WRAPPED else None
        linted = None if self._mark is None else unlinted(message, self._mark, self._members)
        yield from (doubt for doubt in (wrapped, linted) if doubt is not None)

    def _passed(self, cell: Cell, seconds: float) -> StageOutcome:
        own = self._context.check_command(self._works[cell].planned)
        return StageOutcome(
            result=StageResult(
                stage=Stage.CHECK, verdict=Verdict.PASS, seconds=seconds, command=own.shell, cached=self._attribution.cached(cell)
            )
        )

    def _keeps_versions(self) -> bool:
        try:
            return self._folder is None or keeps_versions(self._folder, self._context.workspace)
        except (OSError, ValueError):
            return False


def call_of(context: Context, group: Group, folder: Path | None) -> Command:
    """Return the call of a group; `folder` is that of the scratch workspace, which is written, `None` for a call without wrappers.

    Raises `OSError` and `ValueError` where the scratch workspace cannot be written.
    """
    calls = context.running_calls(group.works[0].planned.subject)
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


def _is_error(message: Message) -> bool:
    return isinstance(message, CompilerMessage) and message.message.level.startswith("error")


def _wrapper(work: Work) -> Wrapper:
    return Wrapper(package=work.planned.subject.package, features=work.planned.cell.features)


def _awaited(group: Group, work: Work) -> Awaited[Cell]:
    resolution = work.resolution
    own = roots_of(resolution.root, resolution.enabled)
    if group.way is Way.WRAPPED:
        own |= {Made(target=f"lib {_wrapper(work).name.replace('-', '_')}")}
    return Awaited(item=work.planned.cell, made=units_of(resolution.closure) | own)
