"""Our combinations are cargo-hack's, up to selections that are the same build."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hack_cases import NORMAL, TABLES, HackCase, Table, cases, cases_of, recorded
from parsed_options import parse_options
from workspaces import dependency, package, workspace

from buildkit.cargo.metadata import Package
from buildkit.cli.combining import Combining
from buildkit.cli.matrix import plan_for
from buildkit.cli.options import Selecting
from buildkit.config.schema import Configuration
from buildkit.features.enabled import enabled_features
from buildkit.model import PruneReason
from buildkit.plan.cells import Matrix
from buildkit.plan.combinations import Selection
from buildkit.plan.model import Plan
from buildkit.plugins import load_targets

TARGETS = load_targets()
Parsed = Mapping[tuple[str, ...], tuple[Selecting, Combining]]
CONFIGURATION = msgspec.convert({"workspace": {"targets": ["wasm32-unknown-unknown"]}}, Configuration)


def packaged(table: Table, folder: Path) -> Package:
    """Return the package as cargo's metadata has it, with its manifest on disk."""
    hidden = {value for values in table.features.values() for value in values if value.startswith("dep:")}
    implicit = {name: (f"dep:{name}",) for name in table.optional if f"dep:{name}" not in hidden and name not in table.features}
    made = package("app", {**table.features, **implicit}, dependencies=[dependency(name, optional=True) for name in table.optional])
    manifest = folder / "Cargo.toml"
    manifest.write_text(table.manifest, encoding="utf-8")
    return msgspec.structs.replace(made, manifest_path=manifest)


def planned(app: Package, selecting: Selecting, combining: Combining) -> Plan:
    matrix = Matrix(workspace=workspace(app), configuration=CONFIGURATION, targets=TARGETS)
    return plan_for(matrix, selecting, combining)


def closures(app: Package, selections: list[str]) -> set[Selection]:
    return {enabled_features(app.features, meant(app, text)) for text in selections}


def meant(app: Package, text: str) -> list[str]:
    match text:
        case "*":
            return list(app.features)
        case text if text == NORMAL:
            return ["default"]
        case _:
            return text.split(",")


every_table = pytest.mark.parametrize("name", TABLES)


@pytest.fixture(scope="module")
def options() -> Parsed:
    """Return what is parsed; many tables have the same options."""
    return {given: parse_options((*given, "--ignore-unknown-features")) for given in {case.options for case in cases()}}


def forbids(case: HackCase, closed: Selection) -> bool:
    """Say whether what is enabled breaks an exclusive group of the case; cargo-hack lets a single feature enable two of a group."""
    groups = [frozenset(text.split(",")) for option, text in pairwise(case.options) if option == "--mutually-exclusive-features"]
    return any(len(group & closed) > 1 for group in groups)


@every_table
def test_the_same_builds_are_selected(name: str, options: Parsed, tmp_path: Path) -> None:
    app = packaged(TABLES[name], tmp_path)
    for case in cases_of(name):
        own = [enabled_features(app.features, cell.cell.features) for cell in planned(app, *options[case.options]).cells]
        theirs = {closed for closed in closures(app, recorded()[case.key]) if not forbids(case, closed)}
        assert len(own) == len(set(own)), case.key
        # Where nothing is allowed, one cell is left to say so.
        assert set(own) == (theirs or {frozenset()}), case.key


@every_table
def test_each_selection_that_is_asked_for_is_a_cell_or_told_to_be_pruned(name: str, options: Parsed, tmp_path: Path) -> None:
    app = packaged(TABLES[name], tmp_path)
    for case in cases_of(name):
        plan = planned(app, *options[case.options])
        cells = {cell.cell.id for cell in plan.cells}
        told = [pruned for pruned in plan.pruned() if pruned.reason is not PruneReason.EXCLUDED]
        assert len({pruned.id for pruned in told} | cells) == plan.requested, case.key
        same = [pruned.because.removeprefix("same closure as ") for pruned in told if pruned.reason is PruneReason.SAME_CLOSURE]
        assert set(same) <= cells, case.key
