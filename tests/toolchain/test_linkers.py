from __future__ import annotations

from pathlib import Path

import pytest
from toolchain_fakes import NATIVE, situation_of, toolchain_of, write_compiler

from buildkit.errors import ToolchainError
from buildkit.toolchain import linkers
from buildkit.toolchain.choose import choose
from buildkit.toolchain.linkers import START_FILES, can_link, find_cc
from buildkit.toolchain.model import StdNeed
from buildkit.toolchain.provision import InstallPackages, plan


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a file system with gcc and no C library to link with."""
    (tmp_path / "usr" / "bin").mkdir(parents=True)
    (tmp_path / "usr" / "bin" / "gcc").touch()
    (tmp_path / "usr" / "bin" / "cc").symlink_to("gcc")
    return tmp_path


@pytest.mark.parametrize("folder", ["usr/lib/x86_64-linux-gnu", "usr/lib/arm-linux-gnueabihf", "usr/lib64", "usr/lib"])
def test_a_compiler_of_the_distribution_needs_the_start_files_of_the_c_library(root: Path, folder: str) -> None:
    cc = root / "usr" / "bin" / "cc"
    assert not can_link(cc, root)
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / "crt1.o").touch()
    assert can_link(cc, root)


def test_start_files_of_another_c_library_do_not_count(root: Path) -> None:
    (root / "usr" / "lib" / "x86_64-linux-musl").mkdir(parents=True)
    (root / "usr" / "lib" / "x86_64-linux-musl" / "crt1.o").touch()
    assert not can_link(root / "usr" / "bin" / "cc", root)


def test_a_compiler_from_elsewhere_brings_its_own(root: Path) -> None:
    (root / "opt").mkdir()
    (root / "opt" / "cc").touch()
    assert can_link(root / "opt" / "cc", root)


@pytest.fixture
def headless(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take every C compiler on PATH for one without a C library, as on a machine that has gcc and not libc6-dev."""
    monkeypatch.setattr(linkers.can_link, "__defaults__", (root,))
    assert START_FILES
    return root


def test_a_compiler_that_can_link_comes_before_one_that_cannot(headless: Path) -> None:
    stored = headless / "store" / "gcc"
    (stored / "bin").mkdir(parents=True)
    environment = {"PATH": str(headless / "usr" / "bin")}
    assert find_cc(environment, None, stored) == headless / "usr" / "bin" / "cc"
    (stored / "bin" / "cc").touch()
    assert find_cc(environment, None, stored) == stored / "bin" / "cc"


def test_building_without_a_c_library_is_refused_early_and_installing_mends_it(headless: Path) -> None:
    toolchain = toolchain_of(write_compiler(headless / "rust"))
    environment = {"PATH": str(headless / "usr" / "bin")}
    situation = situation_of(headless, (toolchain,), (NATIVE,), environment=environment, has_packages=True)
    with pytest.raises(ToolchainError, match=r"/usr/bin/cc can link no program: the C library's start files") as refused:
        choose(situation)
    assert refused.value.hint is not None
    assert refused.value.hint.startswith("apt-get install libc6-dev")
    allowed = situation_of(headless, (toolchain,), (NATIVE,), environment=environment, has_packages=True, install=True)
    assert plan(allowed, choose(allowed)) == (InstallPackages(packages=("gcc", "libc6-dev")),)
    checking = situation_of(headless, (toolchain,), (NATIVE,), environment=environment, need=StdNeed.CHECK)
    assert choose(checking).toolchain == toolchain
