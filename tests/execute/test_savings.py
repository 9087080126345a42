"""A check leaves out what no verdict depends on, unless the user has said otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from buildkit.execute.savings import (
    ALLOCATOR,
    HOST_LEAN,
    HOST_WHOLE,
    HUGE_PAGES,
    INCREMENTAL,
    MOST_SELECTIONS,
    ONE_ARENA,
    PROFILE_INCREMENTAL,
    allocator_environment,
    host_environment,
    incremental_environment,
)
from buildkit.model import Cell

CI = {"CI": "true"}
NEVER = {INCREMENTAL: "0"}


def dev(**settings: Any) -> dict[str, Any]:
    """Return settings of the cargo profile that checks use."""
    return {"profile": {"dev": settings}}


@pytest.mark.parametrize(
    ("environment", "configured", "told"),
    [
        pytest.param({}, {}, {}, id="own machine"),
        pytest.param({"CI": "false"}, {}, {}, id="no CI"),
        pytest.param(CI, {}, NEVER, id="CI"),
        pytest.param({"CI": "1"}, dev(debug=0, package={"app": {"opt-level": 1}}), NEVER, id="CI with other settings"),
        pytest.param({**CI, INCREMENTAL: "1"}, {}, {}, id="variable"),
        pytest.param({**CI, PROFILE_INCREMENTAL: "true"}, {}, {}, id="variable of the profile"),
        pytest.param(CI, {"build": {"incremental": False}}, {}, id="configuration"),
        pytest.param(CI, dev(incremental=True), {}, id="profile"),
        pytest.param(CI, dev(package={"app": {"incremental": True}}), {}, id="profile of a package"),
    ],
)
def test_incremental_compilation_is_left_out_in_ci_unless_the_user_speaks_of_it(
    environment: Mapping[str, str], configured: Mapping[str, Any], told: Mapping[str, str]
) -> None:
    assert incremental_environment(environment, {}, configured) == incremental_environment(environment, configured, {}) == told


def selections(package: str, number: int, target: str = "native") -> list[Cell]:
    return [Cell(package=package, target=target, features=(f"f{place}",)) for place in range(number)]


def test_a_sweep_over_selections_of_one_package_leaves_incremental_compilation_out() -> None:
    sweep = selections("app", MOST_SELECTIONS + 1)
    assert incremental_environment({}, cells=sweep) == NEVER
    assert incremental_environment({INCREMENTAL: "1"}, cells=sweep) == {}
    many = [cell for package in "abcdef" for target in ("native", "wasi") for cell in selections(package, MOST_SELECTIONS, target)]
    assert incremental_environment({}, cells=many) == {}


@pytest.mark.parametrize(
    ("setting", "left"),
    [
        pytest.param({"debug": 1}, HOST_WHOLE, id="debug"),
        pytest.param({"strip": "none"}, HOST_WHOLE, id="strip"),
        pytest.param({"codegen-units": 4}, HOST_LEAN, id="codegen units"),
    ],
)
def test_what_runs_on_the_host_is_compiled_sparingly_but_for_what_the_user_asks_for(
    setting: Mapping[str, Any], left: Mapping[str, str]
) -> None:
    asked = dev(**{"build-override": setting})
    assert host_environment({}, {}, dev(**setting), processors=2) == {**HOST_LEAN, **HOST_WHOLE}
    assert host_environment({}, {}, asked, processors=2) == host_environment({}, asked, {}, processors=2) == left


@pytest.mark.parametrize(("variable", "left"), [*((name, HOST_WHOLE) for name in HOST_LEAN), *((name, HOST_LEAN) for name in HOST_WHOLE)])
def test_a_variable_for_what_runs_on_the_host_is_left_its_way(variable: str, left: Mapping[str, str]) -> None:
    assert host_environment({variable: "2"}, processors=1) == left


def test_many_processors_make_the_code_of_one_package_together() -> None:
    assert host_environment({}, processors=3) == HOST_LEAN


@pytest.mark.parametrize(
    ("environment", "configured", "platform", "told"),
    [
        pytest.param({}, {}, "linux", {ALLOCATOR: HUGE_PAGES}, id="unsaid"),
        pytest.param({ALLOCATOR: "narenas:1"}, {}, "linux", {}, id="variable"),
        pytest.param({ALLOCATOR: ""}, {}, "linux", {}, id="empty variable"),
        pytest.param({}, {"env": {ALLOCATOR: "narenas:1"}}, "linux", {}, id="configuration"),
        pytest.param({}, {"include": ["more.toml"]}, "linux", {}, id="included configuration"),
        pytest.param({}, {"env": {"OTHER": "1"}}, "linux", {ALLOCATOR: HUGE_PAGES}, id="configuration of something else"),
        pytest.param({}, {}, "darwin", {}, id="no Linux"),
    ],
)
def test_the_compiler_asks_linux_for_huge_pages_unless_the_user_says_how_memory_is_taken(
    environment: Mapping[str, str], configured: Mapping[str, Any], platform: str, told: Mapping[str, str]
) -> None:
    assert allocator_environment(environment, configured, platform=platform, processors=3) == told


def test_on_few_processors_the_compiler_has_one_place_to_take_memory_from() -> None:
    assert allocator_environment({}, {}, platform="linux", processors=2) == {ALLOCATOR: f"{HUGE_PAGES},{ONE_ARENA}"}
