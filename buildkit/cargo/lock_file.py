"""What Cargo.lock says of each package, as text: what is equal there is the same source and the same dependencies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Final

from buildkit.records import dataclass

_HEADER: Final = re.compile(r"^(\[\[?[^\]]+\]\]?)[ \t]*$", re.MULTILINE)
_NAMED: Final = re.compile(r'^name = "([^"\n]*)"\nversion = "([^"\n]*)"\n(?:source = "([^"\n]*)"\n)?')
_PACKAGE: Final = "[[package]]"


@dataclass(frozen=True, kw_only=True)
class LockFile:
    """The entries by name and version, in the file's order, and the text of everything else."""

    entries: Mapping[tuple[str, str], str] = field(default_factory=dict)
    rest: str = ""

    def entry(self, name: str, version: str) -> str:
        """Return what the file says of a package; of one that it does not name, the whole file counts."""
        return self.entries.get((name, version)) or self.whole

    @property
    def whole(self) -> str:
        """Return all of it."""
        return self.rest + "".join(f"{name} {version}\n{text}" for (name, version), text in self.entries.items())


def parse_lock(text: str) -> LockFile:
    """Take a lock file apart. Entries that are not written as cargo writes them stay with the rest, which counts for every package."""
    head, *sections = _HEADER.split(text)
    entries: dict[tuple[str, str], str] = {}
    rest = head
    for header, body in zip(sections[::2], sections[1::2], strict=True):
        named = _NAMED.match(body.lstrip("\n")) if header == _PACKAGE else None
        if named is None:
            rest += header + body
        else:
            # Two sources may have the same name and version.
            key = (named.group(1), named.group(2))
            entries[key] = entries.get(key, "") + body.strip("\n") + "\n"
    return LockFile(entries=entries, rest=rest)
