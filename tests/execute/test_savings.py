"""A check leaves out what no verdict depends on, unless the user has said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from buildkit.execute.savings import (
    HOST_DEBUG,
    MOST_SELECTIONS,
    PROFILE_VARIABLE,
    VARIABLE,
    debug_environment,
    incremental_environment,
)
from buildkit.model import Cell

CI = {"CI": "true"}
OFF = {VARIABLE: "0"}


def dev(**settings: Any) -> dict[str, Any]:
    """Return settings of the cargo profile that checks use."""
    return {"profile": {"dev": settings}}


@pytest.mark.parametrize(
    ("environment", "configured", "patch"),
    [
        pytest.param({}, {}, {}, id="own machine"),
        pytest.param(CI, {}, OFF, id="CI"),
        pytest.param({"CI": "1"}, dev(debug=0, package={"app": {"opt-level": 1}}), OFF, id="CI with other settings"),
        pytest.param({"CI": "false"}, {}, {}, id="no CI"),
        pytest.param({**CI, VARIABLE: "1"}, {}, {}, id="variable"),
        pytest.param({**CI, PROFILE_VARIABLE: "true"}, {}, {}, id="variable of the profile"),
        pytest.param(CI, {"build": {"incremental": True}}, {}, id="configuration"),
        pytest.param(CI, dev(incremental=True), {}, id="profile"),
        pytest.param(CI, dev(package={"app": {"incremental": True}}), {}, id="profile of a package"),
    ],
)
def test_only_ci_leaves_incremental_compilation_out(
    environment: Mapping[str, str], configured: Mapping[str, Any], patch: Mapping[str, str]
) -> None:
    assert incremental_environment(environment, {}, configured) == incremental_environment(environment, configured, {}) == patch


def selections(package: str, number: int, target: str = "native") -> list[Cell]:
    return [Cell(package=package, target=target, features=(f"f{place}",)) for place in range(number)]


def test_a_sweep_over_selections_of_one_package_leaves_incremental_compilation_out() -> None:
    sweep = selections("app", MOST_SELECTIONS + 1)
    assert incremental_environment({}, cells=sweep) == OFF
    assert incremental_environment({VARIABLE: "1"}, cells=sweep) == {}
    many = [cell for package in "abcdef" for target in ("native", "wasi") for cell in selections(package, MOST_SELECTIONS, target)]
    assert incremental_environment({}, cells=many) == {}


def test_what_runs_on_the_host_has_no_debug_information_unless_asked_for() -> None:
    asked = {"profile": {"dev": {"build-override": {"debug": 1}}}}
    assert debug_environment({}, {}, {"profile": {"dev": {"debug": 1}}}) == {HOST_DEBUG: "0"}
    assert debug_environment({}, {}, asked) == debug_environment({}, asked, {}) == debug_environment({HOST_DEBUG: "2"}) == {}
