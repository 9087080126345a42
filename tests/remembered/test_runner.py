from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from remembering import BINARY, CountingRunner, remembered_in, write_program

from buildkit.process import Command
from buildkit.remembered.runner import RememberingRunner, is_question

CFG = ("--print", "cfg", "--target", "wasm32-wasip2")


class Asking:
    """Asks one program, each time as a new process would."""

    def __init__(self, scratch: Path, program: Path) -> None:
        self.scratch = scratch
        self.program = program
        self.runner = CountingRunner()

    def __call__(self, *arguments: str, cwd: Path | None = None, env: dict[str, str | None] | None = None) -> str:
        command = Command(argv=(str(self.program), *arguments), cwd=cwd or self.scratch, env=env or {})
        return RememberingRunner(processes=self.runner, remembered=remembered_in(self.scratch)).run(command).stdout


@pytest.fixture
def asking(tmp_path: Path) -> Asking:
    return Asking(tmp_path, write_program(tmp_path / "rust"))


@pytest.mark.parametrize("arguments", [("-vV",), ("--print", "sysroot"), ("--print", "target-list"), CFG], ids=" ".join)
def test_a_question_is_asked_once(asking: Asking, arguments: tuple[str, ...]) -> None:
    assert [asking(*arguments) for _ in range(3)] == ["1", "1", "1"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((*CFG, "-Ctarget-cpu=native"), id="this machine's processor"),
        pytest.param((*CFG, "-C", "tune-cpu=native"), id="this machine's processor, as two words"),
        pytest.param((*CFG, "@flags"), id="file of arguments"),
        pytest.param(("src/lib.rs",), id="compilation"),
        pytest.param(("--print", "file-names", "x.rs"), id="another question"),
    ],
)
def test_what_is_no_question_about_the_program_alone_is_run_each_time(asking: Asking, arguments: tuple[str, ...]) -> None:
    assert [asking(*arguments) for _ in range(2)] == ["1", "2"]


@pytest.mark.parametrize(("program", "argument"), [("cargo", "metadata"), ("cargo", "check"), ("rustup", "-V"), ("sh", "-vV")])
def test_no_other_call_is_a_question(program: str, argument: str) -> None:
    assert not is_question(program, (argument,))


@pytest.mark.parametrize("name", ["RUSTFLAGS", "RUSTC_BOOTSTRAP", "CARGO_HOME", "LD_LIBRARY_PATH", "HOME"])
def test_a_variable_that_a_compiler_reads_makes_another_question(asking: Asking, name: str) -> None:
    assert asking(*CFG) == "1"
    assert asking(*CFG, env={name: "/elsewhere"}) == "2"
    assert asking(*CFG) == "1"


def test_a_variable_that_no_compiler_reads_does_not_matter(asking: Asking) -> None:
    assert [asking(*CFG, env={"EDITOR": "vi", "CARGO_REGISTRY_TOKEN": text}) for text in ("a", "b")] == ["1", "1"]


def test_a_search_path_for_specifications_is_not_followed(asking: Asking) -> None:
    assert [asking(*CFG, env={"RUST_TARGET_PATH": "/specs"}) for _ in range(2)] == ["1", "2"]


def test_flags_make_another_question(asking: Asking) -> None:
    assert [asking(*CFG), asking(*CFG, "--cfg", "tokio_unstable"), asking(*CFG)] == ["1", "2", "1"]


@pytest.mark.parametrize("change", ["rewritten", "replaced", "library", "another library"])
def test_a_changed_compiler_is_asked_again(asking: Asking, change: str) -> None:
    assert asking("-vV") == "1"
    library = asking.program.parent.parent / "lib"
    match change:
        case "rewritten":
            asking.program.write_bytes(BINARY + b"2")
        case "replaced":
            status = asking.program.stat()
            shutil.copy(asking.program, asking.program.with_name("fresh"))
            os.utime(asking.program.with_name("fresh"), ns=(status.st_atime_ns, status.st_mtime_ns))
            asking.program.with_name("fresh").replace(asking.program)
        case "library":
            (library / "librustc_driver-0123.so").write_bytes(BINARY + b"2")
        case _:
            (library / "libLLVM.so").write_bytes(BINARY)
    assert [asking("-vV"), asking("-vV")] == ["2", "2"]


