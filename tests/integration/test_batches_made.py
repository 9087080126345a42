"""Cells that share a cargo call get the verdicts of their own calls: in workspaces that were not written for that."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from batch_graphs import HEALTH
from command_line import FIXTURES
from defects import compared, is_wrapped
from hypothesis import given, settings
from hypothesis import strategies as st
from made_workspaces import Made, crowded_workspaces
from oracle import write_files

from buildkit.errors import BuildkitError

PROPERTIES = sorted(path.parent for path in (FIXTURES / "properties").glob("*/Cargo.toml"))
MADE = 6

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("fixture", PROPERTIES, ids=lambda fixture: fixture.name)
def test_a_property_gets_the_same_verdicts(fixture: Path, tmp_path: Path) -> None:
    def copy(place: Path) -> Path:
        return shutil.copytree(fixture, place, ignore=shutil.ignore_patterns("target", "buildkit.toml"))

    assert compared(tmp_path, copy, deepest=1)[0]


@st.composite
def defective(draw: st.DrawFn) -> tuple[Made, dict[str, str]]:
    """Draw a workspace, and libraries that some selections of features break."""
    made = draw(crowded_workspaces())
    libraries = {}
    for file, text in made.files.items():
        features = [line.partition(" =")[0] for line in text.partition("[features]\n")[2].splitlines()]
        if "[package]" in text and features and draw(st.booleans()):
            on, off = draw(st.sampled_from(features)), draw(st.sampled_from(features))
            broken = f'all(feature = "{on}", not(feature = "{off}"))' if on != off else f'feature = "{on}"'
            libraries[file.replace("Cargo.toml", "src/lib.rs")] = f'#[cfg({broken})] compile_error!("broken");\n'
    return made, libraries


def test_made_workspaces_with_defects_get_the_same_verdicts() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=MADE, deadline=None, database=None, suppress_health_check=HEALTH, print_blob=True)
    @given(defective())
    def compare(drawn: tuple[Made, dict[str, str]]) -> None:
        made, libraries = drawn

        def write(place: Path) -> Path:
            write_files(place, made.files)
            for name, text in libraries.items():
                (place / name).write_text(text, encoding="utf-8")
            return place / "ws"

        with tempfile.TemporaryDirectory() as folder:
            try:
                found, commands = compared(Path(folder), write, deepest=1)
            except BuildkitError:
                return
            seen.update(found.values())
            seen["wrapped"] += is_wrapped(commands)

    compare()
    assert (seen["pass"] >= MADE, seen["fail"] >= 1, seen["wrapped"] >= 1) == (True, True, True), seen
