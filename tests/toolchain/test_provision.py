from __future__ import annotations

from pathlib import Path

from toolchain_fakes import HOST, NATIVE, situation_of, target, toolchain_of, write_compiler

from buildkit.model import StdKind
from buildkit.toolchain.choose import choose
from buildkit.toolchain.model import Origin, StdNeed
from buildkit.toolchain.provision import (
    AddRustupTargets,
    AssembleMuslFiles,
    BuildStd,
    FetchWasiFiles,
    InstallPackages,
    UnpackCCompiler,
    UnpackCompiler,
    plan,
)
from buildkit.toolchain.situation import Situation

THUMB = target("thumbv7em-none-eabihf")
WASI = target("wasm32-wasip2", std=StdKind.FULL)
WASM = target("wasm32-unknown-unknown", std=StdKind.FULL)
MUSL = target("x86_64-unknown-linux-musl", std=StdKind.FULL)


def steps_of(situation: Situation) -> list[type]:
    return [type(step) for step in plan(situation, choose(situation))]


def test_what_is_here_needs_no_step(tmp_path: Path) -> None:
    assert steps_of(situation_of(tmp_path, (toolchain_of(write_compiler(tmp_path / "rust")),), (NATIVE,))) == []


def test_a_machine_without_a_compiler_unpacks_one_before_it_builds(tmp_path: Path) -> None:
    situation = situation_of(tmp_path, (), (WASI, WASM, NATIVE), has_packages=True)
    assert steps_of(situation) == [UnpackCompiler, FetchWasiFiles, BuildStd, BuildStd]


def test_graphs_alone_need_a_cargo_and_nothing_else(tmp_path: Path) -> None:
    assert steps_of(situation_of(tmp_path, (), (WASI,), has_packages=True, need=StdNeed.NONE)) == [UnpackCompiler]


def test_a_missing_c_compiler_is_installed_only_when_that_is_allowed(tmp_path: Path) -> None:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust"))
    nowhere = {"PATH": str(tmp_path)}
    assert steps_of(situation_of(tmp_path, (toolchain,), (NATIVE,), environment=nowhere, has_packages=True)) == [UnpackCCompiler]
    allowed = situation_of(tmp_path, (toolchain,), (NATIVE,), environment=nowhere, has_packages=True, install=True)
    assert steps_of(allowed) == [InstallPackages]


def test_rustup_is_called_once_for_all_triples(tmp_path: Path) -> None:
    toolchain = toolchain_of(write_compiler(tmp_path / "stable"), origin=Origin.RUSTUP)
    situation = situation_of(tmp_path, (toolchain,), (THUMB, WASM))
    (step,) = plan(situation, choose(situation))
    assert isinstance(step, AddRustupTargets)
    assert step.argv == ("rustup", "target", "add", "--toolchain", "stable", THUMB.name, WASM.name)
    assert " ".join(step.argv) in step.title


def test_musl_of_rustup_gets_a_c_compiler_where_one_can_be_had(tmp_path: Path) -> None:
    toolchain = toolchain_of(
        write_compiler(tmp_path / "stable", prebuilt=(HOST, MUSL.name)), origin=Origin.RUSTUP, prebuilt=(HOST, MUSL.name)
    )
    situation = situation_of(tmp_path, (toolchain,), (MUSL,), has_packages=True)
    (step,) = plan(situation, choose(situation))
    assert step == AssembleMuslFiles(required=False)
    assert steps_of(situation_of(tmp_path, (toolchain,), (MUSL,))) == []
    (tmp_path / "path" / "musl-gcc").touch(mode=0o755)
    assert steps_of(situation_of(tmp_path, (toolchain,), (MUSL,), has_packages=True)) == []


def test_the_longest_builds_come_first(tmp_path: Path) -> None:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust", with_source=True))
    situation = situation_of(tmp_path, (toolchain,), (THUMB, WASM, MUSL), has_packages=True)
    builds = [step.triple for step in plan(situation, choose(situation)) if isinstance(step, BuildStd)]
    assert builds == [MUSL.name, WASM.name, THUMB.name]


def test_a_step_says_whether_anything_is_installed(tmp_path: Path) -> None:
    situation = situation_of(tmp_path, (), (WASI, MUSL), has_packages=True)
    titles = [step.title for step in plan(situation, choose(situation))]
    assert all("nothing is installed" in title or title.startswith("build std") for title in titles)
    assert InstallPackages(packages=("gcc",)).title == "install on the system: apt-get install --yes --no-install-recommends gcc"
