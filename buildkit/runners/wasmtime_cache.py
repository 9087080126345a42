"""Compiled wasm programs on disk, so that the second run of one starts at once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeVar

from wasmtime import Engine, Module, WasmtimeError
from wasmtime.component import Component

from buildkit.records import dataclass

DIGEST_SIZE: Final = hashlib.sha256().digest_size
KEPT: Final = 64
"""How many compiled programs a cache folder holds; the least recently used go first."""

SUFFIX: Final = ".cwasm"

Compiled = TypeVar("Compiled", Component, Module)


@dataclass(frozen=True, kw_only=True)
class CompiledCache:
    """A folder of compiled programs, or none. `flavor` names the engine's settings that change what is compiled."""

    folder: Path | None
    flavor: str

    def compiled(self, kind: type[Compiled], engine: Engine, content: bytes) -> Compiled:
        """Return the program, compiled now unless it is kept; raises `WasmtimeError` when it is not valid."""
        if self.folder is None:
            return kind(engine, content)
        file = self.folder / f"{self._key(content)}{SUFFIX}"
        kept = _read(kind, engine, file)
        if kept is not None:
            return kept
        fresh = kind(engine, content)
        # A cache that cannot be written slows the next run down and is no reason to refuse this one.
        with suppress(OSError):
            _write(file, bytes(fresh.serialize()))
        return fresh

    def _key(self, content: bytes) -> str:
        return hashlib.sha256(f"{version('wasmtime')}\0{self.flavor}\0".encode() + content).hexdigest()


def _read(kind: type[Compiled], engine: Engine, file: Path) -> Compiled | None:
    """Return what is kept, or `None`. The digest comes first: a damaged file would be executed as it is."""
    with suppress(OSError, WasmtimeError):
        stored = file.read_bytes()
        digest, body = stored[:DIGEST_SIZE], stored[DIGEST_SIZE:]
        if hashlib.sha256(body).digest() == digest:
            os.utime(file)
            return kind.deserialize(engine, body)
    return None


def _write(file: Path, body: bytes) -> None:
    """Write whole or not at all, then forget the oldest."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_bytes(hashlib.sha256(body).digest() + body)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
    for old in sorted(_by_age(file.parent), reverse=True)[KEPT:]:
        old[1].unlink(missing_ok=True)


def _by_age(folder: Path) -> Iterator[tuple[float, Path]]:
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(FileNotFoundError):
            yield path.stat().st_mtime, path
