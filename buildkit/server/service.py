"""What the routes are made of: commits, reads, tokens and figures."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from buildkit.records import dataclass
from buildkit.server.committer import Clock, Committer, committing
from buildkit.server.database import Database, open_database
from buildkit.server.metrics import Metrics
from buildkit.server.migrate import migrate
from buildkit.server.refusals import unavailable
from buildkit.server.settings import ServeSettings
from buildkit.server.tokens import Tokens

READERS: Final = 4

Found = TypeVar("Found")


def milliseconds() -> int:
    """Return the time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Service:
    """An open service."""

    database: Database
    committer: Committer
    readers: ThreadPoolExecutor
    metrics: Metrics
    tokens: Tokens
    clock: Clock

    async def read(self, question: Callable[[Connection], Found]) -> Found:
        """Ask the database in a thread; raises `RefusalError` where it does not answer."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.readers, self._ask, question)
        except (OperationalError, InterfaceError) as error:
            self.metrics.lost_database(error)
            raise unavailable("database-unavailable", "the database does not answer; ask again later") from None

    def _ask(self, question: Callable[[Connection], Found]) -> Found:
        with self.database.reading.connect() as connection:
            return question(connection)


@contextmanager
def open_service(settings: ServeSettings, *, clock: Clock = milliseconds) -> Iterator[Service]:
    """Migrate the database and start committing; at the end everything that was asked is committed."""
    metrics = Metrics()
    with open_database(settings.database) as database:
        migrate(database)
        committer = Committer(database.writing, clock=clock, metrics=metrics)
        with ThreadPoolExecutor(READERS, thread_name_prefix="reader") as readers, committing(committer):
            yield Service(database=database, committer=committer, readers=readers, metrics=metrics, tokens=settings.tokens, clock=clock)
