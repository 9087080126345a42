"""Which cells globs over ids ask for."""

from __future__ import annotations

import pytest

from buildkit.model import Cell
from buildkit.plan.patterns import matches, parse_patterns

CELL = Cell(package="app", target="wasm32-wasip2", features=("json", "wasi"))


@pytest.mark.parametrize(
    ("text", "is_asked_for"),
    [
        pytest.param("app", True, id="package"),
        pytest.param("a*", True, id="glob of packages"),
        pytest.param("app/wasm32-wasip2", True, id="package and target"),
        pytest.param("*/wasm32-*", True, id="glob of targets"),
        pytest.param("app/wasm32-wasip2/json,wasi", True, id="id"),
        pytest.param("app/wasm32-wasip2/wasi,json", True, id="features in another order"),
        pytest.param("app/wasm32-wasip2/wasi,json,wasi", True, id="feature twice"),
        pytest.param("app/*/*json*", True, id="glob of features"),
        pytest.param("ap", False, id="part of a name"),
        pytest.param("app/wasm32-wasip2/json", False, id="fewer features"),
        pytest.param("app/wasm32-wasip2/-", False, id="no features"),
        pytest.param("app/native", False, id="another target"),
    ],
)
def test_a_pattern_asks_for_what_it_names(text: str, *, is_asked_for: bool) -> None:
    assert matches(CELL, text) is is_asked_for
    assert parse_patterns((text,)).covers(CELL) is is_asked_for
    assert parse_patterns(("other", text, "other/*/x")).covers(CELL) is is_asked_for


def test_no_pattern_asks_for_everything() -> None:
    assert parse_patterns(()).covers(CELL)


def test_whole_ids_are_looked_up_and_not_compared_one_by_one() -> None:
    patterns = parse_patterns(("app/native/b,a", "app/native/a,b", "app/native/-", "app", "app/*"))
    assert patterns.ids == {"app/native/a,b", "app/native/-"}
    assert patterns.globs == ("app/*/*",)
