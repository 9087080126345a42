"""Group commit: one thread that takes what has gathered while the last transaction became durable.

An answer is given only after the transaction of its operation has been committed.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError

from buildkit.records import dataclass
from buildkit.server.batch import Outcome, perform_all
from buildkit.server.metrics import Metrics
from buildkit.server.operations import Change, Operation
from buildkit.server.refusals import unavailable

LARGEST_BATCH: Final = 256
LONGEST_QUEUE: Final = 4096
"""Operations that may wait; what comes beyond is refused at once rather than late."""

TRIES: Final = 3

Clock = Callable[[], int]
"""Gives the time, in milliseconds since 1970, UTC."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An operation and whoever waits for it."""

    operation: Operation
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Change]


class Committer:
    """Takes operations from event loops and commits them together."""

    def __init__(self, engine: Engine, *, clock: Clock, metrics: Metrics) -> None:
        """Keep what is needed; the thread starts with `committing`."""
        self._engine = engine
        self._clock = clock
        self._metrics = metrics
        self._queue: queue.SimpleQueue[Asked | None] = queue.SimpleQueue()

    async def commit(self, operation: Operation) -> Change:
        """Return what the operation came to, once that is durable; raises `RefusalError`."""
        if self._queue.qsize() >= LONGEST_QUEUE:
            raise unavailable("overloaded", "too many requests are waiting; ask again later")
        loop = asyncio.get_running_loop()
        asked = Asked(operation=operation, loop=loop, answer=loop.create_future())
        self._queue.put(asked)
        return await asked.answer

    def work(self) -> None:
        """Commit until told to end, and everything that was asked before."""
        ending = False
        while not ending:
            first = self._queue.get()
            taken = [first, *self._gathered()]
            asked = [each for each in taken if each is not None]
            ending = len(asked) < len(taken)
            if asked:
                self._answer(asked, self._outcomes([each.operation for each in asked]))

    def end(self) -> None:
        """Let `work` return once everything before is done."""
        self._queue.put(None)

    def _gathered(self) -> Iterator[Asked | None]:
        with suppress(queue.Empty):
            for _ in range(LARGEST_BATCH - 1):
                yield self._queue.get_nowait()

    def _outcomes(self, operations: Sequence[Operation]) -> Sequence[Outcome | Exception]:
        try:
            return self._together(operations)
        except (OperationalError, InterfaceError) as error:
            self._metrics.lost_database(error)
            return [unavailable("database-unavailable", "the database does not answer; ask again later")] * len(operations)
        except Exception as error:  # noqa: BLE001  # one bad operation must not take the others with it
            return [error] if len(operations) == 1 else [outcome for each in operations for outcome in self._outcomes([each])]

    def _together(self, operations: Sequence[Operation]) -> Sequence[Outcome]:
        for left in reversed(range(TRIES)):
            try:
                with self._metrics.commit(len(operations)), self._engine.begin() as connection:
                    return perform_all(connection, operations, self._clock())
            except IntegrityError:
                # Another service on the same database has registered the same instance in between.
                if not left:
                    raise
        raise AssertionError

    def _answer(self, asked: Sequence[Asked], outcomes: Sequence[Outcome | Exception]) -> None:
        loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Change], Outcome | Exception]]] = {}
        for each, outcome in zip(asked, outcomes, strict=True):
            loops.setdefault(each.loop, []).append((each.answer, outcome))
        for loop, answers in loops.items():
            with suppress(RuntimeError):
                # A loop that is closed waits for nothing any more.
                loop.call_soon_threadsafe(_settle, answers)


def _settle(answers: Sequence[tuple[asyncio.Future[Change], Outcome | Exception]]) -> None:
    for answer, outcome in answers:
        if answer.done():
            continue
        if isinstance(outcome, Change):
            answer.set_result(outcome)
        else:
            answer.set_exception(outcome)


@contextmanager
def committing(committer: Committer) -> Iterator[Committer]:
    """Run the thread; at the end everything that was asked is committed."""
    thread = threading.Thread(target=committer.work, name="committer", daemon=True)
    thread.start()
    try:
        yield committer
    finally:
        committer.end()
        thread.join()
