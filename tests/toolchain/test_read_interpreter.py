from __future__ import annotations

import struct
from pathlib import Path

import pytest

from buildkit.toolchain.wrappers import read_interpreter

LOADER = "/lib/ld-musl-aarch64.so.1"
LOAD, INTERPRETER = 1, 3
CLASSES = {"32-bit": (1, "HHIIIIIHHH", "IIIIIIII"), "64-bit": (2, "HHIQQQIHHH", "IIQQQQQQ")}


def program(width: str, order: str, kind: int) -> bytes:
    """Return an ELF file with two segments, of which the second has `kind` and holds the loader's name."""
    number, header_format, segment_format = CLASSES[width]
    header, segment = struct.Struct(order + header_format), struct.Struct(order + segment_format)
    table = 16 + header.size
    text = table + 2 * segment.size
    size = len(LOADER) + 1
    placed = (kind, text, 0, 0, size, size, 4, 1) if number == 1 else (kind, 4, text, 0, 0, size, size, 1)
    first, second = (LOAD, *placed[1:]), (kind, *placed[1:])
    identity = b"\x7fELF" + bytes((number, 1 if order == "<" else 2, 1)) + bytes(9)
    head = header.pack(3, 183, 1, 0, table, 0, 0, table, segment.size, 2)
    return identity + head + segment.pack(*first) + segment.pack(*second) + LOADER.encode() + b"\0trailing"


@pytest.mark.parametrize("width", CLASSES)
@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_the_loader_is_that_of_the_interpreter_segment(tmp_path: Path, width: str, order: str) -> None:
    (tmp_path / "rustc").write_bytes(program(width, order, INTERPRETER))
    assert read_interpreter(tmp_path / "rustc") == LOADER


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(program("64-bit", "<", LOAD), id="static"),
        pytest.param(program("64-bit", "<", INTERPRETER)[:70], id="cut off"),
        pytest.param(b"#!/bin/sh\n", id="script"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_file_without_a_loader_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rustc").write_bytes(content)
    with pytest.raises(ValueError, match="asks for no loader"):
        read_interpreter(tmp_path / "rustc")
