"""One cargo call that checks several cells."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from buildkit.cargo.calls import CargoCommand
from buildkit.cargo.failure import first_error
from buildkit.cargo.linting import mark_of
from buildkit.cargo.messages import BuildFinished, Message, parse_message
from buildkit.cargo.skipping import VARIABLE
from buildkit.cargo.wrappers import Wrapper
from buildkit.errors import BuildkitError
from buildkit.execute.attribution import Attribution, Awaited, Made, roots_of, units_of
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
        """Wait for every cell of a group."""
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
        self._members = frozenset(member.id for member in context.workspace.members)

    @property
    def left(self) -> tuple[Work, ...]:
        """Return the cells that did not pass."""
        return tuple(self._works[cell] for cell in self._attribution.left)

    def passes(self) -> Iterator[tuple[Work, StageOutcome]]:
        """Run the call, and give each cell when it has passed. The seconds of the cells are shares of the call's."""
        with ExitStack() as stack:
            folder: Path | None = None
            try:
                if self._group.way is Way.WRAPPED:
                    folder = stack.enter_context(scratch_folder(self._context.workspace))
                command = call_of(self._context, self._group, folder)
            except (OSError, ValueError, NotImplementedError) as error:
                # The last is how a file system without locks is told.
                self.refusal = str(error)
                return
            if self._context.options.command is CargoCommand.CLIPPY:
                self._mark = mark_of(command.argv)
            yield from self._run(command, folder)

    def _run(self, command: Command, folder: Path | None) -> Iterator[tuple[Work, StageOutcome]]:
        ended: list[Completed] = []
        since = time.monotonic()
        for message in self._listen(command, ended):
            if not self.messages and folder is not None and not self._keeps_versions(folder):
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
        stranger = self._attribution.stranger
        if stranger is not None:
            self.surprise = (
                f"cargo compiled {stranger.package} with {', '.join(sorted(stranger.features)) or 'no features'}, which was not foreseen"
            )
        elif ended[0].succeeded:
            return
        elif all(isinstance(message, BuildFinished) for message in self.messages):
            self.refusal = first_error(ended[0].stderr)
        elif not self._attribution.left or WARNINGS_DENIED in ended[0].stderr:
            self.surprise = f"cargo failed although every cell had been compiled: {first_error(ended[0].stderr)}"

    def _doubts(self, message: Message) -> Iterator[Made]:
        wrapped = doubtful(message) if self._group.way is Way.WRAPPED else None
        linted = None if self._mark is None else unlinted(message, self._mark, self._members)
        yield from (doubt for doubt in (wrapped, linted) if doubt is not None)

    def _listen(self, command: Command, ended: list[Completed]) -> Iterator[Message]:
        """Give cargo's messages as they come. The thread may be left behind: whoever ends the run ends its process."""
        lines: SimpleQueue[str | None] = SimpleQueue()

        def run() -> None:
            try:
                # The runner raises this where the run is ended; it is for the main thread.
                with suppress(KeyboardInterrupt):
                    ended.append(self._context.processes.run(command, on_stdout=lines.put))
            finally:
                lines.put(None)

        threading.Thread(target=run, daemon=True).start()
        while (line := lines.get()) is not None:
            message = parse_message(line)
            if message is not None:
                yield message
        if not ended:
            raise BuildkitError("the run was ended", hint=command.shell)

    def _passed(self, cell: Cell, seconds: float) -> StageOutcome:
        own = self._context.check_command(self._works[cell].planned)
        return StageOutcome(
            result=StageResult(
                stage=Stage.CHECK, verdict=Verdict.PASS, seconds=seconds, command=own.shell, cached=self._attribution.cached(cell)
            )
        )

    def _keeps_versions(self, folder: Path) -> bool:
        try:
            return keeps_versions(folder, self._context.workspace)
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


def _wrapper(work: Work) -> Wrapper:
    return Wrapper(package=work.planned.subject.package, features=work.planned.cell.features)


def _awaited(group: Group, work: Work) -> Awaited[Cell]:
    resolution = work.resolution
    own = roots_of(resolution.root, resolution.enabled)
    if group.way is Way.WRAPPED:
        own |= {Made(target=f"lib {_wrapper(work).name.replace('-', '_')}")}
    return Awaited(item=work.planned.cell, made=units_of(resolution.closure) | own)
