"""`buildkit graph` on small workspaces, with the real cargo and rustc."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Buildkit
from oracle import HOST, Built, Compilers, OracleCell

from buildkit.errors import ExitCode

pytestmark = pytest.mark.integration

FixtureCopy = Callable[[str], Path]

WASI = "wasm32-wasip2"


def as_cargo_lists(closure: list[dict[str, Any]]) -> Built:
    """Return a closure as the oracle has it."""
    platforms = {"target": WASI, "host": HOST}
    return sorted((f"{entry['package']}@{entry['version']}", platforms[entry["side"]], tuple(entry["features"])) for entry in closure)


@pytest.mark.parametrize(
    "name",
    ["proc-macro-is-not-a-leak", "weak-feature", "build-script-is-not-a-leak", "one-crate-in-two-versions", "leak-on-one-target-cfg"],
)
def test_json_has_what_cargo_compiles(fixture_copy: FixtureCopy, buildkit: Buildkit, name: str) -> None:
    workspace = fixture_copy(f"properties/{name}")
    shown = buildkit("graph", "-C", str(workspace), "-t", WASI, "--json")
    assert shown.code == ExitCode.PASSED, shown.err
    document = json.loads(shown.out)
    assert document["version"] == 1
    assert document["cells"]
    compilers = Compilers()
    for cell in document["cells"]:
        package, _, features = cell["id"].split("/")
        asked = OracleCell(packages=(package,), targets=(WASI,), features=() if features == "-" else tuple(features.split(",")))
        assert as_cargo_lists(cell["closure"]) == compilers.cargo_units(workspace, asked), cell["id"]


def test_a_cell_is_drawn_as_a_tree(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/weak-feature")
    ran = buildkit("graph", "-C", str(workspace), "app/wasm32-wasip2/cache,spill")
    assert ran.out.splitlines() == [
        "app/wasm32-wasip2/cache,spill",
        "app v0.1.0: cache, spill",
        "└── store v0.1.0: spill",
        "    └── tempfile v3.0.0",
    ]


def test_any_selection_can_be_drawn(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/weak-feature")
    ran = buildkit("graph", "-C", str(workspace), "-p", "app", "-t", WASI, "-F", "-", "--format", "mermaid")
    assert ran.out.splitlines()[1:] == [
        'title: "app/wasm32-wasip2/-"',
        "---",
        "flowchart TD",
        "    classDef host stroke-dasharray: 5 5",
        '    n0["app v0.1.0"]',
    ]


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_a_drawing_is_of_one_cell(fixture_copy: FixtureCopy, buildkit: Buildkit, form: str) -> None:
    ran = buildkit("graph", "-C", str(fixture_copy("properties/weak-feature")), "--format", form)
    assert ran.code == ExitCode.USAGE
    assert f"--format {form} draws one cell, and" in ran.err
    assert "Traceback" not in ran.err


def test_json_and_a_drawing_exclude_each_other(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    ran = buildkit("graph", "-C", str(fixture_copy("properties/weak-feature")), "--json", "--format", "dot")
    assert ran.code == ExitCode.USAGE
    assert "--json and --format dot exclude each other" in ran.err


def test_a_cell_that_is_not_there_is_refused(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    ran = buildkit("graph", "-C", str(fixture_copy("properties/weak-feature")), "apq/*")
    assert ran.code == ExitCode.USAGE
    assert "apq" in ran.err
