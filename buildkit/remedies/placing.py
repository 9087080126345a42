"""Put entries into tables of a manifest, and take them out, with the comments that are theirs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Item, Table

from buildkit.remedies.edits import Entry, Keys
from buildkit.remedies.headers import header_text
from buildkit.remedies.lines import split_lines
from buildkit.remedies.values import inline_text
from buildkit.toml_lines import locate_keys


class UneditableError(ValueError):
    """A manifest is written in a way that an edit would not keep."""


def put(table: Any, key: str, value: Item) -> None:
    """Set a key of a table; a new one comes before the blank lines and comments that lead to what follows the table."""
    if key in table or not isinstance(table, Table):
        table[key] = value
        return
    body = table.value.body
    last = max((place for place, (name, _) in enumerate(body) if name is not None), default=-1)
    tail = body[last + 1 :]
    del body[last + 1 :]
    # What was parsed by itself ends without a line feed, and so may the last line of the file.
    value.trivia.trail = "\n"
    if last >= 0 and not tail:
        body[last][1].trivia.trail = body[last][1].trivia.trail or "\n"
    table.append(key, value)
    body.extend(tail)


def has_table(text: str, keys: Keys) -> bool:
    """Say whether a manifest has a table."""
    return keys in locate_keys(text)


def placed(text: str, entry: Entry, block: str, after: int | None) -> str:
    """Return a text with an entry, given as lines, in its table; a new table comes after the one that has a line, or at the end."""
    key = entry.key
    if not has_table(text, entry.table):
        lines = split_lines(text)
        end = len(lines) if after is None else section_end(lines, after)
        before, rest = "".join(lines[:end]).rstrip("\n"), "".join(lines[end:])
        gap = "\n\n" if before else ""
        return f"{before}{gap}[{header_text(entry.table)}]\n{block}" + (f"\n{rest}" if rest else "")
    document: Any = tomlkit.parse(text)
    found = document
    for part in entry.table:
        found = found[part]
    if isinstance(found.get(key), Table):
        raise UneditableError(f"{key!r} is a table of its own there")
    value: Any = tomlkit.parse(block).item(key)
    put(found, key, value)
    return tomlkit.dumps(document)


def taken(text: str, table: Keys, key: str) -> tuple[str, str]:
    """Return a text without an entry, and the entry as lines: with its own comments, and those right above it that are about nothing else."""
    document: Any = tomlkit.parse(text)
    found = document
    for part in table:
        found = found[part]
    value: Any = found[key]
    if _is_apart(value):
        values = value.unwrap()
        del found[key]
        return tomlkit.dumps(document), f"{header_text((key,))} = {inline_text(values)}\n"
    lines = split_lines(text)
    start, end = _span(lines, locate_keys(text)[*table, key] - 1)
    if end == len(lines) or not lines[end].strip():
        while start and lines[start - 1].lstrip().startswith("#"):
            start -= 1
    block = "".join(lines[start:end])
    start, end = _with_gap(lines, start, end)
    return "".join([*lines[:start], *lines[end:]]), block if block.endswith("\n") else f"{block}\n"


def _is_apart(value: Any) -> bool:
    """Say whether a value has a header or dotted keys, and is no text of its own."""
    return isinstance(value, Mapping) and not isinstance(value, InlineTable)


def section_end(lines: list[str], line: int) -> int:
    """Return how many lines there are up to the end of the table that has a line, counted from 1; comments above a header are the header's."""
    headers = (place for place in range(line, len(lines)) if lines[place].lstrip().startswith("[") and _is_document(lines[:place]))
    end = next(headers, len(lines))
    while end > line and end < len(lines) and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return end


def _is_document(lines: list[str]) -> bool:
    try:
        tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _with_gap(lines: list[str], start: int, end: int) -> tuple[int, int]:
    """Return the lines to take out with a block, so that no two blank lines meet and none begins a table or ends the file."""
    if end == len(lines):
        while start and not lines[start - 1].strip():
            start -= 1
    elif not lines[end].strip() and start:
        begins = lines[start - 1].lstrip().startswith("[") and not "".join(lines[end:]).lstrip().startswith("[")
        end += begins or not lines[start - 1].strip()
    return start, end


def _span(lines: list[str], start: int) -> tuple[int, int]:
    """Return the lines of the entry that begins at one; a list may go over several."""
    for end in range(start + 1, len(lines) + 1):
        with suppress(tomllib.TOMLDecodeError):
            tomllib.loads("".join(lines[start:end]))
            return start, end
    raise UneditableError(f"line {start + 1} is no entry of its own")
