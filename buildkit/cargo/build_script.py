"""What a build script told cargo to watch, as the Cargo book's "Build scripts" describes it."""

from __future__ import annotations

from typing import Final

from buildkit.records import dataclass

FILE_NAME: Final = "output"
"""The file beside `out` that holds what a build script printed."""

STARTED: Final = "invoked.timestamp"
"""The file beside it whose time of change is the moment before the build script began."""

_PREFIXES: Final = ("cargo::", "cargo:")
_CHANGED: Final = "rerun-if-changed="
_VARIABLE: Final = "rerun-if-env-changed="


@dataclass(frozen=True, kw_only=True)
class Watched:
    """The files, folders and variables that a build script depends on; with none at all it depends on every file of its package."""

    paths: frozenset[str]
    variables: frozenset[str]

    @property
    def whole_package(self) -> bool:
        """Say whether the script named nothing."""
        return not self.paths and not self.variables


def parse_output(text: str) -> Watched:
    """Parse what a build script printed."""
    paths: set[str] = set()
    variables: set[str] = set()
    for line in text.splitlines():
        told = next((line.removeprefix(prefix) for prefix in _PREFIXES if line.startswith(prefix)), "")
        if told.startswith(_CHANGED):
            paths.add(told.removeprefix(_CHANGED).strip())
        elif told.startswith(_VARIABLE):
            variables.add(told.removeprefix(_VARIABLE).strip())
    return Watched(paths=frozenset(paths), variables=frozenset(variables))
