"""Read the JSON of a scenario, and find the line of a JSON pointer in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.workflow.positions import locate
from buildkit.workflow.strict_json import StrictReader, TooDeepError, integer_of_64_bits

LARGEST_FILE: Final = 4 * 1024 * 1024
"""How many bytes a scenario may have."""

DEEPEST: Final = 64
"""How many lists and objects may stand inside each other."""

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
    reader = StrictReader(shown=shown_as, hint=SCHEMA)
    text = reader.decoded(_content(file, shown_as))
    return Document(shown=shown_as, text=text, tree=_parsed(text, reader))


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


def _parsed(text: str, reader: StrictReader) -> Any:
    try:
        tree = reader.parsed(text, integer_of_64_bits)
    except TooDeepError as error:
        raise _too_deep(reader.shown) from error
    if _depth(tree) > DEEPEST:
        raise _too_deep(reader.shown)
    return tree


def _too_deep(shown_as: Path) -> ConfigurationError:
    return ConfigurationError(f"lists and objects stand more than {DEEPEST} deep inside each other", file=shown_as, hint=SCHEMA)


def _depth(tree: object) -> int:
    depth, level = 0, [tree]
    while level := [value for value in level if isinstance(value, dict | list)]:
        depth += 1
        level = [inner for value in level for inner in (value.values() if isinstance(value, dict) else value)]
    return depth
