"""What an interrupt does before a verb listens to signals, and when Python loses its exception."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from buildkit.cli import start
from buildkit.cli.interrupts import interruptible
from buildkit.errors import ExitCode


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Take the handler that is in place while the command line is imported, which is not done."""
    seen: list[object] = []

    class Nothing:
        @staticmethod
        def main() -> None:
            seen.append(signal.getsignal(signal.SIGINT))

    monkeypatch.setattr(importlib, "import_module", lambda _: Nothing)
    return seen


def test_an_interrupt_is_listened_to_before_anything_is_imported(imported: list[object]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    start.main()
    assert imported == [start.end_at_once]


def test_an_interrupt_that_the_caller_ignores_stays_ignored(imported: list[object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    start.main()
    assert imported == [signal.SIG_IGN]


def test_it_ends_the_process_with_one_sentence(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    start.end_at_once(signal.SIGINT, None)
    assert (codes, capfd.readouterr().err) == ([ExitCode.INTERRUPTED], "error: interrupted\n")


def test_a_verb_that_lost_the_exception_of_an_interrupt_ends_as_interrupted_all_the_same() -> None:
    with pytest.raises(KeyboardInterrupt), interruptible(), suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
