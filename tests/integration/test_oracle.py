"""The feature engine against cargo's unit graph, on workspaces that nobody thought of."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from made_workspaces import Made, workspaces
from oracle import Compilers, Refused, engine_units, numbers, write_files

from buildkit.errors import BuildkitError
from buildkit.features.model import Model

WORKSPACES = 50

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def compilers() -> Compilers:
    return Compilers()


def test_made_workspaces_are_built_as_cargo_builds_them(compilers: Compilers) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=WORKSPACES, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True)
    @given(workspaces())
    def compare(made: Made) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_files(root, made.files)
            seen.update(compared(root / "ws", made, compilers))

    compare()
    # A generator whose workspaces cargo refuses would compare nothing.
    assert seen["same"] >= WORKSPACES, seen


def compared(root: Path, made: Made, compilers: Compilers) -> Counter[str]:
    try:
        links = compilers.workspace(root)
    except BuildkitError as error:
        event(f"workspace refused: {error.message[:60]}")
        return Counter(["workspace refused"])
    found: Counter[str] = Counter()
    for cell in made.cells:
        try:
            cargos = compilers.cargo_units(root, cell)
        except Refused as error:
            event(f"call refused: {str(error)[:60]}")
            found["call refused"] += 1
            continue
        for roots in (numbers(links, links.workspace, cell), links.members):
            own = engine_units(Model(links, roots, compilers.setting(cell)), cell)
            assert own == cargos, f"{cell}\n{json.dumps(made.files, indent=1)}"
        found["same"] += 1
    return found
