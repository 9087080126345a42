"""A real `buildkit serve`, started, killed and started again."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

STARTING_SECONDS = 60
LISTENING = re.compile(r"listening at (\S+)\n")


@dataclass(frozen=True, kw_only=True)
class Served:
    """A service that runs."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def kill(self) -> None:
        """End it as a power loss of the process would: at once."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """Ask it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STARTING_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Serving:
    """How the service is started; always on a free port."""

    folder: Path
    database: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def start(self) -> Served:
        """Start it and wait until it listens."""
        log = self.folder / "serve.log"
        environment = {**os.environ, "BUILDKIT_SERVE_DATABASE": self.database, **self.environment}
        with log.open("a", encoding="utf-8") as lines:
            process = subprocess.Popen(
                (sys.executable, "-m", "buildkit", "serve", "--port", "0", *self.arguments),
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=lines,
                text=True,
            )
        ready = process.stdout and select.select([process.stdout], [], [], STARTING_SECONDS)[0]
        said = ready[0].readline() if ready else ""
        found = LISTENING.fullmatch(said)
        if found is None:
            process.kill()
            process.wait()
            raise RuntimeError(f"the service did not start: {said}{log.read_text(encoding='utf-8')}")
        return Served(process=process, url=found[1], log=log)


@contextmanager
def serving(how: Serving) -> Iterator[Served]:
    """Run a service for as long as the block takes."""
    served = how.start()
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.kill()
        if served.process.stdout is not None:
            served.process.stdout.close()
