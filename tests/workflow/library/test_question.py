"""A library is another one exactly where something decides its code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from asked import LOCK, Place
from toolchain_fakes import HOST, NATIVE, FakeRunner, says, toolchain_of

from buildkit.errors import UsageError
from buildkit.execute.input_state import InputList
from buildkit.plan.model import Subject
from buildkit.toolchain.model import StdProvider
from buildkit.workflow.library.question import Question, ask
from buildkit.workflow.library.request import LibraryRequest

COMPILER = Path("/tc/bin/rustc")
CFG = 'unix\ntarget_os="linux"\n'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(root=tmp_path / "ws", store=tmp_path / "store").fill()


def request_of(place: Place) -> LibraryRequest:
    context = replace(place.context, processes=FakeRunner(answers=(says("rustc", "cfg", out=CFG),)))
    provided = {
        name: replace(known, rustflags=tuple((place.env.get("RUSTFLAGS") or "").split())) for name, known in context.supplies.items()
    }
    subject = Subject(package=context.workspace.members_by_name["app"], target=NATIVE)
    return LibraryRequest(context=replace(context, supplies=provided), subject=subject, features=place.features)


def question_of(place: Place) -> Question:
    return ask(request_of(place))


def with_supply(place: Place, **changes: object) -> Place:
    return replace(place, supply=replace(place.supply, **changes))  # type: ignore[arg-type]  # each test changes one field


def written(name: str, text: str) -> Callable[[Place], Place]:
    """Return a change of a file."""

    def change(place: Place) -> Place:
        place.write(name, text)
        return place

    return change


OTHERS: dict[str, Callable[[Place], Place]] = {
    "root manifest": written("Cargo.toml", "[workspace]\nmembers = ['app']\n[profile.release.package.near]\nopt-level = 1\n"),
    "lock entry of a package in the closure": written("Cargo.lock", LOCK.replace('name = "near"', 'name = "near"\nchecksum = "1"')),
    "configuration of the workspace": written(".cargo/config.toml", "[env]\nA = '1'\n"),
    "release of the compiler": lambda place: with_supply(place, toolchain=toolchain_of(COMPILER, release="1.97.0")),
    "commit of the compiler": lambda place: with_supply(place, toolchain=replace(place.supply.toolchain, commit="0")),
    "host of the compiler": lambda place: with_supply(place, toolchain=replace(place.supply.toolchain, host="other")),
    "sysroot": lambda place: with_supply(place, sysroot=Path("/store/sysroots/musl-check-0123")),
    "triple": lambda place: with_supply(place, triple="wasm32-wasip2"),
    "variable that a target sets": lambda place: replace(place, env={"CC_x": "cc"}),
    "flags": lambda place: replace(place, env={"RUSTFLAGS": "--cfg x"}),
    "features": lambda place: replace(place, features=("fast",)),
}

SAME: dict[str, Callable[[Place], Place]] = {
    "nothing": lambda place: place,
    "lock entry of a package that is not compiled": written("Cargo.lock", LOCK + '\n[[package]]\nname = "far"\nversion = "1.0.0"\n'),
    "place of the compiler": lambda place: with_supply(place, toolchain=toolchain_of(Path("/other/bin/rustc"))),
    "provider of std": lambda place: with_supply(place, provider=StdProvider.RUSTUP),
    "linker": lambda place: replace(place, env={"CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER": "/usr/bin/lld"}),
    "what cargo only shows": lambda place: replace(place, env={"CARGO_TERM_COLOR": "always", "PATH": "/bin", "RUSTC": "/x/rustc"}),
    "where cargo fetches": written(".cargo/config.toml", "[source.crates-io]\nreplace-with = 'near'\n[net]\nretry = 9\n"),
    "source, which is an input": written("app/src/lib.rs", "fn f() {}"),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS.keys())
def test_what_decides_the_code_makes_another_library(change: Callable[[Place], Place], place: Place) -> None:
    before = question_of(place).facts
    assert question_of(change(place)).facts != before


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_what_cannot_decide_the_code_makes_the_same_library(change: Callable[[Place], Place], place: Place) -> None:
    before = question_of(place).facts
    assert question_of(change(place)).facts == before


def test_another_checkout_asks_for_the_same_library(tmp_path: Path, place: Place) -> None:
    other = Place(root=tmp_path / "other" / "ws", store=tmp_path / "other" / "store").fill()
    flags = {"RUSTFLAGS": f"--sysroot {tmp_path / 'store' / 'sysroots' / 'x'}"}
    theirs = {"RUSTFLAGS": f"--sysroot {tmp_path / 'other' / 'store' / 'sysroots' / 'x'}"}
    assert question_of(replace(place, env=flags)).facts == question_of(replace(other, env=theirs)).facts


READ = InputList(files=("app/src/lib.rs", "../near/src/lib.rs"), folders=(), packages=(), variables=("ASKED",))


def test_the_content_of_what_was_read_counts_and_a_touch_does_not(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write("app/src/lib.rs", "fn f() {}")
    place.write("../near/src/lib.rs", "fn g() {}")
    before = question_of(place).state(READ)
    os.utime(place.root / "app" / "src" / "lib.rs", (1, 1))
    assert question_of(place).state(READ) == before
    place.write("../near/src/lib.rs", "fn h() {}")
    changed = question_of(place).state(READ)
    assert changed != before
    monkeypatch.setenv("ASKED", "1")
    assert question_of(place).state(READ) not in {before, changed}


def test_the_state_is_part_of_the_entry(place: Place) -> None:
    question = question_of(place)
    assert question.recipe("one").name != question.recipe("two").name
    assert question.recipe("one").name.startswith("app-native-")


def test_a_feature_that_does_not_exist_is_refused(place: Place) -> None:
    with pytest.raises(UsageError, match="does not have the feature 'absent'"):
        question_of(replace(place, features=("absent",)))


def test_the_call_names_one_library_with_all_its_settings(place: Place) -> None:
    command = request_of(replace(place, features=("fast",))).command()
    words = " ".join(command.argv[1:])
    assert words.startswith("build --package app --no-default-features --features fast --target")
    assert '--config profile.release.opt-level="s"' in words
    assert f"--target-dir {place.root / 'target' / 'buildkit-library'}" in words
    assert " --lib " in words
    renamed = [f"--remap-path-prefix={place.root}=/workspace", f"--remap-path-prefix={place.root / 'target'}=/target"]
    flags = command.env["RUSTFLAGS"]
    assert flags is not None
    assert flags.split()[-2:] == renamed
    assert command.argv[-1].endswith(f"{json.dumps(renamed)[1:-1]}]")


def test_the_linker_that_is_configured_for_the_host_stays(place: Place) -> None:
    place.write(".cargo/config.toml", f'[target.{HOST}]\nlinker = "/odd/cc"\n')
    assert request_of(place).command().argv[-2:] == ("--config", 'host.linker="/odd/cc"')


def test_a_configuration_with_unstable_settings_is_not_unlocked(place: Place) -> None:
    request = request_of(place)
    command = replace(request, context=replace(request.context, wraps=False)).command()
    assert command.argv[-1] == "--lib"
    assert not [name for name in command.env if name.startswith("__CARGO")]
