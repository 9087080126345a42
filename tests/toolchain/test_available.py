from __future__ import annotations

from pathlib import Path

from toolchain_fakes import HOST, NATIVE, situation_of, target, toolchain_of, write_compiler

from buildkit.toolchain.available import Ability, available
from buildkit.toolchain.model import Origin

THUMB = target("thumbv7em-none-eabihf")


def test_each_target_is_answered_for_itself(tmp_path: Path) -> None:
    toolchain = toolchain_of(write_compiler(tmp_path / "stable"), origin=Origin.RUSTUP)
    answers = available(situation_of(tmp_path, (toolchain,), (THUMB, NATIVE)))
    assert answers["native"].ability is Ability.NOW
    assert (answers[THUMB.name].ability, answers[THUMB.name].mend) == (Ability.AFTER_ENSURE, f"buildkit toolchain ensure {THUMB.name}")
    assert "rustup target add" in answers[THUMB.name].reason


def test_what_cannot_be_served_says_why_and_what_to_type(tmp_path: Path) -> None:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust"))
    answer = available(situation_of(tmp_path, (toolchain,), (THUMB,)))[THUMB.name]
    assert (answer.ability, answer.triple) == (Ability.NO, None)
    assert f"no compiler here can have a standard library for {THUMB.name}" in answer.reason
    assert answer.mend is not None


def test_a_served_target_says_by_what(tmp_path: Path) -> None:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust"), prebuilt=(HOST, THUMB.name))
    answer = available(situation_of(tmp_path, (toolchain,), (THUMB,)))[THUMB.name]
    assert (answer.reason, answer.triple) == (f"std shipped, {toolchain.title}", THUMB.name)


def test_looking_starts_nothing_and_writes_nothing_but_its_memory(tmp_path: Path) -> None:
    toolchain = toolchain_of(write_compiler(tmp_path / "rust", with_source=True))
    available(situation_of(tmp_path, (toolchain,), (THUMB,)))
    assert {path.name for path in (tmp_path / "store").iterdir()} <= {"digests.json", "probes.json"}
