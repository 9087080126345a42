"""Write an effective configuration as TOML, each value with who gave it."""

from __future__ import annotations

from collections.abc import Mapping

import tomlkit
from tomlkit.items import Item, Table

from buildkit.config.declaration import as_toml
from buildkit.config.settings import Origin, Provenance, Settings


def effective_toml(settings: Settings) -> str:
    """Return a valid `buildkit.toml` that says in comments where each value came from. What is empty by default is left out."""
    document = tomlkit.document()
    tree = as_toml(settings.configuration)
    if isinstance(tree, Mapping):
        _fill(document, tree, "", settings)
    return tomlkit.dumps(document)


def inline_item(value: object) -> Item:
    """Return a value as it stands after `=`; tables in lists are written inline."""
    if isinstance(value, list):
        array = tomlkit.array()
        for element in value:
            array.append(inline_item(element))
        return array
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        for key, inner in value.items():
            table.append(key, inline_item(inner))
        return table
    return tomlkit.item(value)


def _fill(table: tomlkit.TOMLDocument | Table, tree: Mapping[str, object], path: str, settings: Settings) -> None:
    for name, value in tree.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            inner = tomlkit.table(is_super_table=all(isinstance(below, Mapping) for below in value.values()))
            _fill(inner, value, key, settings)
            if inner:
                table.append(name, inner)
        elif key == "expect":
            if value:
                table.append(name, tomlkit.item(value))
        else:
            _append(table, name, value, _source(settings, key))


def _source(settings: Settings, key: str) -> Provenance:
    """Return who gave a value of the configuration; what a plugin says of its target is no part of that."""
    return next(provenance for provenance in settings.explain(key) if provenance.origin is not Origin.PLUGIN)


def _append(table: tomlkit.TOMLDocument | Table, name: str, value: object, source: Provenance) -> None:
    if source.origin is not Origin.BUILT_IN or value not in ([], {}):
        table.append(name, inline_item(value).comment(source.place))
