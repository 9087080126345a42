"""The data of the agents says what the source text's matrix says as far as it is true, and is whole."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from buildkit.plugins import load_targets
from buildkit.workflow.agents import DATA, Level, Platform, agents
from buildkit.workflow.value_types import ValueType

LIMITED = {
    *((name, Platform.EMBEDDED) for name in ("utils", "text", "crypto", "compression")),
    ("utils", Platform.WASM_JS),
}
"""Beside `crypto`, where the source text promises more than blocking functions or a board can keep."""
NONE = {
    *(("sftp", platform) for platform in Platform if platform is not Platform.NATIVE),
    *((name, platform) for name in ("http", "file") for platform in (Platform.WASM_JS, Platform.EMBEDDED)),
}


def test_the_eleven_agents_are_there() -> None:
    eleven = ("utils", "transform", "csv", "xml", "text", "http", "sftp", "file", "crypto", "compression", "datetime")
    assert tuple(agents()) == eleven


def test_every_agent_is_as_far_supported_as_it_can_be() -> None:
    for name, agent in agents().items():
        for platform in Platform:
            wanted = Level.LIMITED if (name, platform) in LIMITED else Level.NONE if (name, platform) in NONE else Level.FULL
            assert agent.support[platform].level is wanted, (name, platform)


def test_whatever_is_missing_is_explained() -> None:
    unexplained = [
        (name, platform)
        for name, agent in agents().items()
        for platform, support in agent.support.items()
        if (support.level is Level.FULL) is bool(support.note)
    ]
    assert unexplained == []


def test_a_capability_is_absent_only_where_its_agent_is_limited() -> None:
    absent = {(name, platform) for name, agent in agents().items() for call in agent.capability.values() for platform in call.absent}
    assert absent <= LIMITED


@pytest.mark.parametrize("name", agents())
def test_the_inputs_and_parts_of_every_capability_have_a_type(name: str) -> None:
    for capability in agents()[name].capability.values():
        assert all(capability.input_type(given) in ValueType for given in capability.inputs)
        assert not capability.fields or capability.output is ValueType.OBJECT
        assert capability.summary[0].isupper()


def test_every_bundled_target_has_a_column() -> None:
    assert {target.stdlib_feature for target in load_targets().values()} == set(Platform)


def test_the_data_is_one_file_of_the_package() -> None:
    text = resources.files("buildkit.workflow").joinpath(DATA).read_text(encoding="utf-8")
    assert tuple(tomllib.loads(text)["agent"]) == tuple(agents())
