from __future__ import annotations

from pathlib import Path

import pytest
from toolchain_fakes import HOST, NATIVE, situation_of, target, toolchain_of, write_compiler

from buildkit.errors import ToolchainError
from buildkit.toolchain.choose import choose
from buildkit.toolchain.discover import reading_toolchain
from buildkit.toolchain.model import Origin, StdNeed, StdProvider, Toolchain
from buildkit.toolchain.pin import Pin
from buildkit.toolchain.routes import Route, find_route

THUMB = target("thumbv7em-none-eabihf")
RISCV = target("riscv32imac-unknown-none-elf")


def make(
    scratch: Path, name: str, *prebuilt: str, origin: Origin = Origin.OTHER, release: str = "1.96.0", with_source: bool = False
) -> Toolchain:
    rustc = write_compiler(scratch / name, prebuilt=(HOST, *prebuilt), with_source=with_source)
    return toolchain_of(rustc, origin=origin, release=release, prebuilt=(HOST, *prebuilt))


def test_the_toolchain_that_ships_everything_wins(tmp_path: Path) -> None:
    partly, wholly = make(tmp_path, "a", THUMB.name, with_source=True), make(tmp_path, "b", THUMB.name, RISCV.name)
    choice = choose(situation_of(tmp_path, (partly, wholly), (THUMB, RISCV, NATIVE)))
    assert choice.toolchain == wholly
    assert choice.cost == 0


def test_of_equals_the_first_found_wins(tmp_path: Path) -> None:
    first, second = make(tmp_path, "a", THUMB.name), make(tmp_path, "b", THUMB.name)
    assert choose(situation_of(tmp_path, (first, second), (THUMB,))).toolchain == first


def test_one_toolchain_serves_all_targets_of_a_request(tmp_path: Path) -> None:
    only_thumb, only_riscv = make(tmp_path, "a", THUMB.name), make(tmp_path, "b", RISCV.name)
    with pytest.raises(ToolchainError, match="no compiler here can have a standard library for riscv32imac-unknown-none-elf"):
        choose(situation_of(tmp_path, (only_thumb, only_riscv), (THUMB, RISCV)))


def test_a_download_by_rustup_comes_before_a_build_from_source(tmp_path: Path) -> None:
    source, rustup = make(tmp_path, "a", with_source=True), make(tmp_path, "b", origin=Origin.RUSTUP)
    choice = choose(situation_of(tmp_path, (source, rustup), (THUMB,)))
    assert choice.toolchain == rustup
    assert choice.routes[THUMB.name] == Route(provider=StdProvider.RUSTUP, ready=False)


def test_what_is_in_the_store_comes_before_a_download(tmp_path: Path) -> None:
    source, rustup = make(tmp_path, "a", with_source=True), make(tmp_path, "b", origin=Origin.RUSTUP)
    situation = situation_of(tmp_path, (rustup, source), (THUMB,))
    built = situation.recipe(source, THUMB, StdNeed.BUILD)
    assert built is not None
    situation.store.obtain(built, lambda entry, _: (entry / "lib").mkdir())
    assert choose(situation).toolchain == source


@pytest.mark.parametrize("why", ["offline", "refused"])
def test_without_rustups_server_the_source_serves(tmp_path: Path, why: str) -> None:
    toolchain = make(tmp_path, "a", origin=Origin.RUSTUP, with_source=True)
    situation = situation_of(tmp_path, (toolchain,), (THUMB,), offline=why == "offline")
    if why == "refused":
        situation = type(situation)(**{**situation.__dict__, "refused": {StdProvider.RUSTUP: "no network"}})
    assert choose(situation).routes[THUMB.name] == Route(provider=StdProvider.SOURCE, ready=False)


def test_a_machine_with_packages_and_no_compiler_unpacks_one(tmp_path: Path) -> None:
    choice = choose(situation_of(tmp_path, (), (THUMB, NATIVE), has_packages=True))
    assert choice.toolchain is None
    assert choice.routes["native"].ready
    assert not choice.routes[THUMB.name].ready


