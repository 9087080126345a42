"""Edits of manifests as text, with tomlkit: style and comments are kept, and the result is held against what it must mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, InlineTable

from buildkit.remedies.edits import Configure, Declare, Edit, Entry, Move, Rewrite, default_features_key
from buildkit.remedies.headers import header_text, renamed_header
from buildkit.remedies.lines import edit_lines
from buildkit.remedies.meaning import meaning_after, significant
from buildkit.remedies.placing import UneditableError, has_table, placed, put, taken
from buildkit.remedies.values import array_text, grown, inline_text, parsed, replaced_text, shrunk
from buildkit.toml_lines import locate_keys


def edited(text: str, edit: Edit) -> str:
    """Return a manifest after an edit; raises `UneditableError` where its form cannot be kept."""
    try:
        after = edit_lines(text, lambda plain: _edited(plain, edit))
        meant = meaning_after(_values(text), edit)
        if significant(_values(after)) == meant:
            return after
    except (TOMLKitError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise UneditableError(f"it is written in a way that cannot be edited line by line: {error}") from error
    raise UneditableError("it is written in a way that cannot be edited line by line")


def _values(text: str) -> Mapping[str, Any]:
    return tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))


def _edited(text: str, edit: Edit) -> str:
    document = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        raise UneditableError("it is written in a way that an edit would not keep")
    match edit:
        case Configure():
            _configure(_found(document, edit.entry.table), edit)
        case Declare():
            return _declared(text, edit)
        case Move():
            return _moved(text, edit)
        case Rewrite():
            features = _found(document, ("features",))
            features[edit.feature] = parsed(replaced_text(features[edit.feature], edit.value, edit.by))
    return tomlkit.dumps(document)


def _found(document: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        document = document[key]
    return document


def _configure(table: Any, edit: Configure) -> None:
    key = edit.entry.key
    entry: Any = table[key]
    if not isinstance(entry, Mapping):
        entry = parsed(f"{{ version = {entry.as_string()} }}")
    if isinstance(entry, InlineTable):
        entry = parsed(shrunk(entry, edit.dropped(entry)))
    else:
        for name in edit.dropped(entry):
            del entry[name]
    changes: dict[str, str] = {}
    if edit.features:
        known = entry.get("features")
        changes["features"] = array_text(known if isinstance(known, Array) else None, edit.features)
    if edit.default_features is not None:
        changes = {default_features_key(entry): str(edit.default_features).lower(), **changes}
    if isinstance(entry, InlineTable):
        for name in [name for name in changes if name in entry]:
            entry[name] = parsed(changes.pop(name))
        for name, text in changes.items():
            entry = parsed(grown(entry.as_string(), name, text))
        table[key] = entry
        return
    for name, text in changes.items():
        put(entry, name, parsed(text))


def _declared(text: str, edit: Declare) -> str:
    value = inline_text(edit.value)
    line = f"{header_text((edit.entry.key,))} = {value}\n"
    beside = None if edit.beside is None else locate_keys(text).get(edit.beside)
    return placed(text, edit.entry, line, after=beside)


def _moved(text: str, edit: Move) -> str:
    keys = (*edit.entry.table, edit.entry.key)
    whole = renamed_header(text, keys, (*edit.table, edit.entry.key))
    if whole is None and len(_found(tomlkit.parse(text), edit.entry.table)) == 1 and not has_table(text, edit.table):
        whole = renamed_header(text, edit.entry.table, edit.table)
    if whole is not None:
        return whole
    line = locate_keys(text)[edit.entry.table]
    rest, block = taken(text, edit.entry.table, edit.entry.key)
    entry = Entry(file=edit.entry.file, table=edit.table, key=edit.entry.key)
    return placed(rest, entry, block, after=line)
