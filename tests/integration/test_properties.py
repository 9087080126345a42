"""Every small workspace below fixtures/properties gets the verdicts that stand beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from command_line import FIXTURES, Buildkit

PROPERTIES = sorted(path.parent for path in (FIXTURES / "properties").glob("*/expected.toml"))

pytestmark = pytest.mark.integration


def packages_on(path: list[dict[str, Any]]) -> list[str]:
    """Return the packages that a path goes through, each once."""
    labels = [path[0]["from"], *(step["to"] for step in path)]
    return [package for package, _ in groupby(label.partition("/")[0] for label in labels)]


def places_on(path: list[dict[str, Any]]) -> list[str]:
    return [f"{step['file']}:{step['line']}" for step in path]


@pytest.mark.parametrize("fixture", PROPERTIES, ids=lambda fixture: fixture.name)
def test_a_property_is_judged_as_expected(fixture: Path, fixture_copy: Callable[[str], Path], buildkit: Buildkit) -> None:
    expected = tomllib.loads((fixture / "expected.toml").read_text(encoding="utf-8"))
    workspace = fixture_copy(f"properties/{fixture.name}")
    verb, *rest = expected["arguments"]
    # What an earlier run remembers would be believed.
    ran = buildkit(verb, "-C", str(workspace), "--locked", "--no-cache", "--format", "json", *rest)
    assert ran.code == expected["exit-code"], ran.err
    assert expected.get("message", "") in ran.err
    if not expected.get("cell"):
        return
    found = {cell["id"]: cell for cell in ran.document["cells"]}
    assert {identity: cell["verdict"] for identity, cell in found.items()} == {cell["id"]: cell["verdict"] for cell in expected["cell"]}
    for cell in expected["cell"]:
        findings = found[cell["id"]]["findings"]
        assert len(findings) == len(cell.get("finding", []))
        for finding, wanted in zip(findings, cell.get("finding", []), strict=True):
            assert (finding["rule"], finding["subject"]) == (wanted["rule"], wanted["subject"])
            if "path" in wanted:
                assert packages_on(finding["path"]) == wanted["path"]
            if "line" in wanted:
                assert wanted["line"] in places_on(finding["path"])


def test_no_property_is_without_its_expectation() -> None:
    folders = {path for path in (FIXTURES / "properties").iterdir() if path.is_dir()}
    assert folders == set(PROPERTIES)