def test_a_compiler_that_can_serve_comes_before_one_that_must_be_unpacked(tmp_path: Path) -> None:
    source = make(tmp_path, "a", with_source=True)
    assert choose(situation_of(tmp_path, (source,), (THUMB, RISCV), has_packages=True)).toolchain == source


def test_nothing_is_unpacked_offline(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="no Rust compiler on this machine"):
        choose(situation_of(tmp_path, (), (THUMB,), has_packages=True, offline=True))


def test_the_distributions_packages_are_installed_only_when_that_is_allowed(tmp_path: Path) -> None:
    wasm, toolchain = target("wasm32-unknown-unknown"), make(tmp_path, "a", origin=Origin.DISTRIBUTION)
    assert find_route(situation_of(tmp_path, (toolchain,), (wasm,)), toolchain, wasm) is None
    allowed = situation_of(tmp_path, (toolchain,), (wasm,), install=True)
    assert find_route(allowed, toolchain, wasm) == Route(provider=StdProvider.DISTRIBUTION, ready=False)


def test_graphs_alone_need_no_standard_library(tmp_path: Path) -> None:
    assert choose(situation_of(tmp_path, (make(tmp_path, "a"),), (THUMB,), need=StdNeed.NONE)).cost == 0


def test_a_toolchain_without_the_linker_cannot_build_but_check(tmp_path: Path) -> None:
    linked, toolchain = target(THUMB.name, tools=("rust-lld",)), make(tmp_path, "a", THUMB.name)
    assert choose(situation_of(tmp_path, (toolchain,), (linked,), need=StdNeed.CHECK)).toolchain == toolchain
    with pytest.raises(ToolchainError, match="lacks rust-lld for thumbv7em-none-eabihf"):
        choose(situation_of(tmp_path, (toolchain,), (linked,)))


@pytest.mark.parametrize(("tool", "meant"), [("rust-ldd", "did you mean 'rust-lld'? install rust-ldd"), ("wasm-opt", "install wasm-opt")])
def test_a_tool_that_is_not_here_and_cannot_be_had_is_told_and_nothing_is_fetched(tmp_path: Path, tool: str, meant: str) -> None:
    toolchain, asking = make(tmp_path, "a", THUMB.name), target(THUMB.name, tools=(tool,))
    with pytest.raises(ToolchainError) as refused:
        choose(situation_of(tmp_path, (toolchain,), (asking,), has_packages=True))
    assert (
        refused.value.message
        == f"the compilation target 'thumbv7em-none-eabihf' requires the tool {tool!r}, and no such program is on PATH"
    )
    assert refused.value.hint == f"{meant}, or put it on PATH; buildkit targets says who declares thumbv7em-none-eabihf"
    assert choose(situation_of(tmp_path, (toolchain,), (asking,), need=StdNeed.CHECK)).toolchain == toolchain
    (tmp_path / "path" / tool).touch()
    assert choose(situation_of(tmp_path, (toolchain,), (asking,))).toolchain == toolchain


def test_a_sysroot_for_builds_serves_checks_and_not_the_other_way_round(tmp_path: Path) -> None:
    source = make(tmp_path, "a", with_source=True)
    for_builds = situation_of(tmp_path, (source,), (THUMB,))
    for_checks = situation_of(tmp_path, (source,), (THUMB,), need=StdNeed.CHECK)
    check, build = for_checks.recipe(source, THUMB, StdNeed.CHECK), for_checks.recipe(source, THUMB, StdNeed.BUILD)
    assert check is not None
    assert build is not None
    for_checks.store.obtain(check, lambda entry, _: (entry / "lib").mkdir())
    assert for_builds.find_sysroot(source, THUMB) is None
    path = for_checks.store.obtain(build, lambda entry, _: (entry / "lib").mkdir())
    assert for_checks.find_sysroot(source, THUMB) == for_builds.find_sysroot(source, THUMB) == path


