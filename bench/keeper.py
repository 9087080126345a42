"""A checkpoint service that always stands at the same address upon the same database, however often it is killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.served import Served, Serving


class Keeper:
    """Starts the service, kills it, and starts it again."""

    def __init__(self, how: Serving, served: Served) -> None:
        """Take over a service that runs on a port of its own choice, which it keeps from now on."""
        self.url = served.url
        self._how = replace(how, arguments=(*how.arguments, "--port", served.url.rpartition(":")[2]))
        self._served = served
        self._alone = threading.Lock()

    def kill(self) -> None:
        """End it at once."""
        with self._alone:
            self._served.kill()
            _close(self._served)

    def start(self) -> None:
        """Start it again, after it was killed."""
        with self._alone:
            self._served = self._how.start()


@contextmanager
def kept(folder: Path, *, arguments: tuple[str, ...] = ()) -> Iterator[Keeper]:
    """Keep a service upon a SQLite file in a folder for as long as the block takes."""
    folder.mkdir(parents=True, exist_ok=True)
    how = Serving(folder=folder, database=f"sqlite:///{folder / 'service.sqlite3'}", arguments=arguments)
    keeper = Keeper(how, how.start())
    try:
        yield keeper
    finally:
        keeper.kill()


def _close(served: Served) -> None:
    if served.process.stdout is not None:
        served.process.stdout.close()
