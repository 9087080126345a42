"""The platform of a table is the smallest expression that tells the targets apart."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildkit.cargo.cfg import CfgSet, parse_cfg
from buildkit.remedies.predicates import separating_cfg


def cfg(family: str, system: str, arch: str, env: str = "") -> CfgSet:
    """Return what rustc says of a target, in the order of its most telling words."""
    pairs = {("target_os", system), ("target_arch", arch), ("target_env", env)} | ({("target_family", family)} if family else set())
    return CfgSet(names=frozenset({family} & {"unix", "windows"}), pairs=frozenset(pairs))


TARGETS = {
    "linux": cfg("unix", "linux", "x86_64", "gnu"),
    "musl": cfg("unix", "linux", "x86_64", "musl"),
    "macos": cfg("unix", "macos", "aarch64"),
    "windows": cfg("windows", "windows", "x86_64", "msvc"),
    "wasi": cfg("wasm", "wasi", "wasm32", "p2"),
    "browser": cfg("wasm", "unknown", "wasm32"),
    "cortex": cfg("", "none", "arm"),
    "riscv": cfg("", "none", "riscv32"),
}


@pytest.mark.parametrize(
    ("kept", "left_out", "expression"),
    [
        pytest.param("linux", "wasi browser", 'cfg(not(target_family = "wasm"))', id="wasm"),
        pytest.param("linux browser", "wasi", 'cfg(not(target_os = "wasi"))', id="one of two wasm targets"),
        pytest.param("linux wasi", "cortex riscv", 'cfg(not(target_os = "none"))', id="microcontrollers"),
        pytest.param("linux cortex", "riscv", 'cfg(not(target_arch = "riscv32"))', id="one architecture"),
        pytest.param("linux", "wasi cortex", 'cfg(not(any(target_family = "wasm", target_os = "none")))', id="two kinds"),
        pytest.param("linux", "musl", 'cfg(not(target_env = "musl"))', id="one C library"),
        pytest.param("wasi browser", "linux windows", "cfg(not(any(unix, windows)))", id="words for families"),
        pytest.param("windows", "linux macos", "cfg(not(unix))", id="a word"),
    ],
)
def test_what_the_left_out_have_in_common_is_negated(kept: str, left_out: str, expression: str) -> None:
    assert separating_cfg([TARGETS[name] for name in kept.split()], [TARGETS[name] for name in left_out.split()]) == expression


def test_equal_targets_are_not_told_apart() -> None:
    assert separating_cfg([TARGETS["linux"]], [TARGETS["wasi"], TARGETS["linux"]]) is None


def test_nothing_is_left_out_where_nothing_is_denied() -> None:
    assert separating_cfg([TARGETS["linux"]], []) is None


sides = st.lists(st.sampled_from(sorted(TARGETS)), min_size=2, max_size=8, unique=True).flatmap(
    lambda names: st.integers(1, len(names) - 1).map(lambda cut: (names[:cut], names[cut:]))
)


@given(sides)
def test_an_expression_is_true_on_exactly_one_side(names: tuple[list[str], list[str]]) -> None:
    kept, left_out = ([TARGETS[name] for name in side] for side in names)
    found = separating_cfg(kept, left_out)
    if found is not None:
        expression = parse_cfg(found)
        assert all(expression.holds(known) for known in kept)
        assert not any(expression.holds(known) for known in left_out)


def test_two_targets_are_always_told_apart() -> None:
    assert all(separating_cfg([one], [other]) is not None for one, other in combinations(TARGETS.values(), 2))
