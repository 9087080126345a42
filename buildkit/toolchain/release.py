"""Versions of rustc: their order, their channel, and whether one is what a channel name asks for."""

from __future__ import annotations

import re
from functools import total_ordering
from typing import Final

OLDEST_SUPPORTED: Final = "1.85"
"""The oldest compiler that is used where the workspace does not pin one: the first that knows edition 2024."""

_NUMBERS: Final = re.compile(r"^(\d+)\.(\d+)(?:\.(\d+))?(?:-(\w+))?")
_CHANNELS: Final = frozenset({"stable", "beta", "nightly"})


@total_ordering
class Release:
    """A version such as `1.96.0` or `1.97.0-nightly`; missing numbers are 0, and a pre-release comes before its release."""

    def __init__(self, text: str) -> None:
        """Read a version; raises `ValueError` where it is none."""
        found = _NUMBERS.match(text)
        if found is None:
            raise ValueError(f"{text!r} is no version")
        self.numbers = (int(found[1]), int(found[2]), int(found[3] or 0))
        self.channel = "stable" if found[4] is None else "nightly" if found[4] in {"nightly", "dev"} else "beta"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Release) and self._key == other._key

    def __lt__(self, other: Release) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[tuple[int, int, int], bool]:
        return self.numbers, self.channel == "stable"


def reaches(release: str, wanted: str) -> bool:
    """Say whether a compiler is at least the `rust-version` that is wanted; a pre-release counts as its release, as for cargo."""
    return Release(release).numbers >= Release(wanted).numbers


def meets_channel(release: str, channel: str) -> bool:
    """Say whether a compiler is of a channel: `stable`, `beta`, `nightly`, `1.96` (any patch) or `1.96.0`.

    A channel with a date (`nightly-2026-01-01`) or a name of the user's is met by name only, never by release.
    """
    if channel in _CHANNELS:
        return Release(release).channel == channel
    if not re.fullmatch(r"\d+\.\d+(\.\d+)?", channel):
        return False
    own = Release(release)
    wanted = tuple(int(number) for number in channel.split("."))
    return own.channel == "stable" and own.numbers[: len(wanted)] == wanted
