"""Whatever cargo reads, a change of it is seen; each test holds what is recalled against what cargo says now."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from crates import publish, vendor
from recalling import MEMBER, Machine, layout

from buildkit.errors import BuildkitError
from buildkit.process import Command, Completed, ProcessRunner

pytestmark = pytest.mark.integration


@pytest.fixture(scope="session")
def toolchain() -> tuple[Path, Path]:
    """Return the real cargo and rustc, not rustup's proxies for them."""
    asked = ProcessRunner().run(Command(argv=("rustc", "--print", "sysroot"), cwd=Path("/")))
    folder = Path(asked.stdout.strip()) / "bin"
    return folder / "cargo", folder / "rustc"


@pytest.fixture
def machine(tmp_path: Path, toolchain: tuple[Path, Path]) -> Machine:
    made = Machine(tmp_path, toolchain)
    publish(tmp_path / "registry", "fetched")
    made.write(layout(tmp_path / "registry"))
    made.now()
    return made


@pytest.fixture
def recalled(machine: Machine) -> Iterator[Machine]:
    """Give the machine when its workspace is remembered, and hold at the end what it recalls against what cargo says."""
    first = machine.recall()
    assert machine.calls == 1
    assert machine.recall() == first == machine.now()
    assert machine.calls == 1
    yield machine
    assert machine.recall() == machine.now()


Change = Callable[[Machine], object]


