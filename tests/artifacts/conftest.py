"""Files in the formats that artifacts have, made byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

X86_64, ARM = 62, 40
EXECUTABLE, SHARED, OBJECT = 2, 3, 1
HEADER_SIZE, SEGMENT_SIZE = 64, 56
LOAD, DYNAMIC, INTERPRETER = 1, 2, 3


@dataclass(frozen=True, kw_only=True)
class Elf:
    """A little-endian 64-bit ELF file with the dynamic entries of real ones and no code."""

    kind: int = SHARED
    machine: int = X86_64
    loader: str | None = None
    libraries: tuple[str, ...] = ()

    def __bytes__(self) -> bytes:
        strings, offsets = b"\0", []
        for name in self.libraries:
            offsets.append(len(strings))
            strings += name.encode() + b"\0"
        loader = self.loader.encode() + b"\0" if self.loader else b""
        number = 2 + bool(loader)
        loader_at = HEADER_SIZE + number * SEGMENT_SIZE
        strings_at = loader_at + len(loader)
        dynamic_at = strings_at + len(strings)
        entries = [(1, offset) for offset in offsets] + [(5, strings_at), (10, len(strings)), (0, 0)]
        dynamic = b"".join(struct.pack("<QQ", *entry) for entry in entries)
        end = dynamic_at + len(dynamic)
        segments = segment(LOAD, 0, end) + segment(DYNAMIC, dynamic_at, len(dynamic))
        if loader:
            segments += segment(INTERPRETER, loader_at, len(loader))
        return self.header(number) + segments + loader + strings + dynamic

    def header(self, segments: int) -> bytes:
        ident = b"\x7fELF\x02\x01\x01" + bytes(9)
        numbers = (self.kind, self.machine, 1, 0, HEADER_SIZE, 0, 0, HEADER_SIZE, SEGMENT_SIZE, segments, 64, 0, 0)
        return ident + struct.pack("<HHIQQQIHHHHHH", *numbers)


def segment(kind: int, offset: int, size: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, 4, offset, offset, offset, size, size, 1)


def member(name: str, body: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(body):<10}`\n".encode()
    return header + body + b"\n" * (len(body) % 2)


@pytest.fixture
def elf() -> type[Elf]:
    return Elf


@pytest.fixture
def archive() -> Callable[..., bytes]:
    """Make a GNU archive of named bodies; names over 15 letters go to its table of long names."""

    def make(**bodies: bytes) -> bytes:
        names, members = b"", b""
        for name, body in bodies.items():
            if len(name) > 15:
                members += member(f"/{len(names)}", body)
                names += name.encode() + b"/\n"
            else:
                members += member(f"{name}/", body)
        return b"!<arch>\n" + member("/", b"\0\0\0\0") + (member("//", names) if names else b"") + members

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def write(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write
