"""What follows from earlier runs: the order of cells, what is run again, and what a run will take."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspaces import package, workspace

from buildkit.config.schema import Configuration
from buildkit.errors import ExitCode, NothingSelectedError
from buildkit.model import Cell
from buildkit.plan.cells import Matrix
from buildkit.plan.estimate import UNIT_SECONDS, Build, estimate, estimate_sentence
from buildkit.plan.failed import Retry, failed_part
from buildkit.plan.remembered import Remembered, expected_seconds, ordered
from buildkit.plan.selection import Query, select
from buildkit.plugins import load_targets

MEMBERS = workspace(
    package("engine", {"native": (), "telemetry": (), "trace": ()}),
    package("model"),
)
TABLES = {
    "workspace": {"targets": ["native", "wasm32-wasip2"]},
    "package": {"engine": {"target": {"native": {"features": ["native"], "extra": ["telemetry", "trace"]}}}},
}
ENGINE = ("engine/native/native", "engine/native/native,telemetry", "engine/native/native,trace")


def matrix(**tables: Any) -> Matrix:
    return Matrix(workspace=MEMBERS, configuration=msgspec.convert({**TABLES, **tables}, Configuration), targets=load_targets())


def remembered(
    *failed: str, proofs: frozenset[str] = frozenset(), seconds: dict[str, float] | None = None, latest: frozenset[str] | None = None
) -> Remembered:
    last = frozenset(failed) if latest is None else latest
    return Remembered(has_run=True, failed=frozenset(failed), failed_proofs=proofs, seconds=seconds or {}, latest=last)


def again(of: Remembered, query: Query | None = None) -> tuple[list[str], list[str]]:
    plan = failed_part(matrix(), query or Query(), Retry(activity="check", remembered=of))
    return [planned.cell.id for planned in plan.cells], [proof.largest.id for proof in plan.proofs]


def test_what_failed_last_time_runs_again() -> None:
    assert again(remembered(ENGINE[1], "model/native/-")) == ([ENGINE[1], "model/native/-"], ["model/native/-"])


def test_a_proof_that_failed_brings_its_whole_package_and_target() -> None:
    cells, proofs = again(remembered(proofs=frozenset({"engine/native"})))
    assert tuple(cells) == ENGINE
    assert proofs == ["engine/native/native,telemetry,trace"]


def test_what_failed_is_narrowed_by_what_else_selects() -> None:
    of = remembered(ENGINE[0], "model/native/-", "model/wasm32-wasip2/-")
    assert again(of, Query(packages=("model",)))[0] == ["model/native/-", "model/wasm32-wasip2/-"]
    assert again(of, Query(targets=("native",), patterns=("engine",)))[0] == [ENGINE[0]]


def test_a_cell_that_only_the_last_command_line_named_runs_again() -> None:
    odd = "engine/native/telemetry,trace"
    assert again(remembered(odd))[0] == [odd]
    assert again(remembered(odd), Query(patterns=("engine/*",)))[0] == [odd]
    with pytest.raises(NothingSelectedError):
        again(remembered(odd, latest=frozenset({ENGINE[0]})))


def test_what_failed_and_no_longer_exists_is_passed_over() -> None:
    gone = ("gone/native/-", "engine/gone/-", "engine/native/gone")
    assert again(remembered(*gone, ENGINE[0]))[0] == [ENGINE[0]]


@pytest.mark.parametrize(
    ("of", "query", "said"),
    [
        pytest.param(Remembered(seconds={}), Query(), "`check` has not run in this workspace yet", id="never ran"),
        pytest.param(remembered(), Query(), "nothing failed last time", id="all good"),
        pytest.param(remembered(ENGINE[0]), Query(packages=("model",)), "nothing of what is selected failed last time", id="elsewhere"),
    ],
)
def test_nothing_to_run_again_is_an_end_of_its_own(of: Remembered, query: Query, said: str) -> None:
    with pytest.raises(NothingSelectedError, match=said) as caught:
        again(of, query)
    assert caught.value.exit_code is ExitCode.NOTHING_SELECTED
    assert (caught.value.hint or "").startswith("buildkit check")


def ids_in_order(of: Remembered) -> list[str]:
    return [planned.cell.id for planned in ordered(select(matrix(), Query()).cells, of)]


def test_what_failed_runs_first_and_then_the_longest() -> None:
    of = remembered("model/wasm32-wasip2/-", seconds={ENGINE[1]: 2.0, ENGINE[2]: 9.0, ENGINE[0]: 1.0, "model/native/-": 5.0})
    assert ids_in_order(of) == [
        "model/wasm32-wasip2/-",
        ENGINE[2],
        "model/native/-",
        "engine/wasm32-wasip2/-",
        ENGINE[1],
        ENGINE[0],
    ]


def test_without_anything_known_the_order_is_that_of_the_plan() -> None:
    assert ids_in_order(Remembered(seconds={})) == [planned.cell.id for planned in select(matrix(), Query()).cells]


@given(seconds=st.dictionaries(st.sampled_from([*ENGINE, "model/native/-", "other/native/-"]), st.floats(0, 1e6)))
def test_an_order_has_each_cell_once(seconds: dict[str, float]) -> None:
    cells = select(matrix(), Query()).cells
    assert sorted(planned.cell.id for planned in ordered(cells, remembered(seconds=seconds))) == sorted(
        planned.cell.id for planned in cells
    )


def test_a_cell_that_was_never_measured_is_like_those_of_its_package_and_target() -> None:
    cells = [Cell(package="engine", target=target, features=("a",)) for target in ("native", "wasm32-wasip2")]
    found = expected_seconds(cells, {"engine/native/b": 2.0, "engine/native/c": 4.0})
    assert {cell.target: (known.seconds, known.is_own) for cell, known in found.items()} == {"native": (3.0, False)}


def build(name: str, closure: int, *units: str, cached: bool = False) -> Build:
    cell = Cell(package="app", target="native", features=(name,))
    return Build(cell=cell, closure=closure, units=frozenset((unit,) for unit in units), is_cached=cached)


def test_equal_closures_are_estimated_once_and_cached_ones_not() -> None:
    builds = [build("a", 1), build("b", 1), build("c", 2), build("d", 3, cached=True), build("e", 3)]
    found = estimate(builds, {"app/native/b": 30.0, "app/native/c": 50.0, "app/native/d": 999.0}, jobs=2)
    assert (found.cells, found.distinct, found.cached, found.seconds, found.measured) == (5, 3, 2, 80.0, 2)
    assert estimate_sentence(found) == "5 cells, 3 distinct, 2 cached; about 1 minute, estimated from 2 remembered cells"


def test_without_any_time_crates_are_counted_once() -> None:
    found = estimate([build("a", 1, "serde", "app1"), build("b", 2, "serde", "app2")], {}, jobs=2)
    assert found.seconds == pytest.approx(found.units * UNIT_SECONDS / 2)
    assert found.basis == "3 crates at 0.6 s each"


def test_crates_of_measured_and_cached_cells_are_not_compiled_again() -> None:
    other = Cell(package="other", target="native")
    builds = [build("a", 1, "serde", "app"), Build(cell=other, closure=2, units=frozenset({("serde",), ("other",)}))]
    found = estimate(builds, {"app/native/a": 10.0}, jobs=1)
    assert found.seconds == pytest.approx(10.0 + UNIT_SECONDS)
    assert found.basis == "1 remembered cell and 1 crate at 0.6 s each"


def test_what_compiles_nothing_takes_no_time() -> None:
    cell = Cell(package="app", target="native")
    found = estimate([Build(cell=cell, closure=cell, compiles=False)], {"app/native/-": 100.0}, jobs=1)
    assert (found.seconds, found.is_long) == (0.0, False)


def test_a_long_run_is_told_in_minutes_and_a_very_long_one_in_hours() -> None:
    assert "about 5 minutes" in estimate_sentence(estimate([build("a", 1)], {"app/native/a": 290.0}, jobs=1))
    assert "about 3.0 hours" in estimate_sentence(estimate([build("a", 1)], {"app/native/a": 10800.0}, jobs=1))
    assert "under a minute" in estimate_sentence(estimate([build("a", 1)], {"app/native/a": 3.0}, jobs=1))
