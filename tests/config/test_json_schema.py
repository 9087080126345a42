from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from buildkit.config.json_schema import json_schema, schema_text
from buildkit.config.published import published_schema
from buildkit.config.schema import Table

COMMITTED = Path(__file__).parents[2] / "buildkit.schema.json"


def objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(inner)


def test_the_committed_schema_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == schema_text(), "run: buildkit config --schema > buildkit.schema.json"


def test_the_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_every_table_is_closed_and_every_key_is_described() -> None:
    tables = [node for node in objects(json_schema()) if "properties" in node and node.get("type") == "object"]
    assert len(tables) == len(Table.__subclasses__())
    assert all(table["additionalProperties"] is False for table in tables)
    assert [key for table in tables for key, schema in table["properties"].items() if not schema.get("description")] == []


def test_no_key_may_be_null_and_every_reference_is_defined() -> None:
    schema = json_schema()
    assert not any(node.get("type") == "null" or ("default" in node and node["default"] is None) for node in objects(schema))
    references = {node["$ref"].removeprefix("#/$defs/") for node in objects(schema) if "$ref" in node}
    assert references == set(schema["$defs"])


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ('[target.thumbv8m.main-none-eabihf]\nextends = "embedded"', True),
        ('[package.a.target.wasm32-wasip2]\nextra = "*"\ndepth = "pairs"', True),
        ('[package.a.target.wasm32-wasip2]\nextra = "all"', False),
        ("[package.a]\nexclusive = [['one']]", False),
        ("[workspace]\ntarget = []", False),
        ('[target.a]\nbudget = { size = "200 KiB", gzip-size = 1 }', True),
        ('[target.a]\nbudget = { size = "200 kiB" }', False),
        ("[[expect]]\ncell = 'a'\nverdict = 'pass'\nreason = 'r'", False),
    ],
)
def test_an_editor_judges_as_buildkit_does(text: str, valid: object) -> None:
    assert jsonschema.Draft202012Validator(json_schema()).is_valid(tomllib.loads(text)) is valid


class Named(msgspec.Struct):
    """A document that has a key `default`."""

    default: dict[str, int] = {}


def test_a_key_may_be_named_as_a_word_of_schemas() -> None:
    named = published_schema(Named, "named")["$defs"]["Named"]["properties"]
    assert named == {"default": {"type": "object", "additionalProperties": {"type": "integer"}}}
