"""Selections that enable the same features of their package are one build, with tests as well as without."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from made_workspaces import Made, workspaces
from oracle import Compilers, write_files

from buildkit.cargo.metadata import Package, Workspace
from buildkit.errors import BuildkitError
from buildkit.features.model import Model
from buildkit.features.resolution import resolve
from buildkit.plan.cells import doubtful_keys
from buildkit.plan.combinations import SelectionSpace

MOST_FEATURES = 5

pytestmark = pytest.mark.integration


def test_what_enables_the_same_is_built_the_same() -> None:
    compilers = Compilers()
    seen: Counter[str] = Counter()

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(workspaces())
    def compare(made: Made) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_files(root, made.files)
            try:
                links = compilers.workspace(root / "ws")
            except BuildkitError:
                assume(False)  # hypothesis has it so
            for cell in made.cells:
                setting = compilers.setting(cell)
                plain, tested = (Model(links, links.members, replace(setting, tests=tests)) for tests in (False, True))
                for package in members(links.workspace):
                    seen.update(held(package, plain, tested, made))

    compare()
    # Tables in which nothing coincides would hold nothing.
    assert seen["same"] >= 100, seen


def members(workspace: Workspace) -> list[Package]:
    return [package for package in workspace.members if len(package.features) <= MOST_FEATURES]


def held(package: Package, plain: Model, tested: Model, made: Made) -> Counter[str]:
    """Hold the features that a package enables, by its table and by the engine, against everything that is built."""
    space = SelectionSpace(package=package.name, table=package.features, base=frozenset(), doubtful=doubtful_keys(package))
    first: dict[object, tuple[object, ...]] = {}
    found: Counter[str] = Counter()
    names = sorted(package.features)
    for selection in chain.from_iterable(combinations(names, size) for size in range(len(names) + 1)):
        resolution, with_tests = (resolve(model, package, selection) for model in (plain, tested))
        built = (resolution.enabled, resolution.closure, with_tests.enabled, with_tests.closure)
        for key in (("table", space.enabled(selection)), ("engine", resolution.key)):
            known = first.setdefault(key, built)
            assert known == built, f"{package.name} {selection} {key}\n{json.dumps(made.files, indent=1)}"
            found["same" if known is not built else "first"] += 1
    return found
