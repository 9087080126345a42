"""The input of a scenario as a user names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cli.scenario_input import read_input
from buildkit.errors import ConfigurationError, UsageError


def test_an_input_that_is_no_json_is_refused_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.json").write_bytes(b'{"a": 1,\n "b": }')
    with pytest.raises(ConfigurationError) as caught:
        read_input("data.json", Path("greet.wasm"))
    assert caught.value.message == "data.json:2: not valid JSON: expecting value (column 7)"
    assert caught.value.hint == "python -m json.tool data.json"


def test_an_input_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        read_input("gone.json", Path("greet.wasm"))
    assert caught.value.message == "gone.json: no such file or directory"


def test_a_scenario_without_input_says_what_to_type() -> None:
    with pytest.raises(UsageError) as caught:
        read_input(None, Path("out/greet.wasm"))
    assert caught.value.hint == "buildkit run out/greet.wasm --input data.json"
