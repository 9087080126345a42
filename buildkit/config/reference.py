"""The configuration reference of the README, made from the declaration."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from msgspec import inspect

from buildkit.config.check import allowed_words
from buildkit.config.declaration import bare, declared_type, default_of, extra_of, options_of

_WORDS: Final[Mapping[type[inspect.Type], str]] = MappingProxyType(
    {inspect.BoolType: "`true` or `false`", inspect.IntType: "number", inspect.FloatType: "number", inspect.DictType: "table of strings"}
)


def reference() -> str:
    """Return Markdown: one section for each table, one row for each key."""
    return "\n".join(_sections(declared_type(), "")).strip() + "\n"


def _sections(kind: inspect.Type, path: str) -> Iterator[str]:
    table = bare(kind)
    if not isinstance(table, inspect.StructType):
        return
    rows = [field for field in table.fields if not _has_section(field)]
    if rows:
        yield from (f"### `[{path}]`", "", table.cls.__doc__ or "", "", "| key | value | default | meaning |", "| --- | --- | --- | --- |")
        yield from (_row(field) for field in rows)
        yield ""
    for field in table.fields:
        if _has_section(field):
            yield from _sections(*_below(field, path))


def _has_section(field: inspect.Field) -> bool:
    kind = bare(field.type)
    inner = kind.value_type if isinstance(kind, inspect.DictType) else kind.item_type if isinstance(kind, inspect.VarTupleType) else kind
    return isinstance(bare(inner), inspect.StructType) and field.encode_name != "budget"


def _below(field: inspect.Field, path: str) -> tuple[inspect.Type, str]:
    kind = bare(field.type)
    name = f"{path}.{field.encode_name}" if path else field.encode_name
    if isinstance(kind, inspect.DictType):
        return kind.value_type, f"{name}.{field.encode_name.upper()}"
    return (kind.item_type, f"[{name}]") if isinstance(kind, inspect.VarTupleType) else (kind, name)


def _row(field: inspect.Field) -> str:
    schema = (field.type.extra_json_schema or {}) if isinstance(field.type, inspect.Metadata) else {}
    variable = extra_of(field).get("environment")
    meaning = f"{schema.get('description', '')}{f' Environment: `{variable}`.' if variable else ''}"
    examples = [f"e.g. `{_toml(example)}`" for example in schema.get("examples", ())[:1]]
    default = default_of(field)
    shown = "required" if field.required else f"`{_toml(default)}`" if default not in (None, [], {}) else ""
    cells = (f"`{field.encode_name}`", ", ".join((_shape(field.type), *examples)), shown, meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _shape(kind: inspect.Type) -> str:
    words = allowed_words(kind)
    if words:
        return " or ".join(f"`{_toml(word)}`" for word in words)
    return " or ".join(dict.fromkeys(_shape_of(option) for option in options_of(kind)))


def _shape_of(option: inspect.Type) -> str:
    kind = bare(option)
    if isinstance(kind, inspect.StructType):
        return f"table of {', '.join(f'`{field.encode_name}`' for field in kind.fields)}"
    if isinstance(kind, inspect.VarTupleType):
        return f"list of {' or '.join(_plural(_shape_of(item)) for item in options_of(kind.item_type))}"
    return _shape(option) if allowed_words(option) else _WORDS.get(type(kind), "string")


def _plural(shape: str) -> str:
    noun, space, rest = shape.partition(" ")
    return f"{noun}s{space}{rest}"


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