@pytest.mark.parametrize("where", ["named", "named after an equals sign", "of the toolchain", "of another sysroot"])
def test_a_changed_specification_is_read_again(asking: Asking, where: str) -> None:
    arguments, file = {
        "named": (("--print", "cfg", "--target", "spec.json"), "spec.json"),
        "named after an equals sign": (("--print", "cfg", "--target=spec.json"), "spec.json"),
        "of the toolchain": (("--print", "cfg", "--target", "mine"), "rust/lib/rustlib/mine/target.json"),
        "of another sysroot": (("--print", "cfg", "--target", "mine", "--sysroot", "other"), "other/lib/rustlib/mine/target.json"),
    }[where]
    specification = asking.scratch / file
    specification.parent.mkdir(parents=True, exist_ok=True)
    specification.write_text("{}")
    assert [asking(*arguments), asking(*arguments)] == ["1", "1"]
    specification.write_text('{"os": "none"}')
    assert asking(*arguments) == "2"
    specification.unlink()
    assert asking(*arguments) == "3"


def test_the_folder_in_which_a_question_is_asked_counts(asking: Asking) -> None:
    (asking.scratch / "below").mkdir()
    assert [asking(*CFG), asking(*CFG, cwd=asking.scratch / "below")] == ["1", "2"]


def test_a_script_may_run_any_compiler_and_is_asked_each_time(tmp_path: Path) -> None:
    asking = Asking(tmp_path, write_program(tmp_path / "rust", content=b"#!/bin/sh\nexec rustc-2\n"))
    assert [asking("-vV"), asking("-vV")] == ["1", "2"]


def test_a_script_in_the_store_belongs_to_its_entry_and_is_asked_once(tmp_path: Path) -> None:
    entry = tmp_path / "store" / "toolchains" / "rustc-1.96"
    script = write_program(entry, content=b"#!/bin/sh\n")
    (entry / "root/usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    (entry / "lib" / "librustc_driver-0123.so").rename(entry / "root/usr/lib/x86_64-linux-gnu/librustc_driver-0123.so")
    asking = Asking(tmp_path, script)
    assert [asking("-vV"), asking("-vV")] == ["1", "1"]


def test_a_copy_of_a_proxy_has_no_compiler_beside_it_and_is_asked_each_time(tmp_path: Path) -> None:
    proxy = tmp_path / "cargo-home" / "bin" / "rustc"
    proxy.parent.mkdir(parents=True)
    proxy.write_bytes(BINARY)
    asking = Asking(tmp_path, proxy)
    assert [asking("-vV"), asking("-vV")] == ["1", "2"]


def test_a_program_that_is_only_named_is_asked_each_time(tmp_path: Path) -> None:
    asking = Asking(tmp_path, Path("rustc"))
    assert [asking("-vV"), asking("-vV")] == ["1", "2"]


def test_a_failure_is_not_kept(asking: Asking) -> None:
    asking.runner.returncode = 1
    assert asking("-vV") == "1"
    asking.runner.returncode = 0
    assert [asking("-vV"), asking("-vV")] == ["2", "2"]


def test_who_listens_hears_a_kept_answer_too(tmp_path: Path) -> None:
    program, lines, processes = write_program(tmp_path / "rust"), list[str](), CountingRunner()
    runner = RememberingRunner(processes=processes, remembered=remembered_in(tmp_path))
    for _ in range(2):
        runner.run(Command(argv=(str(program), "-vV"), cwd=tmp_path), on_stdout=lines.append)
    assert lines == ["1", "1"]


def test_nothing_of_the_environment_is_written_down(asking: Asking) -> None:
    asking("-vV", env={"CARGO_REGISTRIES_MINE_TOKEN": "sesame-1", "CARGO_HTTP_PROXY": "http://me:sesame-2@proxy"})
    kept = [file.read_bytes() for file in (asking.scratch / "store" / "answers").iterdir()]
    assert kept
    assert not any(b"sesame" in content for content in kept)
