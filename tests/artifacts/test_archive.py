from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildkit.artifacts.archive import Member, machine_of, read_archive
from buildkit.artifacts.broken import BrokenArtifactError

Write = Callable[[str, bytes], Path]


def test_members_are_listed_without_the_tables_of_the_archive(write: Write, elf: Any, archive: Callable[..., bytes]) -> None:
    content = archive(**{"a.o": bytes(elf(kind=1)), "a-long-name-of-a-member.o": bytes(elf(kind=1)), "lib.rmeta": b"odd"})
    assert read_archive(write("lib.a", content)) == (
        Member(name="a.o", machine="X86_64"),
        Member(name="a-long-name-of-a-member.o", machine="X86_64"),
        Member(name="lib.rmeta", machine=None),
    )


def test_long_names_of_bsd_archives_are_read_from_the_body(write: Write) -> None:
    body = b"a name of twenty let\0\0\0\0" + b"\0asm" + bytes(20)
    content = b"!<arch>\n" + f"{'#1/24':<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(body):<10}`\n".encode() + body
    assert read_archive(write("lib.a", content)) == (Member(name="a name of twenty let", machine="WASM"),)


def test_a_big_endian_member_tells_its_machine(write: Write, archive: Callable[..., bytes]) -> None:
    head = b"\x7fELF\x01\x02\x01" + bytes(9) + b"\x00\x01\x00\x08"
    assert read_archive(write("lib.a", archive(a=head))) == (Member(name="a", machine="MIPS"),)


def test_an_archive_of_two_machines_is_refused_and_both_are_named(write: Write, elf: Any, archive: Callable[..., bytes]) -> None:
    path = write("lib.a", archive(**{"rust.o": bytes(elf(kind=1, machine=40)), "c.o": bytes(elf(kind=1))}))
    with pytest.raises(BrokenArtifactError, match=r"different machines: ARM \(rust\.o\) and X86_64 \(c\.o\)"):
        machine_of(path, read_archive(path))


def test_an_archive_without_objects_has_no_machine(write: Write, archive: Callable[..., bytes]) -> None:
    path = write("lib.a", archive(**{"lib.rmeta": b"odd"}))
    assert machine_of(path, read_archive(path)) is None


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        pytest.param(lambda content: content[:-10], r"the member here ends at", id="truncated body"),
        pytest.param(lambda content: content + b"junk", r"has no archive member here", id="trailing bytes"),
        pytest.param(lambda content: content.replace(b"4         `\n", b"x         `\n"), r"has a member of the size 'x +'", id="no size"),
    ],
)
def test_a_damaged_archive_is_refused_with_the_offset(
    write: Write, elf: Any, archive: Callable[..., bytes], damage: Callable[[bytes], bytes], problem: str
) -> None:
    path = write("lib.a", damage(archive(**{"a.o": bytes(elf(kind=1))})))
    with pytest.raises(BrokenArtifactError, match=rf"lib\.a at offset 0x[0-9a-f]+: {problem}"):
        read_archive(path)
