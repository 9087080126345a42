"""What many cells compile in one call is what they compile in their own calls, unit by unit, by cargo's own account."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from batch_graphs import HEALTH, Alone, Built, Opened, built_together, difference, facts_of, open_cells
from command_line import FIXTURES
from defects import manifest, write_workspace
from hypothesis import event, given, settings
from made_workspaces import Made, crowded_workspaces
from oracle import Refused, write_files

from buildkit.errors import BuildkitError
from buildkit.execute.attribution import BUILD_SCRIPT
from buildkit.execute.grouping import Group, Way, groups
from buildkit.execute.unfinished import CallUnits
from buildkit.features.lattice import ones
from buildkit.features.signatures import SCRIPT_PLACE

TARGETS = ("native", "wasm32-unknown-unknown")
PROPERTIES = sorted(path.parent for path in (FIXTURES / "properties").glob("*/Cargo.toml"))
CASES = sorted((Path(__file__).parent.parent / "conformance").glob("*.json"))
MADE = 12

pytestmark = pytest.mark.integration


def held(opened: Opened) -> Counter[str]:
    """Hold every call of several cells against the calls of its cells, and count what was compared."""
    seen: Counter[str] = Counter()
    alone = Alone(opened.context)
    wrapped: list[tuple[CallUnits, Built]] = []
    for group in (*groups(opened.context, opened.works), *joined_instead(opened)):
        if group.way is not Way.ALONE:
            try:
                wanted = alone.union(group.works)
            except Refused:
                # What cargo refuses by itself is judged by itself.
                seen["refused"] += 1
                continue
            found = built_together(opened.context, group)
            assert not difference(found, wanted), [work.planned.cell.id for work in group.works]
            seen.update({group.way: 1, "cells": len(group.works), "units": len(wanted)})
            if group.units is not None:
                assert numbered(group.units, group.units.numbers) == Counter(map(named, filter(is_library, found.values())))
                wrapped.append((group.units, found))
    for (units, built), (others, built_too) in combinations(wrapped, 2):
        if units.signatures is others.signatures:
            # What is not known to be the same would be compiled by two calls at once.
            common = {named(built[key]) for key in built.keys() & built_too.keys()}
            known = numbered(units, units.numbers & others.numbers, scripts=True)
            assert common <= known.keys(), common - known.keys()
            seen["pairs of calls"] += 1
    return seen


def numbered(units: CallUnits, numbers: int, *, scripts: bool = False) -> Counter[tuple[str, frozenset[str]]]:
    """Return the units of a call by their numbers: package and features, how often each."""
    keys = [units.signatures.keys[number] for number in ones(numbers)]
    packages = units.links.packages
    return Counter((packages[key.package].package.id, key.features) for key in keys if scripts or key.place != SCRIPT_PLACE)


def named(line: str) -> tuple[str, frozenset[str]]:
    """Return the package and the features of a unit of cargo's."""
    unit = facts_of(line)
    return unit["pkg_id"], frozenset(unit["features"])


def is_library(line: str) -> bool:
    """Say whether a unit of cargo's is no build script."""
    return BUILD_SCRIPT not in facts_of(line)["target"][0]


def joined_instead(opened: Opened) -> Sequence[Group]:
    """Return the calls that are made where cells may not be wrapped."""
    return tuple(group for group in groups(replace(opened.context, wraps=False), opened.works) if group.way is Way.JOINED)


def copied(fixture: Path, scratch: Path) -> Path:
    return shutil.copytree(fixture, scratch / fixture.name, ignore=shutil.ignore_patterns("target", "buildkit.toml"))