def test_a_pinned_channel_that_is_not_here_is_refused_with_the_command(tmp_path: Path) -> None:
    pin = Pin(file=tmp_path / "rust-toolchain.toml", channel="1.90.0")
    with pytest.raises(ToolchainError) as refused:
        choose(situation_of(tmp_path, (make(tmp_path, "a", THUMB.name),), (THUMB,), pin=pin))
    assert refused.value.message.startswith(f"{tmp_path}/rust-toolchain.toml asks for '1.90.0', which is not on this machine (rustc 1.96.0")
    assert refused.value.hint == "rustup toolchain install 1.90.0"


def test_a_pin_decides_between_toolchains(tmp_path: Path) -> None:
    stable, nightly = make(tmp_path, "a", THUMB.name), make(tmp_path, "b", THUMB.name, release="1.97.0-nightly")
    pin = Pin(file=tmp_path / "rust-toolchain.toml", channel="nightly")
    assert choose(situation_of(tmp_path, (stable, nightly), (THUMB,), pin=pin)).toolchain == nightly


def test_a_rust_version_that_is_too_new_is_refused_with_what_is_here(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"the workspace needs rustc 1\.99 or newer .* this machine has rustc 1\.96\.0") as refused:
        choose(situation_of(tmp_path, (make(tmp_path, "a", THUMB.name),), (THUMB,), rust_version="1.99"))
    assert refused.value.hint == "rustup toolchain install 1.99"


def test_the_hint_for_rustup_is_the_exact_command(tmp_path: Path) -> None:
    toolchain = make(tmp_path, "stable", origin=Origin.RUSTUP)
    with pytest.raises(ToolchainError) as refused:
        choose(situation_of(tmp_path, (toolchain,), (THUMB, RISCV), offline=True))
    assert refused.value.hint == f"rustup target add --toolchain stable {THUMB.name} {RISCV.name}"


def test_musl_of_another_architecture_is_not_promised(tmp_path: Path) -> None:
    source, foreign = make(tmp_path, "a", with_source=True), target("mips-unknown-linux-musl")
    assert find_route(situation_of(tmp_path, (source,), (foreign,), has_packages=True), source, foreign) is None


def test_a_recipe_depends_on_the_compiler_and_the_source(tmp_path: Path) -> None:
    one, other = make(tmp_path, "a", with_source=True), make(tmp_path, "b", with_source=True)
    situation = situation_of(tmp_path, (one, other), (THUMB,))
    assert situation.recipe(one, THUMB, StdNeed.BUILD) == situation.recipe(other, THUMB, StdNeed.BUILD)
    assert situation.recipe(one, THUMB, StdNeed.BUILD) != situation.recipe(one, RISCV, StdNeed.BUILD)
    assert situation.recipe(one, THUMB, StdNeed.BUILD) != situation.recipe(one, THUMB, StdNeed.CHECK)
    assert other.source is not None
    (other.source / "std" / "src" / "lib.rs").write_text("#![no_core] // patched\n")
    again = situation_of(tmp_path, (one, other), (THUMB,))
    assert again.recipe(one, THUMB, StdNeed.BUILD) != again.recipe(other, THUMB, StdNeed.BUILD)


def test_a_recipe_of_another_commit_is_another_one(tmp_path: Path) -> None:
    one = make(tmp_path, "a", with_source=True)
    patched = type(one)(**{**one.__dict__, "commit": "0" * 40})
    situation = situation_of(tmp_path, (one,), (THUMB,))
    assert situation.recipe(one, THUMB, StdNeed.BUILD) != situation.recipe(patched, THUMB, StdNeed.BUILD)


def test_a_compiler_that_is_too_old_is_passed_over_unless_it_is_pinned(tmp_path: Path) -> None:
    old, new = make(tmp_path, "a", THUMB.name, release="1.63.0"), make(tmp_path, "b", THUMB.name)
    assert choose(situation_of(tmp_path, (old, new), (THUMB,))).toolchain == new
    pin = Pin(file=tmp_path / "rust-toolchain.toml", channel="1.63")
    assert choose(situation_of(tmp_path, (old, new), (THUMB,), pin=pin)).toolchain == old
    assert reading_toolchain((old, new)) == new
    assert reading_toolchain((old,)) is None
