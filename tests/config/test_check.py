from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildkit.config.check import find_problems, show
from buildkit.config.declaration import find_key, leaves
from buildkit.config.schema import Configuration

KEYS = st.sampled_from(
    [
        "workspace",
        "targets",
        "deny",
        "target",
        "package",
        "a",
        "budget",
        "size",
        "env",
        "run",
        "seconds",
        "fuel",
        "memory",
        "expect",
        "cell",
        "verdict",
        "reason",
        "rule",
        "crate",
        "features",
        "extra",
        "depth",
        "exclusive",
        "cargo",
        "jobs",
        "toolchain",
        "offline",
        "junk",
    ]
) | st.just("")
WORDS = st.sampled_from(["*", "each", "fail", "pass", "run", "200 KiB", "crate/feature", "a::b", "", "é"])
SCALARS = st.one_of(
    WORDS,
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**64, max_value=2**70),
    st.floats(),
    st.sampled_from([date(2024, 1, 1), time(1, 2), datetime(2024, 1, 1, tzinfo=UTC)]),
)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_a_tree_without_problems_is_a_configuration(tree: dict[str, Any]) -> None:
    if not list(find_problems(tree)):
        msgspec.convert(tree, Configuration)
        assert [key for key, _ in leaves(tree) if find_key(key) is None] == []


@settings(deadline=None)
@given(TREES.filter(lambda tree: not isinstance(tree, dict)))
def test_what_is_no_table_at_all_is_one_problem(tree: Any) -> None:
    assert len(list(find_problems(tree))) == 1


@settings(deadline=None)
@given(TREES)
def test_a_value_is_shown_on_one_short_line(value: Any) -> None:
    assert "\n" not in show(value)
    assert len(show(value)) < 80


@pytest.mark.parametrize("tree", [{"cargo": {"jobs": 2**70}}, {"package": {"a": {"run": {"fuel": 2**64}}}}])
def test_a_number_that_no_machine_counts_to_is_a_problem(tree: dict[str, Any]) -> None:
    assert len(list(find_problems(tree))) == 1


@pytest.mark.parametrize("value", ["20 GB", "1.5 GiB", "none", "0", 0, 4096])
def test_a_disk_budget_is_a_size_or_none(value: object) -> None:
    assert not list(find_problems({"cargo": {"disk-budget": value}}))


@pytest.mark.parametrize("value", ["20", "much", "-1 GB", -1, True, 1.5])
def test_another_disk_budget_is_refused(value: object) -> None:
    (problem,) = find_problems({"cargo": {"disk-budget": value}})
    assert problem.message == f'cargo.disk-budget is {json.dumps(value)}, expected a size such as `20 GB`, or "none", or a number of bytes'
