"""The limit: every distinct compilation of a recorded run once more, on all cores, in dependency order, with no tool in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bench.recorder import METADATA
from bench.recording import Invocation
from bench.schedule import Frontier
from bench.units import Awaits, units_of
from buildkit.errors import BuildkitError
from buildkit.process import Command, Completed, Runner

UNSET: Final = ("RUSTC_WRAPPER", "MAKEFLAGS", "MFLAGS", "CARGO_MAKEFLAGS")
"""What a recorded environment has of the run that is over: the recorder, and a job server that is gone."""


def remove_products(invocations: Iterable[Invocation]) -> None:
    """Remove what the compilations made, so that a replay finds nothing of it. What build scripts wrote stays."""
    for one in invocations:
        folder, hashed = one.option("--out-dir"), one.codegen.get("extra-filename", "")
        if folder is not None and hashed:
            for file in Path(folder).glob(f"*{hashed}*"):
                if file.is_file():
                    file.unlink()


class Replay:
    """Runs recorded compilations; each begins as soon as what it waits for is there and a core is free."""

    def __init__(self, invocations: Iterable[Invocation], processes: Runner) -> None:
        """Prepare to run each invocation once."""
        self._invocations: Mapping[str, Invocation] = {one.id: one for one in invocations}
        self._frontier = Frontier(units=units_of(self._invocations.values()))
        self._processes = processes
        self._changed = threading.Condition()
        self._open = len(self._invocations)
        self._wrong: list[str] = []

    def run(self, cores: int) -> None:
        """Run them all on so many cores; raises `BuildkitError` where one ends otherwise than it was recorded."""
        with ThreadPoolExecutor(max_workers=cores) as pool:
            for worker in [pool.submit(self._work) for _ in range(cores)]:
                worker.result()
        if self._wrong:
            raise BuildkitError(f"a replayed rustc did not end as recorded: {self._wrong[0]}", hint="python -m bench, in a new --folder")

    def _work(self) -> None:
        try:
            while (name := self._next()) is not None:
                self._end(name, self._run(name))
        except BaseException as error:
            # The other workers wait for what this one will not end.
            self._give_up(repr(error))
            raise

    def _run(self, name: str) -> Completed:
        one = self._invocations[name]
        command = Command(argv=one.argv, cwd=one.cwd, env={**one.environment, **dict.fromkeys(UNSET)})
        return self._processes.run(command, on_stderr=self._listener(name))

    def _end(self, name: str, done: Completed) -> None:
        if done.returncode != self._invocations[name].returncode:
            self._give_up(f"{done.command.shell}: {done.ending}")
        with self._changed:
            self._open -= 1
            self._frontier.reach(name, Awaits.WHOLE)
            self._changed.notify_all()

    def _give_up(self, reason: str) -> None:
        with self._changed:
            self._wrong.append(reason)
            self._changed.notify_all()

    def _next(self) -> str | None:
        """Wait for a unit that can begin; `None` where all have ended, or one went wrong."""
        with self._changed:
            while self._open and not self._wrong:
                name = self._frontier.take()
                if name is not None:
                    return name
                self._changed.wait()
            return None

    def _listener(self, name: str) -> Callable[[str], None]:
        def listen(line: str) -> None:
            if METADATA.decode() in line:
                with self._changed:
                    self._frontier.reach(name, Awaits.METADATA)
                    self._changed.notify_all()

        return listen
