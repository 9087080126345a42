"""TOML values as text, in the style of what they stand beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import tomlkit
from tomlkit.items import Array, InlineTable, Item

_TRAILING_COMMA = re.compile(r",\s*\]$")


def parsed(text: str) -> Any:
    """Return a value as tomlkit reads it."""
    return tomlkit.parse(f"value = {text}").item("value")


def inline_text(value: str | Mapping[str, Any]) -> str:
    """Return the value of a dependency as one line."""
    return _text(value)


def grown(table: str, key: str, value: str) -> str:
    """Return an inline table with one more key at its end; the space before the closing brace stays."""
    inner = table[1:-1]
    body = inner.rstrip()
    gap = inner[len(body) :]
    comma = ", " if body else " "
    return f"{{{body}{comma}{key} = {value}{gap}}}"


def shrunk(table: InlineTable, gone: Iterable[str]) -> str:
    """Return an inline table without some keys; the space within its braces stays."""
    before = table.as_string()
    opening = before[1 : len(before) - len(before[1:].lstrip())]
    for key in gone:
        del table[key]
    inner = table.as_string()[1:-1].strip() if gone else before[1:-1].strip()
    closing = before[len(before[:-1].rstrip()) : -1]
    return f"{{{opening}{inner}{closing}}}"


def array_text(known: Array | None, wanted: Iterable[str]) -> str:
    """Return a list of strings in the style of the list that it replaces."""
    values = tuple(wanted)
    if known is None:
        return _text(list(values))
    text = known.as_string()
    if "\n" in text:
        return _several_lines(known, values)
    own = {str(item.unwrap()): item.as_string() for item in known if isinstance(item, Item)}
    space = " " if text.startswith("[ ") else ""
    comma = "," if _TRAILING_COMMA.search(text) and values else ""
    return f"[{space}{', '.join(own.get(value, _text(value)) for value in values)}{comma}{space if values else ''}]"


def replaced_text(known: Array, value: str, by: Iterable[str]) -> str:
    """Return a list with other strings in the place of one; those that it has already are not repeated."""
    new = [other for other in by if other not in known.unwrap()]
    if "\n" not in known.as_string():
        place = known.unwrap().index(value)
        return array_text(known, (*known.unwrap()[:place], *new, *known.unwrap()[place + 1 :]))
    place = known.unwrap().index(value)
    if not new:
        known.remove(value)
    for number, other in enumerate(new):
        if number:
            known.insert(place + number, other)
        else:
            known[place] = other
    return known.as_string()


def _several_lines(known: Array, values: tuple[str, ...]) -> str:
    """Take what goes out with its comment, and add what is new at the end."""
    for gone in [value for value in known.unwrap() if value not in values]:
        known.remove(gone)
    for value in values:
        if value not in known.unwrap():
            known.append(value)
    return known.as_string()


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return tomlkit.string(value).as_string()
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_text(item)}" for key, item in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(_text(item) for item in value) + "]"
        case _:
            return str(value)
