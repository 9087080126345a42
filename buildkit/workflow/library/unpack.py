"""Take an archive of libraries apart. Nothing in it is believed: names, sizes and contents are held against the descriptions."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final

from buildkit.errors import UsageError
from buildkit.later import Later
from buildkit.records import dataclass
from buildkit.workflow.library.model import CRATES, FILE_NAME, MACROS, NATIVE, Crate, Description, decode, describe

if TYPE_CHECKING:
    import zstandard
else:
    zstandard = Later("zstandard")

FOLDERS: Final = frozenset({CRATES, MACROS, NATIVE})
LARGEST_DESCRIPTION: Final = 16 * 1024 * 1024
LARGEST_WINDOW: Final = 128 * 1024 * 1024
"""How much memory an archive may ask for; ours ask for a sixteenth of it."""

CHUNK: Final = 1024 * 1024
AGAIN: Final = "buildkit prebuild --archive FILE, on the machine that it came from"


@dataclass(kw_only=True)
class Archive:
    """An open archive whose descriptions, by their keys, have been read."""

    file: Path
    tar: tarfile.TarFile
    descriptions: dict[str, Description] = field(default_factory=dict)
    waiting: tarfile.TarInfo | None = None

    def read_descriptions(self) -> None:
        """Read what stands before the first other file."""
        for member in self._members():
            if PurePosixPath(member.name).name != FILE_NAME:
                self.waiting = member
                break
            description = self._description(member)
            self.descriptions[description.key] = description
        if not self.descriptions:
            raise self.refusal("holds no library")

    def unpack(self, folder: Path) -> None:
        """Write every library into a folder of its name; raises `UsageError` for a file that is not what its description says."""
        expected = {f"{key}/{crate.file}": crate for key, description in self.descriptions.items() for crate in description.crates}
        missing = dict(expected)
        for member in self._members():
            crate = missing.pop(member.name, None)
            if crate is None:
                raise self.refusal(f"holds {member.name!r}, which {'comes twice' if member.name in expected else 'no library in it names'}")
            self._write(member, crate, folder / member.name)
        if missing:
            raise self.refusal(f"is cut off: {len(missing)} of {len(expected)} files are missing")
        for key, description in self.descriptions.items():
            describe(folder / key, description)

    def refusal(self, reason: str) -> UsageError:
        """Return the error that says what is wrong with the archive."""
        return UsageError(f"{self.file} {reason}", hint=AGAIN)

    def _members(self) -> Iterator[tarfile.TarInfo]:
        while (member := self.waiting or self.tar.next()) is not None:
            self.waiting = None
            if leads_out(member.name):
                raise self.refusal(f"names {member.name!r}, which leads out of the library")
            if not member.isreg():
                raise self.refusal(f"holds {member.name!r}, which is no plain file")
            yield member

    def _description(self, member: tarfile.TarInfo) -> Description:
        stream = self.tar.extractfile(member)
        description = decode(stream.read()) if stream is not None and member.size <= LARGEST_DESCRIPTION else None
        if description is None:
            raise self.refusal(f"has a {member.name} that this buildkit cannot read")
        odd = next(
            (crate.file for crate in description.crates if leads_out(crate.file) or crate.file.partition("/")[0] not in FOLDERS), None
        )
        if odd is not None:
            raise self.refusal(f"names {odd!r}, which leads out of the library")
        if member.name != f"{description.key}/{FILE_NAME}":
            raise self.refusal(f"calls {member.name!r} what is {description.key!r}")
        return description

    def _write(self, member: tarfile.TarInfo, crate: Crate, file: Path) -> None:
        stream = self.tar.extractfile(member)
        file.parent.mkdir(parents=True, exist_ok=True)
        if stream is None or member.size != crate.size or _copied(stream, file) != crate.sha256:
            raise self.refusal(f"is damaged: {member.name} is not what it was")


def leads_out(name: str) -> bool:
    """Say whether a name could mean a file outside the folder that it is unpacked into."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts


@contextmanager
def open_archive(file: Path) -> Iterator[Archive]:
    """Give an archive with its descriptions; raises `UsageError` for a file that is none, and for one that breaks off."""
    try:
        with file.open("rb") as stream, _decompressed(stream) as content, tarfile.open(fileobj=content, mode="r|") as tar:
            archive = Archive(file=file, tar=tar)
            archive.read_descriptions()
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise UsageError(f"{file} is damaged or cut off: {str(error) or 'it ends too early'}", hint=AGAIN) from error
    except OSError as error:
        if error.filename != str(file):
            raise
        raise UsageError(f"{file} cannot be read: {(error.strerror or str(error)).lower()}", hint="--from FILE") from error
    except zstandard.ZstdError as error:
        raise UsageError(f"{file} is no archive of libraries, or damaged: {error}", hint=AGAIN) from error


@contextmanager
def _decompressed(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    with zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).stream_reader(stream) as reader:
        yield reader


def _copied(stream: IO[bytes], file: Path) -> str:
    """Copy a stream into a new file, and return the SHA-256 of what was copied."""
    state = hashlib.sha256()
    with file.open("xb") as copy:
        while chunk := stream.read(CHUNK):
            state.update(chunk)
            copy.write(chunk)
    return state.hexdigest()
