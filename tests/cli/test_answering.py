"""After a long run, the answer to the next one is found out at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import typer

from buildkit.cli import answering
from buildkit.cli.answering import run_once
from buildkit.replay.page import store
from buildkit.replay.reply import reply
from buildkit.replay.watch import BeyondError

CHECK = ("check", "--locked")


@pytest.fixture(autouse=True)
def _long_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILDKIT_CACHE_DIR", str(tmp_path / "store"))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(answering, "WORTH_SECONDS", 0.0)


def test_after_a_long_run_the_next_one_is_answered_beforehand(capfd: pytest.CaptureFixture[str]) -> None:
    made = Path(store()) / "verdict"

    def compile_once(_: Sequence[str]) -> int:
        if made.exists():
            typer.echo("cached")
            return 0
        sys.audit("subprocess.Popen", "cargo", ["cargo"], None, None)
        made.parent.mkdir()
        made.touch()
        typer.echo("compiled")
        return 0

    assert run_once(CHECK, compile_once) == 0
    assert capfd.readouterr().out == "compiled\n"
    assert reply(CHECK) == 0
    assert capfd.readouterr().out == "cached\n"


def test_a_run_that_would_start_a_process_again_starts_none_beforehand() -> None:
    started = []

    def compile_always(_: Sequence[str]) -> int:
        for _attempt in range(2):
            with suppress(BeyondError):
                sys.audit("subprocess.Popen", "cargo", ["cargo"], None, None)
                started.append("cargo")
        return 0

    assert run_once(CHECK, compile_always) == 0
    assert started == ["cargo", "cargo"]
    assert reply(CHECK) is None


def test_in_ci_nothing_is_answered_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    calls = []

    def compile_always(_: Sequence[str]) -> int:
        calls.append("run")
        sys.audit("subprocess.Popen", "cargo", ["cargo"], None, None)
        return 0

    run_once(CHECK, compile_always)
    assert calls == ["run"]


def test_a_short_run_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "WORTH_SECONDS", 60.0)
    calls = []

    def compile_always(_: Sequence[str]) -> int:
        calls.append("run")
        sys.audit("subprocess.Popen", "cargo", ["cargo"], None, None)
        return 0

    run_once(CHECK, compile_always)
    assert calls == ["run"]


def test_an_interrupt_ends_what_is_found_out_beforehand() -> None:
    calls = []

    def end_interrupted(_: Sequence[str]) -> int:
        calls.append("run")
        if len(calls) > 1:
            return 130
        sys.audit("subprocess.Popen", "cargo", ["cargo"], None, None)
        return 0

    assert run_once(CHECK, end_interrupted) == 0
    assert calls == ["run", "run"]


def test_a_machine_that_denies_to_be_ci_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "false")
    calls = []

    def check_twice(_: Sequence[str]) -> int:
        calls.append("run")
        if len(calls) == 1:
            sys.audit("subprocess.Popen", "cargo", ["cargo"], None, None)
        return 0

    run_once(CHECK, check_twice)
    assert calls == ["run", "run"]
