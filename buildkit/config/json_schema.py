"""The JSON schema of `buildkit.toml`, for editors; the committed `buildkit.schema.json` is its text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from buildkit.config.schema import Configuration, PackageTargetTable, TargetTable

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_REST_OF_TRIPLE: Final = "^[a-z0-9_]+(-[a-z0-9_]+){2,}$"
"""What may follow a dot in a target triple; no key of a table looks like it."""


def json_schema() -> dict[str, Any]:
    """Return the schema. TOML has no null, so no key may be it; a name with dots in it may stand unquoted in a table's header."""
    schema = _without_null(msgspec.json.schema(Configuration))
    definitions = schema["$defs"]
    for table in (TargetTable, PackageTargetTable):
        _accept_unquoted_names(definitions, table.__name__)
    used = json.dumps(schema)
    schema["$defs"] = {name: definition for name, definition in definitions.items() if f'"#/$defs/{name}"' in used}
    return {"$schema": DIALECT, "title": "buildkit.toml", **schema}


def schema_text() -> str:
    """Return the schema as the committed file has it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _without_null(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_null(inner) for inner in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: _without_null(value) for key, value in node.items() if not _is_nothing(key, value)}
    if "anyOf" in kept:
        options = [option for option in kept.pop("anyOf") if option != {"type": "null"}]
        kept |= options[0] | kept if len(options) == 1 else {"anyOf": options}
    if "enum" in kept and "$ref" in kept:
        del kept["$ref"]
    return kept


def _is_nothing(key: str, value: Any) -> bool:
    """Say whether a default says nothing, or says a whole table, which editors would insert."""
    return key == "default" and (value is None or value in ((), []) or isinstance(value, Mapping))


def _accept_unquoted_names(definitions: dict[str, Any], table: str) -> None:
    """Let a triple's part before its dot hold further tables: `thumbv8m` then holds `main-none-eabihf`."""
    definitions[table]["patternProperties"] = {_REST_OF_TRIPLE: {"$ref": f"#/$defs/{table}"}}
