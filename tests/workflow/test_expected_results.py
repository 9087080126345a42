"""The expected results of the scenarios are what Python comes to as well."""

from __future__ import annotations

import json

import pytest
from scenarios import SCENARIOS
from worked_out import COMPLETED, FAILED, worked_out

EXPECTED = SCENARIOS / "expected"


@pytest.mark.parametrize("name", sorted(COMPLETED))
def test_an_expected_result_is_what_python_comes_to(name: str) -> None:
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    assert expected == {"outcome": "completed", "result": worked_out(name)}


def test_the_one_that_fails_does_so_at_the_row_that_is_too_short() -> None:
    expected = json.loads((EXPECTED / f"{FAILED}.json").read_text(encoding="utf-8"))
    assert (expected["outcome"], expected["step"]) == ("failed", "rows")
    assert "record 1 has 1 fields, the header has 2" in expected["error"]


def test_every_scenario_has_an_expected_result() -> None:
    names = {file.name for file in SCENARIOS.glob("*.json")}
    assert {file.name for file in EXPECTED.iterdir()} == names
    assert {file.removesuffix(".json") for file in names} == {*COMPLETED, FAILED}
