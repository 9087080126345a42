"""A check leaves out what no verdict depends on, unless the user has said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from buildkit.execute.savings import (
    HOST_DEBUG,
    VARIABLE,
    Incremental,
    debug_environment,
    incremental_choice,
    incremental_environment,
    remember_check,
)

TRIPLE = "wasm32-wasip2"


@pytest.mark.parametrize(
    ("environment", "configured", "choice"),
    [
        pytest.param({}, {}, Incremental.AFTERWARDS, id="own machine"),
        pytest.param({"CI": "true"}, {}, Incremental.NEVER, id="CI"),
        pytest.param({"CI": "false"}, {}, Incremental.AFTERWARDS, id="no CI"),
        pytest.param({"CI": "true", VARIABLE: "1"}, {}, Incremental.USERS, id="variable"),
        pytest.param({}, {"build": {"incremental": False}}, Incremental.USERS, id="configuration"),
    ],
)
def test_who_decides_about_incremental_compilation(
    environment: Mapping[str, str], configured: Mapping[str, Any], choice: Incremental
) -> None:
    assert incremental_choice(environment, configured) is choice


def test_incremental_compilation_begins_with_the_run_after_the_first(tmp_path: Path) -> None:
    (tmp_path / TRIPLE).mkdir()
    assert incremental_environment(Incremental.AFTERWARDS, tmp_path, TRIPLE) == {VARIABLE: "0"}
    remember_check(tmp_path, TRIPLE)
    assert incremental_environment(Incremental.AFTERWARDS, tmp_path, TRIPLE) == {VARIABLE: "1"}
    assert incremental_environment(Incremental.NEVER, tmp_path, TRIPLE) == {VARIABLE: "0"}
    assert incremental_environment(Incremental.USERS, tmp_path, TRIPLE) == {}


def test_a_target_for_which_nothing_was_written_is_not_remembered(tmp_path: Path) -> None:
    remember_check(tmp_path, TRIPLE)
    assert not list(tmp_path.iterdir())


def test_what_runs_on_the_host_has_no_debug_information_unless_asked_for() -> None:
    asked = {"profile": {"dev": {"build-override": {"debug": 1}}}}
    assert debug_environment({}, {}, {"profile": {"dev": {"debug": 1}}}) == {HOST_DEBUG: "0"}
    assert debug_environment({}, {}, asked) == debug_environment({}, asked, {}) == debug_environment({HOST_DEBUG: "2"}) == {}
