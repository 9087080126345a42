"""Ask compilers what they are."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from buildkit.process import Command, Runner

TIMEOUT_SECONDS: Final = 20.0
"""How long a compiler may take to say its version; a loaded machine is slow to start one."""

ROOT: Final = Path("/")
"""The folder that compilers are asked in: elsewhere a `rust-toolchain.toml` could answer for a proxy."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a rustc says of itself."""

    release: str
    commit: str
    host: str
    sysroot: str


def identity(rustc: Path) -> str | None:
    """Return a text that changes when the program does, or the library that does its work; `None` where there is no program."""
    try:
        real = rustc.resolve(strict=True)
        status = real.stat()
    except OSError:
        return None
    return f"{rustc}|{real}|{status.st_size}|{status.st_mtime_ns}|{','.join(_driver_libraries(real.parent.parent / 'lib'))}"


def ask_compiler(rustc: Path, *, processes: Runner, sysroot: Path | None = None) -> Answer | None:
    """Run a compiler to learn its version, and its sysroot where that is not known.

    `None` where it does not run or does not answer as rustc does.
    """
    said = dict(line.split(": ", 1) for line in _ask(rustc, "-vV", processes=processes).splitlines() if ": " in line)
    if not {"release", "commit-hash", "host"} <= said.keys():
        return None
    folder = _ask(rustc, "--print", "sysroot", processes=processes).strip() if sysroot is None else str(sysroot)
    return Answer(release=said["release"], commit=said["commit-hash"], host=said["host"], sysroot=folder) if folder else None


def _ask(rustc: Path, *question: str, processes: Runner) -> str:
    """Return what a compiler prints, nothing where it does not run."""
    environment: Mapping[str, str | None] = {"RUSTUP_TOOLCHAIN": None, "RUSTUP_AUTO_INSTALL": "0"}
    done = processes.run(Command(argv=(str(rustc), *question), cwd=ROOT, env=environment), timeout=TIMEOUT_SECONDS)
    return done.stdout if done.succeeded else ""


def _driver_libraries(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(entry.name for entry in os.scandir(folder) if entry.name.startswith("librustc_driver")))
    except OSError:
        return ()
