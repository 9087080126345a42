from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from buildkit.errors import UsageError
from buildkit.model import Artifact
from buildkit.workflow.launch.elsewhere import refuse_elsewhere

FILE = Path("out/my order.wasm")


def artifact(kind: Literal["core-module", "component", "elf", "archive"], machine: str, *imports: str) -> Artifact:
    return Artifact(path=FILE.absolute(), kind=kind, size=1, gzip_size=1, sha256="", machine=machine, imports=imports)


def test_a_module_for_javascript_is_refused_with_what_makes_it_run() -> None:
    with pytest.raises(UsageError) as refused:
        refuse_elsewhere(artifact("core-module", "WASM", "__wbindgen_placeholder__::__wbindgen_object_drop_ref"), FILE)
    assert refused.value.message.startswith("out/my order.wasm is a module for JavaScript: ")
    assert refused.value.hint == "wasm-bindgen --target nodejs --out-dir pkg 'out/my order.wasm'"


@pytest.mark.parametrize(
    ("machine", "what"),
    [("ARM", "a static library for ARM firmware"), ("RISCV", "a static library for RISCV firmware"), ("X86_64", "a static library")],
)
def test_a_static_library_is_refused_with_what_makes_it_run(machine: str, what: str) -> None:
    with pytest.raises(UsageError) as refused:
        refuse_elsewhere(artifact("archive", machine), FILE)
    assert refused.value.message.startswith(f"out/my order.wasm is {what}, and no program: ")
    assert refused.value.hint is not None
    assert refused.value.hint.endswith("board.o 'out/my order.wasm'")


@pytest.mark.parametrize("found", [artifact("core-module", "WASM", "env::read"), artifact("component", "WASM"), artifact("elf", "X86_64")])
def test_whatever_may_run_here_passes(found: Artifact) -> None:
    refuse_elsewhere(found, FILE)
