"""What goes between buildkit and the process that runs a wasm program, as JSON files."""

from __future__ import annotations

import msgspec

from buildkit.runners.model import Ending


class GuestDirectory(msgspec.Struct, frozen=True, kw_only=True):
    """A directory to open for the program; `host` is absolute."""

    host: str
    guest: str
    writable: bool


class GuestAttendance(msgspec.Struct, frozen=True, kw_only=True):
    """The instance that the program runs as; without a `url` nothing of it is kept."""

    instance: str
    tenant: str = ""
    url: str | None = None
    token: str | None = None


class GuestRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. `arguments` begin with the program's own name; `outcome` is the file to write how it ended to.

    `parent` is the process that asks: where it has ended before the program begins, nobody would end that.
    """

    parent: int
    artifact: str
    outcome: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    directories: tuple[GuestDirectory, ...]
    seconds: float | None
    fuel: int | None
    memory: int | None
    network: bool
    cache: str | None
    hosts: tuple[str, ...] = ()
    attendance: GuestAttendance | None = None


class GuestOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a program ended; `seconds` without the time to compile it."""

    ended: Ending
    exit_code: int | None = None
    message: str | None = None
    backtrace: str = ""
    seconds: float = 0.0
