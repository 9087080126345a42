"""What can be done to a manifest, as data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from buildkit.records import dataclass

Keys = tuple[str, ...]

DEFAULT_FEATURES = "default-features"
OLD_DEFAULT_FEATURES = "default_features"


def default_features_key(entry: Mapping[str, Any]) -> str:
    """Return the spelling of `default-features` that an entry uses; cargo knows an old one."""
    return OLD_DEFAULT_FEATURES if OLD_DEFAULT_FEATURES in entry else DEFAULT_FEATURES


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Where a manifest declares a dependency: the keys of the table, and the dependency's own key in it."""

    file: Path
    table: Keys
    key: str


@dataclass(frozen=True, kw_only=True)
class Configure:
    """Set keys of an entry; `None` leaves a key as it is. `features` is the whole new list; an empty one takes the key away.

    `inherits_default_features` takes the key for default features away: the workspace's table decides then.
    """

    entry: Entry
    default_features: bool | None = None
    features: tuple[str, ...] | None = None
    inherits_default_features: bool = False

    @property
    def file(self) -> Path:
        """Return the manifest."""
        return self.entry.file

    def dropped(self, entry: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the keys that go from an entry that is a table."""
        gone = (("features", self.features == ()), (default_features_key(entry), self.inherits_default_features))
        return tuple(key for key, goes in gone if goes and key in entry)


@dataclass(frozen=True, kw_only=True)
class Declare:
    """Put an entry into a table, which is added where there is none; an entry of that key is replaced."""

    entry: Entry
    value: str | Mapping[str, Any]
    beside: Keys | None = None
    """The keys of an entry after whose table a new one is put; `None` for the end of the file."""

    @property
    def file(self) -> Path:
        """Return the manifest."""
        return self.entry.file


@dataclass(frozen=True, kw_only=True)
class Move:
    """Take an entry to another table of the same manifest, which is added where there is none."""

    entry: Entry
    table: Keys

    @property
    def file(self) -> Path:
        """Return the manifest."""
        return self.entry.file


@dataclass(frozen=True, kw_only=True)
class Rewrite:
    """Put other values in the place of one value of a feature; those that are there already are not repeated."""

    file: Path
    feature: str
    value: str
    by: tuple[str, ...]


Edit = Configure | Declare | Move | Rewrite
"""Every edit."""
