"""What the command line's combinations make of packages, targets and the configuration."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from parsed_options import parse_options
from workspaces import package, workspace

from buildkit.cargo.resolver import ResolverVersion
from buildkit.cli.matrix import plan_for
from buildkit.config.schema import Configuration
from buildkit.errors import BuildkitError, UsageError
from buildkit.model import PruneReason
from buildkit.plan.cells import Matrix
from buildkit.plan.model import Plan
from buildkit.plan.shards import Shard, shard_of
from buildkit.plugins import load_targets

TARGETS = load_targets()
PLATFORMS = {"native": (), "wasi": ()}
ENGINE = package("engine", {"default": ("native",), **PLATFORMS, "telemetry": (), "trace": ("telemetry",)})
MODEL = package("model", {"serde": (), "trace": ()})
MANY = package("many", {f"feature{number}": () for number in range(60)})
EXCLUSIVE = {"engine": {"exclusive": [["native", "wasi"]]}}


def plan(*words: str, resolver: ResolverVersion = ResolverVersion.TWO, **tables: Any) -> Plan:
    """Return what a command line plans for some packages on `wasm32-wasip2`."""
    tables.setdefault("workspace", {"targets": ["wasm32-wasip2"]})
    private = msgspec.structs.replace(package("tool", {"x": ()}), publish=())
    members = msgspec.structs.replace(workspace(ENGINE, MODEL, MANY, private), resolver=resolver)
    matrix = Matrix(workspace=members, configuration=msgspec.convert(tables, Configuration), targets=TARGETS)
    return plan_for(matrix, *parse_options(words))


def selections(made: Plan) -> list[str]:
    return [planned.cell.id.split("/")[2] for planned in made.cells]


def test_the_feature_that_a_target_is_served_by_is_in_every_combination() -> None:
    made = plan("-p", "engine", "--each-feature", package=EXCLUSIVE)
    assert selections(made) == ["wasi", "telemetry,wasi", "trace,wasi"]
    assert made.assumptions == ("wasm32-wasip2: feature 'wasi' in every combination of engine",)


def test_what_is_configured_for_a_target_is_in_every_combination() -> None:
    here = {"features": ["wasi", "trace"], "extra": ["telemetry"], "depth": "none"}
    made = plan("-p", "engine", "--each-feature", "--skip", "default,native", package={"engine": {"target": {"wasm32-wasip2": here}}})
    assert selections(made) == ["trace,wasi"]
    assert made.assumptions == ()


def test_features_of_the_command_line_take_the_place_of_the_base() -> None:
    assert selections(plan("-p", "engine", "--features", "-", "--each-feature", "--skip", "default,native")) == [
        "-",
        "telemetry",
        "trace",
        "wasi",
    ]
    assert selections(
        plan("-p", "engine", "-F", "native", "--each-feature", "--include-features", "trace,wasi", "--exclude-all-features")
    ) == [
        "native,trace",
        "native,wasi",
    ]


def test_the_proof_covers_every_combination() -> None:
    made = plan("-p", "model", "--powerset")
    assert [(proof.base, set(proof.extra)) for proof in made.proofs] == [(frozenset(), {"serde", "trace"})]
    assert selections(made) == ["-", "serde", "trace", "serde,trace"]


def test_default_features_are_a_combination_like_the_others() -> None:
    made = plan("-p", "engine", "-F", "-", "--each-feature")
    assert {"-", "default", "native"} <= set(selections(made))


def test_a_private_package_and_an_excluded_one_are_left_out() -> None:
    made = plan("--each-feature", "--ignore-private", "--exclude", "many", "--exclude", "engine")
    assert {planned.cell.package for planned in made.cells} == {"model"}


def test_a_depth_alone_changes_how_deep_the_configured_features_are_combined() -> None:
    here = {"features": ["wasi"], "extra": ["telemetry", "trace", "native"], "depth": "none"}
    configured = {"engine": {"target": {"wasm32-wasip2": here}, "exclusive": [["native", "wasi"]]}}
    assert selections(plan("-p", "engine", package=configured)) == ["wasi"]
    assert selections(plan("-p", "engine", "--depth", "all", package=configured)) == ["wasi", "telemetry,wasi", "trace,wasi"]


def test_all_features_of_each_package_are_one_selection() -> None:
    assert selections(plan("--all-features", "-p", "model")) == ["serde,trace"]


def test_what_was_asked_for_is_counted_before_anything_is_left_out() -> None:
    made = plan("-p", "engine", "--powerset", package=EXCLUSIVE)
    assert made.requested == 2**4
    reasons = [pruned.reason for pruned in made.pruned()]
    assert reasons.count(PruneReason.FORBIDDEN) == 12
    assert reasons.count(PruneReason.SAME_CLOSURE) == made.requested - 12 - len(made.cells)


def test_each_pruned_selection_says_why() -> None:
    said = {pruned.id.split("/")[2]: pruned.because for pruned in plan("-p", "engine", "--powerset", package=EXCLUSIVE).pruned()}
    assert said["telemetry,trace,wasi"] == "same closure as engine/wasm32-wasip2/trace,wasi"
    assert said["native,wasi"] == "forbidden by exclusive: native, wasi"
    assert said["default,wasi"] == "forbidden by exclusive: native, wasi"


def test_what_an_option_excludes_is_told_and_not_counted() -> None:
    made = plan("-p", "engine", "-F", "-", "--powerset", "--skip", "default,native", "--exclude-no-default-features")
    assert made.requested == 2**3 - 1
    assert {pruned.id.split("/")[2]: pruned.because for pruned in made.pruned() if pruned.reason is PruneReason.EXCLUDED} == {
        "-": "excluded by --exclude-no-default-features",
        "default": "excluded by --exclude-features",
        "native": "excluded by --exclude-features",
    }


def test_parts_of_a_plan_count_each_selection_once() -> None:
    whole = plan("-p", "engine", "-F", "-", "--powerset")
    parts = [shard_of(whole, Shard(index=index, count=3), {}) for index in (1, 2, 3)]
    assert len(whole.cells) < whole.requested == sum(part.requested for part in parts)


def test_a_pattern_that_keeps_some_cells_asks_for_no_others() -> None:
    made = plan("model/*/serde", "--powerset")
    assert (selections(made), made.requested) == (["serde"], 1)
    assert not list(made.pruned())


def test_pairs_say_that_they_are_a_sample() -> None:
    made = plan("-p", "many", "--powerset", "--depth", "pairs")
    assert len(made.cells) <= 20
    (said,) = made.samples
    assert said.startswith(f"many on wasm32-wasip2: {len(made.cells)} of 1,152,921,504,606,846,976 builds are compiled, a covering array")
    assert [pruned.count for pruned in made.pruned()] == [2**60 - len(made.cells)]


def test_pairs_of_two_features_are_all_there_is() -> None:
    assert plan("-p", "model", "--powerset", "--depth", "pairs").samples == ()


def test_sixty_features_are_refused_with_the_number_of_builds() -> None:
    with pytest.raises(UsageError, match=r"every combination of 60 features is 1,152,921,504,606,846,976 builds") as caught:
        plan("-p", "many", "--powerset")
    assert "--depth pairs" in (caught.value.hint or "")


def test_a_depth_that_is_too_much_is_refused() -> None:
    with pytest.raises(UsageError, match="5 of 60 features at once are more than 100,000 builds"):
        plan("-p", "many", "--powerset", "--depth", "5")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param("--powerset --each-feature", "--powerset and --each-feature exclude each other", id="two shapes"),
        pytest.param("--each-feature --depth 2", "--depth needs --powerset", id="depth of each"),
        pytest.param("--skip trace", "--exclude-features needs --powerset or --each-feature", id="no shape"),
        pytest.param("--powerset --depth 0", "'0' is no depth", id="depth of nothing"),
        pytest.param("--powerset --depth two", "'two' is no depth", id="depth in words"),
        pytest.param("--depth pairs", "no selected package lists extra features", id="depth of nothing configured"),
        pytest.param("--powerset --group-features trace", "--group-features takes two or more features", id="group of one"),
        pytest.param("--each-feature --skip trase", "--exclude-features: no selected package has a feature 'trase'", id="unknown"),
        pytest.param(
            "--each-feature --include-features trace", "--include-features: package 'many' has no feature 'trace'", id="unknown there"
        ),
        pytest.param("-p engine --each-feature --skip trace --include-features trace", "'trace' is both in --include-features", id="both"),
        pytest.param("--each-feature --include-features trace --optional-deps", "--include-features and --optional-deps", id="conflict"),
        pytest.param("--each-feature --all-features", "--all-features stands alone", id="all of them twice"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_a_hint(words: str, said: str) -> None:
    with pytest.raises(BuildkitError, match=said) as caught:
        plan(*words.split())
    assert caught.value.hint


def test_features_that_a_package_lacks_are_passed_over_when_asked() -> None:
    made = plan("--each-feature", "--include-features", "trace", "--ignore-unknown-features", "--exclude", "many", "--exclude", "tool")
    assert [planned.cell.id for planned in made.cells] == ["engine/wasm32-wasip2/trace,wasi", "model/wasm32-wasip2/trace"]


def test_dev_dependencies_cannot_be_kept_out_with_resolver_one() -> None:
    assert plan("-p", "model", "--each-feature", "--no-dev-deps").cells
    with pytest.raises(UsageError, match="resolver 1"):
        plan("-p", "model", "--each-feature", "--no-dev-deps", resolver=ResolverVersion.ONE)
