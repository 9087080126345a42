"""An expectation that no cell meets is told, once and with its place."""

from __future__ import annotations

import msgspec
import pytest
from workspaces import package, workspace

from buildkit.config.schema import Configuration
from buildkit.plan.cells import Matrix
from buildkit.plan.selection import Query, select
from buildkit.plugins import load_targets

TARGETS = load_targets()
MEMBERS = workspace(package("engine", {"native": (), "wasi": ()}), package("model"))


def notices(pattern: str, query: Query | None = None) -> tuple[str, ...]:
    expected = [{"cell": "model/native/-", "verdict": "fail", "reason": "known"}, {"cell": pattern, "verdict": "fail", "reason": "known"}]
    tables = {"workspace": {"targets": ["native", "wasm32-wasip2"]}, "expect": expected}
    matrix = Matrix(
        workspace=MEMBERS,
        configuration=msgspec.convert(tables, Configuration),
        targets=TARGETS,
        place=lambda key: {"expect.1.cell": "buildkit.toml:9"}[key],
    )
    return select(matrix, Query() if query is None else query).notices


@pytest.mark.parametrize("pattern", ["engine/*/telemetry", "engin?/native/wasi", "*/wasm32-wasip2/native", "eng/*"])
def test_a_pattern_that_matches_no_cell_is_told_with_its_place(pattern: str) -> None:
    assert notices(pattern) == (f"buildkit.toml:9: no cell matches {pattern!r}, so nothing is expected by it",)


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("engine/*/wasi", id="glob with a cell"),
        pytest.param("engine/native/wasi", id="cell that the expectation itself adds"),
        pytest.param("*/wasm32-unknown-unknown/*", id="target that only the command line selects"),
        pytest.param("engine", id="package alone"),
    ],
)
def test_a_pattern_that_a_cell_matches_or_could_match_is_not_told(pattern: str) -> None:
    assert notices(pattern) == ()


def test_a_part_of_the_cells_shows_nothing_of_the_others() -> None:
    assert notices("engine/*/telemetry", Query(targets=("native",))) == ()
