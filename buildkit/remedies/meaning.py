"""What a manifest must say after an edit, as plain values; an edited text is held against it."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from copy import deepcopy
from typing import Any

from buildkit.remedies.edits import Configure, Declare, Edit, Keys, Move, Rewrite, default_features_key

Values = Mapping[str, Any]


def meaning_after(values: Values, edit: Edit) -> Values:
    """Return the values of a manifest after an edit; raises `KeyError` where what is edited is not there."""
    after: dict[str, Any] = deepcopy(dict(values))
    match edit:
        case Configure():
            table = _table(after, edit.entry.table)
            table[edit.entry.key] = _configured(table[edit.entry.key], edit)
        case Declare():
            value = edit.value if isinstance(edit.value, str) else dict(edit.value)
            _table(after, edit.entry.table)[edit.entry.key] = value
        case Move():
            moved = _table(after, edit.entry.table).pop(edit.entry.key)
            _table(after, edit.table)[edit.entry.key] = moved
        case Rewrite():
            after["features"][edit.feature] = list(rewritten(after["features"][edit.feature], edit))
    return significant(after)


def significant(values: Values) -> Values:
    """Return the values as far as cargo tells them apart: no empty tables of dependencies, and lists of features as sets."""
    return without_empty_tables(_with_sets(values))


def _with_sets(values: Any, name: str = "") -> Any:
    if isinstance(values, dict):
        return {key: _with_sets(value, "features" if name == "features" else key) for key, value in values.items()}
    return frozenset(values) if name == "features" and isinstance(values, list) else values


def without_empty_tables(values: Values) -> Values:
    """Return the values without the tables of dependencies that have nothing in them."""
    kept = {name: value for name, value in values.items() if not (name.endswith("dependencies") and value == {})}
    targets = {name: without_empty_tables(table) for name, table in kept.get("target", {}).items()}
    return {**kept, "target": {name: table for name, table in targets.items() if table}} if "target" in kept else kept


def rewritten(values: list[str], edit: Rewrite) -> tuple[str, ...]:
    """Return the values of a feature after an edit, in order."""
    place = values.index(edit.value)
    return tuple(dict.fromkeys((*values[:place], *edit.by, *values[place + 1 :])))


def _configured(entry: str | Values, edit: Configure) -> Values:
    table: dict[str, Any] = {"version": entry} if isinstance(entry, str) else dict(entry)
    if edit.default_features is not None:
        table[default_features_key(table)] = edit.default_features
    if edit.features:
        table["features"] = list(edit.features)
    return {key: value for key, value in table.items() if key not in edit.dropped(table)}


def _table(values: MutableMapping[str, Any], keys: Keys) -> MutableMapping[str, Any]:
    for key in keys:
        values = values.setdefault(key, {})
    return values
