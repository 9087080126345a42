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
    Incremental,
    debug_environment,
    incremental_choice,
    incremental_environment,
)
from buildkit.model import Cell

CI = {"CI": "true"}


def dev(**settings: Any) -> dict[str, Any]:
    """Return settings of the cargo profile that checks use."""
    return {"profile": {"dev": settings}}


def named(*packages: str) -> dict[str, Any]:
    """Return settings for packages."""
    return dev(package={package: {"opt-level": 1} for package in packages})


@pytest.mark.parametrize(
    ("environment", "configured", "choice"),
    [
        pytest.param({}, {}, Incremental.EDITED, id="own machine"),
        pytest.param({"CI": "false"}, {}, Incremental.EDITED, id="no CI"),
        pytest.param({}, named("app", "*"), Incremental.EDITED, id="packages named plainly"),
        pytest.param(CI, {}, Incremental.NEVER, id="CI"),
        pytest.param({"CI": "1"}, dev(debug=0, package={"app": {"opt-level": 1}}), Incremental.NEVER, id="CI with other settings"),
        pytest.param({**CI, VARIABLE: "1"}, {}, Incremental.USERS, id="variable"),
        pytest.param({**CI, PROFILE_VARIABLE: "true"}, {}, Incremental.USERS, id="variable of the profile"),
        pytest.param({}, {"build": {"incremental": False}}, Incremental.USERS, id="configuration"),
        pytest.param(CI, dev(incremental=True), Incremental.USERS, id="profile"),
        pytest.param(CI, dev(package={"app": {"incremental": True}}), Incremental.USERS, id="profile of a package"),
        pytest.param({}, named("app@0.1.0"), Incremental.USERS, id="package named by its version"),
    ],
)
def test_who_decides_about_incremental_compilation(
    environment: Mapping[str, str], configured: Mapping[str, Any], choice: Incremental
) -> None:
    assert incremental_choice(environment, {}, configured) is incremental_choice(environment, configured, {}) is choice


def test_only_a_weak_setting_leaves_packages_their_own() -> None:
    assert incremental_environment(Incremental.EDITED) == {PROFILE_VARIABLE: "false"}
    assert incremental_environment(Incremental.NEVER) == {VARIABLE: "0"}
    assert incremental_environment(Incremental.USERS) == {}


def selections(package: str, number: int, target: str = "native") -> list[Cell]:
    return [Cell(package=package, target=target, features=(f"f{place}",)) for place in range(number)]


def test_a_sweep_over_selections_of_one_package_leaves_incremental_compilation_out() -> None:
    sweep = selections("app", MOST_SELECTIONS + 1)
    assert incremental_choice({}, cells=sweep) is Incremental.NEVER
    assert incremental_choice({VARIABLE: "1"}, cells=sweep) is Incremental.USERS
    many = [cell for package in "abcdef" for target in ("native", "wasi") for cell in selections(package, MOST_SELECTIONS, target)]
    assert incremental_choice({}, cells=many) is Incremental.EDITED


def test_what_runs_on_the_host_has_no_debug_information_unless_asked_for() -> None:
    asked = {"profile": {"dev": {"build-override": {"debug": 1}}}}
    assert debug_environment({}, {}, {"profile": {"dev": {"debug": 1}}}) == {HOST_DEBUG: "0"}
    assert debug_environment({}, {}, asked) == debug_environment({}, asked, {}) == debug_environment({HOST_DEBUG: "2"}) == {}
