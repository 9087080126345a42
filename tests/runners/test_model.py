from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.errors import UsageError
from buildkit.runners.model import Ending, Preopen, RunOutcome, not_started, parse_preopen


@pytest.mark.parametrize(
    ("text", "preopen"),
    [
        pytest.param("data::/input", Preopen(host=Path("data"), guest="/input"), id="writable"),
        pytest.param("data::/input::ro", Preopen(host=Path("data"), guest="/input", writable=False), id="read-only"),
        pytest.param("C:/data::in:put", Preopen(host=Path("C:/data"), guest="in:put"), id="single colons belong to the names"),
    ],
)
def test_the_host_comes_first_as_in_wasmtime(text: str, preopen: Preopen) -> None:
    assert parse_preopen(text) == preopen
    assert str(preopen) == text


@pytest.mark.parametrize("text", ["", "data", "data:/input", "::/input", "data::", "data::/input::rw", "data::/input::", "a::b::ro::ro"])
def test_what_maps_nothing_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_preopen(text)
    assert caught.value.message == f"{text!r} maps no directory"
    assert caught.value.hint is not None
    assert "HOST::GUEST::ro" in caught.value.hint


@pytest.mark.parametrize(
    ("outcome", "succeeded", "sentence"),
    [
        pytest.param(RunOutcome(ended=Ending.EXITED, exit_code=0), True, "exited with 0", id="exit 0"),
        pytest.param(RunOutcome(ended=Ending.EXITED, exit_code=3), False, "exited with 3", id="exit 3"),
        pytest.param(RunOutcome(ended=Ending.EXITED, exit_code=0, message="m"), True, "exited with 0: m", id="exit with a message"),
        pytest.param(RunOutcome(ended=Ending.OUT_OF_FUEL, message="m"), False, "out of fuel: m", id="a limit"),
        pytest.param(not_started("no file"), False, "not started: no file", id="not started"),
    ],
)
def test_only_the_code_zero_is_success(outcome: RunOutcome, *, succeeded: bool, sentence: str) -> None:
    assert outcome.succeeded is succeeded
    assert outcome.sentence == sentence
