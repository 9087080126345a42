"""Find the line of every key of a TOML document.

The document must be valid: `tomllib` has read it before. Follows the TOML 1.0 specification, and reads the line breaks that 1.1 allows in
inline tables as well.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Final

KeyPath = tuple[str | int, ...]
"""Keys from the top; an integer is the place in an array, from 0."""

_PART: Final = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'.=\[\]{},#]+)"""
_PARTS: Final = re.compile(_PART)
_KEY: Final = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_BLANK: Final = re.compile(r"(?:\s|#[^\n]*)*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")' + r"|'''.*?'{3,5}(?!')" + r'|"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")


def locate_keys(text: str) -> Mapping[KeyPath, int]:
    """Return the line, from 1, on which each key or array element first appears; what a header or a dotted key implies is included."""
    return _Locator(text).locate()


def split_key(key: str) -> tuple[str, ...]:
    """Split a dotted key as TOML writes it; raises `ValueError` where it is none."""
    if _KEY.fullmatch(key) is None:
        raise ValueError(key)
    return tuple(_unquote(part) for part in _PARTS.findall(key))


def _unquote(part: str) -> str:
    if part.startswith('"'):
        return str(tomllib.loads(f"value = {part}")["value"])
    return part[1:-1] if part.startswith("'") else part


class _Locator:
    """Walks one document once, from its first character to its last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._breaks = [index for index, character in enumerate(text) if character == "\n"]
        self._position = 0
        self._lines: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}
        """How many tables each array of tables has so far."""

    def locate(self) -> Mapping[KeyPath, int]:
        table: KeyPath = ()
        for character in self._items():
            if character == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _items(self) -> Iterator[str]:
        while True:
            self._skip(_BLANK)
            if self._position >= len(self._text):
                return
            yield self._text[self._position]

    def _header(self) -> KeyPath:
        is_array = self._text.startswith("[[", self._position)
        self._position += 2 if is_array else 1
        self._skip(_BLANK)
        line = self._line()
        *outer, last = self._key()
        self._skip(_BLANK)
        self._position += 2 if is_array else 1
        table: KeyPath = ()
        for part in outer:
            table = self._enter((*table, part), line)
        table = (*table, last)
        if is_array:
            self._lengths[table] = self._lengths.get(table, 0) + 1
        return self._enter(table, line)

    def _enter(self, table: KeyPath, line: int) -> KeyPath:
        """Record a table that a header names; of an array of tables, its last one."""
        self._lines.setdefault(table, line)
        if table in self._lengths:
            table = (*table, self._lengths[table] - 1)
            self._lines.setdefault(table, line)
        return table

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        for part in self._key():
            table = (*table, part)
            self._lines.setdefault(table, line)
        self._skip(_BLANK)
        self._position += 1
        self._value(table)

    def _value(self, path: KeyPath) -> None:
        self._skip(_BLANK)
        character = self._text[self._position]
        if character == "[":
            for index, _ in enumerate(self._members("]")):
                self._lines[*path, index] = self._line()
                self._value((*path, index))
        elif character == "{":
            for _ in self._members("}"):
                self._pair(path)
        else:
            self._skip(_STRING if character in "\"'" else _SCALAR)

    def _members(self, end: str) -> Iterator[None]:
        self._position += 1
        while True:
            self._skip(_BLANK)
            if self._text[self._position] == ",":
                self._position += 1
            elif self._text[self._position] == end:
                self._position += 1
                return
            else:
                yield None

    def _key(self) -> tuple[str, ...]:
        start = self._position
        self._skip(_KEY)
        return split_key(self._text[start : self._position])

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._position)
        if match is None:
            raise ValueError(f"not valid TOML at line {self._line()}")
        self._position = match.end()

    def _line(self) -> int:
        return bisect_right(self._breaks, self._position - 1) + 1
