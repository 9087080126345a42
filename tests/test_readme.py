"""What the README says is what the code does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from scenarios import faults

from buildkit.cli.verbs import VERBS
from buildkit.config.reference import reference
from buildkit.errors import ExitCode
from buildkit.model import Verdict
from buildkit.plugins import load_targets
from buildkit.workflow.agents import capability_table, support_table
from buildkit.workflow.model import AnyStep, Operator

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
START, END = "<!-- configuration -->\n", "<!-- /configuration -->"


@pytest.fixture
def text() -> str:
    return README.read_text(encoding="utf-8")


def test_the_configuration_reference_is_that_of_the_declaration(text: str, request: pytest.FixtureRequest) -> None:
    before, rest = text.split(START)
    shown, after = rest.split(END)
    if request.config.getoption("--update-golden"):
        README.write_text(f"{before}{START}{reference()}{END}{after}", encoding="utf-8")
        shown = reference()
    assert shown == reference(), "the reference has changed; then: pytest --update-golden"


@pytest.mark.parametrize(
    ("mark", "table"), [pytest.param("agents", support_table, id="support"), pytest.param("capabilities", capability_table, id="calls")]
)
def test_the_agents_are_those_of_the_data(text: str, mark: str, table: Callable[[], str], request: pytest.FixtureRequest) -> None:
    start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    before, rest = text.split(start)
    shown, after = rest.split(end)
    if request.config.getoption("--update-golden"):
        README.write_text(f"{before}{start}{table()}{end}{after}", encoding="utf-8")
        shown = table()
    assert shown == table(), "the agents have changed; then: pytest --update-golden"


@pytest.mark.parametrize("kind", [*(step.__struct_config__.tag for step in get_args(AnyStep)), *Operator])
def test_every_kind_of_step_and_every_comparison_is_explained(text: str, kind: str) -> None:
    assert f"`{kind}`" in text.split("## Scenarios")[1].split("<!-- agents -->", maxsplit=1)[0]


def test_the_scenario_of_the_readme_is_valid(text: str) -> None:
    example = text.split("## Scenarios")[1].split("```json\n")[1].split("```", maxsplit=1)[0]
    assert faults(json.loads(example)) == []


def test_the_exit_codes_are_those_of_the_code(text: str) -> None:
    table = text.split("## Exit codes")[1].split("##", maxsplit=1)[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [int(code) for code in ExitCode]


def test_every_bundled_target_stands_in_the_table(text: str) -> None:
    table = text.split("## Compilation targets")[1].split("###", maxsplit=1)[0]
    assert {name for name in load_targets() if f"`{name}`" not in table} == set()


def test_every_verdict_is_explained(text: str) -> None:
    assert {verdict for verdict in Verdict if f"`{verdict}`" not in text} == set()


def test_every_command_of_the_readme_exists(text: str) -> None:
    verbs = {verb.name if verb.parent is None else verb.parent for verb in VERBS}
    assert set(re.findall(r"(?:\$ |`)buildkit ([a-z]+)", text)) <= verbs


def test_the_gate_calls_exactly_the_test_command(text: str) -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "$ python -m nox -s tests\n" in text
    assert "\npython -m nox -s tests\n" in gate
