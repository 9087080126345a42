"""Globs over the ids of cells. A pattern of fewer parts leaves the others open; listed features may come in any order, and twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from buildkit.model import Cell
from buildkit.records import dataclass

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """What a command line asks for: whole ids, of which there may be hundreds, and globs. None at all ask for everything."""

    ids: frozenset[str]
    globs: tuple[str, ...]

    def covers(self, cell: Cell) -> bool:
        """Say whether a cell is asked for."""
        if cell.id in self.ids or not (self.ids or self.globs):
            return True
        return any(fnmatchcase(cell.id, glob) for glob in self.globs)


def parse_patterns(texts: Iterable[str]) -> Patterns:
    """Return patterns as they are looked up."""
    whole = tuple(map(_whole, texts))
    return Patterns(
        ids=frozenset(text for text in whole if not is_glob(text)), globs=tuple(dict.fromkeys(text for text in whole if is_glob(text)))
    )


def matches(cell: Cell, text: str) -> bool:
    """Say whether one pattern asks for a cell."""
    return parse_patterns((text,)).covers(cell)


def is_glob(text: str) -> bool:
    """Say whether a text stands for more than itself."""
    return _GLOB.search(text) is not None


def _whole(text: str) -> str:
    """Return a pattern with all of its three parts, the features in order."""
    package, _, rest = text.partition("/")
    target, _, features = rest.partition("/")
    ordered = features if is_glob(features) else ",".join(sorted({*features.split(",")}))
    return "/".join((package, target or "*", ordered or "*"))
