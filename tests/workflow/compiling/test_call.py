from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from scenarios import bundled
from toolchain_fakes import HOST, FakeRunner, toolchain_of, write_compiler

from buildkit.toolchain.linkers import own_tools
from buildkit.toolchain.model import StdProvider, Supply
from buildkit.workflow.compiling.call import Compiler, compiler_for

MUSL_LINKER = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER"
LLD = "-Clink-arg=-fuse-ld=lld"


@pytest.fixture
def supply(tmp_path: Path) -> Supply:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust"))
    target = bundled()["native-musl"]
    return Supply(toolchain=toolchain, target=target, triple=target.triple_for(HOST), provider=StdProvider.SHIPPED)


def asked(supply: Supply, root: Path, environment: Mapping[str, str] | None = None) -> Compiler:
    return compiler_for(
        supply, environment={"PATH": "/usr/bin", "HOME": str(root), **(environment or {})}, root=root, processes=FakeRunner()
    )


def with_lld(supply: Supply) -> Path:
    folder = own_tools(supply.toolchain) / "gcc-ld"
    folder.mkdir(parents=True)
    (folder / "ld.lld").touch()
    return folder


def test_a_static_program_is_linked_with_the_lld_of_its_toolchain(supply: Supply, tmp_path: Path) -> None:
    folder = with_lld(supply)
    compiler = asked(supply, tmp_path)
    assert compiler.linking == (LLD, f"-Clink-arg=-B{folder}")
    assert LLD in compiler.portable_flags
    assert not any(str(tmp_path) in flag for flag in compiler.portable_flags)


def test_a_toolchain_without_lld_links_as_the_system_does(supply: Supply, tmp_path: Path) -> None:
    assert asked(supply, tmp_path).linking == ()


def test_a_linker_that_the_user_has_set_is_left_alone(supply: Supply, tmp_path: Path) -> None:
    with_lld(supply)
    compiler = asked(supply, tmp_path, {MUSL_LINKER: "musl-gcc"})
    assert (compiler.linker, compiler.linking) == ("musl-gcc", ())


def test_the_linker_of_the_configuration_is_used(supply: Supply, tmp_path: Path) -> None:
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / "config.toml").write_text('[target.x86_64-unknown-linux-musl]\nlinker = "musl-gcc"\n')
    assert asked(supply, tmp_path).linker == "musl-gcc"


def test_the_linker_of_the_supply_is_used_where_the_user_says_nothing(supply: Supply, tmp_path: Path) -> None:
    found = replace(supply, linker=Path("/opt/lld/rust-lld"))
    assert asked(found, tmp_path).linker == "/opt/lld/rust-lld"


def test_the_flags_of_the_user_come_after_ours_and_the_sysroot_names_no_flag_of_the_artifact(supply: Supply, tmp_path: Path) -> None:
    built = replace(supply, rustflags=("--sysroot", "/store/std"))
    compiler = asked(built, tmp_path, {"RUSTFLAGS": "-Copt-level=3"})
    assert compiler.flags == ("-Copt-level=3", "--sysroot", "/store/std")
    assert compiler.portable_flags[-1] == "-Copt-level=3"
