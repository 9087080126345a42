"""JSON schemas that buildkit publishes for editors, made from declarations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def published_schema(declaration: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """Return the schema of a document. No key may be null unless any value may stand there."""
    return {"$schema": DIALECT, "title": title, **_without_null(msgspec.json.schema(declaration))}


def without_unused(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema whose definitions are those that it refers to."""
    used = json.dumps(schema)
    return schema | {"$defs": {name: definition for name, definition in schema["$defs"].items() if f'"#/$defs/{name}"' in used}}


def as_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as its committed file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _without_null(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_null(inner) for inner in node]
    if not isinstance(node, Mapping):
        return node
    kept = {key: _cleaned(key, value) for key, value in node.items() if not _is_nothing(key, value)}
    if "anyOf" in kept:
        options = [option for option in kept.pop("anyOf") if option != {"type": "null"}]
        kept |= options[0] | kept if len(options) == 1 else {"anyOf": options}
    if "enum" in kept and "$ref" in kept:
        del kept["$ref"]
    return kept


def _cleaned(key: str, value: Any) -> Any:
    # What stands in these is named by the document, which may well have a key `default`.
    return {name: _without_null(inner) for name, inner in value.items()} if key in ("properties", "$defs") else _without_null(value)


def _is_nothing(key: str, value: Any) -> bool:
    """Say whether a default says nothing, or says a whole table, which editors would insert."""
    return key == "default" and (value is None or value in ((), []) or isinstance(value, Mapping))
