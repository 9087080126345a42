"""When rustc is left out for wrappers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from buildkit.cargo.skipping import SCRIPT, can_skip
from buildkit.cargo.wrappers import PREFIX


@pytest.mark.parametrize(
    ("configured", "environment", "skipped"),
    [
        pytest.param({}, {}, True, id="nothing"),
        pytest.param({"build": {"rustc-wrapper": "sccache"}}, {}, False, id="configured compiler cache"),
        pytest.param({}, {"RUSTC_WRAPPER": "sccache"}, False, id="compiler cache"),
        pytest.param({}, {"CARGO_BUILD_RUSTC_WRAPPER": "sccache"}, False, id="compiler cache by cargo's own variable"),
        pytest.param({}, {"RUSTC_WRAPPER": ""}, True, id="switched off"),
    ],
)
def test_rustc_is_left_out_where_nothing_stands_before_it(
    *, configured: Mapping[str, Any], environment: Mapping[str, str], skipped: bool
) -> None:
    assert can_skip(configured, environment) is skipped


def test_only_wrappers_are_left_out() -> None:
    assert f"#{PREFIX.replace('-', '_')}}}" in SCRIPT
