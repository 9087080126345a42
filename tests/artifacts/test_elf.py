from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.artifacts.elf import read_elf

Write = Callable[[str, bytes], Path]


def test_a_program_with_a_loader_and_libraries_is_not_static(write: Write, elf: Any) -> None:
    facts = read_elf(write("a", bytes(elf(loader="/lib64/ld-linux-x86-64.so.2", libraries=("libgcc_s.so.1", "libc.so.6")))))
    assert facts.static is False
    assert facts.loader == "/lib64/ld-linux-x86-64.so.2"
    assert facts.libraries == ("libgcc_s.so.1", "libc.so.6")


@pytest.mark.parametrize("kind", [pytest.param(3, id="position-independent"), pytest.param(2, id="fixed")])
def test_a_program_that_asks_for_nothing_is_static(write: Write, elf: Any, kind: int) -> None:
    assert read_elf(write("a", bytes(elf(kind=kind)))).static is True


@pytest.mark.parametrize(
    "asked",
    [pytest.param({"libraries": ("libc.so",)}, id="a library"), pytest.param({"loader": "/lib/ld-musl-x86_64.so.1"}, id="a loader")],
)
def test_either_a_loader_or_a_library_is_enough_not_to_be_static(write: Write, elf: Any, asked: dict[str, Any]) -> None:
    assert read_elf(write("a", bytes(elf(**asked)))).static is False


def test_an_object_file_is_neither_static_nor_not(write: Write, elf: Any) -> None:
    facts = read_elf(write("a.o", bytes(elf(kind=1, machine=40))))
    assert facts.static is None
    assert facts.machine == "ARM"


def test_a_truncated_file_is_refused_with_the_segment(write: Write, elf: Any) -> None:
    whole = bytes(elf(libraries=("libc.so.6",)))
    with pytest.raises(BrokenArtifactError, match=r"segment 0 ends at 0x[0-9a-f]+, the file at 0x[0-9a-f]+"):
        read_elf(write("cut", whole[:-8]))


@pytest.mark.parametrize("size", [4, 16, 40, 63, 70, 100])
def test_a_file_that_ends_in_its_headers_is_refused(write: Write, elf: Any, size: int) -> None:
    with pytest.raises(BrokenArtifactError, match="is no valid ELF file"):
        read_elf(write("cut", bytes(elf())[:size]))
