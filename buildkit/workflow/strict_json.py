"""Read JSON as RFC 8259 has it, and say with file and line what is none.

What Python's reader lets pass is refused: keys that appear twice, `NaN`, a byte order mark, encodings other than UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.workflow.fault import Huge, shown
from buildkit.workflow.positions import duplicate_keys, tokens

SMALLEST_INTEGER: Final = -(2**63)
LARGEST_INTEGER: Final = 2**64 - 1
MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class TooDeepError(Exception):
    """Lists and objects stand deeper inside each other than Python's reader can go."""


@dataclass(frozen=True, kw_only=True)
class StrictReader:
    """Reads one file: `shown` is its path as messages give it, `hint` the next command where it is no JSON."""

    shown: Path
    hint: str

    def decoded(self, content: bytes) -> str:
        """Return the text of a file; raises `ConfigurationError` where it is not UTF-8, or nothing but space."""
        if content.startswith(MARKS):
            raise self._wrong("begins with a byte order mark", 1, hint="save the file as UTF-8 without BOM")
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise self._wrong(f"byte {content[error.start]:#04x} is not UTF-8", line, hint="save the file as UTF-8") from error
        if not text.strip():
            raise ConfigurationError("the file is empty", file=self.shown, hint=self.hint)
        return text

    def parsed(self, text: str, integer: Callable[[str], float]) -> Any:
        """Return what a text says; `integer` reads the numbers without a fraction.

        Raises `ConfigurationError` for what is no JSON, and `TooDeepError`.
        """
        members = _Members()
        try:
            tree = json.loads(text, object_pairs_hook=members.collect, parse_int=integer, parse_float=number, parse_constant=_refuse)
        except json.JSONDecodeError as error:
            said = f"{error.msg[:1].lower()}{error.msg[1:]}"
            raise self._wrong(f"not valid JSON: {said} (column {error.colno})", error.lineno) from error
        except _NoJsonError as error:
            offset = next(start for start, word in tokens(text) if word == error.args[0])
            raise self._wrong(f"not valid JSON: there is no number {error.args[0]}", _line(text, offset)) from error
        except RecursionError as error:
            raise TooDeepError from error
        if members.twice:
            key, first, second = next(duplicate_keys(text))
            raise self._wrong(f"the key {shown(key)} appears twice, first on line {_line(text, first)}", _line(text, second))
        return tree

    def _wrong(self, message: str, line: int, hint: str | None = None) -> ConfigurationError:
        return ConfigurationError(message, file=self.shown, line=line, hint=hint or self.hint)


def integer_of_64_bits(text: str) -> float:
    """Return a number without a fraction, `Huge` where 64 bits do not hold it."""
    # Python refuses to read numbers of thousands of digits; none of those fits into 64 bits.
    value = int(text) if len(text) <= len(str(SMALLEST_INTEGER)) else None
    return value if value is not None and SMALLEST_INTEGER <= value <= LARGEST_INTEGER else Huge(text)


def number(text: str) -> float:
    """Return a number, `Huge` where a float of 64 bits does not reach it."""
    value = float(text)
    return Huge(text) if abs(value) == float("inf") else value


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


class _Members:
    """Notes whether an object has a key twice."""

    def __init__(self) -> None:
        self.twice = False

    def collect(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.twice = self.twice or len(made) < len(pairs)
        return made


class _NoJsonError(Exception):
    """A word that Python's reader knows and JSON does not."""


def _refuse(word: str) -> NoReturn:
    raise _NoJsonError(word)
