"""Put entries into tables of a manifest, and take them out, with the comments that are theirs."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from typing import Any

import tomlkit
from tomlkit.items import Item, Table

from buildkit.remedies.edits import Keys
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


def placed(text: str, table: Keys, key: str, block: str) -> str:
    """Return a text with an entry, given as lines, in a table; a new table is added at the end."""
    if not has_table(text, table):
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        return f"{text}{gap}[{header_text(table)}]\n{block}"
    document: Any = tomlkit.parse(text)
    found = document
    for part in table:
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
    value = found[key]
    if isinstance(value, Table):
        del found[key]
        return tomlkit.dumps(document), f"{header_text((key,))} = {inline_text(value.unwrap())}\n"
    lines = split_lines(text)
    start, end = _span(lines, locate_keys(text)[*table, key] - 1)
    if end == len(lines) or not lines[end].strip():
        while start and lines[start - 1].lstrip().startswith("#"):
            start -= 1
    block = "".join(lines[start:end])
    start, end = _with_gap(lines, start, end)
    return "".join([*lines[:start], *lines[end:]]), block if block.endswith("\n") else f"{block}\n"


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
