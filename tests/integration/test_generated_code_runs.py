"""What stands in a scenario comes out of the compiled program, through the real library: every text, every number."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_line import Buildkit
from hostile import json_values, names
from hypothesis import HealthCheck, Phase, given, settings
from scenarios import finish, scenario
from working_copy import working_copy

MINUTES = 60

pytestmark = [pytest.mark.integration, pytest.mark.network]


def drawn() -> dict[str, Any]:
    """Draw values of all kinds by name, with thousands of numbers among them."""
    values: dict[str, Any] = {}

    @settings(max_examples=500, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(name=names, value=json_values)
    def collect(name: str, value: Any) -> None:
        values[name] = value

    collect()
    numbers = random.Random(3)  # noqa: S311  # no secret
    values["numbers"] = [numbers.uniform(-1, 1) * 10 ** numbers.randint(-300, 300) for _ in range(3000)]
    return values


def test_what_stands_in_a_scenario_comes_out_of_its_program(tmp_path: Path) -> None:
    values = drawn()
    tree = scenario(finish() | {"output": {name: {"immediate": value} for name, value in values.items()}}, input={})
    (tmp_path / "values.json").write_text(json.dumps(tree), encoding="utf-8")
    (tmp_path / "input.json").write_text("{}", encoding="utf-8")
    copy = working_copy()
    buildkit = Buildkit(folder=tmp_path, environment={"CARGO_TARGET_DIR": str(copy.output)})
    workspace = ("-C", str(copy.workspace), "--locked")
    compiled = buildkit("compile", "values.json", "-t", "native", *workspace, "--format", "json", timeout=60 * MINUTES)
    assert compiled.code == 0, compiled.err + compiled.out
    (made,) = json.loads(compiled.out)["artifacts"]
    without = {name: value for name, value in os.environ.items() if not name.startswith("RUNTARA_")}
    result = tmp_path / "result.json"
    variables = {"RUNTARA_INPUT_PATH": str(tmp_path / "input.json"), "RUNTARA_OUTPUT_PATH": str(result)}
    subprocess.run((made["artifact"],), env={**without, **variables}, check=True, capture_output=True)
    assert written(json.loads(result.read_text(encoding="utf-8"))) == written(values)


def written(values: Any) -> str:
    """Return values as one text: 1 is not 1.0, and -0.0 not 0.0."""
    return json.dumps(values, sort_keys=True)
