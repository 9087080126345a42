from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from toolchain_fakes import FakeRunner, says, toolchain_of, write_compiler

from buildkit.errors import ToolchainError
from buildkit.model import StdKind
from buildkit.process import Command
from buildkit.toolchain.model import StdNeed
from buildkit.toolchain.sysroot import StdBuild, build_environment, build_sysroot, cargo_arguments, count_units, sysroot_recipe

TRIPLE = "thumbv6m-none-eabi"


@pytest.fixture
def build(tmp_path: Path) -> StdBuild:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust", with_source=True))
    assert toolchain.source is not None
    return StdBuild(
        toolchain=toolchain,
        source=toolchain.source,
        source_digest="0123",
        triple=TRIPLE,
        spec=None,
        std=StdKind.CORE_ALLOC,
        need=StdNeed.BUILD,
        environment={"PATH": "/usr/bin"},
    )


def artifact(name: str, *files: Path) -> str:
    target = {"name": name, "kind": ["lib"], "crate_types": ["lib"]}
    message = {
        "reason": "compiler-artifact",
        "package_id": name,
        "target": target,
        "features": [],
        "filenames": [str(file) for file in files],
        "fresh": False,
    }
    return json.dumps(message, separators=(",", ":"))


def test_bare_metal_has_core_and_alloc_and_an_operating_system_has_std(build: StdBuild) -> None:
    assert (build.crate, build.features) == ("alloc", ("compiler-builtins-mem",))
    full = replace(build, std=StdKind.FULL, triple="x86_64-unknown-linux-musl")
    assert (full.crate, full.features) == ("sysroot", ("backtrace", "panic-unwind"))
    assert replace(full, triple="wasm32-wasip2").features == ("panic-unwind",)


def test_std_is_built_from_its_own_lock_file_and_only_offline_when_asked(build: StdBuild) -> None:
    arguments = cargo_arguments(build)
    assert arguments[:2] == (str(build.toolchain.cargo), "build")
    assert "--locked" in arguments
    assert "--offline" not in arguments
    assert "--offline" in cargo_arguments(replace(build, offline=True))
    assert cargo_arguments(replace(build, need=StdNeed.CHECK))[1] == "check"


def test_nothing_of_the_users_reaches_std(build: StdBuild, tmp_path: Path) -> None:
    user = {
        "PATH": "/p",
        "HOME": "/h",
        "CARGO_HOME": "/c",
        "RUSTFLAGS": "-a",
        "CARGO_TARGET_DIR": "/t",
        "CARGO_PROFILE_RELEASE_LTO": "fat",
        "RUSTC_WRAPPER": "sccache",
    }
    environment = build_environment(replace(build, environment=user), tmp_path)
    assert {name for name, value in environment.items() if value is None} == {"RUSTFLAGS", "CARGO_PROFILE_RELEASE_LTO", "RUSTC_WRAPPER"}
    assert environment["CARGO_TARGET_DIR"] == str(tmp_path)
    assert not {"HOME", "CARGO_HOME"} & environment.keys()


@pytest.mark.parametrize("change", ["need", "triple", "std", "source_digest", "start_files", "spec"])
def test_everything_that_is_chosen_is_in_the_key(build: StdBuild, change: str, tmp_path: Path) -> None:
    (tmp_path / "crt1.o").write_text("start")
    other = {
        "need": replace(build, need=StdNeed.CHECK),
        "triple": replace(build, triple="thumbv7em-none-eabihf"),
        "std": replace(build, std=StdKind.FULL),
        "source_digest": replace(build, source_digest="4567"),
        "start_files": replace(build, start_files={"crt1.o": tmp_path / "crt1.o"}),
        "spec": replace(build, spec=tmp_path / "crt1.o"),
    }[change]
    assert sysroot_recipe(other).name != sysroot_recipe(build).name


