from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wasmtime import wat2wasm

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.artifacts.inspection import inspect_artifact
from buildkit.errors import ExitCode
from buildkit.model import Rule

Write = Callable[[str, bytes], Path]


def test_the_kind_comes_from_the_content_and_not_from_the_name(write: Write, elf: Any, archive: Callable[..., bytes]) -> None:
    contents = {
        "core-module": bytes(wat2wasm("(module)")),
        "component": bytes(wat2wasm("(component)")),
        "elf": bytes(elf()),
        "archive": archive(**{"a.o": bytes(elf(kind=1))}),
        "other": b"#!/bin/sh\n",
    }
    assert {kind: inspect_artifact(write("file.wasm", content)).kind for kind, content in contents.items()} == {
        kind: kind for kind in contents
    }


def test_an_elf_program_tells_what_it_asks_the_system_for(write: Write, elf: Any) -> None:
    artifact = inspect_artifact(write("a", bytes(elf(loader="/lib/ld.so", libraries=("libc.so",)))))
    assert artifact.imports == ("/lib/ld.so", "libc.so")
    assert (artifact.static, artifact.machine) == (False, "X86_64")


def test_a_static_program_asks_for_nothing(write: Write, elf: Any) -> None:
    artifact = inspect_artifact(write("a", bytes(elf())))
    assert (artifact.static, artifact.imports) == (True, ())


def test_an_empty_file_is_no_artifact(write: Write) -> None:
    with pytest.raises(BrokenArtifactError, match=r"a\.wasm: is empty"):
        inspect_artifact(write("a.wasm", b""))


def test_a_broken_artifact_is_also_a_finding(write: Write) -> None:
    with pytest.raises(BrokenArtifactError) as caught:
        inspect_artifact(write("a.wasm", b"\0asm\x01\0\0\0\xff\x01\x00"))
    finding = caught.value.finding
    assert (finding.rule, finding.subject) == (Rule.LINKAGE, "a.wasm")
    assert caught.value.exit_code is ExitCode.FAILED
    assert "at offset" in finding.message
