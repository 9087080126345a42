"""Where the values of a JSON document stand. The document must be valid: Python's own reader has read it before."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from buildkit.workflow.fault import token

_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)


def tokens(text: str) -> Iterator[tuple[int, str]]:
    """Give each token of a document with its offset."""
    return ((match.start(), match[0]) for match in _TOKEN.finditer(text))


def locate(text: str, wanted: Collection[str]) -> Mapping[str, int]:
    """Return the offset of each JSON pointer that is in the document: of its key, or of its value in a list."""
    found: dict[str, int] = {}
    for pointer, offset, _ in _places(text):
        if pointer in wanted:
            found.setdefault(pointer, offset)
            if len(found) == len(wanted):
                break
    return found


def duplicate_keys(text: str) -> Iterator[tuple[str, int, int]]:
    """Give each key that appears again in its object, with the offsets of both."""
    seen: dict[str, int] = {}
    for pointer, offset, key in _places(text):
        if key is not None and pointer in seen:
            yield key, seen[pointer], offset
        seen.setdefault(pointer, offset)


class _Inside:
    """A list or an object that has begun: the pointer to it, and what is next in it."""

    def __init__(self, pointer: str, opening: str) -> None:
        self.pointer = pointer
        self.place: int | str | None = 0 if opening == "[" else None

    def go_on(self) -> None:
        self.place = self.place + 1 if isinstance(self.place, int) else None

    @property
    def here(self) -> str:
        return f"{self.pointer}/{token(str(self.place))}"


def _places(text: str) -> Iterator[tuple[str, int, str | None]]:
    """Give the pointer and the offset of each key, with the key, and of each other value."""
    around: list[_Inside] = []
    for offset, word in tokens(text):
        inside = around[-1] if around else None
        if word == "," and inside is not None:
            inside.go_on()
        elif word in ("}", "]"):
            around.pop()
        elif word == ":":
            continue
        elif inside is not None and inside.place is None:
            inside.place = key = json.loads(word)
            yield inside.here, offset, key
        else:
            here = "" if inside is None else inside.here
            if inside is None or isinstance(inside.place, int):
                yield here, offset, None
            if word in ("{", "["):
                around.append(_Inside(here, word))
