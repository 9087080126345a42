"""One clear sentence for each way in which provisioning can fail."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from buildkit.cargo.failure import explain_obstacle, first_error
from buildkit.errors import FULL_DISK, ToolchainError
from buildkit.process import NOT_STARTED, Completed

ELSEWHERE: Final = "BUILDKIT_CACHE_DIR=DIR buildkit toolchain ensure"
"""The command that puts the store into another folder."""

LONGEST: Final = 400
"""How many characters of another program's words go into a sentence."""

_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_SPACE: Final = "no space left on device"


@contextmanager
def explain_os_error(store: Path) -> Iterator[None]:
    """Turn what the operating system refuses below a store into a `ToolchainError`."""
    try:
        yield
    except OSError as error:
        raise store_error(store, error) from error


def store_error(store: Path, error: OSError) -> ToolchainError:
    """Return the sentence for an error of the operating system in a store."""
    if error.errno in FULL_DISK:
        return ToolchainError(f"the disk is full: {store} could not be filled, and nothing was kept", hint="buildkit toolchain prune")
    if error.errno in _DENIED:
        return ToolchainError(f"the store {store} cannot be written: {(error.strerror or str(error)).lower()}", hint=ELSEWHERE)
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return ToolchainError(f"the store {store} is no folder", hint=ELSEWHERE)
    place = f"{error.filename}: " if error.filename else ""
    return ToolchainError(f"the store {store} could not be used: {place}{(error.strerror or str(error)).lower()}", hint="buildkit doctor")


def step_error(what: str, done: Completed) -> ToolchainError:
    """Return the sentence for a command that could not do its part; `what` is that part, such as `std for wasm32-wasip2`."""
    said = f"{done.stderr}\n{done.stdout}".lower()
    if _NO_SPACE in said:
        return ToolchainError(f"{what} could not be provided: the disk is full", hint="df -h")
    if done.returncode == NOT_STARTED:
        return ToolchainError(f"{what} could not be provided: {first_error(done.stderr)}", hint="buildkit doctor")
    reason = explain_obstacle(done) or first_error(done.stderr)
    return ToolchainError(f"{what} could not be provided: {shortened(reason)}", hint="buildkit doctor")


def shortened(text: str) -> str:
    """Return the beginning and the end of a long text: a linker repeats its whole command line in between."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2].rstrip()} … {text[-LONGEST // 2 :].lstrip()}"
