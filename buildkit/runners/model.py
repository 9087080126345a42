"""What running an artifact takes and gives, in the same words for every runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from buildkit.errors import UsageError
from buildkit.model import NO_ENVIRONMENT
from buildkit.process import OnLine, Runner
from buildkit.records import dataclass
from buildkit.runners.hosts import AllowedHost
from buildkit.runners.service_client import ServiceAccess

SEPARATOR: Final = "::"
READ_ONLY: Final = "ro"


@dataclass(frozen=True, kw_only=True)
class Preopen:
    """A directory that a program may open: where it is here, and the name that the program sees."""

    host: Path
    guest: str
    writable: bool = True

    def __str__(self) -> str:
        access = "" if self.writable else f"{SEPARATOR}{READ_ONLY}"
        return f"{self.host}{SEPARATOR}{self.guest}{access}"


def parse_preopen(text: str) -> Preopen:
    """Read `HOST::GUEST` or `HOST::GUEST::ro`, in wasmtime's order; raises `UsageError` for anything else."""
    host, *rest = text.split(SEPARATOR)
    guest, *access = rest or [""]
    if not host or not guest or access not in ([], [READ_ONLY]):
        raise UsageError(f"{text!r} maps no directory", hint="write HOST::GUEST, or HOST::GUEST::ro to read only: data::/input::ro")
    return Preopen(host=Path(host), guest=guest, writable=not access)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When a program is ended; `None` is no limit.

    `seconds` of wall-clock time count from the program's start, after it was compiled. `fuel` is about one unit for each wasm
    instruction. `memory` is the bytes of one wasm memory. A native program knows `seconds` only.
    """

    seconds: float | None = None
    fuel: int | None = None
    memory: int | None = None


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """The instance of a workflow that a program runs as, and where its checkpoints are kept; without `service` nowhere."""

    instance: str
    service: ServiceAccess | None = None


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """An artifact, and everything that its run may see.

    Relative hosts of `directories` start at `cwd`. A wasm program gets `environment` alone; so does a native one that is `sealed`, any other has
    this process's own with `environment` added. `network` grants a wasm program HTTP requests to any host, `hosts` to those; without both each
    is answered with an error. `attendance` is for components that ask their host for checkpoints; without it nothing is kept. `cache` is the folder where compiled programs
    are kept, `None` keeps none.
    """

    artifact: Path
    cwd: Path
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: NO_ENVIRONMENT)
    directories: tuple[Preopen, ...] = ()
    limits: Limits = field(default_factory=Limits)
    network: bool = False
    hosts: tuple[AllowedHost, ...] = ()
    attendance: Attendance | None = None
    sealed: bool = False
    cache: Path | None = None


class Ending(StrEnum):
    """How a run ended."""

    EXITED = "exited"
    TRAPPED = "trapped"
    TIMED_OUT = "timed-out"
    OUT_OF_FUEL = "out-of-fuel"
    OUT_OF_MEMORY = "out-of-memory"
    NOT_STARTED = "not-started"


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """What a program did. `exit_code` is `None` unless it exited; `seconds` is the program's own time where the runtime tells it.

    `message` says why it ended otherwise, or what it was refused; `backtrace` is where, as the runtime tells it.
    """

    ended: Ending
    stdout: str = ""
    stderr: str = ""
    seconds: float = 0.0
    exit_code: int | None = None
    message: str | None = None
    backtrace: str = ""

    @property
    def succeeded(self) -> bool:
        """Say whether the program exited with 0."""
        return self.ended is Ending.EXITED and self.exit_code == 0

    @property
    def sentence(self) -> str:
        """Say in words how it ended, as a lowercase fragment."""
        how = f"exited with {self.exit_code}" if self.ended is Ending.EXITED else self.ended.value.replace("-", " ")
        return f"{how}: {self.message}" if self.message else how


def not_started(message: str) -> RunOutcome:
    """Return the outcome of a program that could not be started, and why."""
    return RunOutcome(ended=Ending.NOT_STARTED, message=message)


class ArtifactRunner(Protocol):
    """Runs artifacts in one runtime. Whatever happens to the program is an outcome, never an exception."""

    def run(
        self, request: RunRequest, *, processes: Runner, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None
    ) -> RunOutcome:
        """Run to the end or to a limit; the output is kept whole and handed on line by line."""
        ...
