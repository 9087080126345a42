from __future__ import annotations

import pytest

from buildkit.runners.native import NativeRunner
from buildkit.runners.registry import RUNNERS, MissingRunner, find_runner
from buildkit.runners.wasmtime import WasmtimeRunner


def test_each_name_finds_its_runner() -> None:
    assert {name: find_runner(name) for name in RUNNERS} == {"native": NativeRunner(), "wasmtime": WasmtimeRunner()}


@pytest.mark.parametrize("name", ["node", "chromium", "qemu-arm"])
def test_a_runner_that_is_not_there_yet_is_named_with_those_that_are(name: str) -> None:
    assert find_runner(name) == MissingRunner(reason=f"no runner for {name} yet; there are: native, wasmtime")


def test_a_target_without_a_runner_says_so() -> None:
    assert find_runner(None) == MissingRunner(reason="the target names no runner")
