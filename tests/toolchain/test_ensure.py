from __future__ import annotations

import platform
from pathlib import Path

import pytest
from toolchain_fakes import HOST, NATIVE, Answer, FakeRunner, Recorder, compiler_answers, says, target, with_cc, write_compiler

from buildkit.errors import ExitCode, ToolchainError
from buildkit.events import Notice, TaskFinished, TaskStarted
from buildkit.process import Command
from buildkit.toolchain import places as discovering
from buildkit.toolchain.choose import distribution_host
from buildkit.toolchain.ensure import ensure
from buildkit.toolchain.model import StdNeed, StdProvider, Supply, ToolchainRequest

THUMB = target("thumbv7em-none-eabihf")
ADD = ("rustup", "target", "add", "--toolchain", f"stable-{HOST}", THUMB.name)


@pytest.fixture(autouse=True)
def _no_compiler_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovering, "DISTRIBUTION_FOLDERS", ())


class Machine:
    """A machine with one toolchain of rustup."""

    def __init__(self, scratch: Path, *, with_source: bool = False) -> None:
        self.scratch = scratch
        self.toolchain = scratch / "rustup" / "toolchains" / f"stable-{HOST}"
        self.rustc = write_compiler(self.toolchain, with_source=with_source)
        self.recorder = Recorder()
        self.runner = FakeRunner()
        # No apt on this PATH: nothing can be fetched.
        self.environment = {"PATH": str(with_cc(scratch)), "HOME": str(scratch), "RUSTUP_HOME": str(scratch / "rustup")}

    def ensure(self, *answers: Answer, offline: bool = False, need: StdNeed = StdNeed.BUILD) -> Supply:
        self.runner.answers = (compiler_answers(self.rustc), *answers)
        request = ToolchainRequest(
            targets=(THUMB, NATIVE), need=need, store=self.scratch / "store", workspace=self.scratch, offline=offline
        )
        return ensure(request, processes=self.runner, environment=self.environment, emit=self.recorder.emit)[THUMB.name]

    def rustup_adds(self, command: Command) -> tuple[int, str, str] | None:
        """Do what rustup does."""
        if command.argv[0] != "rustup":
            return None
        libraries = self.toolchain / "lib" / "rustlib" / command.argv[-1] / "lib"
        libraries.mkdir(parents=True)
        (libraries / "libcore-0123.rlib").touch()
        return 0, "", "info: downloading component rust-std\n"


def notices(recorder: Recorder) -> list[str]:
    return [event.message for event in recorder.events if isinstance(event, Notice)]


def test_what_is_here_needs_no_step_and_no_word(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.rustup_adds(Command(argv=ADD, cwd=tmp_path))
    assert machine.ensure().provider is StdProvider.SHIPPED
    assert machine.recorder.events == []


def test_rustup_is_asked_first_and_announced_before(tmp_path: Path) -> None:
    machine = Machine(tmp_path, with_source=True)
    supply = machine.ensure(machine.rustup_adds)
    assert (supply.provider, supply.sysroot, supply.rustflags) == (StdProvider.SHIPPED, None, ())
    assert [type(event) for event in machine.recorder.events[:2]] == [Notice, TaskStarted]
    assert " ".join(ADD) in notices(machine.recorder)[0]


def test_when_rustup_fails_the_source_is_built_and_the_reason_is_told(tmp_path: Path) -> None:
    machine = Machine(tmp_path, with_source=True)
    supply = machine.ensure(says("rustup", err="error: could not download file\n", code=1), says("cargo", out=""))
    assert supply.provider is StdProvider.SOURCE
    assert supply.sysroot is not None
    assert supply.rustflags == ("--sysroot", str(supply.sysroot))
    assert f"rustup could not add std for {THUMB.name}: could not download file" in notices(machine.recorder)


def test_when_everything_fails_the_error_says_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError) as failed:
        Machine(tmp_path).ensure(says("rustup", err="error: could not download file\n", code=1))
    assert failed.value.exit_code is ExitCode.TOOLCHAIN
    assert THUMB.name in failed.value.message
    assert "could not download file" in failed.value.message
    assert failed.value.hint == " ".join(ADD)


def test_offline_asks_nobody(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    with pytest.raises(ToolchainError, match="offline"):
        machine.ensure(machine.rustup_adds, offline=True)
    assert not any(command.argv[0] == "rustup" for command in machine.runner.commands)


def test_a_std_that_was_built_is_used_offline_ever_after(tmp_path: Path) -> None:
    machine = Machine(tmp_path, with_source=True)
    built = machine.ensure(says("cargo", out=""), offline=True)
    machine.runner.commands.clear()
    assert machine.ensure(offline=True) == built
    assert {Path(command.argv[0]).name for command in machine.runner.commands} == {"rustc"}
    assert {command.argv[1:] for command in machine.runner.commands} == {("-vV",)}


def test_a_failed_build_ends_its_task_with_the_reason_and_leaves_nothing(tmp_path: Path) -> None:
    machine = Machine(tmp_path, with_source=True)
    with pytest.raises(ToolchainError, match="could not be provided"):
        machine.ensure(says("cargo", err="error: no matching package\n", code=101), offline=True)
    ended = [event for event in machine.recorder.events if isinstance(event, TaskFinished)]
    assert ended[-1].error is not None
    assert list((tmp_path / "store" / "work").iterdir()) == []


def test_unlocking_reaches_the_build_of_std_alone(tmp_path: Path) -> None:
    machine = Machine(tmp_path, with_source=True)
    machine.ensure(says("cargo", out=""), offline=True)
    unlocked = [command for command in machine.runner.commands if "RUSTC_BOOTSTRAP" in command.env]
    assert unlocked
    assert all(command.argv[0].endswith("cargo") for command in unlocked)


def test_graphs_alone_need_neither_std_nor_a_c_compiler(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.environment["PATH"] = ""
    assert machine.ensure(need=StdNeed.NONE).toolchain.rustc == machine.rustc
    assert machine.recorder.events == []


def test_a_store_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    machine = Machine(tmp_path, with_source=True)
    (tmp_path / "store").write_text("")
    with pytest.raises(ToolchainError, match="store is no folder") as failed:
        machine.ensure(offline=True)
    assert "BUILDKIT_CACHE_DIR" in (failed.value.hint or "")


def test_the_distributions_compiler_has_this_machine_as_its_host() -> None:
    assert distribution_host().endswith("-unknown-linux-gnu")
    assert distribution_host()[:3] == platform.machine()[:3]


def test_the_toolchain_whose_folder_the_workspace_names_is_used(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    named = write_compiler(tmp_path / "vendor" / "rust", prebuilt=(HOST, THUMB.name))
    (tmp_path / "rust-toolchain.toml").write_text('[toolchain]\npath = "vendor/rust"\n')
    assert machine.ensure(compiler_answers(named)).toolchain.rustc == named
