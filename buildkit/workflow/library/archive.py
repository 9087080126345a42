"""Libraries in one file, for machines with the same compiler: a tar in zstandard, the same bytes for the same libraries."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from buildkit.errors import FULL_DISK, ToolchainError, UsageError
from buildkit.later import Later
from buildkit.private_folders import fresh_file
from buildkit.workflow.library.model import FILE_NAME, Library, encode

if TYPE_CHECKING:
    import zstandard
else:
    zstandard = Later("zstandard")

LEVEL: Final = 10
"""Of zstandard's levels the one after which seconds buy next to nothing."""

MODE: Final = 0o644


def pack(libraries: Sequence[Library], file: Path) -> None:
    """Write libraries into an archive, their descriptions first; it appears whole or not at all. Raises `UsageError` and `ToolchainError`."""
    ordered = sorted(libraries, key=lambda library: library.key)
    with _aside(file) as stream:
        compressor = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
        with (
            compressor.stream_writer(stream, closefd=False) as compressed,
            tarfile.open(fileobj=compressed, mode="w|", format=tarfile.GNU_FORMAT) as tar,
        ):
            for library in ordered:
                text = encode(library.description())
                tar.addfile(_member(f"{library.key}/{FILE_NAME}", len(text)), io.BytesIO(text))
            for library in ordered:
                for crate in library.crates:
                    with library.file(crate.file).open("rb") as content:
                        tar.addfile(_member(f"{library.key}/{crate.file}", crate.size), content)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    member.mode = MODE
    return member


@contextmanager
def _aside(file: Path) -> Iterator[IO[bytes]]:
    """Give a stream whose content gets the file's name at the end."""
    try:
        with fresh_file(file) as fresh:
            with fresh.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            fresh.chmod(MODE)
    except OSError as error:
        if error.errno in FULL_DISK:
            raise ToolchainError(f"{file} could not be written: the disk is full", hint="df -h") from error
        raise UsageError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}", hint="--archive FILE") from error
