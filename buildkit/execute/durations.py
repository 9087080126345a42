"""Durations that machines share: a file by which all of them split a plan into the same parts."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from buildkit.errors import UsageError
from buildkit.execute.memory import compile_seconds
from buildkit.model import CellResult
from buildkit.plan.remembered import Seconds

Measured = Annotated[float, Meta(ge=0)]


class Durations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a file: seconds by cell id, by what was run (`check`)."""

    version: Literal[1] = 1
    seconds: Mapping[str, Mapping[str, Measured]] = field(default_factory=dict)


def read_durations(files: Iterable[Path], does: str) -> Seconds:
    """Return what the files say together, the later ones last.

    Raises `UsageError` for a file that is missing or damaged: a machine that went on without it would make other parts than the rest.
    """
    return {cell: seconds for file in files for cell, seconds in _read(file).seconds.get(does, {}).items()}


def save_durations(file: Path, does: str, results: Iterable[CellResult]) -> None:
    """Add what a run has measured to a file, which keeps what it says of other cells; it is replaced whole."""
    measured = {result.cell.id: seconds for result in results if (seconds := compile_seconds(result)) is not None}
    with _locked(file.absolute().parent):
        known = _read(file) if file.exists() else Durations()
        merged = {**known.seconds, does: dict(sorted({**known.seconds.get(does, {}), **measured}.items()))}
        content = msgspec.json.format(msgspec.json.encode(Durations(seconds=merged)), indent=1) + b"\n"
        handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.absolute().parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                os.fchmod(stream.fileno(), file.stat().st_mode & 0o777 if file.exists() else 0o644)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def _read(file: Path) -> Durations:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Durations)
    except FileNotFoundError as error:
        raise UsageError(f"{file}: there is no such file of durations", hint=f"buildkit check --save-durations {file}") from error
    except OSError as error:
        raise UsageError(f"{file}: {(error.strerror or str(error)).lower()}", hint=f"buildkit check --save-durations {file}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is no file of durations: {error}", hint=f"rm {file}; buildkit check --save-durations {file}") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, so that no lock file stays beside what people commit."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
