"""Which cells there are, and which of them a command line names."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from workspaces import dependency, package, workspace

from buildkit.config.schema import Configuration
from buildkit.errors import ExitCode, NothingSelectedError, UsageError
from buildkit.model import Verdict
from buildkit.plan.cells import Matrix
from buildkit.plan.model import Origin
from buildkit.plan.selection import Query, select
from buildkit.plugins import load_targets

TARGETS = load_targets()
MEMBERS = workspace(
    package("engine", {"default": ("native",), "native": (), "wasi": (), "telemetry": (), "trace": ()}, dependencies=[dependency("log")]),
    package("model"),
)


def matrix(**tables: Any) -> Matrix:
    tables.setdefault("workspace", {"targets": ["native", "wasm32-wasip2"]})
    return Matrix(workspace=MEMBERS, configuration=msgspec.convert(tables, Configuration), targets=TARGETS)


def ids(query: Query, **tables: Any) -> list[str]:
    return [planned.cell.id for planned in select(matrix(**tables), query).cells]


def test_a_member_is_checked_with_the_feature_of_the_target_alone() -> None:
    assert "engine/wasm32-wasip2/wasi" in ids(Query())
    assert "engine/native/native" in ids(Query())


def test_a_member_without_it_is_checked_with_its_default_features() -> None:
    assert "model/wasm32-wasip2/-" in ids(Query())


def test_what_was_assumed_is_said() -> None:
    said = select(matrix(), Query()).assumptions
    assert "wasm32-wasip2: feature 'wasi' alone for engine" in said
    assert "model: default features on native, wasm32-wasip2" in said


def test_nothing_is_assumed_of_what_is_configured() -> None:
    table = {"target": {"wasm32-wasip2": {"features": ["wasi"]}}, "targets": ["wasm32-wasip2"]}
    assert select(matrix(package={"engine": table}), Query(packages=("engine",))).assumptions == ()


def test_extra_features_make_cells_and_one_proof_over_all_subsets() -> None:
    table = {"target": {"wasm32-wasip2": {"features": ["wasi"], "extra": ["telemetry", "trace"]}}}
    plan = select(matrix(package={"engine": table}), Query(packages=("engine",), targets=("wasm32-wasip2",)))
    assert [planned.cell.id for planned in plan.cells] == [
        "engine/wasm32-wasip2/wasi",
        "engine/wasm32-wasip2/telemetry,wasi",
        "engine/wasm32-wasip2/trace,wasi",
    ]
    assert [(proof.base, proof.extra) for proof in plan.proofs] == [(frozenset({"wasi"}), ("telemetry", "trace"))]


def test_a_star_means_all_other_features() -> None:
    table = {"target": {"wasm32-wasip2": {"features": ["wasi"], "extra": "*", "depth": "none"}}}
    plan = select(matrix(package={"engine": table}), Query(packages=("engine",), targets=("wasm32-wasip2",)))
    assert plan.proofs[0].extra == ("native", "telemetry", "trace")


def test_targets_of_a_package_restrict_its_cells() -> None:
    assert "model/wasm32-wasip2/-" not in ids(Query(), package={"model": {"targets": ["native"]}})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(Query(patterns=("engine/*",)), ["engine/native/native", "engine/wasm32-wasip2/wasi"], id="glob"),
        pytest.param(Query(patterns=("model",)), ["model/native/-", "model/wasm32-wasip2/-"], id="package alone"),
        pytest.param(Query(patterns=("*/wasm32-wasip2",)), ["engine/wasm32-wasip2/wasi", "model/wasm32-wasip2/-"], id="target alone"),
        pytest.param(Query(targets=("native",), packages=("model",)), ["model/native/-"], id="target and package"),
        pytest.param(Query(tags=("wasi",)), ["engine/wasm32-wasip2/wasi", "model/wasm32-wasip2/-"], id="tag"),
        pytest.param(
            Query(targets=("native", "wasm32-wasip2"), tags=("wasi",), packages=("model",)), ["model/wasm32-wasip2/-"], id="target and tag"
        ),
        pytest.param(Query(patterns=("model/thumbv6m-none-eabi",)), ["model/thumbv6m-none-eabi/-"], id="two parts on another target"),
        pytest.param(Query(patterns=("model/thumbv6m*",)), ["model/thumbv6m-none-eabi/-"], id="target glob beyond the workspace's"),
        pytest.param(
            Query(packages=("engine",), targets=("native",), features=("trace", "native")), ["engine/native/native,trace"], id="features"
        ),
        pytest.param(Query(packages=("engine",), targets=("native",), features=()), ["engine/native/-"], id="no features"),
        pytest.param(Query(patterns=("engine/native/trace,native",)), ["engine/native/native,trace"], id="exact id in any order"),
        pytest.param(Query(patterns=("engine/thumbv6m-none-eabi/-",)), ["engine/thumbv6m-none-eabi/-"], id="exact id on another target"),
    ],
)
def test_a_query_selects(query: Query, expected: list[str]) -> None:
    assert ids(query) == expected


@pytest.mark.parametrize(
    ("query", "said", "near"),
    [
        pytest.param(Query(packages=("engin",)), "unknown package 'engin'", "engine", id="package"),
        pytest.param(Query(patterns=("engin",)), "unknown package 'engin'", "engine", id="package in a pattern"),
        pytest.param(Query(targets=("wasm32-wasip",)), "unknown target 'wasm32-wasip'", "wasm32-wasip2", id="target"),
        pytest.param(Query(targets=("x86_64-unknown-linux-gnu",)), "unknown target 'x86_64-unknown-linux-gnu'", "-t native", id="triple"),
        pytest.param(Query(patterns=("*/wasm32-wasip",)), "unknown target 'wasm32-wasip'", "wasm32-wasip2", id="target in a pattern"),
        pytest.param(Query(packages=("engine",), features=("telemetri",)), "unknown feature 'telemetri'", "telemetry", id="feature"),
        pytest.param(Query(patterns=("engine/native/telemetri",)), "unknown feature 'telemetri'", "telemetry", id="feature in an id"),
        pytest.param(Query(tags=("wasn",)), "unknown tag 'wasn'", "wasm", id="tag"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(query: Query, said: str, near: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        select(matrix(), query)
    assert caught.value.exit_code is ExitCode.USAGE
    assert near in (caught.value.hint or "")


def test_nothing_selected_is_an_end_of_its_own() -> None:
    with pytest.raises(NothingSelectedError) as caught:
        select(matrix(), Query(patterns=("engine/native/no*",)))
    assert caught.value.exit_code is ExitCode.NOTHING_SELECTED


def test_an_expectation_is_found_by_glob_and_adds_the_cell_that_it_names() -> None:
    expect = [
        {"cell": "engine/native/trace", "verdict": "fail", "reason": "known"},
        {"cell": "model/*", "verdict": "skipped", "reason": "later"},
    ]
    plan = select(matrix(expect=expect), Query())
    found = {planned.cell.id: planned for planned in plan.cells}
    assert found["engine/native/trace"].origin is Origin.EXPECTED
    foretold = found["model/native/-"].expectation
    assert foretold is not None
    assert foretold.verdict is Verdict.SKIPPED


def test_a_proof_is_made_only_where_all_cells_of_the_pair_are_judged() -> None:
    table = {"target": {"wasm32-wasip2": {"features": ["wasi"], "extra": ["telemetry"]}}}
    pair = Query(packages=("engine",), targets=("wasm32-wasip2",))
    assert len(select(matrix(package={"engine": table}), pair).proofs) == 1
    one = Query(patterns=("engine/wasm32-wasip2/wasi",))
    assert select(matrix(package={"engine": table}), one).proofs == ()
    later = [{"cell": "engine/wasm32-wasip2/telemetry,wasi", "verdict": "skipped", "reason": "later"}]
    assert select(matrix(package={"engine": table}, expect=later), pair).proofs == ()
