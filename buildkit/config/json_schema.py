"""The JSON schema of `buildkit.toml`, for editors; the committed `buildkit.schema.json` is its text."""

from __future__ import annotations

from typing import Any, Final

from buildkit.config.published import as_text, published_schema, without_unused
from buildkit.config.schema import Configuration, PackageTargetTable, TargetTable

_REST_OF_TRIPLE: Final = "^[a-z0-9_]+(-[a-z0-9_]+){2,}$"
"""What may follow a dot in a target triple; no key of a table looks like it."""


def json_schema() -> dict[str, Any]:
    """Return the schema. TOML has no null, so no key may be it; a name with dots in it may stand unquoted in a table's header."""
    schema = published_schema(Configuration, "buildkit.toml")
    for table in (TargetTable, PackageTargetTable):
        _accept_unquoted_names(schema["$defs"], table.__name__)
    return without_unused(schema)


def schema_text() -> str:
    """Return the schema as the committed file has it."""
    return as_text(json_schema())


def _accept_unquoted_names(definitions: dict[str, Any], table: str) -> None:
    """Let a triple's part before its dot hold further tables: `thumbv8m` then holds `main-none-eabihf`."""
    definitions[table]["patternProperties"] = {_REST_OF_TRIPLE: {"$ref": f"#/$defs/{table}"}}
