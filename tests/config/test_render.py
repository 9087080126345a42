from __future__ import annotations

import tomllib
from collections.abc import Callable

import msgspec
import pytest

from buildkit.config.render import effective_toml
from buildkit.config.schema import Configuration
from buildkit.config.settings import Settings
from buildkit.model import CompilationTarget

FULL = """\
[workspace]
deny = [{ crate = "tokio", features = ["net"], reason = "no" }]
[target.thumbv8m.main-none-eabihf]
extends = "embedded"
env = { CC = "gcc" }
budget = { size = "200 KiB" }
[package.a.run]
directories = ["data::/input::ro"]
seconds = 1.5
[package.a.target.wasm32-wasip2]
features = []
extra = "*"
[[expect]]
cell = "a/*/*"
verdict = "skipped"
reason = "later"
"""


@pytest.mark.parametrize("text", [None, FULL], ids=["without a file", "full"])
def test_the_effective_configuration_reads_back_as_itself(load: Callable[..., Settings], text: str | None) -> None:
    settings = load(text, environment={"BUILDKIT_JOBS": "2"})
    assert msgspec.convert(tomllib.loads(effective_toml(settings)), Configuration) == settings.configuration


def test_each_value_says_who_gave_it(load: Callable[..., Settings]) -> None:
    text = effective_toml(load("[package.a.target.t]\nfeatures = ['x']\n", environment={"BUILDKIT_JOBS": "2"}))
    assert "jobs = 2 # BUILDKIT_JOBS\n" in text
    assert 'features = ["x"] # buildkit.toml:2\n' in text
    assert "locked = false # built-in\n" in text


def test_what_a_plugin_says_is_not_taken_for_configuration(load: Callable[..., Settings]) -> None:
    target = CompilationTarget(name="t", triple="t", summary="s", stdlib_feature="f", rustflags=("-Ca",))
    settings = load("[target.t]\nrustflags = ['-Cb']\n").with_targets({"t": target}, {"t": "plugin"})
    assert tomllib.loads(effective_toml(settings))["target"] == {"t": {"rustflags": ["-Cb"]}}
