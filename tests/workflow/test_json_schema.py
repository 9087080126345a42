"""The published schema judges as buildkit does, as far as a schema can."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from scenarios import SCENARIOS, Tree, action, conditional, delay, finish, scenario, split, told, valid_scenarios

from buildkit.workflow.agents import agents
from buildkit.workflow.json_schema import json_schema, schema_text

COMMITTED = Path(__file__).parents[2] / "buildkit-scenario.schema.json"
WHOLE = scenario(
    conditional("c", "s", "wait"),
    split("s", "wait", "a", "b"),
    action("a", "wait"),
    action("b", "wait"),
    delay("wait", "end"),
    finish(value="data.text"),
)


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def test_the_committed_schema_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), "run: buildkit scenario schema > buildkit-scenario.schema.json"


def test_the_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.json")), ids=lambda file: file.stem)
def test_an_editor_accepts_the_examples(schema: jsonschema.Draft202012Validator, file: Path) -> None:
    assert list(schema.iter_errors(json.loads(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 2),
        (("name",), "a\nb"),
        (("name",), ""),
        (("start",), "9"),
        (("steps",), []),
        (("input",), {"a": "text"}),
        (("input",), {"a.b": "string"}),
        (("more",), 1),
        (("steps", 0, "condition", "operator"), "equal"),
        (("steps", 0, "condition", "right"), None),
        (("steps", 0, "else"), None),
        (("steps", 1, "branches"), {"a": "a"}),
        (("steps", 2, "agent"), "txet"),
        (("steps", 2, "capability"), "parse"),
        (("steps", 2, "input"), {}),
        (("steps", 2, "input", "txt"), {"immediate": "a"}),
        (("steps", 2, "input", "text"), {"immediate": 5}),
        (("steps", 2, "input", "text"), {"immediate": "a", "reference": "data.text"}),
        (("steps", 2, "input", "text"), {"immediate": "a", "default": "b"}),
        (("steps", 2, "input", "text"), {}),
        (("steps", 4, "milliseconds"), -1),
        (("steps", 4, "milliseconds"), 10**12),
        (("steps", 4, "id"), "x" * 65),
        (("steps", 4, "type"), "wait"),
    ],
)
def test_what_an_editor_refuses_buildkit_refuses(
    schema: jsonschema.Draft202012Validator, place: tuple[str | int, ...], value: object
) -> None:
    assert schema.is_valid(WHOLE)
    assert told(WHOLE) == []
    tree = changed(WHOLE, place, value)
    assert not schema.is_valid(tree)
    assert told(tree) != []


def changed(tree: Tree, place: tuple[str | int, ...], value: object) -> Tree:
    """Return a tree in which one value is another one, or is left out."""
    made = copy.deepcopy(tree)
    inside: Any = made
    for part in place[:-1]:
        inside = inside[part]
    if value is None:
        del inside[place[-1]]
    else:
        inside[place[-1]] = value
    return made


def test_the_schema_knows_every_agent() -> None:
    assert json_schema()["$defs"]["Action"]["properties"]["agent"]["enum"] == list(agents())


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(tree=valid_scenarios())
def test_an_editor_accepts_every_valid_scenario(schema: jsonschema.Draft202012Validator, tree: Tree) -> None:
    assert schema.is_valid(tree)
