from __future__ import annotations

from collections.abc import Callable

import pytest

from buildkit.config.declaration import find_key, settable_outside
from buildkit.config.environment import OF_DOCKER, PREFIX
from buildkit.config.settings import Settings
from buildkit.errors import UsageError


def test_every_variable_has_our_prefix_and_sets_a_key_of_its_own() -> None:
    variables = [outside.variable for outside in settable_outside()]
    names = ("TARGETS", "CACHE_DIR", "OFFLINE", "LOCKED", "JOBS", "DURATIONS", "DISK_BUDGET")
    assert set(variables) == {f"BUILDKIT_{name}" for name in names}
    assert all(variable.startswith(PREFIX) and variable not in OF_DOCKER for variable in variables)
    assert all(find_key(outside.key) is not None for outside in settable_outside())


def test_an_unknown_variable_is_refused_with_the_nearest(load: Callable[..., Settings]) -> None:
    with pytest.raises(UsageError, match=r"^unknown environment variable BUILDKIT_TARGET$") as caught:
        load(environment={"BUILDKIT_TARGET": "x"})
    assert caught.value.hint == "did you mean BUILDKIT_TARGETS?"


def test_the_variables_of_docker_are_left_alone(load: Callable[..., Settings]) -> None:
    load(environment={"BUILDKIT_PROGRESS": "plain", "BUILDKITE_BRANCH": "main"})


def test_an_empty_variable_sets_nothing(load: Callable[..., Settings]) -> None:
    assert load("[cargo]\njobs = 4\n", environment={"BUILDKIT_JOBS": ""}).configuration.cargo.jobs == 4


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("no", False)])
def test_a_switch_is_read_as_people_write_it(load: Callable[..., Settings], text: str, value: object) -> None:
    assert load(environment={"BUILDKIT_LOCKED": text}).configuration.cargo.locked is value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("BUILDKIT_JOBS", "many", 'BUILDKIT_JOBS is "many", expected a number from 1'),
        ("BUILDKIT_JOBS", "0", "BUILDKIT_JOBS is 0, expected a number from 1"),
        ("BUILDKIT_JOBS", "-1", 'BUILDKIT_JOBS is "-1", expected a number from 1'),
        ("BUILDKIT_OFFLINE", "maybe", 'BUILDKIT_OFFLINE is "maybe", expected true or false'),
    ],
)
def test_a_value_that_the_key_cannot_have_is_refused(load: Callable[..., Settings], name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(environment={name: text})
    assert caught.value.message == message
