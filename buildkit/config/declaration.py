"""Walk the declaration: which keys there are, of what kind, and what they are without a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import inspect

from buildkit.config.schema import Configuration
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key of the declaration, or a table of keys. `default` is as TOML would write it, `None` where there is none."""

    kind: inspect.Type
    default: object = None

    @property
    def adds(self) -> bool:
        """Say whether a value is added to what the target itself declares, and does not replace it."""
        return isinstance(self.kind, inspect.Metadata) and bool((self.kind.extra or {}).get("adds"))

    @property
    def is_table(self) -> bool:
        """Say whether other keys stand below it."""
        return isinstance(bare(self.kind), inspect.StructType | inspect.DictType)


@cache
def declared_type() -> inspect.Type:
    """Return the type of a whole configuration."""
    return inspect.type_info(Configuration)


def bare(kind: inspect.Type) -> inspect.Type:
    """Return a type without its descriptions."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return kind


def options_of(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return the types that a value may have. TOML has no null, so `None` is never among them."""
    kind_without = bare(kind)
    if not isinstance(kind_without, inspect.UnionType):
        return (kind,)
    return tuple(option for option in kind_without.types if not isinstance(option, inspect.NoneType))


def default_of(field: inspect.Field) -> object:
    """Return what a key is when nothing sets it, as TOML would write it; `None` where it is nothing."""
    if field.default_factory is not msgspec.NODEFAULT:
        return as_toml(field.default_factory())
    return None if field.default is msgspec.NODEFAULT else as_toml(field.default)


def as_toml(value: object) -> object:
    """Return a value of the configuration as TOML would write it; keys without a value are left out."""
    return _without_nothing(msgspec.to_builtins(value))


def _without_nothing(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _without_nothing(inner) for key, inner in value.items() if inner is not None}
    return [_without_nothing(inner) for inner in value] if isinstance(value, list | tuple) else value


def find_key(text: str) -> Key | None:
    """Return the key that a dotted text names, `None` where there is none. Names of targets may have dots in them."""
    return _find(Key(kind=declared_type()), text)


def _find(key: Key, rest: str) -> Key | None:
    if not rest:
        return key
    kind = bare(key.kind)
    if isinstance(kind, inspect.StructType):
        head, _, tail = rest.partition(".")
        field = next((field for field in kind.fields if field.encode_name == head), None)
        return None if field is None else _find(Key(kind=field.type, default=default_of(field)), tail)
    if isinstance(kind, inspect.DictType):
        parts = rest.split(".")
        found = (_find(Key(kind=kind.value_type), ".".join(parts[length:])) for length in range(1, len(parts) + 1))
        return next((key for key in found if key is not None), None)
    return None


def fields_of(table: str) -> tuple[str, ...]:
    """Return the keys that a table has by the declaration, none for another text."""
    found = find_key(table)
    kind = None if found is None else bare(found.kind)
    return tuple(field.encode_name for field in kind.fields) if isinstance(kind, inspect.StructType) else ()


@cache
def built_in_values() -> Mapping[str, object]:
    """Return the keys that have a value when nothing sets one, by their dotted texts."""
    return MappingProxyType(dict(leaves(as_toml(Configuration()))))


def leaves(tree: object, kind: inspect.Type | None = None, path: str = "") -> Iterator[tuple[str, object]]:
    """Give each key of a valid tree that is no table, by its dotted text, with its value."""
    kind = bare(kind or declared_type())
    if isinstance(kind, inspect.StructType) and isinstance(tree, Mapping):
        types = {field.encode_name: field.type for field in kind.fields}
        for name, value in tree.items():
            yield from leaves(value, types[name], _under(path, name))
    elif isinstance(kind, inspect.DictType) and isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from leaves(value, kind.value_type, _under(path, name))
    else:
        yield path, tree


@dataclass(frozen=True, kw_only=True)
class Outside:
    """A key that can be set from outside the file: by a variable of the environment, and by an option where one is named."""

    key: str
    kind: inspect.Type
    variable: str
    option: str | None


@cache
def settable_outside() -> tuple[Outside, ...]:
    """Return the keys that the environment or the command line can set, in the order of the declaration."""
    return tuple(_settable(declared_type(), ""))


def _settable(kind: inspect.Type, path: str) -> Iterator[Outside]:
    table = bare(kind)
    if not isinstance(table, inspect.StructType):
        return
    for field in table.fields:
        key = _under(path, field.encode_name)
        extra = extra_of(field)
        if "environment" in extra:
            yield Outside(key=key, kind=field.type, variable=extra["environment"], option=extra.get("option"))
        yield from _settable(field.type, key)


def extra_of(field: inspect.Field) -> Mapping[str, Any]:
    """Return what the declaration says of a key beyond its type and description."""
    return (field.type.extra or {}) if isinstance(field.type, inspect.Metadata) else {}


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
