from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from toolchain_fakes import FakeRunner, says, target, toolchain_of, write_compiler

from buildkit.errors import ToolchainError
from buildkit.toolchain.environment import cargo_environment, shell_environment, shell_exports
from buildkit.toolchain.model import StdProvider, Supply

LINKER = "CARGO_TARGET_THUMBV7EM_NONE_EABIHF_LINKER"


@pytest.fixture
def supply(tmp_path: Path) -> Supply:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust"))
    return Supply(
        toolchain=toolchain,
        target=target("thumbv7em-none-eabihf", flags=("-Ctarget-cpu=cortex-m4",)),
        triple="thumbv7em-none-eabihf",
        provider=StdProvider.SOURCE,
        sysroot=Path("/store/thumb"),
        linker=Path("/store/bin/rust-lld"),
        folders=(toolchain.folder,),
        rustflags=("--sysroot", "/store/thumb"),
        env={"CC_thumbv7em_none_eabihf": "/store/bin/cc"},
    )


def test_cargo_runs_the_compiler_of_the_supply_whatever_path_says(supply: Supply, tmp_path: Path) -> None:
    patch = cargo_environment(
        supply, environment={"PATH": "/usr/bin", "RUSTUP_TOOLCHAIN": "nightly"}, root=tmp_path, processes=FakeRunner()
    )
    assert patch["RUSTC"] == str(supply.toolchain.rustc)
    assert patch["RUSTDOC"] == str(supply.toolchain.rustdoc)
    assert patch["RUSTUP_TOOLCHAIN"] is None
    assert patch["PATH"] == f"{supply.toolchain.folder}:/usr/bin"


def test_flags_are_the_users_then_the_targets_then_the_sysroot(supply: Supply, tmp_path: Path) -> None:
    patch = cargo_environment(supply, environment={"RUSTFLAGS": "-Dwarnings"}, root=tmp_path, processes=FakeRunner())
    assert patch["RUSTFLAGS"] == "-Dwarnings -Ctarget-cpu=cortex-m4 --sysroot /store/thumb"


def test_flags_of_an_expression_in_a_file_count_where_it_holds(supply: Supply, tmp_path: Path) -> None:
    (tmp_path / ".cargo").mkdir()
    text = (
        """[target.'cfg(target_os = "none")']\nrustflags = ["-Clink-arg=-Tlink.x"]\n[target.'cfg(unix)']\nrustflags = ["--cfg=never"]\n"""
    )
    (tmp_path / ".cargo" / "config.toml").write_text(text)
    runner = FakeRunner(answers=(says("rustc", "cfg", out='target_os="none"\n'),))
    patch = cargo_environment(supply, environment={"HOME": str(tmp_path)}, root=tmp_path, processes=runner)
    assert patch["RUSTFLAGS"] == "-Clink-arg=-Tlink.x -Ctarget-cpu=cortex-m4 --sysroot /store/thumb"
    assert runner.commands[0].argv[-2:] == ("--target", "thumbv7em-none-eabihf")


def test_what_the_user_chose_for_linking_and_c_code_stays(supply: Supply, tmp_path: Path) -> None:
    mine = {LINKER: "my-lld", "CC_thumbv7em_none_eabihf": "my-cc"}
    patch = cargo_environment(supply, environment=mine, root=tmp_path, processes=FakeRunner())
    assert LINKER not in patch
    assert "CC_thumbv7em_none_eabihf" not in patch
    assert cargo_environment(supply, environment={}, root=tmp_path, processes=FakeRunner())[LINKER] == "/store/bin/rust-lld"


def test_a_linker_in_a_file_stays(supply: Supply, tmp_path: Path) -> None:
    (tmp_path / ".cargo").mkdir()
    (tmp_path / ".cargo" / "config.toml").write_text('[target.thumbv7em-none-eabihf]\nlinker = "flip-link"\n')
    assert LINKER not in cargo_environment(supply, environment={"HOME": str(tmp_path)}, root=tmp_path, processes=FakeRunner())


def test_a_supply_that_adds_nothing_leaves_all_flags_alone(supply: Supply, tmp_path: Path) -> None:
    plain = replace(supply, rustflags=(), sysroot=None, linker=None, env={}, target=target("thumbv7em-none-eabihf"))
    patch = cargo_environment(plain, environment={"RUSTFLAGS": "-Dwarnings", "PATH": ""}, root=tmp_path, processes=FakeRunner())
    assert patch.keys() == {"RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "PATH"}


def test_path_stays_where_it_leads_to_the_right_cargo(supply: Supply, tmp_path: Path) -> None:
    path = f"/first:{supply.toolchain.folder}:/usr/bin"
    assert cargo_environment(supply, environment={"PATH": path}, root=tmp_path, processes=FakeRunner())["PATH"] == path


def test_exports_are_quoted_for_a_shell() -> None:
    assert shell_exports({"B": "a b", "A": None, "C": "it's"}) == "unset A\nexport B='a b'\nexport C='it'\"'\"'s'\n"


def test_a_shell_cannot_take_a_sysroot_with_a_space(supply: Supply, tmp_path: Path) -> None:
    spaced = replace(supply, rustflags=("--sysroot", "/my store/thumb"))
    with pytest.raises(ToolchainError, match="'/my store/thumb' has a space"):
        shell_environment(spaced, environment={}, root=tmp_path, processes=FakeRunner())