CHANGES: Mapping[str, Change] = {
    "root manifest": lambda machine: machine.append("above/ws/Cargo.toml", "[profile.dev]\ndebug = false\n"),
    "resolver": lambda machine: machine.write(
        {"above/ws/Cargo.toml": (machine.root / "Cargo.toml").read_text().replace('resolver = "2"', 'resolver = "1"')}
    ),
    "member manifest": lambda machine: machine.append("above/ws/crates/old/Cargo.toml", "[features]\nnew = []\n"),
    "manifest of a package outside": lambda machine: machine.append("above/outside/Cargo.toml", "new = []\n"),
    "manifest of a patch that nothing uses": lambda machine: machine.append("above/unused/Cargo.toml", "[features]\nnew = []\n"),
    "lock file": lambda machine: machine.append("above/ws/Cargo.lock", "\n"),
    "missing lock file": lambda machine: (machine.root / "Cargo.lock").unlink(),
    "configuration of the workspace": lambda machine: machine.write({"above/ws/.cargo/config.toml": '[build]\ntarget-dir = "made"\n'}),
    "configuration above": lambda machine: machine.write({"above/.cargo/config.toml": '[build]\ntarget-dir = "made"\n'}),
    "configuration under the old name": lambda machine: machine.write({"above/.cargo/config": '[build]\ntarget-dir = "made"\n'}),
    "configuration of cargo's home": lambda machine: machine.append("home/config.toml", '[build]\ntarget-dir = "made"\n'),
    "variable of cargo": lambda machine: machine.env.update(CARGO_TARGET_DIR="made"),
    "variable of a configuration key": lambda machine: machine.env.update(CARGO_BUILD_TARGET_DIR="made"),
    "library": lambda machine: (machine.root / "listed/src/lib.rs").rename(machine.root / "listed/src/main.rs"),
    "program": lambda machine: machine.write({"above/ws/listed/src/main.rs": "fn main() {}"}),
    "program in src/bin": lambda machine: machine.write({"above/ws/listed/src/bin/new.rs": "fn main() {}"}),
    "program in a folder of src/bin": lambda machine: machine.write({"above/ws/listed/src/bin/new/main.rs": "fn main() {}"}),
    "example": lambda machine: machine.write({"above/ws/listed/examples/new.rs": "fn main() {}"}),
    "test": lambda machine: machine.write({"above/ws/listed/tests/new.rs": ""}),
    "test in a folder": lambda machine: machine.write({"above/ws/listed/tests/new/main.rs": ""}),
    "benchmark": lambda machine: machine.write({"above/ws/listed/benches/new.rs": ""}),
    "build script": lambda machine: machine.write({"above/ws/listed/build.rs": "fn main() {}"}),
    "build script of a package outside": lambda machine: machine.write({"above/outside/build.rs": "fn main() {}"}),
    "program where the edition of 2015 looks": lambda machine: machine.write({"above/ws/crates/old/src/tool.rs": "fn main() {}"}),
    "member that a pattern matches": lambda machine: machine.write(
        {"above/ws/crates/new/Cargo.toml": MEMBER.format(name="new", edition="2021"), "above/ws/crates/new/src/lib.rs": ""}
    ),
    "member that a pattern matched": lambda machine: shutil.rmtree(machine.root / "crates/old"),
    "workspace above": lambda machine: machine.write({"above/Cargo.toml": '[workspace]\nmembers = ["outside"]\n'}),
    "unpacked packages of the registry": lambda machine: shutil.rmtree(machine.home / "registry" / "src"),
    "exclusion of a member": lambda machine: machine.write(
        {"above/ws/Cargo.toml": (machine.root / "Cargo.toml").read_text().replace("crates/excluded", "crates/old")}
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_seen(recalled: Machine, change: Change) -> None:
    change(recalled)
    recalled.recall()
    assert recalled.calls == 2


def test_a_touch_is_no_change(recalled: Machine) -> None:
    for folder in (recalled.scratch / "above", recalled.home):
        for path in folder.rglob("*"):
            path.touch()
    recalled.recall()
    assert recalled.calls == 1


def test_code_is_no_part_of_it(recalled: Machine) -> None:
    recalled.write({"above/ws/listed/src/lib.rs": "mod new;", "above/ws/listed/src/new.rs": "", "above/ws/target/x": ""})
    recalled.recall()
    assert recalled.calls == 1


def test_a_member_that_goes_and_comes_back_is_recalled(recalled: Machine) -> None:
    (recalled.root / "crates" / "old").rename(recalled.scratch / "away")
    recalled.recall()
    (recalled.scratch / "away").rename(recalled.root / "crates" / "old")
    assert recalled.recall() == recalled.now()


def test_a_folder_for_which_cargo_refuses_the_workspace_is_seen(machine: Machine) -> None:
    machine.recall()
    (machine.root / "crates" / "empty").mkdir()
    with pytest.raises(BuildkitError):
        machine.recall()


def test_an_edit_that_keeps_size_and_times_is_seen(recalled: Machine) -> None:
    manifest = recalled.root / "listed" / "Cargo.toml"
    status = manifest.stat()
    manifest.write_text(manifest.read_text().replace("more = []", "less = []"))
    os.utime(manifest, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "less" in recalled.recall().members_by_name["listed"].features


def test_two_edits_in_one_moment_are_both_seen(recalled: Machine) -> None:
    manifest = recalled.root / "listed" / "Cargo.toml"
    for feature in ("aaaa", "bbbb", "cccc", "dddd"):
        manifest.write_text(manifest.read_text().partition("[features]")[0] + f"[features]\n{feature} = []\n")
        assert set(recalled.recall().members_by_name["listed"].features) == {feature}


def test_an_included_configuration_is_read(machine: Machine) -> None:
    machine.write(
        {"above/ws/.cargo/config.toml": 'include = ["more.toml"]\n', "above/ws/.cargo/more.toml": '[build]\ntarget-dir = "one"\n'}
    )
    machine.recall()
    machine.recall()
    assert machine.calls == 1
    machine.write({"above/ws/.cargo/more.toml": '[build]\ntarget-dir = "two"\n'})
    assert machine.recall() == machine.now()
    assert machine.calls == 2


def test_overriding_paths_may_hold_anything_and_are_not_remembered(machine: Machine) -> None:
    machine.write({"above/ws/.cargo/config.toml": 'paths = ["../outside"]\n'})
    machine.recall()
    machine.recall()
    assert machine.calls == 2


def test_members_at_any_depth_are_not_remembered(machine: Machine) -> None:
    manifest = machine.root / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("crates/*", "**/old"))
    machine.now()
    machine.recall()
    machine.recall()
    assert machine.calls == 2


def test_a_change_of_vendored_packages_is_seen(machine: Machine) -> None:
    vendor(machine.scratch / "vendor", "fetched")
    machine.write(
        {
            "home/config.toml": (
                f'[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "{machine.scratch}/vendor"\n'
            )
        }
    )
    (machine.root / "Cargo.lock").unlink()
    machine.now()
    machine.recall()
    assert machine.recall() == machine.now()
    assert machine.calls == 1
    machine.write({"vendor/fetched/build.rs": "fn main() {}"})
    assert machine.recall() == machine.now()
    assert machine.calls == 2
    machine.append("vendor/fetched/Cargo.toml", "[features]\nnew = []\n")
    assert machine.recall() == machine.now()
    assert machine.calls == 3


def test_an_answer_during_which_something_changed_is_not_kept(machine: Machine) -> None:
    class Meddling(Machine):
        def run(self, command: Command, **options: Any) -> Completed:
            done = super().run(command, **options)
            if self.calls == 1:
                self.append("above/outside/Cargo.toml", "new = []\n")
            return done

    meddling = Meddling(machine.scratch, (machine.cargo, machine.rustc))
    assert meddling.recall() != meddling.now()
    assert meddling.recall() == meddling.now()
    assert meddling.calls == 2


def test_a_lock_file_that_cargo_has_just_written_is_looked_at_once_more(machine: Machine) -> None:
    (machine.root / "Cargo.lock").unlink()
    for _ in range(3):
        assert machine.recall() == machine.now()
    assert machine.calls == 2


def test_a_damaged_memory_is_as_none(recalled: Machine) -> None:
    for file in (recalled.scratch / "store" / "answers").iterdir():
        file.write_bytes(file.read_bytes()[:1000])
    recalled.recall()
    assert recalled.calls == 2


def test_another_workspace_with_the_same_content_is_another_one(recalled: Machine) -> None:
    shutil.copytree(recalled.scratch / "above", recalled.scratch / "copy")
    recalled.root = recalled.scratch / "copy" / "ws"
    assert recalled.recall().root == recalled.root
    assert recalled.calls == 2


def test_a_cargo_that_is_a_proxy_is_asked_each_time(machine: Machine) -> None:
    machine.cargo = Path(shutil.which("cargo") or "cargo")
    if machine.cargo.resolve().name != "rustup":
        (machine.scratch / "proxy").symlink_to(machine.cargo)
        machine.cargo = machine.scratch / "proxy"
    machine.recall()
    machine.recall()
    assert machine.calls == 2
