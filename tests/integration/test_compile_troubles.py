"""Known troubles of rustc and linkers, provoked: each must be found by the table, whatever words this compiler has for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from buildkit.errors import ToolchainError
from buildkit.process import Command, ProcessRunner
from buildkit.workflow.compiling.diagnostics import errors_of, parse_diagnostics
from buildkit.workflow.compiling.trouble import trouble_of

FULL = "the disk is full: the artifact for native could not be written"

pytestmark = pytest.mark.integration
MAIN = "fn main() {}\n"
USING = "fn main() { outer::call() }\n"


@dataclass(frozen=True)
class Shop:
    """A folder in which rustc is called."""

    folder: Path

    def compile(
        self, source: str, *arguments: str, env: dict[str, str | None] | None = None, target: str = "native"
    ) -> ToolchainError | None:
        """Compile a program as `buildkit compile` does, and return what is made of its failure."""
        (self.folder / "main.rs").write_text(source)
        return self.call(("rustc", "main.rs", "--edition=2024", "--error-format=json", "-o", "made", *arguments), env=env, target=target)

    def call(self, argv: tuple[str, ...], *, env: dict[str, str | None] | None = None, target: str = "native") -> ToolchainError | None:
        done = ProcessRunner().run(Command(argv=argv, cwd=self.folder, env=env or {}))
        assert not done.succeeded
        return trouble_of(done, errors_of(parse_diagnostics(done.stderr)), target=target, triple=target)

    def library(self, name: str, source: str, *arguments: str) -> None:
        (self.folder / f"{name}.rs").write_text(source)
        made = ProcessRunner().run(
            Command(argv=("rustc", f"{name}.rs", "--crate-type=rlib", "--edition=2024", "-L.", *arguments), cwd=self.folder)
        )
        assert made.succeeded, made.stderr

    def libraries(self) -> None:
        """Make a library that depends on another."""
        self.library("inner", "pub fn call() {}\n")
        self.library("outer", "pub fn call() { inner::call() }\n", "--extern=inner=libinner.rlib")

    def script(self, name: str, body: str) -> str:
        file = self.folder / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return str(file)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def no_std(shop: Shop) -> ToolchainError | None:
    return shop.compile(MAIN, "--target=mips64-openwrt-linux-musl")


def no_core(shop: Shop) -> ToolchainError | None:
    return shop.compile("#![no_std]\n#![no_main]\n", "--target=msp430-none-elf")


def another_compiler(shop: Shop) -> ToolchainError | None:
    shop.libraries()
    file = shop.folder / "libouter.rlib"
    release = ProcessRunner().run(Command(argv=("rustc", "--version"), cwd=shop.folder)).stdout.strip().encode()
    content = file.read_bytes()
    assert release in content
    file.write_bytes(content.replace(release, release.replace(b"rustc 1.", b"rustc 0.")))
    return shop.compile(USING, "-L.", "--extern=outer=libouter.rlib")


def missing_crate(shop: Shop) -> ToolchainError | None:
    shop.libraries()
    (shop.folder / "libinner.rlib").unlink()
    return shop.compile(USING, "-L.", "--extern=outer=libouter.rlib")


def another_crate(shop: Shop) -> ToolchainError | None:
    shop.libraries()
    shop.library("inner", "pub fn call() { println!() }\npub fn more() {}\n")
    return shop.compile(USING, "-L.", "--extern=outer=libouter.rlib")


def damaged_crate(shop: Shop) -> ToolchainError | None:
    shop.libraries()
    file = shop.folder / "libouter.rlib"
    file.write_bytes(file.read_bytes()[:200])
    return shop.compile(USING, "-L.", "--extern=outer=libouter.rlib")


def missing_archive(shop: Shop) -> ToolchainError | None:
    return shop.compile('#[link(name = "absent", kind = "static")]\nunsafe extern "C" {}\nfn main() {}\n')


def undefined_symbol(shop: Shop) -> ToolchainError | None:
    return shop.compile('unsafe extern "C" { fn absent_of_all(); }\nfn main() { unsafe { absent_of_all() } }\n')


def no_linker(shop: Shop) -> ToolchainError | None:
    return shop.compile(MAIN, "-Clinker=/absent/cc")


def linker_that_is_no_program(shop: Shop) -> ToolchainError | None:
    (shop.folder / "data").write_text("no program")
    return shop.compile(MAIN, f"-Clinker={shop.folder / 'data'}")


def no_linker_behind_cc(shop: Shop) -> ToolchainError | None:
    return shop.compile(
        MAIN, "-Clinker=cc", "-Clink-arg=-fuse-ld=bfd", "-Clink-arg=-B/absent", "-Clinker-features=-lld", env={"PATH": _without_ld(shop)}
    )


def _without_ld(shop: Shop) -> str:
    """Return a PATH with rustc and a C compiler that finds no linker."""
    programs = shop.folder / "programs"
    programs.mkdir()
    for name in ("rustc", "sh"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    shop.script("programs/cc", "echo \"collect2: fatal error: cannot find 'ld'\" >&2\nexit 1")
    return str(programs)


def no_c_library(shop: Shop) -> ToolchainError | None:
    return shop.compile(
        MAIN, f"-Clinker={shop.script('bare-cc', 'echo /usr/bin/ld: cannot find Scrt1.o: No such file or directory >&2; exit 1')}"
    )


def killed_linker(shop: Shop) -> ToolchainError | None:
    return shop.compile(MAIN, f"-Clinker={shop.script('dying-cc', 'kill -9 $$')}")


def killed_rustc(shop: Shop) -> ToolchainError | None:
    return shop.call((shop.script("rustc", "kill -9 $$"),))


def absent_rustc(shop: Shop) -> ToolchainError | None:
    return shop.call(("/absent/rustc", "main.rs"))


def crash(shop: Shop) -> ToolchainError | None:
    return shop.compile('fn main() { "a" + 1 }\n', "-Ztreat-err-as-bug", env={"RUSTC_BOOTSTRAP": "1"})


def no_wasm_linker(shop: Shop) -> ToolchainError | None:
    return shop.compile(MAIN, "--target=wasm32-wasip2", "-Clink-arg=--wasm-ld-path=/absent/wasm-ld", target="wasm32-wasip2")


def no_component_linker(shop: Shop) -> ToolchainError | None:
    return shop.compile(MAIN, "--target=wasm32-wasip2", "-Clinker=absent-component-ld", target="wasm32-wasip2")


@pytest.mark.parametrize(
    ("provoke", "message", "hint"),
    [
        pytest.param(no_std, "rustc finds no crate std", "buildkit toolchain ensure native", id="no std"),
        pytest.param(no_core, "rustc finds no crate core", "buildkit toolchain ensure native", id="no core"),
        pytest.param(another_compiler, "made by another compiler: its crate outer", "buildkit prebuild -t native", id="another compiler"),
        pytest.param(missing_crate, "cannot use its crate inner", "buildkit prebuild -t native", id="a crate is missing"),
        pytest.param(another_crate, "cannot use its crate inner", "buildkit prebuild -t native", id="a crate is another one"),
        pytest.param(damaged_crate, "cannot use its crate outer", "buildkit prebuild -t native", id="a crate is damaged"),
        pytest.param(missing_archive, "the archive of absent is missing", "buildkit prebuild -t native", id="no archive"),
        pytest.param(undefined_symbol, "nothing defines absent_of_all", "buildkit prebuild -t native", id="no symbol"),
        pytest.param(no_linker, "the linker /absent/cc for native is missing", "buildkit toolchain ensure native", id="no linker"),
        pytest.param(
            linker_that_is_no_program, "data for native cannot be started", "buildkit toolchain ensure native", id="linker is no program"
        ),
        pytest.param(no_linker_behind_cc, "the C compiler finds no linker", "apt-get install binutils", id="no ld"),
        pytest.param(no_c_library, "there is no C library to link with", "apt-get install libc6-dev", id="no C library"),
        pytest.param(killed_linker, "the linker for native was killed", "free -h", id="linker killed"),
        pytest.param(killed_rustc, "rustc was killed by SIGKILL", "free -h", id="rustc killed"),
        pytest.param(absent_rustc, "rustc cannot be started", "buildkit doctor", id="no rustc"),
        pytest.param(crash, "rustc crashed while it compiled", "another version", id="crash"),
        pytest.param(no_wasm_linker, "needs wasm-ld, which is missing", "buildkit toolchain ensure wasm32-wasip2", id="no wasm-ld"),
        pytest.param(
            no_component_linker, "the linker absent-component-ld", "buildkit toolchain ensure wasm32-wasip2", id="no component linker"
        ),
    ],
)
def test_a_provoked_trouble_is_told(shop: Shop, provoke: Callable[[Shop], ToolchainError | None], message: str, hint: str) -> None:
    told = provoke(shop)
    assert told is not None
    assert message in told.message
    assert hint in str(told.hint)


@pytest.mark.parametrize(
    ("size", "messages"),
    [
        pytest.param("16k", {FULL}, id="for rustc"),
        # What is written last, and by whom, differs from one linker to the next.
        pytest.param(
            "200k", {FULL, "the linker for native ended with a bus error, as it does where the disk is full"}, id="for the linker"
        ),
    ],
)
def test_a_full_disk_is_told(shop: Shop, size: str, messages: set[str]) -> None:
    disk = shop.folder / "disk"
    disk.mkdir()
    small = ("unshare", "--map-root-user", "--mount", "sh", "-c")
    mount = f"mount -t tmpfs -o size={size} none {disk} && cd {disk} && echo 'fn main() {{}}' > main.rs"
    if not ProcessRunner().run(Command(argv=(*small, mount), cwd=shop.folder)).succeeded:
        pytest.skip("no small disk can be mounted here")
    told = shop.call((*small, f"{mount} && exec rustc main.rs --error-format=json -o made"), env={"TMPDIR": str(disk)})
    assert told is not None
    assert told.message in messages
    assert told.hint == "df -h"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told(shop: Shop) -> None:
    locked = shop.folder / "locked"
    locked.mkdir(mode=0o500)
    told = shop.compile(MAIN, "-o", str(locked / "made"), env={"TMPDIR": str(locked)})
    assert told is not None
    assert "rustc may not write there" in told.message


def test_an_error_of_the_code_is_no_trouble(shop: Shop) -> None:
    assert shop.compile('fn main() { let _: u32 = "No space left on device"; }\n') is None
