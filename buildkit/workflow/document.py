"""Read the JSON of a scenario, and find the line of a JSON pointer in it.

What Python's reader lets pass and RFC 8259 does not want is refused: keys that appear twice, `NaN`, a byte order mark.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NoReturn

from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.workflow.fault import Huge, shown
from buildkit.workflow.positions import duplicate_keys, locate, tokens

LARGEST_FILE: Final = 4 * 1024 * 1024
"""How many bytes a scenario may have."""

DEEPEST: Final = 64
"""How many lists and objects may stand inside each other."""

SMALLEST_INTEGER: Final = -(2**63)
LARGEST_INTEGER: Final = 2**64 - 1
MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
SCHEMA: Final = "buildkit scenario schema"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A JSON document; `shown` is its path as messages give it."""

    shown: Path
    text: str
    tree: Any

    def offsets(self, pointers: Collection[str]) -> Mapping[str, int]:
        """Return where each pointer stands in the text, or the nearest value around it that is there."""
        found = locate(self.text, {parent for pointer in pointers for parent in _upwards(pointer)})
        return {pointer: next(found[parent] for parent in _upwards(pointer) if parent in found) for pointer in pointers}

    def line(self, offset: int) -> int:
        """Return the line, from 1, of a place in the text."""
        return bisect_right(self._breaks, offset) + 1

    @cached_property
    def _breaks(self) -> list[int]:
        return [index for index, letter in enumerate(self.text) if letter == "\n"]


def _upwards(pointer: str) -> Iterator[str]:
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def read_document(file: Path, shown_as: Path) -> Document:
    """Read a file; raises `ConfigurationError` with one sentence for what is no JSON document of a fit size and depth."""
    text = _decoded(_content(file, shown_as), shown_as)
    if not text.strip():
        raise ConfigurationError("the file is empty", file=shown_as, hint=SCHEMA)
    return Document(shown=shown_as, text=text, tree=_parsed(text, shown_as))


def _content(file: Path, shown_as: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise ConfigurationError("no such file", file=shown_as, hint=f"ls {shown_as.parent}") from error
    except IsADirectoryError as error:
        raise ConfigurationError("is a directory, not a file", file=shown_as, hint=f"ls {shown_as}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"cannot be read: {reason}", file=shown_as, hint=f"ls -l {shown_as}") from error
    if len(content) > LARGEST_FILE:
        size = file.stat().st_size
        known = f"has {size:,} bytes, and a scenario at most {LARGEST_FILE:,}"
        told = known if size > LARGEST_FILE else f"has more than the {LARGEST_FILE:,} bytes of the largest scenario"
        raise ConfigurationError(told, file=shown_as, hint="give large values as the scenario's input")
    return content


def _decoded(content: bytes, shown_as: Path) -> str:
    if content.startswith(MARKS):
        raise ConfigurationError("begins with a byte order mark", file=shown_as, line=1, hint="save the file as UTF-8 without BOM")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"byte {content[error.start]:#04x} is not UTF-8", file=shown_as, line=line, hint="save the file as UTF-8"
        ) from error


def _parsed(text: str, shown_as: Path) -> Any:
    reader = _Reader()
    try:
        tree = json.loads(text, object_pairs_hook=reader.members, parse_int=_integer, parse_float=_number, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        said = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise ConfigurationError(f"not valid JSON: {said} (column {error.colno})", file=shown_as, line=error.lineno, hint=SCHEMA) from error
    except _NoJsonError as error:
        offset = next(start for start, word in tokens(text) if word == error.args[0])
        line = text.count("\n", 0, offset) + 1
        raise ConfigurationError(f"not valid JSON: there is no number {error.args[0]}", file=shown_as, line=line, hint=SCHEMA) from error
    except RecursionError as error:
        raise _too_deep(shown_as) from error
    if _depth(tree) > DEEPEST:
        raise _too_deep(shown_as)
    if reader.twice:
        key, first, second = next(duplicate_keys(text))
        line, other = (text.count("\n", 0, offset) + 1 for offset in (second, first))
        raise ConfigurationError(f"the key {shown(key)} appears twice, first on line {other}", file=shown_as, line=line, hint=SCHEMA)
    return tree


def _too_deep(shown_as: Path) -> ConfigurationError:
    return ConfigurationError(f"lists and objects stand more than {DEEPEST} deep inside each other", file=shown_as, hint=SCHEMA)


class _Reader:
    """Notes whether an object has a key twice."""

    def __init__(self) -> None:
        self.twice = False

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self.twice = self.twice or len(made) < len(pairs)
        return made


class _NoJsonError(Exception):
    """A word that Python's reader knows and JSON does not."""


def _refuse(word: str) -> NoReturn:
    raise _NoJsonError(word)


def _integer(text: str) -> float:
    # Python refuses to read numbers of thousands of digits; none of those fits into 64 bits.
    value = int(text) if len(text) <= len(str(SMALLEST_INTEGER)) else None
    return value if value is not None and SMALLEST_INTEGER <= value <= LARGEST_INTEGER else Huge(text)


def _number(text: str) -> float:
    value = float(text)
    return Huge(text) if abs(value) == float("inf") else value


def _depth(tree: object) -> int:
    depth, level = 0, [tree]
    while level := [value for value in level if isinstance(value, dict | list)]:
        depth += 1
        level = [inner for value in level for inner in (value.values() if isinstance(value, dict) else value)]
    return depth