def test_the_batches_of_the_properties_build_what_their_cells_build(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for fixture in PROPERTIES:
        seen.update(held(open_cells(copied(fixture, tmp_path), TARGETS, deepest=1)))
    assert (seen[Way.WRAPPED] >= 16, seen[Way.JOINED] >= 8, seen["units"] >= 120) == (True, True, True), seen


def test_the_batches_of_the_real_workspace_build_what_its_cells_build(tmp_path: Path) -> None:
    seen = held(open_cells(copied(FIXTURES / "runtara", tmp_path), ("native", "wasm32-wasip2"), deepest=1))
    assert (seen[Way.WRAPPED] >= 10, seen[Way.JOINED] >= 10, seen["units"] >= 2000) == (True, True, True), seen


def test_the_batches_of_the_golden_cases_build_what_their_cells_build(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for case in CASES:
        write_files(tmp_path / case.stem, json.loads(case.read_text(encoding="utf-8"))["files"])
        seen.update(held(open_cells(tmp_path / case.stem / "ws", TARGETS, deepest=1)))
    assert (seen[Way.WRAPPED] >= 10, seen[Way.JOINED] >= 10, seen["units"] >= 300) == (True, True, True), seen


def test_the_batches_of_made_workspaces_build_what_their_cells_build() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=MADE, deadline=None, database=None, suppress_health_check=HEALTH, print_blob=True)
    @given(crowded_workspaces())
    def compare(made: Made) -> None:
        with tempfile.TemporaryDirectory() as folder:
            write_files(Path(folder), made.files)
            try:
                opened = open_cells(Path(folder) / "ws", TARGETS)
            except BuildkitError as error:
                event(f"workspace refused: {error.message[:60]}")
                return
            seen.update(held(opened))

    compare()
    # A generator whose workspaces cargo refuses would compare nothing.
    assert (seen[Way.WRAPPED] >= MADE // 2, seen[Way.JOINED] >= MADE, seen["units"] >= 50 * MADE) == (True, True, True), seen


LOW = {"ws/crates/low/Cargo.toml": manifest("low", "fast = []"), "ws/crates/two/Cargo.toml": manifest("two")}
COLLISIONS = {
    "below a crate between": (
        Way.WRAPPED,
        {
            "ws/crates/middle/Cargo.toml": manifest("middle", dependencies='low = { path = "../low" }'),
            "ws/crates/app/Cargo.toml": manifest(
                "app", 'fast = ["low/fast"]', 'low = { path = "../low" }\nmiddle = { path = "../middle" }'
            ),
        },
    ),
    "below a build script": (
        Way.WRAPPED,
        {
            "ws/crates/middle/Cargo.toml": manifest("middle") + '[build-dependencies]\nlow = { path = "../low" }\n',
            "ws/crates/middle/build.rs": "fn main() {}\n",
            "ws/crates/app/Cargo.toml": manifest("app", 'fast = ["low/fast"]', 'middle = { path = "../middle" }')
            + '[build-dependencies]\nlow = { path = "../low" }\n',
        },
    ),
    "below a macro": (
        Way.WRAPPED,
        {
            "ws/crates/middle/Cargo.toml": manifest("middle", dependencies='low = { path = "../low" }', more="[lib]\nproc-macro = true"),
            "ws/crates/app/Cargo.toml": manifest("app", 'fast = ["low/fast"]', 'middle = { path = "../middle" }')
            + '[build-dependencies]\nlow = { path = "../low" }\n',
        },
    ),
    "features of a common dependency": (
        Way.JOINED,
        {
            "ws/crates/one/Cargo.toml": manifest("one", dependencies='low = { path = "../low", features = ["fast"] }'),
            "ws/crates/app/Cargo.toml": manifest("app", dependencies='low = { path = "../low" }'),
        },
    ),
    "an optional dependency that is a neighbor": (
        Way.JOINED,
        {"ws/crates/app/Cargo.toml": manifest("app", 'with-low = ["dep:low"]', 'low = { path = "../low", optional = true }')},
    ),
}


@pytest.mark.parametrize(("way", "files"), COLLISIONS.values(), ids=COLLISIONS.keys())
def test_cells_that_collide_would_build_something_else_in_one_call(way: Way, files: dict[str, str], tmp_path: Path) -> None:
    opened = open_cells(write_workspace(tmp_path, LOW | files), ("native",), deepest=1)
    assert held(opened)[Way.WRAPPED] or way is Way.JOINED
    # A joined call has each package once: without features, and low with the one it has.
    works = {work.planned.cell.id: work for work in opened.works}
    chosen = [work for cell, work in works.items() if way is Way.WRAPPED or cell in {"low/native/fast", "app/native/-", "one/native/-"}]
    found = built_together(opened.context, Group(way=way, works=tuple(chosen)))
    assert difference(found, Alone(opened.context).union(chosen))
