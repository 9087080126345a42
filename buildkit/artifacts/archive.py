"""Read `ar` archives: static libraries and their object files, in the GNU and BSD spellings."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from elftools.elf.enums import ENUM_E_MACHINE

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.records import dataclass

MAGIC: Final = b"!<arch>\n"
MEMBER: Final = struct.Struct("16s12s6s6s8s10s2s")
"""Name, time, owner, group, mode, size and the end mark of a member's header."""

END_MARK: Final = b"`\n"
INDEXES: Final = frozenset({"/", "//", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED"})
"""Members that are tables of the archive itself."""

ELF_HEAD: Final = 20
"""Bytes of an ELF header up to and with the machine."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file in an archive; `machine` is `None` where it is no object file that tells its machine."""

    name: str
    machine: str | None


def read_archive(path: Path) -> tuple[Member, ...]:
    """List the files of an archive; raises `BrokenArtifactError` with the offset of the header that is wrong."""
    try:
        with path.open("rb") as stream:
            return tuple(_members(path, stream))
    except OSError as error:
        raise BrokenArtifactError(path, f"cannot be read: {error.strerror}") from error


def machine_of(path: Path, members: tuple[Member, ...]) -> str | None:
    """Return the one machine that all object files are made for; raises `BrokenArtifactError` naming two that differ."""
    firsts: dict[str, str] = {}
    for member in members:
        if member.machine is not None:
            firsts.setdefault(member.machine, member.name)
    if len(firsts) > 1:
        told = " and ".join(f"{machine} ({name})" for machine, name in firsts.items())
        raise BrokenArtifactError(path, f"mixes object files of different machines: {told}")
    return next(iter(firsts), None)


def _members(path: Path, stream: IO[bytes]) -> Iterator[Member]:
    end = path.stat().st_size
    names = b""
    at = len(MAGIC)
    while at < end:
        name, size = _header(path, stream, at)
        body = at + MEMBER.size
        if body + size > end:
            raise BrokenArtifactError(path, f"the member here ends at {body + size:#x}, the file at {end:#x}", offset=at)
        if name == "//":
            names = stream.read(size)
        elif name not in INDEXES:
            yield _member(stream, name, names)
        at = body + size + size % 2


def _header(path: Path, stream: IO[bytes], at: int) -> tuple[str, int]:
    stream.seek(at)
    header = stream.read(MEMBER.size)
    if len(header) < MEMBER.size or not header.endswith(END_MARK):
        raise BrokenArtifactError(path, "has no archive member here", offset=at)
    name, *_, size, _ = MEMBER.unpack(header)
    if not size.strip().isdigit():
        raise BrokenArtifactError(path, f"has a member of the size {size.decode('ascii', 'replace')!r}", offset=at)
    return name.decode("utf-8", "replace").rstrip(), int(size)


def _member(stream: IO[bytes], name: str, names: bytes) -> Member:
    if name.startswith("#1/") and name[3:].isdigit():
        return Member(name=stream.read(int(name[3:])).rstrip(b"\0").decode("utf-8", "replace"), machine=_machine(stream.read(ELF_HEAD)))
    if name.startswith("/") and name[1:].isdigit():
        long = names[int(name[1:]) :].split(b"\n", 1)[0].decode("utf-8", "replace")
        return Member(name=long.removesuffix("/"), machine=_machine(stream.read(ELF_HEAD)))
    return Member(name=name.removesuffix("/"), machine=_machine(stream.read(ELF_HEAD)))


def _machine(head: bytes) -> str | None:
    if head.startswith(b"\0asm"):
        return "WASM"
    if len(head) < ELF_HEAD or not head.startswith(b"\x7fELF"):
        return None
    (number,) = struct.unpack_from(">H" if head[5] == 2 else "<H", head, 18)
    known = (name for name, value in ENUM_E_MACHINE.items() if value == number)
    return next(known, str(number)).removeprefix("EM_")
