from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.artifacts.wasm import read_wasm

MODULE = """(module
  (import "env" "write" (func (param i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "run") (call 0 (i32.const 1))))"""

COMPONENT = """(component
  (import "wasi:http/types@0.2.4" (instance))
  (import "acme:log/sink@1.0.0" (instance (export "log" (func (param "line" string)))))
  (core module $main (func (export "run") (result i32) i32.const 0))
  (core instance $main (instantiate $main))
  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $cli (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli)))"""

Write = Callable[[str, bytes], Path]


def test_a_core_module_lists_its_imports_with_their_module(write: Write) -> None:
    facts = read_wasm(write("a.wasm", bytes(wat2wasm(MODULE))))
    assert facts.kind == "core-module"
    assert facts.imports == ("env.write", "wasi_snapshot_preview1.proc_exit")
    assert facts.exports == ("memory", "run")


def test_a_component_lists_its_interfaces_with_their_versions(write: Write) -> None:
    facts = read_wasm(write("a.wasm", bytes(wat2wasm(COMPONENT))))
    assert facts.kind == "component"
    assert facts.imports == ("wasi:http/types@0.2.4", "acme:log/sink@1.0.0")
    assert facts.exports == ("wasi:cli/run@0.2.0",)


@pytest.mark.parametrize("text", [pytest.param(MODULE, id="core module"), pytest.param(COMPONENT, id="component")])
def test_a_truncated_file_is_refused_with_the_offset(write: Write, text: str) -> None:
    whole = bytes(wat2wasm(text))
    path = write("cut.wasm", whole[:-7])
    with pytest.raises(BrokenArtifactError, match=r"cut\.wasm at offset 0x[0-9a-f]+: is no valid wasm: unexpected end") as caught:
        read_wasm(path)
    assert caught.value.offset is not None
    assert 8 <= caught.value.offset <= len(whole)


def test_code_that_does_not_type_check_is_refused(write: Write) -> None:
    # (func (result i32)) with an empty body: every section is whole, the code is wrong.
    content = b"\0asm\x01\0\0\0" + b"\x01\x05\x01\x60\x00\x01\x7f" + b"\x03\x02\x01\x00" + b"\x0a\x04\x01\x02\x00\x0b"
    with pytest.raises(BrokenArtifactError, match=r"type mismatch: expected i32 but nothing on stack"):
        read_wasm(write("wrong.wasm", content))


def test_a_layer_that_nobody_knows_is_refused(write: Write) -> None:
    with pytest.raises(BrokenArtifactError, match=r"at offset 0x4: has the unknown wasm version 1, layer 9"):
        read_wasm(write("new.wasm", b"\0asm\x01\0\x09\0"))


def test_a_file_that_ends_in_its_header_is_refused(write: Write) -> None:
    with pytest.raises(BrokenArtifactError, match=r"at offset 0x0: has no wasm header"):
        read_wasm(write("short.wasm", b"\0asm\x01"))