def test_where_things_lie_and_what_the_user_sets_is_not_in_the_key(build: StdBuild, tmp_path: Path) -> None:
    elsewhere = replace(build, source=tmp_path / "elsewhere", environment={"PATH": "/other"}, offline=True)
    assert sysroot_recipe(elsewhere) == sysroot_recipe(build)


def test_a_compiler_without_a_commit_is_told_apart_by_its_program(build: StdBuild) -> None:
    unknown = replace(build, toolchain=replace(build.toolchain, commit="unknown"))
    before = sysroot_recipe(unknown).name
    build.toolchain.rustc.write_text("#!/bin/sh\n# another one\n")
    assert sysroot_recipe(unknown).name != before


def test_libraries_and_start_files_lie_where_rustc_looks(build: StdBuild, tmp_path: Path) -> None:
    scratch, entry = tmp_path / "scratch", tmp_path / "entry"
    deps = scratch / "target" / TRIPLE / "release" / "deps"
    host = scratch / "target" / "release" / "deps"
    for folder in (deps, host, entry):
        folder.mkdir(parents=True)
    made = {name: deps / f"lib{name}-0123.rlib" for name in ("core", "alloc")}
    for file in (*made.values(), host / "libbuild.rlib"):
        file.write_text(file.name)
    final = deps.parent / "liballoc.rlib"
    lines = [
        artifact("build", host / "libbuild.rlib"),
        artifact("core", made["core"], deps / "libcore-0123.rmeta"),
        artifact("alloc", final),
    ]
    (tmp_path / "crt1.o").write_text("start")
    runner = FakeRunner(
        answers=(
            says(
                "cargo",
                "--unit-graph",
                out='{"version":1,"units":[{"mode":"build"},{"mode":"run-custom-build"},{"mode":"build"},{"mode":"build"}],"roots":[]}',
            ),
            says("cargo", out="\n".join(lines)),
        )
    )
    counted: list[tuple[int, int | None, str]] = []
    with_files = replace(build, start_files={"crt1-command.o": tmp_path / "crt1.o"})
    build_sysroot(with_files, entry, scratch, processes=runner, on_count=lambda *values: counted.append(values))
    libraries = entry / "lib" / "rustlib" / TRIPLE / "lib"
    assert sorted(file.name for file in libraries.iterdir()) == ["liballoc-0123.rlib", "libcore-0123.rlib", "self-contained"]
    assert (libraries / "self-contained" / "crt1-command.o").read_text() == "start"
    assert counted == [(1, 3, "build"), (2, 3, "core"), (3, 3, "alloc")]


@pytest.mark.parametrize(
    ("code", "err", "said"),
    [
        (101, "error: could not compile `core`\n  No space left on device (os error 28)\n", "the disk is full"),
        (101, "error: failed to download `libc`\n Could not resolve host\n", "a crate could not be fetched"),
        (-9, "", "cargo was killed by SIGKILL"),
        (
            101,
            "error: could not compile `core`\nCaused by:\n process didn't exit successfully: `rustc` (signal: 11, SIGSEGV: invalid memory reference)\n",
            "a compiler process was killed by SIGSEGV",
        ),
    ],
    ids=["disk", "network", "cargo killed", "rustc killed"],
)
def test_a_failed_build_is_one_sentence(build: StdBuild, tmp_path: Path, code: int, err: str, said: str) -> None:
    def fail(_: Command) -> tuple[int, str, str]:
        return code, "", err

    with pytest.raises(ToolchainError) as failed:
        build_sysroot(build, tmp_path / "entry", tmp_path, processes=FakeRunner(answers=(fail,)), on_count=lambda *_: None)
    assert failed.value.message.startswith(f"std for {TRIPLE} could not be provided: ")
    assert said in failed.value.message
    assert "\n" not in failed.value.message


def test_a_graph_that_cannot_be_read_only_hides_the_total() -> None:
    assert count_units("not json") is None
    assert count_units('{"units": [{"mode": "check"}]}') == 1
