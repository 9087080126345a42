"""What is here already, without anything being provided."""

from __future__ import annotations

from pathlib import Path

import pytest
from toolchain_fakes import FakeRunner, compiler_answers, says, target, toolchain_of, write_compiler

from buildkit.model import CompilationTarget
from buildkit.toolchain.layout import KINDS
from buildkit.toolchain.model import StdNeed, ToolchainRequest
from buildkit.toolchain.present import present

HERE, ABSENT = target("thumbv6m-none-eabi"), target("thumbv7em-none-eabihf")


@pytest.mark.parametrize("targets", [(HERE,), (HERE, ABSENT), (ABSENT,)], ids=["here", "both", "absent"])
def test_what_is_not_here_is_named_and_nothing_is_done(tmp_path: Path, targets: tuple[CompilationTarget, ...]) -> None:
    rustc = write_compiler(tmp_path / "tc", prebuilt=("x86_64-unknown-linux-gnu", HERE.name))
    runner = FakeRunner(answers=(compiler_answers(rustc), says("cargo")))
    request = ToolchainRequest(targets=targets, need=StdNeed.CHECK, store=tmp_path / "store", workspace=tmp_path, offline=True)
    environment = {"PATH": str(rustc.parent), "HOME": str(tmp_path)}
    found = present(request, toolchain_of(rustc, prebuilt=(HERE.name,)), environment=environment, processes=runner)
    assert set(found.supplies) == {one.name for one in targets}
    assert found.missing == tuple(one.name for one in targets if one is ABSENT)
    assert not any((tmp_path / "store" / kind).exists() for kind in KINDS)
    assert {Path(command.argv[0]).name for command in runner.commands} <= {"rustc", "cargo", "rustup"}
