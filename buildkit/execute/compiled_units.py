"""Which messages of a cargo call are about one cell, and what of the cell they leave open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from buildkit.cargo.messages import BuildScriptExecuted, CompilerArtifact, CompilerMessage, Message
from buildkit.cargo.metadata import Package
from buildkit.records import dataclass

BUILD_SCRIPT: Final = "custom-build"
LINKER_FAILED: Final = "linking with "

UNREAD: Final = re.compile(r"couldn't read `(?P<path>.+)`")
"""How rustc names a file that it could not read."""

OUTSIDE: Final = re.compile(r"\(os error \d+\)|panicked")
"""How an error reads whose cause may lie in a file that nothing names: a procedural macro opens what it likes."""


@dataclass(frozen=True, kw_only=True)
class CompiledUnits:
    """The messages of a call, and the features of the packages of a closure, once for each side.

    Where the call compiled more than the closure, every message counts.
    """

    features: Mapping[str, tuple[frozenset[str], ...]]
    messages: tuple[Message, ...]
    is_closure: bool

    def counts(self, message: Message) -> bool:
        """Say whether a message is about what the cell compiles."""
        if isinstance(message, CompilerArtifact) and self.is_closure:
            return frozenset(message.features) in self.features.get(message.package_id, ())
        return not self.is_closure or getattr(message, "package_id", None) in self.features

    @cached_property
    def executed(self) -> frozenset[str]:
        """Return the packages whose build scripts ran."""
        return frozenset(message.package_id for message in self.messages if isinstance(message, BuildScriptExecuted))

    @cached_property
    def errors(self) -> tuple[CompilerMessage, ...]:
        """Return what rustc refused."""
        found = (message for message in self.messages if isinstance(message, CompilerMessage) and self.counts(message))
        return tuple(message for message in found if message.message.level.startswith("error"))

    def fails_outside(self, packages: Mapping[str, Package]) -> bool:
        """Say whether what failed depends on what nothing tells of: a linker, what a build script calls, what a macro opens."""
        if self.errors:
            return any(_is_outside(error.message.message) for error in self.errors)
        return any(packages[identity].has_build_script and identity not in self.executed for identity in self.features)

    def unfinished(self, packages: Mapping[str, Package]) -> Iterator[str]:
        """Give the packages of which not everything was compiled, by id."""
        refused = {error.package_id for error in self.errors}
        for identity, sides in self.features.items():
            whole = all(len(self._made.get((identity, enabled), ())) >= sides.count(enabled) for enabled in sides)
            if not whole or identity in refused or (packages[identity].has_build_script and identity not in self.executed):
                yield identity
        if not self.is_closure:
            known = {identity for identity, _ in self._made}
            yield from (identity for identity, package in packages.items() if package.source is None and identity not in known)

    @cached_property
    def _made(self) -> Mapping[tuple[str, frozenset[str]], set[Path]]:
        made: dict[tuple[str, frozenset[str]], set[Path]] = {}
        for message in self.messages:
            if isinstance(message, CompilerArtifact) and BUILD_SCRIPT not in message.target.kind:
                made.setdefault((message.package_id, frozenset(message.features)), set()).update(message.filenames[:1])
        return made


def _is_outside(said: str) -> bool:
    return said.startswith(LINKER_FAILED) or (OUTSIDE.search(said) is not None and UNREAD.search(said) is None)


def units_of(sides: Iterable[Mapping[str, frozenset[str]]], messages: Iterable[Message], *, is_closure: bool) -> CompiledUnits:
    """Return the units of a closure, the features of its packages on each side, as the messages of a call tell of them."""
    features: dict[str, tuple[frozenset[str], ...]] = {}
    for side in sides:
        for identity, enabled in side.items():
            features[identity] = (*features.get(identity, ()), enabled)
    return CompiledUnits(features=features, messages=tuple(messages), is_closure=is_closure)
